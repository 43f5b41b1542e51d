-- Sessions of an area with what is free in them; none of a site that is closed that day.
-- Inputs: area, drive_id, starts_on, ends_on. Returns: session_id, site_id, on_date, product, institution, free places,
--   people on the reserve list, capacity, opens_at, closes_at; by date and site.
SELECT session.session_id, session.site_id, session.on_date, session.product_id,
    coalesce(nullif(site.institution, ''), site.name),
    session.capacity - session.walk_in_capacity - coalesce(taken.booked, 0), coalesce(taken.waiting, 0), session.capacity,
    session.opens_at, session.closes_at
FROM session
JOIN site ON site.site_id = session.site_id
LEFT JOIN (
    SELECT session_id, (count(*) FILTER (WHERE kind = 'booked'))::int AS booked,
        (count(*) FILTER (WHERE kind = 'reserve'))::int AS waiting
    FROM allotment
    GROUP BY session_id
) AS taken ON taken.session_id = session.session_id
WHERE session.drive_id = %(drive_id)s AND session.on_date BETWEEN %(starts_on)s AND %(ends_on)s
    AND (site.org_unit_id = %(area)s OR site.org_unit_id LIKE %(area)s || '.%%')
    AND NOT EXISTS (SELECT FROM session_cancellation WHERE session_cancellation.session_id = session.session_id)
    AND NOT EXISTS (
        SELECT FROM site_closure WHERE site_closure.site_id = session.site_id AND site_closure.on_date = session.on_date)
ORDER BY session.on_date, site.site_id
