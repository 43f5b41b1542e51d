-- Doses that a register told of before, whatever was said of them since: told again they are no news.
-- Inputs: person_ids, session_ids, batch_ids (NULL where the register names none) side by side. Returns: person_id, session_id, batch_id as given.
-- One index look each.
SELECT given.person_id, given.session_id, given.batch_id
FROM unnest(%(person_ids)s::uuid[], %(session_ids)s::uuid[], %(batch_ids)s::uuid[]) AS given (person_id, session_id, batch_id)
WHERE EXISTS (
    SELECT FROM fact
    WHERE fact.person_id = given.person_id AND fact.session_id = given.session_id AND fact.kind = 'dose_given'
        AND fact.provenance = 'imported' AND (given.batch_id IS NULL OR fact.batch_id = given.batch_id))
