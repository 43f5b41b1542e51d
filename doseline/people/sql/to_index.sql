-- What the keys of people are made from.
-- Inputs: person_ids. Returns: person_id, name_latin, name_local, born_on, phones.
SELECT person.person_id, person.name_latin, person.name_local, person.born_on,
    ARRAY(SELECT value FROM contact_point WHERE contact_point.person_id = person.person_id AND kind = 'phone')
FROM person
WHERE person.person_id = ANY(%(person_ids)s)
