-- The doses of a person that count, over all rows that are linked as theirs, oldest first: given at a session, or before it on evidence; and
-- whether one is told twice. Of one day there is one; and what another row tells nearer than the vaccine allows is likelier the same told
-- again, as within one row.
-- Inputs: person_id. Returns: given_at, product_code, product_name, batch, provenance, is_doubled, dose_number (NULL on evidence). Index looks.
WITH RECURSIVE same AS (
    SELECT %(person_id)s::uuid AS person_id
    UNION
    SELECT next.person_id
    FROM same
    CROSS JOIN LATERAL (
        SELECT link_id, same_as_id AS person_id FROM person_link WHERE person_link.person_id = same.person_id
        UNION ALL
        SELECT link_id, person_id FROM person_link WHERE person_link.same_as_id = same.person_id
    ) AS next
    WHERE NOT EXISTS (SELECT FROM person_unlink WHERE person_unlink.link_id = next.link_id)
),
dose AS (
    SELECT roster.person_id AS row_id, roster.given_at, roster.product_code, roster.batch_id, roster.provenance, roster.dose_number,
        cardinality(roster.doubled_fact_ids) > 0 OR EXISTS (
            SELECT FROM status.review_item
            WHERE review_item.person_id = roster.person_id AND review_item.kind <> 'number_too_high') AS is_doubled
    FROM same
    JOIN status.roster ON roster.person_id = same.person_id AND roster.is_counted
    UNION ALL
    SELECT fact.person_id, fact.given_at, fact.product_code, fact.batch_id, fact.provenance, NULL, false
    FROM same
    JOIN fact ON fact.person_id = same.person_id AND fact.kind = 'dose_attested'
    WHERE NOT EXISTS (SELECT FROM fact AS void WHERE void.corrects_fact_id = fact.fact_id AND void.kind = 'fact_voided')
        AND NOT EXISTS (SELECT FROM status.roster
                        WHERE roster.person_id = fact.person_id AND roster.is_counted
                            AND date_trunc('day', roster.given_at, 'Asia/Kolkata') = date_trunc('day', fact.given_at, 'Asia/Kolkata'))
),
each AS (
    SELECT DISTINCT ON (date_trunc('day', given_at, 'Asia/Kolkata')) row_id, given_at, product_code, batch_id, provenance, dose_number, is_doubled
    FROM dose
    ORDER BY date_trunc('day', given_at, 'Asia/Kolkata'), provenance = 'attested', provenance = 'imported', given_at
),
near AS (
    SELECT later.given_at, each.given_at AS before_at
    FROM each
    JOIN each AS later ON later.row_id <> each.row_id AND later.given_at > each.given_at
    JOIN product ON product.code = later.product_code
    WHERE later.given_at - each.given_at < make_interval(days => product.earliest_days - 4)
),
told_again AS (  -- near to what is not itself told again
    SELECT given_at, before_at FROM near WHERE before_at NOT IN (SELECT given_at FROM near)
)
SELECT each.given_at, each.product_code, product.name AS product_name, batch.number AS batch, each.provenance,
    each.is_doubled OR EXISTS (SELECT FROM told_again WHERE told_again.before_at = each.given_at) AS is_doubled,
    greatest(each.dose_number, CASE WHEN each.dose_number IS NOT NULL THEN row_number() OVER (ORDER BY each.given_at) END)::int AS dose_number
FROM each
JOIN product ON product.code = each.product_code
LEFT JOIN batch ON batch.batch_id = each.batch_id
WHERE NOT EXISTS (SELECT FROM told_again WHERE told_again.given_at = each.given_at)
ORDER BY each.given_at
