-- The people whom rows of a list may mean: by key, by name and year, by code, by document; at most of_a_key by each.
-- Inputs: rows and keys side by side; name_rows, bones, years, has_birthday: with a birthday, only people of whom no more
--   than the year is known; code_rows, codes; document_rows, document_kinds, document_values.
-- Returns one row a list's row and person: row, then what is compared.
WITH hit AS (
    SELECT looking.row, found.person_id
    FROM (SELECT * FROM unnest(%(rows)s::int[], %(keys)s::bigint[]) AS given (row, key) ORDER BY key) AS looking
    CROSS JOIN LATERAL (
        SELECT person_key.person_id FROM person_key WHERE person_key.key = looking.key LIMIT %(of_a_key)s
    ) AS found
    UNION
    SELECT looking.row, found.person_id
    FROM unnest(%(name_rows)s::int[], %(bones)s::bigint[], %(years)s::int[], %(has_birthday)s::bool[])
        AS looking (row, bones, year, has_birthday)
    CROSS JOIN LATERAL (
        SELECT person.person_id FROM person
        WHERE looking.has_birthday AND person.born_on IS NULL
            AND person.bones_hash = looking.bones AND person.born_year = looking.year
        LIMIT %(of_a_key)s
    ) AS found
    UNION
    SELECT looking.row, found.person_id
    FROM unnest(%(name_rows)s::int[], %(bones)s::bigint[], %(years)s::int[], %(has_birthday)s::bool[])
        AS looking (row, bones, year, has_birthday)
    CROSS JOIN LATERAL (
        (SELECT person.person_id FROM person
         WHERE person.bones_hash = looking.bones AND person.born_year = looking.year LIMIT %(of_a_key)s)
        UNION ALL
        (SELECT person.person_id FROM person
         WHERE person.bones_hash = looking.bones AND person.born_year IN (looking.year - 1, looking.year + 1) LIMIT %(of_a_key)s)
    ) AS found
    WHERE NOT looking.has_birthday
    UNION
    SELECT looking.row, person.person_id
    FROM unnest(%(code_rows)s::int[], %(codes)s::text[]) AS looking (row, code)
    JOIN person ON person.code = looking.code
    UNION
    SELECT looking.row, found.person_id
    FROM unnest(%(document_rows)s::int[], %(document_kinds)s::text[], %(document_values)s::text[])
        AS looking (row, kind, value)
    CROSS JOIN LATERAL (
        SELECT identifier.person_id FROM identifier
        WHERE identifier.kind = looking.kind AND identifier.value = looking.value LIMIT %(of_a_key)s
    ) AS found
)
SELECT hit.row, met.*
FROM hit
-- OFFSET 0 keeps this one index look a hit: left free, the planner reads the whole register instead
CROSS JOIN LATERAL (
    SELECT person.person_id, person.version, person.code, person.name_latin, person.name_local, person.born_on,
        person.born_year, person.sex, person.priority_group, person.institution, person.household, person.pincode,
        person.org_unit_id, person.name_hash,
        (SELECT string_agg(contact_point.kind || ' ' || contact_point.value, E'\n')
         FROM contact_point WHERE contact_point.person_id = person.person_id),
        (SELECT string_agg(identifier.kind || ' ' || identifier.value, E'\n')
         FROM identifier WHERE identifier.person_id = person.person_id)
    FROM person
    WHERE person.person_id = hit.person_id
    OFFSET 0
) AS met
