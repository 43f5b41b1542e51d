-- Opens a call again that ended for want of a number, while there is time.
-- Inputs: call_id, now. The row count is 1 when it is open now. Retry: an open one stays as it is.
UPDATE call_task
SET outcome = NULL, ended_at = NULL, claimed_by = NULL, claimed_until = NULL, tries = 0, due_at = %(now)s
WHERE call_id = %(call_id)s AND outcome IN ('no_number', 'wrong_number') AND deadline_at > %(now)s
