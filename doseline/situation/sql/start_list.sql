-- Starts of sessions in an area that wait for the district to look into them, newest first: cards used, proofs that do not hold,
-- provisional starts by two persons.
-- Inputs: area. Returns: fact_id, session_id, rung, proof, why, started_at, on_date, site's names, staff, second, label (phone).
SELECT session_start.fact_id, session_start.session_id, session_start.rung, session_start.proof, session_start.why,
    session_start.started_at, session.on_date, site.name, site.name_bn, site.name_hi, staff.display_name AS staff,
    second.display_name AS second, device.label
FROM session_start
JOIN session ON session.session_id = session_start.session_id
JOIN site ON site.site_id = session.site_id
LEFT JOIN staff ON staff.staff_id = session_start.staff_id
LEFT JOIN staff AS second ON second.staff_id = session_start.second_staff_id
LEFT JOIN device ON device.device_id = session_start.device_id
WHERE session_start.needs_settling AND session_start.settled_at IS NULL
    AND (site.org_unit_id = %(area)s OR site.org_unit_id LIKE %(area)s || '.%%')
ORDER BY session_start.started_at DESC
LIMIT 500
