-- How many rows of a list must be looked at again, because their person changed after they were matched.
-- Inputs: import_id. Returns: count.
SELECT count(*)::int FROM import_row WHERE import_id = %(import_id)s AND outcome = 'again'
