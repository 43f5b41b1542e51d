-- How many rows with a picture wait for somebody's eyes in some areas.
-- Inputs: areas (org unit codes), me (staff id). Returns: count. O(open sheets and their rows).
SELECT count(*)::int
FROM open_item
JOIN sheet_row ON sheet_row.sheet_id = open_item.subject_id
JOIN session ON session.session_id = open_item.session_id
JOIN site ON site.site_id = session.site_id
WHERE open_item.kind = 'rows' AND open_item.gone_at IS NULL AND open_item.decided_at IS NULL
    AND sheet_row.page_id IS NOT NULL
    AND (sheet_row.state IN ('certain', 'doubtful') OR (sheet_row.state = 'second' AND sheet_row.entered_by_id <> %(me)s))
    AND NOT sheet_row.doubts @> '[["row", "not_readable"]]'
    AND EXISTS (SELECT FROM unnest(%(areas)s::text[]) AS area (code)
                WHERE site.org_unit_id = area.code OR site.org_unit_id LIKE area.code || '.%%')
