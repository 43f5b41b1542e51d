-- How ready each session of a day is.
-- Inputs: area, on_date. Returns a row a session: id, site, window, roles in its team with a PIN, roles of whom the plan
--   has at another session then, newest pack, phones that hold
--   a pack, whether the site is closed that day, prints, usable batches, people booked, people told (delivered, or reached by a call).
SELECT session.session_id, session.opens_at, session.closes_at, session.expected_count, session.capacity, site.site_id,
    site.name, site.name_bn, site.name_hi, site.org_unit_id,
    ARRAY(SELECT DISTINCT session_staff.role FROM session_staff
          JOIN staff_pin ON staff_pin.staff_id = session_staff.staff_id
          WHERE session_staff.session_id = session.session_id) AS roles,
    ARRAY(SELECT DISTINCT session_staff.role FROM session_staff
          JOIN session_staff AS other ON other.staff_id = session_staff.staff_id AND other.session_id <> session.session_id
          JOIN session AS beside ON beside.session_id = other.session_id
              AND beside.opens_at < session.closes_at AND beside.closes_at > session.opens_at
          WHERE session_staff.session_id = session.session_id AND NOT EXISTS (
              SELECT FROM session_cancellation WHERE session_cancellation.session_id = beside.session_id)) AS busy_roles,
    pack.version AS pack_version, pack.built_at, pack.plan_version >= session.plan_version AS is_pack_current,
    EXISTS (SELECT FROM site_closure WHERE site_closure.site_id = session.site_id AND site_closure.on_date = session.on_date)
        AS is_site_closed,
    (SELECT count(*) FROM device_pack WHERE device_pack.session_id = session.session_id)::int AS fetched_count,
    (SELECT count(*) FROM device_pack WHERE device_pack.session_id = session.session_id AND opened_at IS NOT NULL)::int
        AS opened_count,
    (SELECT count(*) FROM pack_print WHERE pack_print.session_id = session.session_id)::int AS print_count,
    (SELECT count(*) FROM session_batch JOIN batch ON batch.batch_id = session_batch.batch_id
     WHERE session_batch.session_id = session.session_id AND batch.expires_on >= session.on_date)::int AS batch_count,
    (SELECT count(*) FROM device WHERE device.site_id = session.site_id
     AND NOT EXISTS (SELECT FROM device_revocation WHERE device_revocation.device_id = device.device_id))::int AS phone_count,
    (SELECT count(*) FROM allotment WHERE allotment.session_id = session.session_id AND allotment.kind = 'reserve')::int
        AS reserve_count,
    (SELECT count(*) FROM allotment WHERE allotment.session_id = session.session_id AND allotment.kind = 'booked'
     AND allotment.told_at IS NOT NULL)::int AS told_count
FROM session
JOIN site ON site.site_id = session.site_id
LEFT JOIN LATERAL (
    SELECT version, built_at, plan_version FROM session_pack
    WHERE session_pack.session_id = session.session_id ORDER BY version DESC LIMIT 1
) AS pack ON true
WHERE session.on_date = %(on_date)s
    AND (site.org_unit_id = %(area)s OR site.org_unit_id LIKE %(area)s || '.%%')
    AND NOT EXISTS (SELECT FROM session_cancellation WHERE session_cancellation.session_id = session.session_id)
ORDER BY site.org_unit_id, site.name
