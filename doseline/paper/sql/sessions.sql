-- Sessions of some areas that have sheets, the newest first, with how their rows stand.
-- Inputs: areas, since, limit (NULL for all), at_work (only sessions that did work on paper: those standing.sql counts, with a sheet
-- or without). Returns one row a session; is_held says whether it is counted among the sessions on paper, is_at_work
-- whether its sheets that are not back are missed.
SELECT session.session_id, session.on_date, session.opens_at, site.org_unit_id, site.name, site.name_bn, site.name_hi, tally.mode,
    counted.sheet_count, counted.out_count, counted.waiting_count, counted.entered_count, said.given AS tally_given, tally.given_count,
    session.session_id IN (SELECT session_id FROM session_on_paper) AND NOT EXISTS (
        SELECT FROM session_cancellation WHERE session_cancellation.session_id = session.session_id) AS is_held,
    session.session_id IN (SELECT session_id FROM session_on_paper UNION SELECT session_id FROM sheet WHERE state <> 'issued') AS is_at_work
FROM session
JOIN site ON site.site_id = session.site_id
LEFT JOIN status.session_tally AS tally ON tally.session_id = session.session_id
JOIN LATERAL (
    SELECT count(DISTINCT sheet.sheet_id)::int AS sheet_count,
        count(DISTINCT sheet.sheet_id) FILTER (WHERE sheet.state IN ('issued', 'used'))::int AS out_count,
        count(*) FILTER (WHERE sheet.state = 'received' AND row.state IN ('certain', 'doubtful', 'second', 'differs', 'open')
            AND NOT (row.is_blank AND row.state = 'open'))::int AS waiting_count,
        count(*) FILTER (WHERE row.state = 'entered')::int AS entered_count
    FROM sheet
    JOIN sheet_row AS row ON row.sheet_id = sheet.sheet_id
    WHERE sheet.session_id = session.session_id
) AS counted ON counted.sheet_count > 0 OR %(at_work)s
LEFT JOIN LATERAL (
    SELECT given FROM paper_tally WHERE paper_tally.session_id = session.session_id ORDER BY said_at DESC LIMIT 1
) AS said ON true
WHERE session.on_date >= %(since)s
    AND (NOT %(at_work)s OR session.session_id IN (
        SELECT session_id FROM session_on_paper UNION SELECT session_id FROM sheet WHERE state <> 'issued'))
    AND EXISTS (SELECT FROM unnest(%(areas)s::text[]) AS area (code)
                WHERE site.org_unit_id = area.code OR site.org_unit_id LIKE area.code || '.%%')
ORDER BY counted.waiting_count > 0 DESC, session.on_date DESC, site.name
LIMIT %(limit)s
