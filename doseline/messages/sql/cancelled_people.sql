-- Who was booked in the cancelled sessions of a day, and whether they know of it: told (the word arrived, or they were reached), else as
-- far as a message came, else `never` where they never knew of the session, so nobody need tell them.
-- Inputs: area, on_date; or session_ids (NULL for all of the day). Returns one row a person, by site, hour and code. Whoever has
-- another place by now is still there: by the message that told them.
WITH own AS MATERIALIZED (
    SELECT session.session_id, session.opens_at, site.name, site.name_bn, site.name_hi
    FROM session
    JOIN site ON site.site_id = session.site_id
    JOIN session_cancellation ON session_cancellation.session_id = session.session_id
    WHERE (session.on_date = %(on_date)s OR %(on_date)s::date IS NULL)
        AND (site.org_unit_id = %(area)s OR site.org_unit_id LIKE %(area)s || '.%%')
        AND (%(session_ids)s::uuid[] IS NULL OR session.session_id = ANY(%(session_ids)s::uuid[]))
),
booked AS (
    SELECT session_id, person_id, min(slot_at) AS slot_at, bool_or(was_told) AS was_told
    FROM (
        SELECT own.session_id, allotment.person_id, allotment.slot_at, allotment.told_at IS NOT NULL AS was_told
        FROM own
        JOIN allotment ON allotment.session_id = own.session_id AND allotment.kind = 'booked'
        UNION ALL
        SELECT own.session_id, message.person_id, message.claim_at, false
        FROM own
        JOIN message ON message.session_id = own.session_id AND message.purpose = 'cancellation'
        UNION ALL
        SELECT own.session_id, call_task.person_id, call_task.deadline_at, coalesce(call_task.outcome IN ('reached', 'will_come'), false)
        FROM own
        JOIN call_task ON call_task.session_id = own.session_id
    ) AS either
    GROUP BY session_id, person_id
),
standing AS (
    SELECT booked.*, word.best, word.count AS message_count, call_task.outcome, call_task.tries, call_task.ended_at,
        call_task.call_id IS NOT NULL AND call_task.ended_at IS NULL AS is_to_call,
        coalesce(word.told_at, CASE WHEN call_task.outcome = 'reached' THEN call_task.ended_at END) AS told_at,
        CASE WHEN word.told_at IS NOT NULL THEN 'sms' WHEN call_task.outcome = 'reached' THEN 'reached' END AS told_how,
        booked.was_told OR EXISTS (
            SELECT FROM message
            WHERE message.session_id = booked.session_id AND message.person_id = booked.person_id
                AND message.purpose IN ('invitation', 'reminder', 'change') AND message.state IN ('sent', 'timed_out', 'delivered')
        ) AS knew
    FROM booked
    LEFT JOIN LATERAL (
        SELECT max(CASE message.state WHEN 'sent' THEN 4 WHEN 'timed_out' THEN 4 WHEN 'sending' THEN 3 WHEN 'created' THEN 3
                WHEN 'temporary_failure' THEN 3 WHEN 'permanent_failure' THEN 1 WHEN 'technical_failure' THEN 1 END) AS best,
            count(*)::int AS count, min(message.ended_at) FILTER (WHERE message.state = 'delivered') AS told_at
        FROM message
        WHERE message.session_id = booked.session_id AND message.person_id = booked.person_id AND message.purpose = 'cancellation'
    ) AS word ON true
    LEFT JOIN call_task ON call_task.session_id = booked.session_id AND call_task.person_id = booked.person_id
        AND call_task.purpose = 'cancellation'
)
SELECT own.session_id, own.opens_at, own.name, own.name_bn, own.name_hi, standing.person_id, person.code, standing.slot_at,
    standing.told_at, standing.told_how, standing.message_count, standing.is_to_call, standing.outcome, standing.tries,
    CASE WHEN standing.told_at IS NOT NULL THEN 'told' WHEN NOT standing.knew THEN 'never' WHEN standing.best = 4 THEN 'silent'
        WHEN standing.best = 1 THEN 'failed' WHEN standing.best = 3 THEN 'waiting' ELSE 'none' END AS standing
FROM standing
JOIN own ON own.session_id = standing.session_id
JOIN person ON person.person_id = standing.person_id
ORDER BY own.name, standing.slot_at, person.code
