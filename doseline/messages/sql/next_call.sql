-- Gives a caller the next person to call in an area: the one they hold, else the most urgent that is due and nobody has.
-- Inputs: by, area, now, until (end of the claim), given_back (call_ids this caller has had and gave back: they come last). Returns: call_id, or nothing.
UPDATE call_task
SET claimed_by = %(by)s, claimed_until = %(until)s
WHERE call_id = (
    SELECT call_task.call_id
    FROM call_task
    JOIN session ON session.session_id = call_task.session_id
    JOIN site ON site.site_id = session.site_id
    WHERE call_task.ended_at IS NULL AND call_task.due_at <= %(now)s
        AND NOT (call_task.purpose = 'invitation' AND EXISTS (
            SELECT FROM session_cancellation WHERE session_cancellation.session_id = call_task.session_id))
        AND (site.org_unit_id = %(area)s OR site.org_unit_id LIKE %(area)s || '.%%')
        AND (call_task.claimed_until IS NULL OR call_task.claimed_until < %(now)s OR call_task.claimed_by = %(by)s)
    ORDER BY call_task.claimed_by = %(by)s AND call_task.claimed_until >= %(now)s DESC NULLS LAST,
        call_task.call_id = ANY(%(given_back)s::uuid[]), call_task.deadline_at, call_task.tries, call_task.call_id
    LIMIT 1
    FOR UPDATE OF call_task SKIP LOCKED)
RETURNING call_id
