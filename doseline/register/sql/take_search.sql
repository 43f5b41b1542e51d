-- Takes people off the list of those to compare with the register.
-- Inputs: limit. Returns: person_id. Within the transaction that compares them: undone, they are back on the list.
DELETE FROM duplicate_search
WHERE person_id IN (SELECT person_id FROM duplicate_search LIMIT %(limit)s FOR UPDATE SKIP LOCKED)
RETURNING person_id
