-- Rows of a list whose person changed, or came into the register, after they were matched: they are matched anew.
-- Inputs: import_id. Returns: row_number, then what the row says, in the order of rules.ReadRow but for its problems.
SELECT row_number, registry_code, name_latin, name_local, born_on, born_year, sex, phone, email, id_kind, id_value, priority_group,
    institution, household, pincode, org_unit_id, more_ids
FROM import_row
WHERE import_id = %(import_id)s AND outcome = 'again'
ORDER BY row_number
