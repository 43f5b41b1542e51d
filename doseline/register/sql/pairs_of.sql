-- The pairs of one person that are not one row now: those nobody has decided on yet, and those said to be two people (is_apart), which
-- can still be linked.
-- Inputs: person_id. Returns: pair_id, one_id, other_id, score, reasons, is_apart; the likeliest first.
SELECT pair.pair_id, pair.one_id, pair.other_id, pair.score, pair.reasons, decision.pair_id IS NOT NULL AS is_apart
FROM duplicate_pair AS pair
LEFT JOIN pair_decision AS decision ON decision.pair_id = pair.pair_id
WHERE (pair.one_id = %(person_id)s OR pair.other_id = %(person_id)s)
    AND NOT EXISTS (
        SELECT FROM person_link AS link
        WHERE link.person_id IN (pair.one_id, pair.other_id) AND link.same_as_id IN (pair.one_id, pair.other_id)
            AND NOT EXISTS (SELECT FROM person_unlink WHERE person_unlink.link_id = link.link_id))
ORDER BY pair.score DESC, pair.pair_id
