-- What people must look at in an area: of a day, and what was left of the days before; a sheet entered late doubles a dose of
-- last week. An item goes when one of the two is taken back.
-- Inputs: on_date, area. Returns one row an item, newest day first.
SELECT item.kind, item.fact_id, item.other_fact_id, item.person_id, person.code,
    fact.given_at, fact.provenance, batch.number AS batch, other.given_at AS other_given_at, other.provenance AS other_provenance,
    other_batch.number AS other_batch, session.session_id, session.on_date, site.name, site.name_bn, site.name_hi
FROM session
JOIN site ON site.site_id = session.site_id
JOIN status.review_item AS item ON item.session_id = session.session_id
LEFT JOIN fact ON fact.fact_id = item.fact_id
LEFT JOIN batch ON batch.batch_id = fact.batch_id
LEFT JOIN fact AS other ON other.fact_id = item.other_fact_id
LEFT JOIN batch AS other_batch ON other_batch.batch_id = other.batch_id
LEFT JOIN person ON person.person_id = item.person_id
WHERE session.on_date <= %(on_date)s
    AND (site.org_unit_id = %(area)s OR site.org_unit_id LIKE %(area)s || '.%%')
ORDER BY session.on_date DESC, item.fact_id
