-- People of some areas whose name begins as given, in Latin or local letters.
-- Inputs: latin, local (patterns ending in %%), areas, limit. Returns what is compared, as find.sql.
SELECT person.person_id, person.version, person.code, person.name_latin, person.name_local, person.born_on,
    person.born_year, person.sex, person.priority_group, person.institution, person.household, person.pincode,
    person.org_unit_id, person.name_hash,
    (SELECT string_agg(contact_point.kind || ' ' || contact_point.value, E'\n' ORDER BY contact_point_id)
     FROM contact_point WHERE contact_point.person_id = person.person_id),
    (SELECT string_agg(identifier.kind || ' ' || identifier.value, E'\n' ORDER BY identifier_id)
     FROM identifier WHERE identifier.person_id = person.person_id)
FROM person
WHERE ((lower(person.name_latin) LIKE %(latin)s AND person.name_latin <> '')
        OR (person.name_local LIKE %(local)s AND person.name_local <> ''))
    AND EXISTS (
        SELECT FROM unnest(%(areas)s::text[]) AS area
        WHERE person.org_unit_id = area OR person.org_unit_id LIKE area || '.%%')
LIMIT %(limit)s
