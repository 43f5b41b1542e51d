-- Pairs of an area nobody has decided on yet, the likeliest first: at least one of the two lies in the area.
-- Inputs: areas, limit. Returns: pair_id, one_id, other_id, score, reasons. O(open pairs).
SELECT duplicate_pair.pair_id, duplicate_pair.one_id, duplicate_pair.other_id, duplicate_pair.score, duplicate_pair.reasons
FROM duplicate_pair
JOIN person AS one ON one.person_id = duplicate_pair.one_id
JOIN person AS other ON other.person_id = duplicate_pair.other_id
WHERE NOT EXISTS (SELECT FROM pair_decision WHERE pair_decision.pair_id = duplicate_pair.pair_id)
    AND EXISTS (
        SELECT FROM unnest(%(areas)s::text[]) AS area
        WHERE one.org_unit_id = area OR one.org_unit_id LIKE area || '.%%'
            OR other.org_unit_id = area OR other.org_unit_id LIKE area || '.%%')
ORDER BY duplicate_pair.score DESC, duplicate_pair.pair_id
LIMIT %(limit)s
