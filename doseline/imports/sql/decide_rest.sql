-- Decides about all rows of a state that nobody has said a word on.
-- Inputs: import_id, state, decision, decided_by. Returns nothing. Retry: nothing is left to decide.
UPDATE import_row
SET decision = %(decision)s, decided_by = %(decided_by)s
WHERE import_id = %(import_id)s AND state = %(state)s AND decision IS NULL AND (outcome IS NULL OR outcome = 'again')
