-- Writes down how a call went. Who was reached has been told; no answer is tried again, three times a day while there is time. What went
-- to a wrong number has told nobody, and what was to go there does not.
-- Inputs: call_id, outcome, by, now, again_at, morning_at (when calls begin again after this day), phone (the number called). Only the
--   caller who holds it may say. Returns the call_id, or nothing.
-- Retry: a call that has ended stays ended.
WITH held AS MATERIALIZED (
    SELECT call_id, CASE WHEN %(outcome)s = 'no_answer' AND tries %% 3 < 2 THEN %(again_at)s::timestamptz
        WHEN %(outcome)s = 'no_answer' AND %(morning_at)s::timestamptz < deadline_at THEN %(morning_at)s::timestamptz END AS again_at
    FROM call_task
    WHERE call_id = %(call_id)s AND ended_at IS NULL AND claimed_by = %(by)s
    FOR UPDATE
),
said AS (
    UPDATE call_task
    SET tries = tries + 1, claimed_until = NULL, claimed_by = NULL, due_at = held.again_at,
        ended_at = CASE WHEN held.again_at IS NULL THEN %(now)s::timestamptz END,
        outcome = CASE WHEN held.again_at IS NULL THEN %(outcome)s END
    FROM held
    WHERE call_task.call_id = held.call_id
    RETURNING call_task.call_id, session_id, person_id, purpose
),
kept AS (
    INSERT INTO call_outcome (call_id, outcome, said_by, said_at)
    SELECT call_id, %(outcome)s, %(by)s, %(now)s FROM said
),
told AS (
    UPDATE allotment
    SET told_at = CASE WHEN %(outcome)s <> 'wrong_number' THEN coalesce(told_at, %(now)s) END,
        told_how = CASE WHEN %(outcome)s <> 'wrong_number' THEN %(outcome)s ELSE '' END
    FROM said
    WHERE allotment.session_id = said.session_id AND allotment.person_id = said.person_id
        AND said.purpose = 'invitation' AND (%(outcome)s IN ('reached', 'will_come', 'cannot')
            OR (%(outcome)s = 'wrong_number' AND allotment.told_how = 'delivered'))
),
unsent AS (
    UPDATE message
    SET state = 'cancelled', ended_at = %(now)s, due_at = NULL
    FROM said
    WHERE %(outcome)s = 'wrong_number' AND message.person_id = said.person_id AND message.address = %(phone)s
        AND message.state IN ('created', 'temporary_failure')
)
SELECT call_id FROM said
