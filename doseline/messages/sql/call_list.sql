-- The calls behind a number of the call desk, by code; names only of those no number reaches, for somebody has to find them.
-- Inputs: area, now, what (due, claimed, later or an outcome), limit, offset. Returns one row a call; `total` is the length of the
--   whole list.
SELECT count(*) OVER ()::int AS total, call_task.call_id, person.code, person.person_id, person.institution,
    CASE WHEN %(what)s IN ('no_number', 'wrong_number') THEN coalesce(nullif(person.name_local, ''), person.name_latin) END AS person_name,
    call_task.session_id, call_task.purpose, coalesce(allotment.slot_at, session.opens_at) AS slot_at, call_task.tries,
    call_task.due_at, call_task.ended_at, call_task.claimed_until, site.name, site.name_bn, site.name_hi
FROM call_task
JOIN session ON session.session_id = call_task.session_id
JOIN site ON site.site_id = session.site_id
JOIN person ON person.person_id = call_task.person_id
LEFT JOIN allotment ON allotment.session_id = call_task.session_id AND allotment.person_id = call_task.person_id
WHERE (site.org_unit_id = %(area)s OR site.org_unit_id LIKE %(area)s || '.%%')
    AND session.closes_at > %(now)s - interval '7 days'
    AND %(what)s = CASE
        WHEN call_task.ended_at IS NOT NULL THEN call_task.outcome
        WHEN call_task.claimed_until >= %(now)s THEN 'claimed'
        WHEN call_task.due_at > %(now)s THEN 'later'
        ELSE 'due'
    END
ORDER BY CASE WHEN %(what)s IN ('no_number', 'wrong_number') THEN person.institution END, call_task.deadline_at, person.code
LIMIT %(limit)s OFFSET %(offset)s
