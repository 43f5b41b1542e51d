-- The people a run gave a place, or put on a reserve list, and who have it still.
-- Inputs: run_id, kind (booked, reserve), limit, offset. Returns: person_id, code, priority_group, institution, session_id, on_date, slot_at,
--   site names; `total` is the whole list. O(places of the run).
SELECT count(*) OVER ()::int AS total, person.person_id, person.code, person.priority_group, person.institution, session.session_id,
    session.on_date, allotment.slot_at, site.name, site.name_bn, site.name_hi
FROM allotment
JOIN person ON person.person_id = allotment.person_id
JOIN session ON session.session_id = allotment.session_id
JOIN site ON site.site_id = session.site_id
WHERE allotment.run_id = %(run_id)s AND allotment.kind = %(kind)s
ORDER BY allotment.slot_at, site.name, person.code
LIMIT %(limit)s OFFSET %(offset)s
