-- Facts kept but not placed, from phones of an area's sites, newest first.
-- Inputs: area. Returns one row a hold not yet resolved.
SELECT hold.hold_id, hold.verdict, hold.problem, hold.kind, hold.received_at, hold.device_seq, device.label, device.site_id,
    site.name, site.name_bn, site.name_hi
FROM hold
JOIN device ON device.device_id = hold.device_id
JOIN site ON site.site_id = device.site_id
WHERE (site.org_unit_id = %(area)s OR site.org_unit_id LIKE %(area)s || '.%%')
    AND NOT EXISTS (SELECT FROM hold_resolution WHERE hold_resolution.hold_id = hold.hold_id)
ORDER BY hold.received_at DESC
LIMIT 500
