-- Takes what a list says of people we have into the register, all or nothing a person, and writes each field's change.
-- Inputs: import_id, now, by, rows_before (lines of the file above its first person); one array per column. An empty text
--   leaves a field as it is.
-- Returns the row_numbers whose person has changed since they were matched: nothing of them is taken, they go back to review.
-- Retry: a row is taken once (its outcome is written in the same statement).
WITH incoming AS MATERIALIZED (
    SELECT *
    FROM unnest(
        %(row_number)s::int[], %(person_id)s::uuid[], %(person_version)s::int[], %(name_latin)s::text[],
        %(name_local)s::text[], %(born_on)s::date[], %(born_year)s::int[], %(sex)s::text[], %(phone)s::text[],
        %(email)s::text[], %(id_kind)s::text[], %(id_value)s::text[], %(priority_group)s::text[], %(institution)s::text[],
        %(household)s::text[], %(pincode)s::text[], %(org_unit_id)s::text[], %(name_hash)s::bigint[],
        %(more_ids)s::text[]
    ) AS given (
        row_number, person_id, person_version, name_latin, name_local, born_on, born_year, sex, phone, email, id_kind,
        id_value, priority_group, institution, household, pincode, org_unit_id, name_hash, more_ids)
),
changed AS (
    UPDATE person
    SET name_latin = coalesce(nullif(incoming.name_latin, ''), person.name_latin),
        name_local = coalesce(nullif(incoming.name_local, ''), person.name_local),
        born_on = coalesce(incoming.born_on, person.born_on),
        born_year = coalesce(extract(year FROM incoming.born_on)::int, person.born_year),
        sex = coalesce(nullif(incoming.sex, ''), person.sex),
        priority_group = coalesce(nullif(incoming.priority_group, ''), person.priority_group),
        institution = coalesce(nullif(incoming.institution, ''), person.institution),
        household = coalesce(nullif(incoming.household, ''), person.household),
        pincode = coalesce(nullif(incoming.pincode, ''), person.pincode),
        org_unit_id = CASE
            WHEN person.org_unit_id = incoming.org_unit_id OR person.org_unit_id LIKE incoming.org_unit_id || '.%%'
                THEN person.org_unit_id
            ELSE incoming.org_unit_id
        END,
        name_hash = CASE WHEN incoming.name_hash <> 0 THEN incoming.name_hash ELSE person.name_hash END,
        version = person.version + 1
    FROM incoming
    WHERE person.person_id = incoming.person_id AND person.version = incoming.person_version
    RETURNING person.person_id
),
reached AS (
    INSERT INTO contact_point (contact_point_id, person_id, kind, value)
    SELECT gen_random_uuid(), incoming.person_id, given.kind, given.value
    FROM changed
    JOIN incoming ON incoming.person_id = changed.person_id
    CROSS JOIN LATERAL (VALUES ('phone', incoming.phone), ('email', incoming.email)) AS given (kind, value)
    WHERE given.value <> '' AND NOT EXISTS (
        SELECT FROM contact_point WHERE contact_point.person_id = incoming.person_id
        AND contact_point.kind = given.kind AND contact_point.value = given.value)
),
known AS (
    INSERT INTO identifier (identifier_id, person_id, kind, value)
    SELECT gen_random_uuid(), incoming.person_id, incoming.id_kind, incoming.id_value
    FROM changed
    JOIN incoming ON incoming.person_id = changed.person_id
    WHERE incoming.id_value <> '' AND NOT EXISTS (
        SELECT FROM identifier WHERE identifier.person_id = incoming.person_id
        AND identifier.kind = incoming.id_kind AND identifier.value = incoming.id_value)
),
known_more AS (
    INSERT INTO identifier (identifier_id, person_id, kind, value)
    SELECT gen_random_uuid(), incoming.person_id, split_part(document, ' ', 1), split_part(document, ' ', 2)
    FROM changed
    JOIN incoming ON incoming.person_id = changed.person_id
    CROSS JOIN LATERAL string_to_table(nullif(incoming.more_ids, ''), ',') AS document
    WHERE NOT EXISTS (
        SELECT FROM identifier WHERE identifier.person_id = incoming.person_id
        AND identifier.kind = split_part(document, ' ', 1) AND identifier.value = split_part(document, ' ', 2))
),
told AS (
    INSERT INTO person_change (change_id, person_id, field, before, after, changed_at, changed_by_id, import_id, row_number)
    SELECT gen_random_uuid(), changed.person_id, difference.key, difference.value ->> 0, difference.value ->> 1, %(now)s,
        %(by)s, %(import_id)s, incoming.row_number + %(rows_before)s
    FROM changed
    JOIN incoming ON incoming.person_id = changed.person_id
    JOIN import_row ON import_row.import_id = %(import_id)s AND import_row.row_number = incoming.row_number
    CROSS JOIN LATERAL jsonb_each(import_row.differences) AS difference
),
done AS (
    UPDATE import_row
    SET outcome = CASE WHEN changed.person_id IS NULL THEN 'again' ELSE 'changed' END
    FROM incoming
    LEFT JOIN changed ON changed.person_id = incoming.person_id
    WHERE import_row.import_id = %(import_id)s AND import_row.row_number = incoming.row_number
)
SELECT incoming.row_number
FROM incoming
WHERE NOT EXISTS (SELECT FROM changed WHERE changed.person_id = incoming.person_id)
