-- What is compared of some rows of a list.
-- Inputs: import_id, rows. Returns: row_number, name_latin, name_local, born_on, born_year, sex, phone, institution, org_unit_id, id_kind,
--   id_value.
SELECT row_number, name_latin, name_local, born_on, born_year, sex, phone, institution, org_unit_id, id_kind, id_value
FROM import_row
WHERE import_id = %(import_id)s AND row_number = ANY(%(rows)s::int[])
