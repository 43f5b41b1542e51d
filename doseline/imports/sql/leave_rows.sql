-- Writes that rows were left as they are: same as the register, kept, or skipped.
-- Inputs: import_id, rows. Retry: changes nothing the second time.
UPDATE import_row
SET outcome = 'left'
WHERE import_id = %(import_id)s AND row_number = ANY(%(rows)s::int[]) AND outcome IS NULL
