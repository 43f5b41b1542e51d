-- Writes down which fact each row of a register became.
-- Inputs: import_ids, row_numbers, fact_ids side by side. Retry: changes nothing the second time.
UPDATE import_row
SET dose_fact_id = told.fact_id
FROM unnest(%(import_ids)s::uuid[], %(row_numbers)s::int[], %(fact_ids)s::uuid[]) AS told (import_id, row_number, fact_id)
WHERE import_row.import_id = told.import_id AND import_row.row_number = told.row_number AND import_row.dose_fact_id IS NULL
