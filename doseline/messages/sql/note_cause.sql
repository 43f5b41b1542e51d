-- Notes that the people of a move or cancellation have their messages.
-- Inputs: cause_id, now. Retry: once.
INSERT INTO message_cause (cause_id, composed_at) VALUES (%(cause_id)s, %(now)s) ON CONFLICT DO NOTHING
