-- One page of the rows of one kind; of kind `noted`, those taken with something left out, and of kind `likely`, the close matches
-- whose name, phone and birth are those of the likeliest person (the function `is_likely`).
-- Inputs: import_id, kind, limit, after. Returns the rows, by number, after that one; close matches the likeliest first, so many left out.
SELECT row_number, cells, name_latin, name_local, born_on, born_year, sex, phone, institution, org_unit_id, problems, state,
    person_id, candidates, differences, twin_of, decision, outcome
FROM import_row
WHERE import_id = %(import_id)s AND (%(kind)s IN ('close', 'likely') OR row_number > %(after)s)
    AND CASE %(kind)s::text
        WHEN 'noted' THEN state <> 'faulty' AND problems <> '[]'
        WHEN 'likely' THEN state = 'close' AND is_likely(candidates)
        ELSE state = %(kind)s::text
    END
ORDER BY CASE WHEN %(kind)s IN ('close', 'likely') THEN -(candidates -> 0 ->> 'score')::float8 END, row_number
LIMIT %(limit)s OFFSET CASE WHEN %(kind)s IN ('close', 'likely') THEN %(after)s ELSE 0 END
