-- An area's call list in numbers: sessions to come, and of the last seven days.
-- Inputs: area, now. Returns: what, count.
SELECT CASE
        WHEN call_task.ended_at IS NOT NULL THEN call_task.outcome
        WHEN call_task.claimed_until >= %(now)s THEN 'claimed'
        WHEN call_task.due_at > %(now)s THEN 'later'
        ELSE 'due'
    END, count(*)::int
FROM call_task
JOIN session ON session.session_id = call_task.session_id
JOIN site ON site.site_id = session.site_id
WHERE (site.org_unit_id = %(area)s OR site.org_unit_id LIKE %(area)s || '.%%')
    AND session.closes_at > %(now)s - interval '7 days'
GROUP BY 1
