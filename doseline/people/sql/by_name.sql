-- People whose whole name is spelt like another: the same consonants, in any order of words.
-- Inputs: bones, limit. Returns what is compared, as find.sql.
SELECT person.person_id, person.version, person.code, person.name_latin, person.name_local, person.born_on,
    person.born_year, person.sex, person.priority_group, person.institution, person.household, person.pincode,
    person.org_unit_id, person.name_hash,
    (SELECT string_agg(contact_point.kind || ' ' || contact_point.value, E'\n' ORDER BY contact_point_id)
     FROM contact_point WHERE contact_point.person_id = person.person_id),
    (SELECT string_agg(identifier.kind || ' ' || identifier.value, E'\n' ORDER BY identifier_id)
     FROM identifier WHERE identifier.person_id = person.person_id)
FROM person
WHERE person.bones_hash = %(bones)s
LIMIT %(limit)s
