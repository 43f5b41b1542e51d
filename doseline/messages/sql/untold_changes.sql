-- Moves and cancellations of sessions to come of which their people have not been told.
-- Inputs: now. Returns: cause, session_id, purpose; oldest first.
SELECT move.move_id, move.session_id, 'change'
FROM session_move AS move
JOIN session ON session.session_id = move.session_id AND session.opens_at > %(now)s
WHERE NOT EXISTS (SELECT FROM message_cause WHERE message_cause.cause_id = move.move_id)
UNION ALL
SELECT cancellation.session_id, cancellation.session_id, 'cancellation'
FROM session_cancellation AS cancellation
JOIN session ON session.session_id = cancellation.session_id AND session.closes_at > %(now)s
WHERE NOT EXISTS (SELECT FROM message_cause WHERE message_cause.cause_id = cancellation.session_id)
LIMIT 100
