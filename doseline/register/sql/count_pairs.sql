-- How many pairs of an area nobody has decided on yet, and how many people of all are still to be compared.
-- Inputs: areas. Returns: open, searching. O(open pairs).
SELECT count(*), (SELECT count(*) FROM duplicate_search)
FROM duplicate_pair
JOIN person AS one ON one.person_id = duplicate_pair.one_id
JOIN person AS other ON other.person_id = duplicate_pair.other_id
WHERE NOT EXISTS (SELECT FROM pair_decision WHERE pair_decision.pair_id = duplicate_pair.pair_id)
    AND EXISTS (
        SELECT FROM unnest(%(areas)s::text[]) AS area
        WHERE one.org_unit_id = area OR one.org_unit_id LIKE area || '.%%'
            OR other.org_unit_id = area OR other.org_unit_id LIKE area || '.%%')
