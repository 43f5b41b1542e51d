-- What waits for a decision in some areas, the most pressing first.
-- Inputs: areas (org unit codes), me (staff id), now, limit, kind (or NULL). Returns one row an item: what it is about, where, how many of a
--   sheet's rows wait and are doubtful, who has it in hand.
SELECT item.item_id, item.kind, item.subject_id, item.due_on, item.found_at, session.session_id, session.on_date,
    site.name, site.name_bn, site.name_hi, sheet.sheet_id, sheet.code, sheet.number AS sheet_number, sheet.state AS sheet_state,
    sheet_row.number AS row_number, waiting.count AS waiting_count, waiting.doubtful AS doubtful_count,
    holder.display_name AS claimed_name, (item.claimed_by_id = %(me)s) AS is_mine
FROM open_item AS item
JOIN session ON session.session_id = item.session_id
JOIN site ON site.site_id = session.site_id
LEFT JOIN sheet_row ON sheet_row.row_id = item.subject_id
LEFT JOIN sheet ON sheet.sheet_id = coalesce(sheet_row.sheet_id, item.subject_id)
LEFT JOIN staff AS holder ON holder.staff_id = item.claimed_by_id AND item.claimed_until > %(now)s
LEFT JOIN LATERAL (
    SELECT count(*)::int AS count, count(*) FILTER (WHERE state = 'doubtful')::int AS doubtful
    FROM sheet_row AS own
    WHERE own.sheet_id = item.subject_id AND own.state <> 'differs'
        AND row_waits(own.state, own.is_blank, own.walk_in_sealed, own.page_id)
) AS waiting ON item.kind = 'rows'
WHERE item.gone_at IS NULL AND item.decided_at IS NULL
    AND (item.kind <> 'rows' OR waiting.count > 0)  -- entered since the last look
    AND (%(kind)s::text IS NULL OR item.kind = %(kind)s)
    AND EXISTS (SELECT FROM unnest(%(areas)s::text[]) AS area (code)
                WHERE site.org_unit_id = area.code OR site.org_unit_id LIKE area.code || '.%%')
ORDER BY item.due_on, item.kind IN ('rows', 'missing_sheet'), item.kind = 'missing_sheet', item.item_id
LIMIT %(limit)s
