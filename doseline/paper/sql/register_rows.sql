-- Rows of registers of doses whose person is known and whose dose is not recorded yet, the oldest list first.
-- Inputs: limit. Returns: import_id, row_number, cells, person_id. A line copied of an earlier one (`twice`) is of the same person: it may
--   be their next dose.
SELECT row.import_id, row.row_number, row.cells, coalesce(row.person_id, twin.person_id) AS person_id
FROM import_file AS file
JOIN import_row AS row ON row.import_id = file.import_id
LEFT JOIN import_row AS twin ON twin.import_id = row.import_id AND twin.row_number = row.twin_of
WHERE file.kind = 'doses' AND file.state IN ('applying', 'review', 'done') AND file.rows_applied > 0 AND row.dose_fact_id IS NULL
    AND coalesce(row.person_id, twin.person_id) IS NOT NULL
    AND (row.outcome IN ('added', 'changed')
         OR (row.outcome = 'left' AND row.state IN ('same', 'differs', 'moves') AND row.decision IS DISTINCT FROM 'skip')
         OR (row.state = 'twice' AND twin.outcome IS NOT NULL AND twin.decision IS DISTINCT FROM 'skip'))
ORDER BY file.sent_at, row.import_id, row.row_number
LIMIT %(limit)s
