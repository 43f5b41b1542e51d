-- Marks rows as the same person as an earlier row of their list.
-- Inputs: import_id; rows and twins side by side. Retry: changes nothing the second time.
UPDATE import_row
SET state = 'twice', twin_of = given.twin_of, candidates = '[]', differences = '{}'
FROM unnest(%(rows)s::int[], %(twins)s::int[]) AS given (row_number, twin_of)
WHERE import_row.import_id = %(import_id)s AND import_row.row_number = given.row_number
