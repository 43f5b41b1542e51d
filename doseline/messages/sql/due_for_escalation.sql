-- Sessions to come in which someone booked does not know of it; not those whose people are about to be told of a move: word of it says
-- all an invitation would.
-- Inputs: now, until. Returns: session_id, opens_at.
SELECT session.session_id, session.opens_at
FROM session
WHERE session.opens_at > %(now)s AND session.opens_at <= %(until)s
    AND NOT EXISTS (SELECT FROM session_cancellation WHERE session_cancellation.session_id = session.session_id)
    AND NOT EXISTS (SELECT FROM session_move WHERE session_move.session_id = session.session_id
                    AND NOT EXISTS (SELECT FROM message_cause WHERE message_cause.cause_id = session_move.move_id))
    AND EXISTS (SELECT FROM allotment WHERE allotment.session_id = session.session_id AND allotment.kind = 'booked'
                AND allotment.told_at IS NULL)
