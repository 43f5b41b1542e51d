-- Takes the likeliest person for every close match that nobody has said a word on and whose name, phone and birth are that person's.
-- Inputs: import_id, decided_by. Returns nothing; the row count is how many. Retry: nothing is left to decide.
UPDATE import_row
SET decision = 'take', decided_by = %(decided_by)s, person_id = (candidates -> 0 ->> 'person_id')::uuid,
    person_version = (candidates -> 0 ->> 'version')::int
WHERE import_id = %(import_id)s AND state = 'close' AND decision IS NULL AND outcome IS NULL
    AND is_likely(candidates)
