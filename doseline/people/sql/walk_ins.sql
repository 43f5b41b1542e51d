-- The walk-ins registered in a stretch of the ledger.
-- Inputs: after, upto (status_seq). Returns: fact_id, person_id, session_id, body, area of the site.
SELECT fact.fact_id, fact.person_id, fact.session_id, fact.body, site.org_unit_id
FROM announced
JOIN fact ON fact.fact_id = announced.fact_id
JOIN session ON session.session_id = fact.session_id
JOIN site ON site.site_id = session.site_id
WHERE announced.status_seq > %(after)s AND announced.status_seq <= %(upto)s AND announced.kind = 'walk_in_registered'
