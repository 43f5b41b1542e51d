-- The matters of one kind under review in a session.
-- Inputs: session_id, kind. Returns: fact_id.
SELECT fact_id FROM status.review_item WHERE session_id = %(session_id)s AND kind = %(kind)s ORDER BY fact_id
