-- The phones of a site, with what each last said and what the ledger has of it.
-- Inputs: site_id. Returns one row a phone, oldest first.
SELECT device.device_id, device.label, device.enrolled_at, revocation.revoked_at, contact.heard_at,
    coalesce(contact.last_seq, 0) AS last_seq, coalesce(tally.fact_count, 0) AS fact_count,
    greatest(greatest(contact.last_seq, tally.highest_seq, 0) - coalesce(tally.fact_count, 0) - (
        SELECT count(*) FROM hold WHERE hold.device_id = device.device_id AND hold.device_seq IS NOT NULL
        AND NOT EXISTS (SELECT FROM fact WHERE fact.device_id = hold.device_id AND fact.device_seq = hold.device_seq)
    ), 0) AS missing_count,
    contact.storage_persistent, contact.app_version, contact.clock_error_ms
FROM device
LEFT JOIN device_revocation AS revocation ON revocation.device_id = device.device_id
LEFT JOIN device_contact AS contact ON contact.device_id = device.device_id
LEFT JOIN status.device_tally AS tally ON tally.device_id = device.device_id
WHERE device.site_id = %(site_id)s
ORDER BY device.enrolled_at
