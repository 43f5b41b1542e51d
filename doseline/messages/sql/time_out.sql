-- Ends messages of which nothing was heard: three days after they were sent, or an hour after they could be of use.
-- Inputs: now. The row count is how many. Retry: nothing more to end.
UPDATE message
SET state = 'timed_out', ended_at = %(now)s
WHERE state = 'sent' AND (sent_at < %(now)s - interval '72 hours' OR not_after < %(now)s - interval '1 hour')
