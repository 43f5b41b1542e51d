-- Writes down what someone decided about rows that still wait; rows already applied stay as they are, and a word on all of them leaves
-- those as they are that were decided one by one, as long as any is undecided.
-- Inputs: import_id, state, decision, decided_by; rows (NULL for all of that state); chosen person_id and version for
--   a single close row, else NULL. Returns nothing; the row count is how many.
UPDATE import_row
SET decision = %(decision)s, decided_by = %(decided_by)s,
    person_id = coalesce(%(person_id)s::uuid, person_id),
    person_version = coalesce(%(person_version)s::int, person_version)
WHERE import_id = %(import_id)s AND state = %(state)s AND (outcome IS NULL OR outcome = 'again')
    AND (row_number = ANY(%(rows)s::int[]) OR %(rows)s::int[] IS NULL AND (decision IS NULL OR NOT EXISTS (
        SELECT FROM import_row AS other
        WHERE other.import_id = %(import_id)s AND other.state = %(state)s AND other.decision IS NULL AND other.outcome IS NULL)))
