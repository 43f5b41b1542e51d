-- Later sessions of the same drive and product in the same area that still have room.
-- Inputs: session_id, limit. Returns: session_id, opens_at, site's name, name_bn, name_hi, free places; the same site first,
--   then by time. Reads the sessions of six weeks in one district.
SELECT later.session_id, later.opens_at, site.name, site.name_bn, site.name_hi,
    later.capacity - later.walk_in_capacity - later.expected_count AS free_count
FROM session
JOIN site AS here ON here.site_id = session.site_id
JOIN site ON site.org_unit_id = here.org_unit_id
JOIN session AS later ON later.site_id = site.site_id
WHERE session.session_id = %(session_id)s
    AND later.drive_id = session.drive_id AND later.product_id = session.product_id
    AND later.on_date > session.on_date AND later.on_date <= session.on_date + 42
    AND later.capacity - later.walk_in_capacity > later.expected_count
    AND NOT EXISTS (SELECT FROM session_cancellation WHERE session_cancellation.session_id = later.session_id)
ORDER BY later.site_id <> session.site_id, later.opens_at, later.session_id
LIMIT %(limit)s
