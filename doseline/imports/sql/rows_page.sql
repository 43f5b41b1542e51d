-- One page of the rows of one kind.
-- Inputs: import_id, state, limit, after (row_number). Returns the rows, by number.
SELECT row_number, cells, name_latin, name_local, born_on, born_year, sex, phone, institution, org_unit_id, problems, state,
    person_id, candidates, differences, twin_of, decision, outcome
FROM import_row
WHERE import_id = %(import_id)s AND state = %(state)s AND row_number > %(after)s
ORDER BY row_number
LIMIT %(limit)s
