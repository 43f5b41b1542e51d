-- The walk-ins registered in a stretch of the ledger.
-- Inputs: after, upto (status_seq). Returns: fact_id, person_id, session_id, body.
SELECT fact.fact_id, fact.person_id, fact.session_id, fact.body
FROM announced
JOIN fact ON fact.fact_id = announced.fact_id
WHERE announced.status_seq > %(after)s AND announced.status_seq <= %(upto)s AND announced.kind = 'walk_in_registered'
