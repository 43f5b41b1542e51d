-- Puts new people into the register, with phone, e-mail and document, and writes what became of their rows.
-- Inputs: import_id, now, rows_before (lines of the file above its first person), first and last (row_number); one array per column,
--   row i of each a person, each person's keys once.
-- Returns the row_numbers that were NOT added, because someone just like them has come into the register since the list was
--   matched: they go back to review.
-- Retry: a row is added once (its outcome is written in the same statement). Cost: 200 us a person, the indexes most of it.
WITH incoming AS MATERIALIZED (
    SELECT *
    FROM unnest(
        %(row_number)s::int[], %(person_id)s::uuid[], %(code)s::text[], %(name_latin)s::text[], %(name_local)s::text[],
        %(born_on)s::date[], %(born_year)s::int[], %(sex)s::text[], %(phone)s::text[], %(email)s::text[],
        %(id_kind)s::text[], %(id_value)s::text[], %(priority_group)s::text[], %(institution)s::text[],
        %(household)s::text[], %(pincode)s::text[], %(org_unit_id)s::text[], %(name_hash)s::bigint[], %(bones_hash)s::bigint[],
        %(is_told_new)s::bool[], %(more_ids)s::text[], %(local_language)s::text[]
    ) AS given (
        row_number, person_id, code, name_latin, name_local, born_on, born_year, sex, phone, email, id_kind, id_value,
        priority_group, institution, household, pincode, org_unit_id, name_hash, bones_hash, is_told_new,
        more_ids, local_language)
),
met AS MATERIALIZED (
    -- OFFSET 0 and the scalar question keep this two index looks a row: the people this list has just put in are unknown to the
    -- statistics, and left free the planner compares each with every other
    SELECT DISTINCT incoming.row_number
    FROM incoming
    CROSS JOIN LATERAL (
        SELECT person.person_id, person.name_hash, person.sex, person.born_on, person.registered_at
        FROM person
        WHERE person.bones_hash = incoming.bones_hash AND person.born_year = incoming.born_year
        OFFSET 0
    ) AS alike
    WHERE NOT incoming.is_told_new AND alike.name_hash = incoming.name_hash AND alike.sex = incoming.sex
        AND alike.born_on IS NOT DISTINCT FROM incoming.born_on AND alike.registered_at >= %(matched_at)s
        AND (  -- this list's own people were told apart when it was read
            SELECT person_change.import_id
            FROM person_change
            WHERE person_change.person_id = alike.person_id AND person_change.field = 'registered'
            LIMIT 1
        ) IS DISTINCT FROM %(import_id)s::uuid
),
added AS (
    INSERT INTO person (
        person_id, code, name_latin, name_local, local_language, sex, born_year, born_on, priority_group, institution,
        household, pincode, org_unit_id, registered_at, name_hash, bones_hash, version)
    SELECT person_id, code, name_latin, name_local, local_language, sex,
        born_year, born_on, priority_group, institution, household, pincode, org_unit_id, %(now)s, name_hash, bones_hash, 1
    FROM incoming
    WHERE row_number NOT IN (SELECT row_number FROM met)
    RETURNING person_id
),
reached AS (
    INSERT INTO contact_point (contact_point_id, person_id, kind, value)
    SELECT gen_random_uuid(), incoming.person_id, given.kind, given.value
    FROM added
    JOIN incoming ON incoming.person_id = added.person_id
    CROSS JOIN LATERAL (VALUES ('phone', incoming.phone), ('email', incoming.email)) AS given (kind, value)
    WHERE given.value <> ''
),
known AS (
    INSERT INTO identifier (identifier_id, person_id, kind, value)
    SELECT gen_random_uuid(), incoming.person_id, incoming.id_kind, incoming.id_value
    FROM added
    JOIN incoming ON incoming.person_id = added.person_id
    WHERE incoming.id_value <> ''
),
known_more AS (
    INSERT INTO identifier (identifier_id, person_id, kind, value)
    SELECT gen_random_uuid(), incoming.person_id, split_part(document, ' ', 1), split_part(document, ' ', 2)
    FROM added
    JOIN incoming ON incoming.person_id = added.person_id
    CROSS JOIN LATERAL string_to_table(nullif(incoming.more_ids, ''), ',') AS document
),
found AS (
    INSERT INTO person_key (key, person_id)
    SELECT given.key, given.person_id
    FROM unnest(%(key_person_ids)s::uuid[], %(keys)s::bigint[]) AS given (person_id, key)
    JOIN added ON added.person_id = given.person_id
),
searched AS (
    INSERT INTO duplicate_search (person_id) SELECT person_id FROM added
),
told AS (
    INSERT INTO person_change (change_id, person_id, field, before, after, changed_at, changed_by_id, import_id, row_number)
    SELECT gen_random_uuid(), incoming.person_id, 'registered', '', '', %(now)s, %(by)s, %(import_id)s, incoming.row_number + %(rows_before)s
    FROM added
    JOIN incoming ON incoming.person_id = added.person_id
),
done AS (
    UPDATE import_row
    SET outcome = CASE WHEN met.row_number IS NULL THEN 'added' ELSE 'again' END,
        person_id = CASE WHEN met.row_number IS NULL THEN incoming.person_id END
    FROM incoming
    LEFT JOIN met ON met.row_number = incoming.row_number
    WHERE import_row.import_id = %(import_id)s AND import_row.row_number = incoming.row_number
        AND import_row.row_number BETWEEN %(first)s AND %(last)s  -- else each batch reads all rows of the list
)
SELECT row_number FROM met
