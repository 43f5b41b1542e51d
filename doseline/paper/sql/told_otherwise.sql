-- Doses of a register that stand with another number, or none, than the register gives them now: one person has one dose of a vaccine
-- and batch a day, so the later word takes the place of the earlier.
-- Inputs: person_ids, session_ids, batch_ids, numbers side by side, none of them told_before. Returns: person_id, session_id, fact_id.
-- One index look each.
SELECT fact.person_id, fact.session_id, fact.fact_id
FROM unnest(%(person_ids)s::uuid[], %(session_ids)s::uuid[], %(batch_ids)s::uuid[], %(numbers)s::int[])
    AS given (person_id, session_id, batch_id, number)
JOIN fact ON fact.person_id = given.person_id AND fact.session_id = given.session_id AND fact.kind = 'dose_given'
    AND fact.provenance = 'imported' AND fact.batch_id IS NOT DISTINCT FROM coalesce(given.batch_id, fact.batch_id)
WHERE NOT EXISTS (SELECT FROM fact AS void WHERE void.corrects_fact_id = fact.fact_id AND void.kind = 'fact_voided')
