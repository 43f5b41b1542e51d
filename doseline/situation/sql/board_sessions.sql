-- The sessions of a day in an area with their numbers: what the wall, and every number on it, is made from.
-- Inputs: on_date, area (org unit code). Returns one row a session. Reads status, plan and heartbeats; O(sessions).
WITH phones AS (
    SELECT device.site_id, max(contact.heard_at) AS heard_at, count(*)::int AS phone_count,
        sum(greatest(greatest(contact.last_seq, tally.highest_seq) - coalesce(tally.fact_count, 0) - coalesce(held.count, 0), 0))::int AS missing_count
    FROM device
    LEFT JOIN device_contact AS contact ON contact.device_id = device.device_id
    LEFT JOIN status.device_tally AS tally ON tally.device_id = device.device_id
    LEFT JOIN (
        SELECT hold.device_id, count(*) AS count
        FROM hold
        WHERE hold.device_seq IS NOT NULL
            AND NOT EXISTS (SELECT FROM fact WHERE fact.device_id = hold.device_id AND fact.device_seq = hold.device_seq)
        GROUP BY hold.device_id
    ) AS held ON held.device_id = device.device_id
    GROUP BY device.site_id
)
SELECT session.session_id, session.site_id, site.name, site.name_bn, site.name_hi, site.org_unit_id,
    session.opens_at, session.closes_at, session.expected_count, session.product_id,
    tally.opened_at, tally.closed_at,
    CASE WHEN tally.opened_at IS NOT NULL THEN tally.mode
        WHEN tally.given_count > 0  -- told by the site's own register
            OR EXISTS (SELECT FROM session_on_paper WHERE session_on_paper.session_id = session.session_id) THEN 'paper' END, coalesce(tally.arrived_count, 0), coalesce(tally.given_count, 0),
    coalesce(tally.not_given_count, 0), coalesce(tally.absent_count, 0), coalesce(tally.walk_in_count, 0),
    coalesce(tally.observing_count, 0),
    tally.last_dose_at, tally.trouble, tally.trouble_at, phones.heard_at, coalesce(phones.missing_count, 0),
    coalesce(phones.phone_count, 0), site.latitude::float8, site.longitude::float8
FROM session
JOIN site ON site.site_id = session.site_id
LEFT JOIN status.session_tally AS tally ON tally.session_id = session.session_id
LEFT JOIN phones ON phones.site_id = session.site_id
WHERE session.on_date = %(on_date)s
    AND NOT EXISTS (SELECT FROM session_cancellation WHERE session_cancellation.session_id = session.session_id)
    AND (site.org_unit_id = %(area)s OR site.org_unit_id LIKE %(area)s || '.%%')
ORDER BY site.org_unit_id, site.name
