-- What an officer decided of the matters under review of an area and has not taken back, the latest first.
-- Inputs: area, by (staff id). Returns: decision_id, kind, decision, person_id, code, decided_at, is_overruled (by a later word on its
--   row or on what it said: it cannot be taken back any more); at most 300: a register is decided at once. One index, and looks for each.
SELECT made.decision_id, made.kind, made.decision, made.person_id, person.code, made.decided_at,
    EXISTS (
        SELECT FROM jsonb_each_text(made.rows) AS stood
        JOIN sheet_row ON sheet_row.row_id = stood.key::uuid
        WHERE sheet_row.entry_number <> stood.value::int)
    OR EXISTS (
        SELECT FROM jsonb_array_elements_text(made.said) AS said (fact_id)
        JOIN fact AS void ON void.corrects_fact_id = said.fact_id::uuid AND void.kind = 'fact_voided') AS is_overruled
FROM review_decision AS made
JOIN session ON session.session_id = made.session_id
JOIN site ON site.site_id = session.site_id
LEFT JOIN person ON person.person_id = made.person_id
WHERE made.decided_by_id = %(by)s AND made.taken_back_at IS NULL
    AND (site.org_unit_id = %(area)s OR site.org_unit_id LIKE %(area)s || '.%%')
ORDER BY made.decided_at DESC
LIMIT 300
