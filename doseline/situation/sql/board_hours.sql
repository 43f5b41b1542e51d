-- Counted doses by hour in an area on a day.
-- Inputs: on_date, area. Returns: hour_at, given_count, in order.
SELECT hour.hour_at, sum(hour.given_count)::int
FROM session
JOIN site ON site.site_id = session.site_id
JOIN status.session_hour AS hour ON hour.session_id = session.session_id
WHERE session.on_date = %(on_date)s
    AND (site.org_unit_id = %(area)s OR site.org_unit_id LIKE %(area)s || '.%%')
GROUP BY hour.hour_at
ORDER BY hour.hour_at
