-- The sheets reserved for a session.
-- Inputs: session_id. Returns: number, code; in order.
SELECT number, code FROM sheet WHERE session_id = %(session_id)s ORDER BY number
