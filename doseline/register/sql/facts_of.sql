-- What the ledger has of a person, newest first; what was taken back stands in it too.
-- Inputs: person_id. Returns: fact_id, kind, given_at, received_at, provenance, reason, product_code, batch, clock_doubt, session_id, site
--   names, phone, is_void, has_photo. Index looks: about ten facts a dose.
SELECT fact.fact_id, fact.kind, fact.given_at, fact.received_at, fact.provenance, fact.reason, fact.product_code,
    batch.number AS batch, fact.clock_doubt, fact.session_id, site.name, site.name_bn, site.name_hi, device.label AS phone,
    EXISTS (SELECT FROM fact AS void WHERE void.corrects_fact_id = fact.fact_id AND void.kind = 'fact_voided') AS is_void,
    EXISTS (SELECT FROM evidence WHERE evidence.fact_id = fact.fact_id AND evidence.device_id = fact.device_id) AS has_photo
FROM fact
JOIN session ON session.session_id = fact.session_id
JOIN site ON site.site_id = session.site_id
LEFT JOIN device ON device.device_id = fact.device_id
LEFT JOIN batch ON batch.batch_id = fact.batch_id
WHERE fact.person_id = %(person_id)s
ORDER BY fact.given_at DESC, fact.device_seq DESC
LIMIT 100
