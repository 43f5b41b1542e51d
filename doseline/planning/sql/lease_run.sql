-- Takes one allotment run that waits or was left in the middle.
-- Inputs: seconds. Returns: run_id, or nothing.
UPDATE allotment_run
SET worked_on_until = clock_timestamp() + make_interval(secs => %(seconds)s)
WHERE run_id = (
    SELECT run_id FROM allotment_run
    WHERE state IN ('waiting', 'placing', 'writing') AND (worked_on_until IS NULL OR worked_on_until < clock_timestamp())
    ORDER BY asked_at
    FOR UPDATE SKIP LOCKED
    LIMIT 1)
RETURNING run_id
