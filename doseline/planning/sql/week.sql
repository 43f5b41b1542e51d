-- The sessions of an area in some days, for the calendar.
-- Inputs: area, first_on, last_on. Returns: site_id, site names, area code, session_id, on_date, opens_at, capacity, bookable
--   places, booked, is_cancelled, is_site_closed; by area, site and date. Sites without a session in these days are there with NULLs.
SELECT site.site_id, site.name, site.name_bn, site.name_hi, site.org_unit_id, session.session_id, session.on_date,
    session.opens_at, session.capacity, session.capacity - session.walk_in_capacity AS bookable, session.expected_count,
    cancellation.session_id IS NOT NULL AS is_cancelled,
    EXISTS (SELECT FROM site_closure WHERE site_closure.site_id = session.site_id AND site_closure.on_date = session.on_date)
        AS is_site_closed
FROM site
LEFT JOIN session ON session.site_id = site.site_id AND session.on_date BETWEEN %(first_on)s AND %(last_on)s
LEFT JOIN session_cancellation AS cancellation ON cancellation.session_id = session.session_id
WHERE site.org_unit_id = %(area)s OR site.org_unit_id LIKE %(area)s || '.%%'
ORDER BY site.org_unit_id, site.name, session.on_date, session.opens_at
LIMIT 20000
