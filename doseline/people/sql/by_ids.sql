-- People as candidates for one another.
-- Inputs: person_ids. Returns what is compared, as find.sql.
SELECT person.person_id, person.version, person.code, person.name_latin, person.name_local, person.born_on,
    person.born_year, person.sex, person.priority_group, person.institution, person.household, person.pincode,
    person.org_unit_id, person.name_hash,
    (SELECT string_agg(contact_point.kind || ' ' || contact_point.value, E'\n')
     FROM contact_point WHERE contact_point.person_id = person.person_id),
    (SELECT string_agg(identifier.kind || ' ' || identifier.value, E'\n')
     FROM identifier WHERE identifier.person_id = person.person_id)
FROM person
WHERE person.person_id = ANY(%(person_ids)s)
