-- Stops that have ended, in an area on a day.
-- Inputs: on_date, area. Returns: session_id, started_at, ended_at, cause, in order of start.
SELECT stop.session_id, stop.started_at, stop.ended_at, stop.cause
FROM session
JOIN site ON site.site_id = session.site_id
JOIN stop ON stop.session_id = session.session_id
WHERE session.on_date = %(on_date)s
    AND (site.org_unit_id = %(area)s OR site.org_unit_id LIKE %(area)s || '.%%')
ORDER BY stop.started_at
