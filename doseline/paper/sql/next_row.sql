-- Takes the most pressing row that waits for somebody's eyes, of some areas, in hand for some minutes: the one this person has in hand
-- already, else a doubtful one before a certain one. Rows a volunteer could not read wait for the desk.
-- Inputs: areas (org unit codes), me (staff id), now, until. Returns: row_id, and how many rows wait in all; nothing when there is none
--   to take. Two people asking at once get two rows: who has a row in hand is asked of the row itself, once it is locked.
-- Cost: O(open sheets of the areas and their rows).
WITH waiting AS MATERIALIZED (
    SELECT sheet_row.row_id, open_item.due_on
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
),
next AS MATERIALIZED (
    SELECT sheet_row.row_id
    FROM waiting
    JOIN sheet_row ON sheet_row.row_id = waiting.row_id
    WHERE sheet_row.claimed_by_id IS NULL OR sheet_row.claimed_by_id = %(me)s OR sheet_row.claimed_until < %(now)s
    ORDER BY (sheet_row.claimed_by_id = %(me)s AND sheet_row.claimed_until >= %(now)s) IS TRUE DESC, waiting.due_on,
        sheet_row.state = 'certain', sheet_row.sheet_id, sheet_row.number
    LIMIT 1
    FOR UPDATE OF sheet_row SKIP LOCKED
)
UPDATE sheet_row
SET claimed_by_id = %(me)s, claimed_until = %(until)s
FROM next
WHERE sheet_row.row_id = next.row_id
RETURNING sheet_row.row_id, (SELECT count(*)::int FROM waiting)
