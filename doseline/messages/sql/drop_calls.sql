-- Ends calls that are no longer needed, since the person knows by now or has lost the place; and those whose time is past: nobody
-- called, or nobody answered.
-- Inputs: now. The row count is how many. Retry: nothing more to end.
UPDATE call_task
SET ended_at = %(now)s, claimed_until = NULL, outcome = CASE WHEN call_task.deadline_at < %(now)s AND EXISTS (
        SELECT FROM allotment
        WHERE allotment.session_id = call_task.session_id AND allotment.person_id = call_task.person_id
            AND allotment.kind = 'booked' AND allotment.told_at IS NULL)
    AND NOT EXISTS (SELECT FROM session_cancellation WHERE session_cancellation.session_id = call_task.session_id)
    THEN CASE WHEN call_task.tries > 0 THEN 'no_answer' ELSE 'not_called' END ELSE 'not_needed' END
WHERE ended_at IS NULL AND (claimed_until IS NULL OR claimed_until < %(now)s) AND (
    deadline_at < %(now)s
    OR NOT EXISTS (
        SELECT FROM allotment
        WHERE allotment.session_id = call_task.session_id AND allotment.person_id = call_task.person_id
            AND allotment.kind = 'booked' AND allotment.told_at IS NULL)
    OR EXISTS (SELECT FROM session_cancellation WHERE session_cancellation.session_id = call_task.session_id))
