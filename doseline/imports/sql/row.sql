-- One row of a list.
-- Inputs: import_id, row_number. Returns it, or nothing.
SELECT row_number, state, candidates, decision, outcome, person_id, person_version
FROM import_row
WHERE import_id = %(import_id)s AND row_number = %(row_number)s
