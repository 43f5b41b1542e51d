-- The delivery watch: each session of a day in an area, with how its booked people stand. Each person is counted once, where
-- they have come furthest: told, else accepted by the carrier and silent, else waiting (a try that failed is made again), else failed
-- for good, else no message at all. What was delivered to somebody not told was of another place or time.
-- Inputs: area, on_date. Returns one row a session.
WITH own AS MATERIALIZED (
    SELECT session.session_id, session.opens_at, session.expected_count, session.capacity, site.name, site.name_bn, site.name_hi,
        site.org_unit_id, session.site_id
    FROM session
    JOIN site ON site.site_id = session.site_id
    WHERE session.on_date = %(on_date)s
        AND (site.org_unit_id = %(area)s OR site.org_unit_id LIKE %(area)s || '.%%')
        AND NOT EXISTS (SELECT FROM session_cancellation WHERE session_cancellation.session_id = session.session_id)
),
standing AS (
    SELECT allotment.session_id, allotment.person_id, allotment.told_at, allotment.told_how, sent.best, sent.cancelled,
        call_task.call_id IS NOT NULL AND call_task.ended_at IS NULL AS is_to_call
    FROM own
    JOIN allotment ON allotment.session_id = own.session_id AND allotment.kind = 'booked'
    LEFT JOIN LATERAL (
        SELECT max(CASE message.state WHEN 'sent' THEN 4 WHEN 'timed_out' THEN 4
                WHEN 'sending' THEN 3 WHEN 'created' THEN 3 WHEN 'temporary_failure' THEN 3
                WHEN 'permanent_failure' THEN 1 WHEN 'technical_failure' THEN 1 END) AS best,
            bool_or(message.state = 'cancelled') AS cancelled
        FROM message
        WHERE message.session_id = allotment.session_id AND message.person_id = allotment.person_id
            AND message.purpose IN ('invitation', 'reminder', 'change') AND NOT message.is_overtaken
    ) AS sent ON true
    LEFT JOIN call_task ON call_task.session_id = allotment.session_id AND call_task.person_id = allotment.person_id
        AND call_task.purpose = 'invitation'
)
SELECT own.session_id, own.site_id, own.name, own.name_bn, own.name_hi, own.org_unit_id, own.opens_at, own.expected_count,
    own.capacity,
    (count(*) FILTER (WHERE standing.told_at IS NOT NULL))::int AS told,
    (count(*) FILTER (WHERE standing.told_at IS NULL AND standing.best = 4))::int AS silent,
    (count(*) FILTER (WHERE standing.told_at IS NULL AND standing.best = 1))::int AS failed,
    (count(*) FILTER (WHERE standing.told_at IS NULL AND standing.best = 3))::int AS waiting,
    (count(*) FILTER (WHERE standing.told_at IS NULL AND standing.best IS NULL AND standing.person_id IS NOT NULL))::int AS none,
    (count(*) FILTER (WHERE standing.is_to_call))::int AS to_call,
    (count(*) FILTER (WHERE standing.told_how = 'cannot'))::int AS cannot,
    (SELECT count(*) FROM allotment WHERE allotment.session_id = own.session_id AND allotment.kind = 'reserve')::int AS reserve
FROM own
LEFT JOIN standing ON standing.session_id = own.session_id
GROUP BY own.session_id, own.site_id, own.name, own.name_bn, own.name_hi, own.org_unit_id, own.opens_at, own.expected_count,
    own.capacity
ORDER BY own.org_unit_id, own.name
