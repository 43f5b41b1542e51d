-- Vials of a session from which more doses are recorded than they hold, and one more for the overfill: two phones that drew from one
-- without hearing of each other, or doses written down to the wrong vial.
-- Inputs: session_id. Returns: number (batch), opened_at, given, doses_per_vial; by opening. The session's doses once.
SELECT batch.number, opened.given_at AS opened_at, count(*)::int AS given, product.doses_per_vial
FROM fact AS dose
JOIN fact AS opened ON opened.fact_id = (dose.body::jsonb ->> 'vial_fact_id')::uuid
JOIN product ON product.code = opened.product_code
LEFT JOIN batch ON batch.batch_id = opened.batch_id
WHERE dose.session_id = %(session_id)s AND dose.kind = 'dose_given'
    AND NOT EXISTS (SELECT FROM fact AS void WHERE void.corrects_fact_id = dose.fact_id AND void.kind = 'fact_voided')
GROUP BY opened.fact_id, batch.number, opened.given_at, product.doses_per_vial
HAVING count(*) > product.doses_per_vial + 1
ORDER BY opened.given_at
