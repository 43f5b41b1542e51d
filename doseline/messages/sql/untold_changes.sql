-- Moves and cancellations of sessions to come that have not been dealt with. Of a session nobody had heard of, a move is no news
-- (not is_news): its people are invited to where it is.
-- Inputs: now. Returns: cause, session_id, purpose, is_news; oldest first.
SELECT move.move_id, move.session_id, 'change',
    move.told_count > 0
        OR EXISTS (SELECT FROM message WHERE message.session_id = move.session_id AND message.created_at < move.moved_at
                   AND message.purpose IN ('invitation', 'reminder', 'change'))
FROM session_move AS move
JOIN session ON session.session_id = move.session_id AND session.opens_at > %(now)s
WHERE NOT EXISTS (SELECT FROM message_cause WHERE message_cause.cause_id = move.move_id)
UNION ALL
SELECT cancellation.session_id, cancellation.session_id, 'cancellation', true
FROM session_cancellation AS cancellation
JOIN session ON session.session_id = cancellation.session_id AND session.closes_at > %(now)s
WHERE NOT EXISTS (SELECT FROM message_cause WHERE message_cause.cause_id = cancellation.session_id)
LIMIT 100
