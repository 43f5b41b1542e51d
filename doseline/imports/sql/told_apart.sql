-- Someone said of these new people that they are not whom they were thought to be: they are not asked about it again.
-- Inputs: ones, others, scores, reasons, deciders (side by side; the new person first); now. Returns nothing. Retry: once a pair.
WITH given AS MATERIALIZED (
    SELECT gen_random_uuid() AS pair_id, told.*
    FROM unnest(%(ones)s::uuid[], %(others)s::uuid[], %(scores)s::float8[], %(reasons)s::jsonb[], %(deciders)s::uuid[])
        AS told (one, other, score, reasons, decider)
    JOIN person ON person.person_id = told.one
),
paired AS (
    INSERT INTO duplicate_pair (pair_id, one_id, other_id, score, reasons, found_at)
    SELECT pair_id, one, other, score, reasons, %(now)s FROM given
    ON CONFLICT ON CONSTRAINT pair_is_found_once DO NOTHING
    RETURNING pair_id
)
INSERT INTO pair_decision (pair_id, outcome, decided_at, decided_by_id)
SELECT given.pair_id, 'two_people', %(now)s, given.decider FROM given JOIN paired USING (pair_id)
