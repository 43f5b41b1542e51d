-- Writes down how a call went. Who was reached has been told; no answer is tried again, three times at most.
-- Inputs: call_id, outcome, by, now, again_at. Only the caller who holds it may say. Returns the call_id, or nothing.
-- Retry: a call that has ended stays ended.
WITH said AS (
    UPDATE call_task
    SET tries = tries + 1, claimed_until = NULL, claimed_by = NULL,
        due_at = CASE WHEN %(outcome)s = 'no_answer' AND tries < 2 THEN %(again_at)s::timestamptz END,
        ended_at = CASE WHEN %(outcome)s = 'no_answer' AND tries < 2 THEN NULL ELSE %(now)s END,
        outcome = CASE WHEN %(outcome)s = 'no_answer' AND tries < 2 THEN NULL ELSE %(outcome)s END
    WHERE call_id = %(call_id)s AND ended_at IS NULL AND claimed_by = %(by)s
    RETURNING call_id, session_id, person_id, purpose
),
kept AS (
    INSERT INTO call_outcome (call_id, outcome, said_by, said_at)
    SELECT call_id, %(outcome)s, %(by)s, %(now)s FROM said
),
told AS (
    UPDATE allotment
    SET told_at = coalesce(told_at, %(now)s), told_how = %(outcome)s
    FROM said
    WHERE allotment.session_id = said.session_id AND allotment.person_id = said.person_id
        AND said.purpose = 'invitation' AND %(outcome)s IN ('reached', 'will_come', 'cannot')
)
SELECT call_id FROM said
