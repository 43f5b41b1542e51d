-- A session's roster as a pack holds it.
-- Inputs: session_id, kind (booked or reserve), limit (or NULL). Returns: person_id, code, name_latin, name_local, local_language, born_year, sex, priority_group,
--   slot_at, last 4 of the first identifier, last 4 of the first phone, doses before as [product, given_at] pairs, told_how, the
--   phone of who is on the reserve list, the date of a dose that is still on a sheet only; by slot, then code; the reserve list by how long they wait. One index read a person and table.
SELECT person.person_id, person.code, person.name_latin, person.name_local, person.local_language, person.born_year,
    person.sex, person.priority_group, allotment.slot_at,
    -- array_agg, not LIMIT 1: with LIMIT the planner walks the primary key instead of the person's own rows
    coalesce((SELECT right((array_agg(value ORDER BY identifier_id))[1], 4) FROM identifier
              WHERE identifier.person_id = person.person_id), ''),
    coalesce((SELECT right((array_agg(value ORDER BY contact_point_id))[1], 4) FROM contact_point
              WHERE contact_point.person_id = person.person_id AND kind = 'phone'), ''),
    coalesce((SELECT jsonb_agg(jsonb_build_array(roster.product_code, to_char(roster.given_at AT TIME ZONE 'UTC',
                  'YYYY-MM-DD"T"HH24:MI:SS"Z"')) ORDER BY roster.given_at)
              FROM status.roster WHERE roster.person_id = person.person_id AND roster.is_counted
              AND roster.session_id <> allotment.session_id), '[]'),
    allotment.told_how,
    CASE WHEN allotment.kind = 'reserve' THEN
        coalesce((SELECT (array_agg(value ORDER BY contact_point_id))[1] FROM contact_point
                  WHERE contact_point.person_id = person.person_id AND kind = 'phone'), '') END,
    coalesce((SELECT max(earlier.on_date)::text
              FROM sheet_row
              JOIN sheet ON sheet.sheet_id = sheet_row.sheet_id AND sheet.session_id <> allotment.session_id
              JOIN session AS earlier ON earlier.session_id = sheet.session_id
              WHERE sheet_row.person_id = person.person_id AND may_be_a_dose(sheet_row.state, sheet_row.reading, sheet_row.entry)
                AND (sheet.state = 'received' OR (sheet.state IN ('issued', 'used')
                    AND EXISTS (SELECT FROM session_on_paper WHERE session_on_paper.session_id = earlier.session_id)))), '')
FROM allotment
JOIN person ON person.person_id = allotment.person_id
WHERE allotment.session_id = %(session_id)s AND allotment.kind = %(kind)s
ORDER BY CASE WHEN allotment.kind = 'reserve' THEN allotment.allotted_at ELSE allotment.slot_at END, person.code
LIMIT %(limit)s
