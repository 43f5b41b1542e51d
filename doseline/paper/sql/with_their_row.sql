-- Facts, and with those that paper told what else the same row told of the person's coming; not of a reaction.
-- Inputs: fact_ids. Returns: fact_id; each once.
SELECT fact_id FROM fact WHERE fact_id = ANY(%(fact_ids)s::uuid[])
UNION
SELECT other.fact_id
FROM fact
JOIN fact AS other ON other.device_id = fact.device_id AND other.device_seq / 20 = fact.device_seq / 20 AND other.person_id = fact.person_id
WHERE fact.fact_id = ANY(%(fact_ids)s::uuid[]) AND fact.provenance <> 'device'
    AND other.kind IN ('person_arrived', 'identity_checked', 'dose_given', 'not_given', 'observation_ended')
    AND NOT EXISTS (SELECT FROM fact AS void WHERE void.corrects_fact_id = other.fact_id AND void.kind = 'fact_voided')
