-- Doses that a register told of before, with the same number where it gives one, whatever was said of them since: told again they are no
-- news.
-- Inputs: person_ids, session_ids, batch_ids and numbers (NULL where the register gives none) side by side. Returns: person_id, session_id,
--   batch_id, number as given.
-- One index look each.
SELECT given.person_id, given.session_id, given.batch_id, given.number
FROM unnest(%(person_ids)s::uuid[], %(session_ids)s::uuid[], %(batch_ids)s::uuid[], %(numbers)s::int[])
    AS given (person_id, session_id, batch_id, number)
WHERE EXISTS (
    SELECT FROM fact
    WHERE fact.person_id = given.person_id AND fact.session_id = given.session_id AND fact.kind = 'dose_given'
        AND fact.provenance = 'imported' AND (given.batch_id IS NULL OR fact.batch_id = given.batch_id)
        AND (given.number IS NULL OR (fact.body::jsonb ->> 'dose_number')::int = given.number))
