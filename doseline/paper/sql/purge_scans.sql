-- Lets go of pictures whose time is over, of files and of single pages; what was read of them stays. Photos of evidence go whole.
-- Inputs: now. Changes one row a file and page.
WITH old AS (
    UPDATE scan SET closed = NULL
    WHERE purge_at < %(now)s AND closed IS NOT NULL
    RETURNING scan_id
),
shown AS (
    DELETE FROM evidence WHERE purge_at < %(now)s
)
UPDATE scan_page SET closed = NULL
FROM old
WHERE scan_page.scan_id = old.scan_id AND scan_page.closed IS NOT NULL
