-- Books people from a session's reserve list, longest waiting first.
-- Inputs: session_id, count. The row count is how many. Retry: takes the next ones, so it is called once a press.
WITH next AS (
    SELECT allotment_id FROM allotment
    WHERE session_id = %(session_id)s AND kind = 'reserve'
    ORDER BY allotted_at, allotment_id
    LIMIT %(count)s
    FOR UPDATE SKIP LOCKED
),
counted AS (
    UPDATE session
    SET expected_count = expected_count + (SELECT count(*) FROM next), plan_version = plan_version + 1
    WHERE session_id = %(session_id)s
)
UPDATE allotment SET kind = 'booked' FROM next WHERE allotment.allotment_id = next.allotment_id
