-- Facts of phones by name, to be said again.
-- Inputs: fact_ids. Returns: given_at, staff_id, body, provenance; in the order they happened.
SELECT given_at, staff_id, body, provenance FROM fact WHERE fact_id = ANY(%(fact_ids)s::uuid[]) ORDER BY given_at, fact_id
