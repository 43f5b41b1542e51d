-- For how many people whose rows wait the next dose may be given from each day on.
-- Inputs: areas, today, until. Returns: due_on, rows waiting. A day with none is left out.
SELECT session.on_date + product.earliest_days::int AS due_on, count(*)::int
FROM session
JOIN product ON product.code = session.product_id AND product.dose_count > 1
JOIN site ON site.site_id = session.site_id
JOIN sheet ON sheet.session_id = session.session_id AND sheet.state = 'received'
JOIN sheet_row ON sheet_row.sheet_id = sheet.sheet_id
WHERE session.on_date + product.earliest_days::int <= %(until)s
    AND sheet_row.state IN ('certain', 'doubtful', 'second', 'differs', 'open') AND NOT (sheet_row.is_blank AND sheet_row.state = 'open')
    AND EXISTS (SELECT FROM unnest(%(areas)s::text[]) AS area (code)
                WHERE site.org_unit_id = area.code OR site.org_unit_id LIKE area.code || '.%%')
GROUP BY 1
ORDER BY 1
