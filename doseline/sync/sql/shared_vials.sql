-- Vials of a session that one phone must hear of from others: what others opened and nobody has thrown away, for it may go on
-- with them, and of what it opened itself what another threw away and what was opened at another time than it said.
-- Inputs: session_id, device_id. Returns fact_id, batch_id, opened_at, wasted (doses thrown away elsewhere); by opening.
-- Cost: the session's facts of no person (fact_of_session), some dozens.
WITH standing AS MATERIALIZED (
    SELECT fact.fact_id, fact.device_id, fact.kind, fact.batch_id, fact.given_at, fact.clock_doubt, fact.body::json AS said
    FROM fact
    WHERE fact.session_id = %(session_id)s AND fact.person_id IS NULL AND fact.kind IN ('vial_opened', 'vial_wasted')
        AND NOT EXISTS (
            SELECT FROM fact AS void WHERE void.corrects_fact_id = fact.fact_id AND void.kind = 'fact_voided')
),
wasted AS (
    SELECT said ->> 'vial_fact_id' AS vial_fact_id,
        sum((said ->> 'dose_count')::int) FILTER (WHERE device_id <> %(device_id)s)::int AS elsewhere
    FROM standing
    WHERE kind = 'vial_wasted'
    GROUP BY 1
)
SELECT opened.fact_id, opened.batch_id, opened.given_at, coalesce(wasted.elsewhere, 0)
FROM standing AS opened
LEFT JOIN wasted ON wasted.vial_fact_id = opened.fact_id::text
WHERE opened.kind = 'vial_opened'
    AND CASE WHEN opened.device_id = %(device_id)s THEN wasted.elsewhere > 0 OR opened.clock_doubt IS NOT NULL ELSE wasted.vial_fact_id IS NULL END
ORDER BY opened.given_at, opened.fact_id
