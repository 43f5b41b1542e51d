-- Puts whoever knew of a session that is cancelled, and has not heard of that, on the call list: once half an hour has passed without a
-- receipt, or at once where the message failed or there is none.
-- Inputs: now, silent_before. The row count is how many are new. Retry: once a person and session.
INSERT INTO call_task (session_id, person_id, purpose, why, made_at, deadline_at, due_at, outcome, ended_at)
SELECT booked.session_id, booked.person_id, 'cancellation', coalesce(word.state, 'no_message'), %(now)s, booked.closes_at, %(now)s,
    CASE WHEN phone.value IS NULL THEN 'no_number' END, CASE WHEN phone.value IS NULL THEN %(now)s END
FROM (
    SELECT session.session_id, session.closes_at, allotment.person_id, allotment.told_at IS NOT NULL AS was_told
    FROM session_cancellation
    JOIN session ON session.session_id = session_cancellation.session_id AND session.closes_at > %(now)s
    JOIN message_cause ON message_cause.cause_id = session.session_id  -- its messages are composed
    JOIN allotment ON allotment.session_id = session.session_id AND allotment.kind = 'booked'
    UNION
    SELECT session.session_id, session.closes_at, message.person_id, false
    FROM session_cancellation
    JOIN session ON session.session_id = session_cancellation.session_id AND session.closes_at > %(now)s
    JOIN message ON message.session_id = session.session_id AND message.purpose = 'cancellation'
) AS booked
LEFT JOIN LATERAL (
    SELECT message.state, message.created_at FROM message
    WHERE message.session_id = booked.session_id AND message.person_id = booked.person_id AND message.purpose = 'cancellation'
    ORDER BY message.state = 'delivered' DESC, message.created_at DESC
    LIMIT 1
) AS word ON true
CROSS JOIN LATERAL (
    SELECT min(contact_point.value) AS value FROM contact_point
    WHERE contact_point.person_id = booked.person_id AND contact_point.kind = 'phone'
) AS phone
WHERE word.state IS DISTINCT FROM 'delivered'
    AND (word.state IS NULL OR word.state IN ('permanent_failure', 'technical_failure', 'timed_out', 'cancelled')
        OR word.created_at < %(silent_before)s)
    AND (booked.was_told
        OR EXISTS (
            SELECT FROM message
            WHERE message.session_id = booked.session_id AND message.person_id = booked.person_id
                AND message.purpose IN ('invitation', 'reminder', 'change') AND message.state IN ('sent', 'timed_out', 'delivered'))
        OR EXISTS (
            SELECT FROM call_task
            WHERE call_task.session_id = booked.session_id AND call_task.person_id = booked.person_id
                AND call_task.purpose = 'invitation' AND call_task.outcome IN ('reached', 'will_come')))
ON CONFLICT ON CONSTRAINT person_is_called_once_for_a_session DO NOTHING
