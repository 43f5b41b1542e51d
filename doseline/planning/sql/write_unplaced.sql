-- Writes who could not be placed in a run, and why.
-- Inputs: run_id; person_ids, reasons side by side. Retry: once a person and run.
WITH written AS (
    INSERT INTO unplaced_person (unplaced_id, run_id, person_id, reason)
    SELECT gen_random_uuid(), %(run_id)s, person_id, reason
    FROM unnest(%(person_ids)s::uuid[], %(reasons)s::text[]) AS none (person_id, reason)
    ON CONFLICT ON CONSTRAINT unplaced_once_in_a_run DO UPDATE SET reason = excluded.reason
    RETURNING 1
)
SELECT count(*)::int FROM written
