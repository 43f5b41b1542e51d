-- Takes the scan that has waited longest, or a certain one, for itself, for some seconds.
-- Inputs: seconds, scan_id (or NULL). Returns: scan_id, or no row when none waits.
UPDATE scan
SET state = 'reading', attempts = attempts + 1, worked_on_until = clock_timestamp() + make_interval(secs => %(seconds)s),
    started_at = coalesce(started_at, clock_timestamp())
WHERE scan_id = (
    SELECT scan_id FROM scan
    WHERE state IN ('waiting', 'reading') AND (%(scan_id)s::uuid IS NULL OR scan_id = %(scan_id)s) AND (worked_on_until IS NULL OR worked_on_until < clock_timestamp())
    ORDER BY sent_at
    LIMIT 1
    FOR UPDATE SKIP LOCKED)
RETURNING scan_id
