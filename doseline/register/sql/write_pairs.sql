-- Writes down who may be one person, the later registered first; pairs nobody has decided on that are no longer alike go.
-- Inputs: searched (person_ids compared anew); ones, others, scores, reasons (side by side); now. The row count is how many are new.
-- Retry: a pair is written once.
WITH given AS MATERIALIZED (
    SELECT CASE WHEN is_later THEN one ELSE other END AS one, CASE WHEN is_later THEN other ELSE one END AS other, score, reasons
    FROM (
        SELECT DISTINCT ON (least(told.one, told.other), greatest(told.one, told.other)) told.*,
            (a.registered_at, a.person_id) > (b.registered_at, b.person_id) AS is_later
        FROM unnest(%(ones)s::uuid[], %(others)s::uuid[], %(scores)s::float8[], %(reasons)s::jsonb[])
            AS told (one, other, score, reasons)
        JOIN person AS a ON a.person_id = told.one
        JOIN person AS b ON b.person_id = told.other
    ) AS ordered
),
gone AS (
    DELETE FROM duplicate_pair
    WHERE (one_id = ANY(%(searched)s) OR other_id = ANY(%(searched)s))
        AND NOT EXISTS (SELECT FROM pair_decision WHERE pair_decision.pair_id = duplicate_pair.pair_id)
        AND NOT EXISTS (SELECT FROM given WHERE given.one = duplicate_pair.one_id AND given.other = duplicate_pair.other_id)
)
INSERT INTO duplicate_pair (pair_id, one_id, other_id, score, reasons, found_at)
SELECT gen_random_uuid(), one, other, score, reasons, %(now)s FROM given
ON CONFLICT ON CONSTRAINT pair_is_found_once DO NOTHING
