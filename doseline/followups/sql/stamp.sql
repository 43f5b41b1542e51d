-- Gives announced facts that are new their place in the order consumers read.
-- No inputs. Touches at most 1,000 announcements. The caller holds the status lock.
-- Retry: a place is given once. Commit order: whatever is visible now comes after all that was visible before.
WITH counter AS (
    INSERT INTO reaction_progress (reaction, status_seq) VALUES ('stamp', 0)
    ON CONFLICT (reaction) DO UPDATE SET status_seq = reaction_progress.status_seq
    RETURNING status_seq
),
new AS MATERIALIZED (
    SELECT followup_id, row_number() OVER () AS place
    FROM (SELECT followup_id FROM followup WHERE status_seq IS NULL LIMIT 1000) AS unstamped
),
stamped AS (
    UPDATE followup
    SET status_seq = counter.status_seq + new.place
    FROM new, counter
    WHERE followup.followup_id = new.followup_id
)
UPDATE reaction_progress
SET status_seq = reaction_progress.status_seq + new_count.count
FROM (SELECT count(*) AS count FROM new) AS new_count
WHERE reaction = 'stamp' AND new_count.count > 0
