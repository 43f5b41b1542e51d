-- People booked for a session who are on none of its sheets yet, by slot.
-- Inputs: session_id. Returns: person_id, code.
SELECT allotment.person_id, person.code
FROM allotment
JOIN person ON person.person_id = allotment.person_id
WHERE allotment.session_id = %(session_id)s AND allotment.kind = 'booked'
    AND NOT EXISTS (
        SELECT FROM sheet_row
        JOIN sheet ON sheet.sheet_id = sheet_row.sheet_id
        WHERE sheet_row.person_id = allotment.person_id AND sheet.session_id = allotment.session_id)
ORDER BY allotment.slot_at, person.code
