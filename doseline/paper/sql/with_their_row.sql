-- Facts, and with those that paper told what else the same row told of the person's coming; not of a reaction. A dose that the desk said
-- again is the row's all the same.
-- Inputs: fact_ids. Returns: fact_id; each once.
WITH RECURSIVE line AS (
    SELECT fact_id, device_id, device_seq, person_id FROM fact WHERE fact_id = ANY(%(fact_ids)s::uuid[]) AND provenance <> 'device'
    UNION
    SELECT before.fact_id, before.device_id, before.device_seq, before.person_id
    FROM line
    JOIN review_decision AS made ON made.person_id = line.person_id
        AND (made.decision_id = line.device_id OR made.said ? line.fact_id::text)
    JOIN fact AS before ON made.gone ? before.fact_id::text AND before.person_id = line.person_id
)
SELECT fact_id FROM fact WHERE fact_id = ANY(%(fact_ids)s::uuid[])
UNION
SELECT other.fact_id
FROM line
JOIN fact AS other ON other.device_id = line.device_id AND other.device_seq / 20 = line.device_seq / 20 AND other.person_id = line.person_id
WHERE other.kind IN ('person_arrived', 'identity_checked', 'dose_given', 'not_given', 'observation_ended')
    AND NOT EXISTS (SELECT FROM fact AS void WHERE void.corrects_fact_id = other.fact_id AND void.kind = 'fact_voided')
