-- The permit with which a phone has started its session already.
-- Inputs: device_id. Returns it, or nothing. One index look.
SELECT fact.body::jsonb ->> 'permit' FROM fact WHERE fact.device_id = %(device_id)s AND fact.kind = 'session_opened' ORDER BY device_seq LIMIT 1
