-- The next rows of a list that can be applied: new ones unless someone said otherwise, and those someone said yes to.
-- Inputs: import_id, limit, after (row_number of the last one had, or -1). Returns: row_number, state, decision, person_id, person_version, what the row says.
SELECT row_number, state, decision, person_id, person_version, name_latin, name_local, born_on, born_year, sex, phone, email,
    id_kind, id_value, priority_group, institution, household, pincode, org_unit_id, name_hash, differences,
    candidates, decided_by, more_ids
FROM import_row
WHERE import_id = %(import_id)s AND row_number > %(after)s AND outcome IS NULL
    AND (decision IS NOT NULL OR state IN ('new', 'same'))
ORDER BY row_number
LIMIT %(limit)s
