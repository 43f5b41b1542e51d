-- Takes the scan that has waited longest for itself, for some seconds.
-- Inputs: seconds. Returns: scan_id, or no row when none waits.
UPDATE scan
SET state = 'reading', worked_on_until = clock_timestamp() + make_interval(secs => %(seconds)s),
    started_at = coalesce(started_at, clock_timestamp())
WHERE scan_id = (
    SELECT scan_id FROM scan
    WHERE state IN ('waiting', 'reading') AND (worked_on_until IS NULL OR worked_on_until < clock_timestamp())
    ORDER BY sent_at
    LIMIT 1
    FOR UPDATE SKIP LOCKED)
RETURNING scan_id
