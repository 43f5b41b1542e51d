-- Sessions to come in which someone booked does not know of it.
-- Inputs: now, until. Returns: session_id, opens_at.
SELECT session.session_id, session.opens_at
FROM session
WHERE session.opens_at > %(now)s AND session.opens_at <= %(until)s
    AND NOT EXISTS (SELECT FROM session_cancellation WHERE session_cancellation.session_id = session.session_id)
    AND EXISTS (SELECT FROM allotment WHERE allotment.session_id = session.session_id AND allotment.kind = 'booked'
                AND allotment.told_at IS NULL)
