-- Whether any row of a sheet waits for somebody's word.
-- Inputs: sheet_id. Returns one row: is_waiting.
SELECT EXISTS (
    SELECT FROM sheet_row
    WHERE sheet_id = %(sheet_id)s AND row_waits(state, is_blank, walk_in_sealed, page_id)) AS is_waiting
