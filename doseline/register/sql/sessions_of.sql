-- Where a person is or was expected, and what came of it, newest first.
-- Inputs: person_id. Returns: session_id, site names, slot_at, kind, told_at, told_how, is_cancelled, given_at, product_code.
SELECT allotment.session_id, site.name, site.name_bn, site.name_hi, allotment.slot_at, allotment.kind, allotment.told_at,
    allotment.told_how,
    EXISTS (SELECT FROM session_cancellation WHERE session_cancellation.session_id = allotment.session_id) AS is_cancelled,
    roster.given_at, roster.product_code
FROM allotment
JOIN session ON session.session_id = allotment.session_id
JOIN site ON site.site_id = session.site_id
LEFT JOIN status.roster ON roster.session_id = allotment.session_id AND roster.person_id = allotment.person_id
    AND roster.is_counted
WHERE allotment.person_id = %(person_id)s
ORDER BY allotment.slot_at DESC
LIMIT 50
