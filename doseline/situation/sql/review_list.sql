-- What people must look at in an area on a day.
-- Inputs: on_date, area. Returns one row an item.
SELECT item.kind, item.fact_id, item.other_fact_id, item.person_id, person.code, session.session_id, site.name, site.name_bn, site.name_hi
FROM session
JOIN site ON site.site_id = session.site_id
JOIN status.review_item AS item ON item.session_id = session.session_id
LEFT JOIN person ON person.person_id = item.person_id
WHERE session.on_date = %(on_date)s
    AND (site.org_unit_id = %(area)s OR site.org_unit_id LIKE %(area)s || '.%%')
ORDER BY item.fact_id
