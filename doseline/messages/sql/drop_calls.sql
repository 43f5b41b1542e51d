-- Ends calls that are no longer needed: the person knows by now, has lost the place, or the time is past.
-- Inputs: now. The row count is how many. Retry: nothing more to end.
UPDATE call_task
SET ended_at = %(now)s, outcome = 'not_needed', claimed_until = NULL
WHERE ended_at IS NULL AND (claimed_until IS NULL OR claimed_until < %(now)s) AND (
    deadline_at < %(now)s
    OR NOT EXISTS (
        SELECT FROM allotment
        WHERE allotment.session_id = call_task.session_id AND allotment.person_id = call_task.person_id
            AND allotment.kind = 'booked' AND allotment.told_at IS NULL)
    OR EXISTS (SELECT FROM session_cancellation WHERE session_cancellation.session_id = call_task.session_id))
