-- A matter under review, as the desk is about to decide it.
-- Inputs: fact_id, kind. Returns: session_id, person_id, other_fact_id, other_session_id, product_code, given_at, is_settled (a fact since says all there is to say), entry_number
--   (the next of its decisions); nothing where nothing is under review.
SELECT item.session_id, item.person_id, item.other_fact_id,
    (SELECT other.session_id FROM fact AS other WHERE other.fact_id = item.other_fact_id) AS other_session_id, fact.product_code, fact.given_at,
    CASE item.kind WHEN 'all_taken_back' THEN EXISTS (
        SELECT FROM fact AS said
        WHERE said.person_id = item.person_id AND said.session_id = item.session_id AND said.kind IN ('dose_given', 'not_given')
            AND NOT EXISTS (SELECT FROM fact AS void WHERE void.corrects_fact_id = said.fact_id AND void.kind = 'fact_voided'))
    ELSE EXISTS (
        SELECT FROM fact AS void WHERE void.corrects_fact_id IN (item.fact_id, item.other_fact_id) AND void.kind = 'fact_voided') END AS is_settled,
    1 + (SELECT count(DISTINCT own.device_seq / 20) FROM fact AS own WHERE own.device_id = item.fact_id)::int AS entry_number
FROM status.review_item AS item
JOIN fact ON fact.fact_id = item.fact_id
WHERE item.fact_id = %(fact_id)s AND item.kind = %(kind)s
