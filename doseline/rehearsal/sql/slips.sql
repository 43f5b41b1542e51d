-- The first people on the demo day's roster of the demo's own site, the one that play leaves to a person.
-- Inputs: count. Returns: code, name_latin, name_local, site_id, site_name.
SELECT person.code, person.name_latin, person.name_local, own.site_id, own.name AS site_name
FROM (
    SELECT session.session_id, site.site_id, site.name
    FROM session JOIN site ON site.site_id = session.site_id
    WHERE session.on_date = (SELECT on_date FROM demo_installation)
    ORDER BY (site.org_unit_id <> 'IN.36.725'), site.org_unit_id, site.name
    LIMIT 1
) AS own
JOIN allotment ON allotment.session_id = own.session_id
JOIN person ON person.person_id = allotment.person_id
ORDER BY allotment.slot_at, person.code
LIMIT %(count)s
