-- Makes persons of walk-ins, with their phone and document where they gave one.
-- Inputs: one array per column. Returns nothing.
-- Retry: a fact makes one person; a short code already taken gets the person's id behind it.
WITH incoming AS MATERIALIZED (
    SELECT *
    FROM unnest(
        %(fact_id)s::uuid[], %(person_id)s::uuid[], %(session_id)s::uuid[], %(code)s::text[], %(name)s::text[],
        %(is_latin)s::bool[], %(born_year)s::int[], %(sex)s::text[], %(phone)s::text[], %(document_kind)s::text[],
        %(document_value)s::text[], %(local_language)s::text[])
        AS arrived (fact_id, person_id, session_id, code, name, is_latin, born_year, sex, phone, document_kind,
                    document_value, local_language)
),
registered AS (
    INSERT INTO person (
        person_id, code, name_latin, name_local, local_language, sex, born_year, priority_group, institution,
        org_unit_id, registered_at, registered_by_fact)
    SELECT incoming.person_id,
        CASE
            WHEN EXISTS (SELECT FROM person WHERE person.code = incoming.code)
                OR count(*) OVER (PARTITION BY incoming.code) > 1 OR incoming.code = ''
                THEN incoming.code || '-' || incoming.person_id
            ELSE incoming.code
        END,
        CASE WHEN is_latin THEN incoming.name ELSE '' END, CASE WHEN is_latin THEN '' ELSE incoming.name END, local_language, sex,
        born_year, 'other',
        '', site.org_unit_id, now(), fact_id
    FROM incoming
    JOIN session ON session.session_id = incoming.session_id
    JOIN site ON site.site_id = session.site_id
    ON CONFLICT DO NOTHING
    RETURNING person_id
),
phones AS (
    INSERT INTO contact_point (contact_point_id, person_id, kind, value)
    SELECT gen_random_uuid(), incoming.person_id, 'phone', incoming.phone
    FROM incoming
    JOIN registered ON registered.person_id = incoming.person_id
    WHERE incoming.phone <> ''
)
INSERT INTO identifier (identifier_id, person_id, kind, value)
SELECT gen_random_uuid(), incoming.person_id, incoming.document_kind, incoming.document_value
FROM incoming
JOIN registered ON registered.person_id = incoming.person_id
WHERE incoming.document_value <> ''
