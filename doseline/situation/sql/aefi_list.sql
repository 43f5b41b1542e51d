-- Adverse events of an area's sessions, gravest and newest first, without names.
-- Inputs: area, on_date (or NULL for every day), session_id (or NULL for all). Returns one row a report. Reads the sessions' own reports.
SELECT aefi.fact_id, aefi.severity, aefi.symptoms, aefi.treatment, aefi.referral, aefi.onset_at, aefi.reported_at, aefi.session_id,
    person.code, site.name, site.name_bn, site.name_hi, roster.given_at, roster.product_code, batch.number AS batch
FROM status.aefi
JOIN session ON session.session_id = aefi.session_id
JOIN site ON site.site_id = session.site_id
LEFT JOIN person ON person.person_id = aefi.person_id
LEFT JOIN status.roster ON roster.session_id = aefi.session_id AND roster.person_id = aefi.person_id
LEFT JOIN batch ON batch.batch_id = roster.batch_id
WHERE (%(on_date)s::date IS NULL OR session.on_date = %(on_date)s)
    AND (%(session_id)s::uuid IS NULL OR aefi.session_id = %(session_id)s)
    AND (site.org_unit_id = %(area)s OR site.org_unit_id LIKE %(area)s || '.%%')
ORDER BY array_position(ARRAY['serious', 'severe', 'minor'], aefi.severity), aefi.reported_at DESC, aefi.fact_id
