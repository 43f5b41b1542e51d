-- Writes what matching anew found of rows: each waits for a word again, or is the same as the register now. Whoever is like nobody is
-- new for good, or the same meeting would send them back for ever.
-- Inputs: import_id; one array per column. Returns nothing. Retry: writes the same.
UPDATE import_row
SET state = found.state, person_id = found.person_id, person_version = found.person_version, candidates = found.candidates::jsonb,
    differences = found.differences::jsonb, outcome = NULL, decided_by = NULL,
    decision = CASE WHEN found.state = 'new' THEN 'add' END
FROM unnest(
    %(rows)s::int[], %(states)s::text[], %(person_ids)s::uuid[], %(versions)s::int[], %(candidates)s::text[], %(differences)s::text[]
) AS found (row_number, state, person_id, person_version, candidates, differences)
WHERE import_row.import_id = %(import_id)s AND import_row.row_number = found.row_number AND import_row.outcome = 'again'
