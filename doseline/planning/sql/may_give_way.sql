-- Places of first doses that may still be given to a second dose: booked, not told, not written to, and of nobody with a dose on record
-- or on a sheet of another session; in sessions after today.
-- Inputs: session_ids, packed; today. Returns: session_id, allotment_id, person_id; of each session the last allotted first.
-- O(booked people of these sessions): a few index looks each.
SELECT allotment.session_id, allotment.allotment_id, allotment.person_id
FROM allotment
JOIN session ON session.session_id = allotment.session_id AND session.on_date > %(today)s
WHERE allotment.session_id IN (SELECT unnest(%(session_ids)s::uuid[]))
    AND allotment.kind = 'booked' AND allotment.told_at IS NULL
    AND NOT EXISTS (SELECT FROM message WHERE message.session_id = allotment.session_id AND message.person_id = allotment.person_id
                    AND message.state NOT IN ('created', 'cancelled'))
    AND NOT EXISTS (SELECT FROM status.roster WHERE roster.person_id = allotment.person_id AND roster.is_counted)
    AND NOT EXISTS (SELECT FROM sheet_row JOIN sheet ON sheet.sheet_id = sheet_row.sheet_id
                    WHERE sheet_row.person_id = allotment.person_id AND sheet.session_id <> allotment.session_id
                    AND sheet_row.state NOT IN ('entered', 'empty'))
ORDER BY allotment.session_id, allotment.allotted_at DESC, allotment.allotment_id DESC
