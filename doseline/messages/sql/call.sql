-- One call with what the caller says and to whom.
-- Inputs: call_id. Returns it, or nothing.
SELECT call_task.call_id, call_task.purpose, call_task.why, call_task.tries, call_task.deadline_at, call_task.claimed_by, call_task.claimed_until,
    call_task.ended_at, call_task.outcome, person.person_id, person.code, person.name_latin, person.name_local,
    coalesce(nullif(person.language, ''), nullif(person.local_language, ''), 'en') AS language,
    (SELECT value FROM contact_point WHERE contact_point.person_id = person.person_id AND kind = 'phone'
     ORDER BY value IS DISTINCT FROM (
         SELECT after FROM person_change WHERE person_change.person_id = person.person_id AND field = 'phone'
         ORDER BY changed_at DESC LIMIT 1), value
     LIMIT 1) AS phone,  -- of several, the one put right last
    coalesce(allotment.slot_at, session.opens_at) AS slot_at, session.session_id, product.name AS vaccine, site.name, site.name_bn, site.name_hi, site.org_unit_id,
    call_task.purpose = 'invitation' AND EXISTS (
        SELECT FROM session_cancellation WHERE session_cancellation.session_id = session.session_id) AS is_called_off,
    ARRAY(SELECT call_outcome.outcome FROM call_outcome WHERE call_outcome.call_id = call_task.call_id
          ORDER BY call_outcome.said_at) AS outcomes
FROM call_task
JOIN person ON person.person_id = call_task.person_id
JOIN session ON session.session_id = call_task.session_id
JOIN site ON site.site_id = session.site_id
JOIN product ON product.code = session.product_id
LEFT JOIN allotment ON allotment.session_id = call_task.session_id AND allotment.person_id = call_task.person_id
WHERE call_task.call_id = %(call_id)s
