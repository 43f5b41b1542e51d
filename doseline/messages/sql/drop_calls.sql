-- Ends calls that are no longer needed (also those nobody can make for want of a number): of a session to come, since the person
-- knows by now or has lost the place; of a cancelled one, since the word has arrived. And those whose time is past: nobody called, or nobody answered.
-- Inputs: now. The row count is how many. Retry: nothing more to end.
WITH open AS (
    SELECT call_task.call_id, call_task.ended_at IS NULL AND call_task.deadline_at < %(now)s AS is_late, call_task.tries,
        CASE call_task.purpose
            WHEN 'cancellation' THEN NOT EXISTS (
                SELECT FROM message
                WHERE message.session_id = call_task.session_id AND message.person_id = call_task.person_id
                    AND message.purpose = 'cancellation' AND message.state = 'delivered')
            ELSE EXISTS (
                SELECT FROM allotment
                WHERE allotment.session_id = call_task.session_id AND allotment.person_id = call_task.person_id
                    AND allotment.kind = 'booked' AND allotment.told_at IS NULL)
                AND NOT EXISTS (SELECT FROM session_cancellation WHERE session_cancellation.session_id = call_task.session_id)
        END AS is_needed
    FROM call_task
    WHERE (call_task.ended_at IS NULL OR (call_task.outcome = 'no_number' AND call_task.deadline_at > %(now)s))
        AND (call_task.claimed_until IS NULL OR call_task.claimed_until < %(now)s)
)
UPDATE call_task
SET ended_at = %(now)s, claimed_until = NULL, outcome = CASE
    WHEN NOT open.is_needed THEN 'not_needed' WHEN open.tries > 0 THEN 'no_answer' ELSE 'not_called' END
FROM open
WHERE call_task.call_id = open.call_id AND (open.is_late OR NOT open.is_needed)
    AND (call_task.ended_at IS NULL OR call_task.outcome = 'no_number')  -- somebody may have said meanwhile how it went
