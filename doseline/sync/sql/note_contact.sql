-- Writes when phones were last heard and what they said of themselves.
-- Inputs: one array per column. Touches one row a phone.
-- Retry: an older word never overwrites a newer one; last_seq never falls.
INSERT INTO device_contact (
    device_id, heard_at, last_seq, waiting_count, session_id, app_version, storage_persistent, clock_error_ms)
SELECT *
FROM unnest(
    %(device_id)s::uuid[], %(heard_at)s::timestamptz[], %(last_seq)s::int[], %(waiting_count)s::int[],
    %(session_id)s::uuid[], %(app_version)s::text[], %(storage_persistent)s::bool[], %(clock_error_ms)s::bigint[])
ON CONFLICT ON CONSTRAINT device_is_heard_in_one_row DO UPDATE
SET heard_at = excluded.heard_at,
    last_seq = greatest(device_contact.last_seq, excluded.last_seq),
    waiting_count = excluded.waiting_count,
    session_id = coalesce(excluded.session_id, device_contact.session_id),
    app_version = excluded.app_version,
    storage_persistent = excluded.storage_persistent,
    clock_error_ms = excluded.clock_error_ms
WHERE excluded.heard_at >= device_contact.heard_at
