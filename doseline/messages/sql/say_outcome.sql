-- Writes down how a call went. Who was reached has been told; no answer is tried again while there is time: three times in a row, then
-- three in the morning; on the day itself every few hours, and at last until the hour has come.
-- Inputs: call_id, outcome, by, now, again_at, morning_at (when calls begin again after this day), later_at. Only the caller who holds
--   it may say. Returns the call_id, or nothing.
-- Retry: a call that has ended stays ended.
WITH held AS MATERIALIZED (
    SELECT call_id, CASE
            WHEN %(outcome)s <> 'no_answer' THEN NULL
            WHEN %(morning_at)s < deadline_at THEN CASE WHEN tries %% 3 < 2 THEN %(again_at)s ELSE %(morning_at)s END
            WHEN %(later_at)s < deadline_at THEN CASE WHEN tries < 2 THEN %(again_at)s ELSE %(later_at)s END
            WHEN %(again_at)s < deadline_at THEN %(again_at)s
        END::timestamptz AS again_at
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
    SET told_at = coalesce(told_at, %(now)s), told_how = %(outcome)s
    FROM said
    WHERE allotment.session_id = said.session_id AND allotment.person_id = said.person_id
        AND said.purpose = 'invitation' AND %(outcome)s IN ('reached', 'will_come', 'cannot')
)
SELECT call_id FROM said
