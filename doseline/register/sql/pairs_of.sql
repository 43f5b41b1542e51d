-- The pairs of one person nobody has decided on yet, the likeliest first.
-- Inputs: person_id. Returns: pair_id, one_id, other_id, score, reasons.
SELECT pair_id, one_id, other_id, score, reasons
FROM duplicate_pair
WHERE (one_id = %(person_id)s OR other_id = %(person_id)s)
    AND NOT EXISTS (SELECT FROM pair_decision WHERE pair_decision.pair_id = duplicate_pair.pair_id)
ORDER BY score DESC, pair_id
