-- The people behind a number of the delivery watch, by code and without their names.
-- Inputs: area, on_date, session_id (or NULL for all), kind (all, told, silent, failed, waiting, none, to_call, cannot),
--   limit, offset. Returns one row a person; `total` is the length of the whole list.
WITH standing AS (
    SELECT allotment.session_id, allotment.person_id, allotment.slot_at, allotment.told_at, allotment.told_how, sent.best,
        sent.count AS message_count, call_task.outcome, call_task.tries,
        call_task.call_id IS NOT NULL AND call_task.ended_at IS NULL AS is_to_call
    FROM session
    JOIN site ON site.site_id = session.site_id
    JOIN allotment ON allotment.session_id = session.session_id AND allotment.kind = 'booked'
    LEFT JOIN LATERAL (
        SELECT max(CASE message.state WHEN 'sent' THEN 4 WHEN 'timed_out' THEN 4
                WHEN 'sending' THEN 3 WHEN 'created' THEN 3 WHEN 'temporary_failure' THEN 3
                WHEN 'permanent_failure' THEN 1 WHEN 'technical_failure' THEN 1 END) AS best, count(*)::int AS count
        FROM message
        WHERE message.session_id = allotment.session_id AND message.person_id = allotment.person_id
            AND message.purpose IN ('invitation', 'reminder', 'change') AND NOT message.is_overtaken
    ) AS sent ON true
    LEFT JOIN call_task ON call_task.session_id = allotment.session_id AND call_task.person_id = allotment.person_id
        AND call_task.purpose = 'invitation'
    WHERE session.on_date = %(on_date)s AND (%(session_id)s::uuid IS NULL OR session.session_id = %(session_id)s)
        AND (site.org_unit_id = %(area)s OR site.org_unit_id LIKE %(area)s || '.%%')
        AND NOT EXISTS (SELECT FROM session_cancellation WHERE session_cancellation.session_id = session.session_id)
)
SELECT count(*) OVER ()::int AS total, person.person_id, person.code, standing.session_id, standing.slot_at, standing.told_at, standing.told_how,
    standing.message_count, standing.is_to_call, standing.outcome, standing.tries, site.name, site.name_bn, site.name_hi,
    CASE WHEN standing.told_at IS NOT NULL THEN 'told' WHEN standing.best = 4 THEN 'silent' WHEN standing.best = 1 THEN 'failed'
        WHEN standing.best = 3 THEN 'waiting' ELSE 'none' END AS standing
FROM standing
JOIN person ON person.person_id = standing.person_id
JOIN session ON session.session_id = standing.session_id
JOIN site ON site.site_id = session.site_id
WHERE CASE %(kind)s
        WHEN 'told' THEN standing.told_at IS NOT NULL
        WHEN 'silent' THEN standing.told_at IS NULL AND standing.best = 4
        WHEN 'failed' THEN standing.told_at IS NULL AND standing.best = 1
        WHEN 'waiting' THEN standing.told_at IS NULL AND standing.best = 3
        WHEN 'none' THEN standing.told_at IS NULL AND standing.best IS NULL
        WHEN 'to_call' THEN standing.is_to_call
        WHEN 'cannot' THEN standing.told_how = 'cannot'
        ELSE true
    END
ORDER BY site.name, standing.slot_at, person.code
LIMIT %(limit)s OFFSET %(offset)s
