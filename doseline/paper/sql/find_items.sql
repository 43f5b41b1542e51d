-- What paper has left open: asked anew every 15 s, kept once, gone when it is open no more.
-- Inputs: now, since (sessions before that day are left in peace). Returns nothing. O(sheets and rows of sessions that did work on paper).
-- Retry: an item is known by kind and subject; one that was decided stays decided.
WITH used AS MATERIALIZED (  -- sessions that did work on paper: of most, the sheets stay in the printer
    SELECT session_id FROM session_on_paper
    UNION
    SELECT session_id FROM sheet WHERE state <> 'issued'
    UNION
    SELECT session_id FROM paper_tally
),
near AS MATERIALIZED (
    SELECT session.session_id, session.on_date, session.closes_at, session.on_date + product.earliest_days::int AS due_on,
        tally.given_count
    FROM used
    JOIN session ON session.session_id = used.session_id
    JOIN product ON product.code = session.product_id
    LEFT JOIN status.session_tally AS tally ON tally.session_id = session.session_id
    WHERE session.on_date >= %(since)s
),
sheets AS MATERIALIZED (
    SELECT sheet.sheet_id, sheet.state, near.session_id, near.due_on, near.closes_at
    FROM near
    JOIN sheet ON sheet.session_id = near.session_id
),
said AS MATERIALIZED (
    SELECT DISTINCT ON (paper_tally.session_id) paper_tally.session_id, paper_tally.given
    FROM near
    JOIN paper_tally ON paper_tally.session_id = near.session_id
    ORDER BY paper_tally.session_id, paper_tally.said_at DESC
),
rows AS MATERIALIZED (
    SELECT sheet_row.row_id, sheet_row.sheet_id, sheet_row.state, sheet_row.doubts, sheet_row.entry, sheet_row.fact_ids,
        row_waits(sheet_row.state, sheet_row.is_blank, sheet_row.walk_in_sealed, sheet_row.page_id) AS is_waiting,
        sheet_row.person_id, sheets.session_id, sheets.due_on, sheets.state AS sheet_state
    FROM sheets
    JOIN sheet_row ON sheet_row.sheet_id = sheets.sheet_id
    WHERE sheets.state IN ('received', 'entered')
),
open_now AS MATERIALIZED (
    SELECT 'rows' AS kind, sheet_id AS subject_id, session_id, min(due_on) AS due_on
    FROM rows
    WHERE is_waiting AND state <> 'differs' AND (state <> 'open' OR sheet_state = 'received')
    GROUP BY sheet_id, session_id
    UNION ALL
    SELECT 'differs', row_id, session_id, due_on FROM rows WHERE state = 'differs'
    UNION ALL
    SELECT 'photo', row_id, session_id, due_on FROM rows
    WHERE state IN ('entered', 'empty') AND doubts @> '[["row", "photo_differs"]]'
    UNION ALL
    SELECT 'contradiction', rows.row_id, rows.session_id, rows.due_on
    FROM rows
    JOIN status.roster ON roster.session_id = rows.session_id AND roster.person_id = rows.person_id
    WHERE (rows.state = 'empty' AND roster.is_counted AND roster.provenance = 'imported') OR (rows.state = 'entered' AND (
        (rows.entry ? 'reason' AND roster.provenance IN ('device', 'imported'))
        OR (rows.entry ? 'given' AND EXISTS (
            SELECT FROM unnest(roster.doubled_fact_ids || roster.dose_fact_id) AS dose (fact_id)
            JOIN fact ON fact.fact_id = dose.fact_id AND fact.provenance IN ('device', 'imported')
            WHERE cardinality(roster.doubled_fact_ids) > 0))
        OR (rows.entry ? 'given' AND EXISTS (
            SELECT FROM fact
            WHERE fact.person_id = rows.person_id AND fact.session_id = rows.session_id AND fact.kind = 'not_given'
                AND NOT EXISTS (SELECT FROM sheet_row AS own WHERE own.person_id = fact.person_id AND own.fact_ids ? fact.fact_id::text)
                AND NOT EXISTS (SELECT FROM fact AS void WHERE void.corrects_fact_id = fact.fact_id AND void.kind = 'fact_voided')))))
    UNION ALL
    SELECT 'twice', rows.row_id, rows.session_id, rows.due_on
    FROM rows
    JOIN rows AS other ON other.person_id = rows.person_id AND other.session_id = rows.session_id AND other.row_id <> rows.row_id
    WHERE rows.state = 'entered' AND other.state = 'entered'
    UNION ALL
    SELECT 'missing_sheet', sheets.sheet_id, sheets.session_id, sheets.due_on
    FROM sheets
    WHERE sheets.state IN ('issued', 'used') AND sheets.closes_at < %(now)s
        AND NOT (sheets.state = 'issued' AND EXISTS (  -- of a cancelled session, a sheet nobody used is no loss
            SELECT FROM session_cancellation WHERE session_cancellation.session_id = sheets.session_id))
    UNION ALL
    SELECT 'tally', said.session_id, said.session_id, near.due_on
    FROM said
    JOIN near ON near.session_id = said.session_id
    WHERE said.given <> coalesce(near.given_count, 0)
),
gone AS (
    UPDATE open_item SET gone_at = %(now)s
    FROM near
    WHERE open_item.session_id = near.session_id AND open_item.gone_at IS NULL
        AND NOT EXISTS (SELECT FROM open_now WHERE open_now.kind = open_item.kind AND open_now.subject_id = open_item.subject_id)
),
another AS MATERIALIZED (  -- decided, and another question now: its contradiction had gone, or is by another record or another word of the row
    SELECT item.item_id
    FROM open_item AS item
    JOIN open_now ON open_now.kind = item.kind AND open_now.subject_id = item.subject_id
    WHERE (item.decision IN ('paper', 'phone') AND item.gone_at IS NOT NULL)
        OR (item.decision = 'paper' AND item.decided_at < %(now)s - interval '1 minute')  -- by then status has followed
        OR (item.decision = 'phone' AND EXISTS (
            SELECT FROM sheet_row WHERE sheet_row.row_id = item.subject_id AND sheet_row.entered_at > item.decided_at))
),
reconciled AS (
    UPDATE sheet SET state = 'reconciled', state_at = %(now)s
    FROM sheets
    WHERE sheet.sheet_id = sheets.sheet_id AND sheets.state = 'entered'
        AND NOT EXISTS (SELECT FROM open_now WHERE open_now.subject_id = sheet.sheet_id)
        AND NOT EXISTS (
            SELECT FROM rows
            JOIN open_now ON open_now.subject_id = rows.row_id
            WHERE rows.sheet_id = sheet.sheet_id AND NOT EXISTS (
                SELECT FROM open_item AS item
                WHERE item.kind = open_now.kind AND item.subject_id = open_now.subject_id AND item.decided_at IS NOT NULL
                    AND item.item_id NOT IN (SELECT item_id FROM another)))
)
INSERT INTO open_item (item_id, kind, subject_id, session_id, due_on, found_at, decision)
SELECT gen_random_uuid(), kind, subject_id, session_id, due_on, %(now)s, '' FROM open_now
ON CONFLICT (kind, subject_id) DO UPDATE
SET due_on = excluded.due_on, gone_at = NULL,
    decision = CASE WHEN open_item.item_id IN (SELECT item_id FROM another) THEN '' ELSE open_item.decision END,
    decided_at = CASE WHEN open_item.item_id NOT IN (SELECT item_id FROM another) THEN open_item.decided_at END,
    decided_by_id = CASE WHEN open_item.item_id NOT IN (SELECT item_id FROM another) THEN open_item.decided_by_id END,
    before = CASE WHEN open_item.item_id NOT IN (SELECT item_id FROM another) THEN open_item.before END
WHERE open_item.gone_at IS NOT NULL OR open_item.due_on <> excluded.due_on OR open_item.item_id IN (SELECT item_id FROM another)
