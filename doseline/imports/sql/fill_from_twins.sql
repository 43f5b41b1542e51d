-- Gives a new person of a list what only another row of the same list says of them: phone, e-mail, document.
-- Inputs: import_id. Returns nothing. Retry: what is filled is not empty any more.
UPDATE import_row AS kept
SET phone = coalesce(nullif(kept.phone, ''), twin.phone), email = coalesce(nullif(kept.email, ''), twin.email),
    id_kind = CASE WHEN kept.id_value = '' THEN twin.id_kind ELSE kept.id_kind END,
    id_value = coalesce(nullif(kept.id_value, ''), twin.id_value)
FROM (
    SELECT DISTINCT ON (twin_of) twin_of, phone, email, id_kind, id_value
    FROM import_row
    WHERE import_id = %(import_id)s AND state = 'twice' AND (phone <> '' OR email <> '' OR id_value <> '')
    ORDER BY twin_of, phone = '', id_value = '', row_number
) AS twin
WHERE kept.import_id = %(import_id)s AND kept.row_number = twin.twin_of AND kept.state = 'new'
    AND ((kept.phone = '' AND twin.phone <> '') OR (kept.email = '' AND twin.email <> '') OR (kept.id_value = '' AND twin.id_value <> ''))
