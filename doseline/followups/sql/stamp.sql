-- Gives announced facts that are new their place in the order consumers read.
-- No inputs. Touches at most 1,000 announcements; the row count is how many. The caller holds the status lock.
-- Retry: a place is given once. Commit order: whatever is visible now comes after all that was visible before.
WITH new AS MATERIALIZED (
    SELECT followup_id, row_number() OVER () AS place
    FROM (SELECT followup_id FROM followup WHERE status_seq IS NULL LIMIT 1000) AS unstamped
),
counter AS (
    UPDATE reaction_progress
    SET status_seq = reaction_progress.status_seq + (SELECT count(*) FROM new)
    WHERE reaction = 'stamp' AND EXISTS (SELECT FROM new)
    RETURNING reaction_progress.status_seq - (SELECT count(*) FROM new) AS before
)
UPDATE followup
SET status_seq = counter.before + new.place
FROM new, counter
WHERE followup.followup_id = new.followup_id
