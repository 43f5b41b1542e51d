-- Takes one list that wants work, for a while: a worker that dies loses it when the lease ends.
-- Inputs: seconds. Returns: import_id, or nothing.
UPDATE import_file
SET worked_on_until = clock_timestamp() + make_interval(secs => %(seconds)s)
WHERE import_id = (
    SELECT import_id FROM import_file
    WHERE state IN ('reading', 'applying') AND (worked_on_until IS NULL OR worked_on_until < clock_timestamp())
    ORDER BY sent_at
    FOR UPDATE SKIP LOCKED
    LIMIT 1)
RETURNING import_id
