-- Paper as an area's board has it: sessions that work on paper, sheets out, rows waiting and since when, rows entered in the last hours.
-- Inputs: areas, now, since (sessions before that day are left out). Returns one row.
WITH used AS MATERIALIZED (  -- sessions that do work on paper: of most, the sheets stay in the printer
    SELECT session_id, true AS is_held FROM session_on_paper
    UNION
    SELECT session_id, false AS is_held FROM sheet
    WHERE state <> 'issued' AND session_id NOT IN (SELECT session_id FROM session_on_paper)
),
near AS MATERIALIZED (
    SELECT session.session_id, used.is_held
    FROM used
    JOIN session ON session.session_id = used.session_id
    JOIN site ON site.site_id = session.site_id
    WHERE session.on_date >= %(since)s
        AND EXISTS (SELECT FROM unnest(%(areas)s::text[]) AS area (code)
                    WHERE site.org_unit_id = area.code OR site.org_unit_id LIKE area.code || '.%%')
),
sheets AS MATERIALIZED (
    SELECT sheet.sheet_id, sheet.state, sheet.state_at
    FROM near
    JOIN sheet ON sheet.session_id = near.session_id
),
rows AS MATERIALIZED (
    SELECT sheet_row.entered_at, sheets.state AS sheet_state, sheets.state_at,
        row_waits(sheet_row.state, sheet_row.is_blank, sheet_row.walk_in_sealed, sheet_row.page_id) AS is_waiting
    FROM sheets
    JOIN sheet_row ON sheet_row.sheet_id = sheets.sheet_id
    WHERE sheets.state IN ('received', 'entered', 'reconciled')
),
waiting AS (
    SELECT state_at FROM rows WHERE sheet_state = 'received' AND is_waiting
)
SELECT
    (SELECT count(*) FROM near WHERE is_held AND NOT EXISTS (
        SELECT FROM session_cancellation WHERE session_cancellation.session_id = near.session_id))::int AS on_paper_count,
    (SELECT count(*) FROM sheets WHERE state IN ('issued', 'used'))::int AS out_count,
    (SELECT count(*) FROM waiting)::int AS waiting_count,
    (SELECT min(state_at) FROM waiting) AS oldest_at,
    (SELECT count(*) FROM rows WHERE entered_at > %(now)s - interval '3 hours')::int AS entered_count,
    (SELECT min(entered_at) FROM rows WHERE entered_at > %(now)s - interval '3 hours') AS entered_since
