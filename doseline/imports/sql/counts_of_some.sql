-- How many rows of a list were taken with something left out, and how many close matches are likely (the function `is_likely`); of these, how many
-- wait for a word.
-- Inputs: import_id. Returns: noted, likely, likely that wait.
SELECT (count(*) FILTER (WHERE state <> 'faulty' AND problems <> '[]'))::int, (count(*) FILTER (WHERE is_likely))::int,
    (count(*) FILTER (WHERE is_likely AND decision IS NULL AND outcome IS NULL))::int
FROM (
    SELECT state, problems, decision, outcome,
        state = 'close' AND is_likely(candidates) AS is_likely
    FROM import_row
    WHERE import_id = %(import_id)s
) AS row
