-- The photo of what somebody showed, for a recorded fact of the phone that sent it.
-- Inputs: fact_id. Returns: closed, device_id, person_id, the person's area, the site's area; nothing when there is none.
SELECT evidence.closed, evidence.device_id, person.person_id, person.org_unit_id, site.org_unit_id
FROM fact
JOIN evidence ON evidence.fact_id = fact.fact_id AND evidence.device_id = fact.device_id
JOIN person ON person.person_id = fact.person_id
JOIN session ON session.session_id = fact.session_id
JOIN site ON site.site_id = session.site_id
WHERE fact.fact_id = %(fact_id)s
