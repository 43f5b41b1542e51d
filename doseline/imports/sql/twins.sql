-- Rows of a list that may be the same person as an earlier row: the same consonants and year, with the birthday, the phone or the
-- code of ours; or one phone and birthday, or one document, however the name is spelt or in whatever script. A document that twenty rows share is a filler.
-- Inputs: import_id. Returns: row_number, earlier; by row_number, each later row once, with its earliest fellow.
-- Cost: three aggregates over the list's rows in memory, 3 us a row.
WITH own AS MATERIALIZED (  -- only what is compared here: a million rows lie in memory
    SELECT row_number, bones_hash, born_on, born_year, phone, id_kind, id_value, registry_code
    FROM import_row
    WHERE import_id = %(import_id)s AND state <> 'faulty'
),
crowded AS (
    SELECT bones_hash, born_year FROM own WHERE bones_hash IS NOT NULL GROUP BY bones_hash, born_year HAVING count(*) > 1
),
shared AS (
    SELECT id_kind, id_value, min(row_number) AS earlier
    FROM own
    WHERE id_value <> ''
    GROUP BY id_kind, id_value
    HAVING count(*) BETWEEN 2 AND 20
),
called AS (  -- one phone and one birthday, a middle name left out of one spelling
    SELECT phone, born_on, min(row_number) AS earlier
    FROM own
    WHERE phone <> '' AND born_on IS NOT NULL
    GROUP BY phone, born_on
    HAVING count(*) BETWEEN 2 AND 20
),
pair AS (
    SELECT later.row_number, earlier.row_number AS earlier
    FROM crowded
    JOIN own AS earlier ON earlier.bones_hash = crowded.bones_hash AND earlier.born_year IS NOT DISTINCT FROM crowded.born_year
    JOIN own AS later ON later.bones_hash = crowded.bones_hash AND later.born_year IS NOT DISTINCT FROM crowded.born_year
        AND later.row_number > earlier.row_number
    WHERE later.born_on = earlier.born_on OR (later.phone <> '' AND later.phone = earlier.phone)
        OR (later.registry_code <> '' AND later.registry_code = earlier.registry_code)
    UNION ALL
    SELECT later.row_number, shared.earlier
    FROM shared
    JOIN own AS later ON later.id_kind = shared.id_kind AND later.id_value = shared.id_value AND later.row_number > shared.earlier
    UNION ALL
    SELECT later.row_number, called.earlier
    FROM called
    JOIN own AS later ON later.phone = called.phone AND later.born_on = called.born_on AND later.row_number > called.earlier
)
SELECT DISTINCT ON (row_number) row_number, earlier FROM pair ORDER BY row_number, earlier
