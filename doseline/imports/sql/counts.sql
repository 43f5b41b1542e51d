-- How many rows of a list are of each kind, and how many of those still wait for a word or to be applied.
-- Inputs: import_id. Returns: state, count, undecided, unapplied, left out.
SELECT state, count(*)::int,
    (count(*) FILTER (WHERE decision IS NULL AND outcome IS NULL))::int, (count(*) FILTER (WHERE outcome IS NULL))::int,
    (count(*) FILTER (WHERE decision = 'skip'))::int
FROM import_row
WHERE import_id = %(import_id)s
GROUP BY state
