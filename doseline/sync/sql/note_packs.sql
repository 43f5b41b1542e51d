-- Writes which packs phones say they hold.
-- Inputs: one array per column. Touches one row a phone and session.
-- Retry: a version never falls, the first opening stays.
INSERT INTO device_pack AS held (device_id, session_id, version, fetched_at, opened_at)
SELECT DISTINCT ON (session_id, device_id) device_id, session_id, version, heard_at, CASE WHEN is_opened THEN heard_at END
FROM unnest(
    %(device_id)s::uuid[], %(session_id)s::uuid[], %(version)s::int[], %(heard_at)s::timestamptz[], %(is_opened)s::bool[])
    AS said (device_id, session_id, version, heard_at, is_opened)
ORDER BY session_id, device_id, version DESC
ON CONFLICT ON CONSTRAINT device_holds_a_pack_once DO UPDATE
SET version = greatest(held.version, excluded.version), opened_at = coalesce(held.opened_at, excluded.opened_at)
WHERE held.version < excluded.version OR (held.opened_at IS NULL AND excluded.opened_at IS NOT NULL)
