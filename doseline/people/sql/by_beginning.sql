-- People of some areas whose name begins as given, in Latin or local letters.
-- Inputs: latin, local (patterns ending in %%), areas, limit. Returns: person_id.
SELECT person.person_id
FROM person
WHERE ((lower(person.name_latin) LIKE %(latin)s AND person.name_latin <> '')
        OR (person.name_local LIKE %(local)s AND person.name_local <> ''))
    AND EXISTS (
        SELECT FROM unnest(%(areas)s::text[]) AS area
        WHERE person.org_unit_id = area OR person.org_unit_id LIKE area || '.%%')
LIMIT %(limit)s
