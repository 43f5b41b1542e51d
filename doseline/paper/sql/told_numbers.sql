-- What registers told of a dose, with the number they say it has: what is not taken back, and of which nobody has said that it is right.
-- Inputs: person_id, session_id. Returns: fact_id. Index looks.
SELECT fact_id
FROM fact
WHERE person_id = %(person_id)s AND session_id = %(session_id)s AND kind = 'dose_given' AND provenance = 'imported'
    AND body::jsonb ->> 'dose_number' IS NOT NULL AND NOT body::jsonb -> 'warnings' ? 'earlier_missing'
    AND NOT EXISTS (SELECT FROM fact AS void WHERE void.corrects_fact_id = fact.fact_id AND void.kind = 'fact_voided')
