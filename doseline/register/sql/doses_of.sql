-- The doses of a person that count, oldest first: given at a session, or before it on evidence; and whether one is told twice.
-- Inputs: person_id. Returns: given_at, product_code, product_name, batch, provenance, is_doubled, dose_number (NULL on evidence). Index looks.
SELECT dose.given_at, dose.product_code, product.name AS product_name, batch.number AS batch, dose.provenance, dose.is_doubled, dose.dose_number
FROM (
    SELECT roster.given_at, roster.product_code, roster.batch_id, roster.provenance,
        cardinality(roster.doubled_fact_ids) > 0 OR EXISTS (
            SELECT FROM status.review_item WHERE review_item.person_id = roster.person_id AND review_item.kind <> 'number_too_high') AS is_doubled, roster.dose_number
    FROM status.roster
    WHERE roster.person_id = %(person_id)s AND roster.is_counted
    UNION ALL
    SELECT fact.given_at, fact.product_code, fact.batch_id, fact.provenance, false, NULL
    FROM fact
    WHERE fact.person_id = %(person_id)s AND fact.kind = 'dose_attested'
        AND NOT EXISTS (SELECT FROM fact AS void WHERE void.corrects_fact_id = fact.fact_id AND void.kind = 'fact_voided')
        AND NOT EXISTS (SELECT FROM status.roster
                        WHERE roster.person_id = fact.person_id AND roster.is_counted
                            AND date_trunc('day', roster.given_at, 'Asia/Kolkata') = date_trunc('day', fact.given_at, 'Asia/Kolkata'))
) AS dose
JOIN product ON product.code = dose.product_code
LEFT JOIN batch ON batch.batch_id = dose.batch_id
ORDER BY dose.given_at
