-- Rows of a list that may be the same person as an earlier row: the same consonants and year, with the birthday, the phone
-- or the document. Each later row once, with its earliest fellow.
-- Inputs: import_id. Returns: row_number, earlier; by row_number.
WITH own AS MATERIALIZED (  -- only what is compared here: a million rows lie in memory
    SELECT row_number, bones_hash, born_on, born_year, phone, id_kind, id_value, registry_code
    FROM import_row
    WHERE import_id = %(import_id)s AND state <> 'faulty' AND bones_hash IS NOT NULL
),
crowded AS (
    SELECT bones_hash, born_year FROM own GROUP BY bones_hash, born_year HAVING count(*) > 1
)
SELECT DISTINCT ON (later.row_number) later.row_number, earlier.row_number
FROM crowded
JOIN own AS earlier ON earlier.bones_hash = crowded.bones_hash AND earlier.born_year IS NOT DISTINCT FROM crowded.born_year
JOIN own AS later ON later.bones_hash = crowded.bones_hash AND later.born_year IS NOT DISTINCT FROM crowded.born_year
    AND later.row_number > earlier.row_number
WHERE later.born_on = earlier.born_on OR (later.phone <> '' AND later.phone = earlier.phone)
    OR (later.id_value <> '' AND later.id_value = earlier.id_value AND later.id_kind = earlier.id_kind)
    OR (later.registry_code <> '' AND later.registry_code = earlier.registry_code)
ORDER BY later.row_number, earlier.row_number
