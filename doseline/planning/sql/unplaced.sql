-- The people a run could not place for one reason.
-- Inputs: run_id, reason, limit, offset. Returns: person_id, code, priority_group, institution, area names; `total` is the whole list.
SELECT count(*) OVER ()::int AS total, person.person_id, person.code, person.priority_group, person.institution, org_unit.name, org_unit.name_bn,
    org_unit.name_hi
FROM unplaced_person
JOIN person ON person.person_id = unplaced_person.person_id
JOIN org_unit ON org_unit.code = person.org_unit_id
WHERE unplaced_person.run_id = %(run_id)s AND unplaced_person.reason = %(reason)s
ORDER BY person.code
LIMIT %(limit)s OFFSET %(offset)s
