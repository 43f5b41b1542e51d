-- People of an area whose second dose is due and who are booked nowhere, by the last run of second doses of each drive.
-- Inputs: area, limit, offset. Returns: person_id, code, reason, priority_group, institution, area names, when that was; `total` is the
--   whole list.
SELECT count(*) OVER ()::int AS total, person.person_id, person.code, unplaced_person.reason, person.priority_group, person.institution,
    org_unit.name, org_unit.name_bn, org_unit.name_hi, run.ended_at
FROM (
    SELECT DISTINCT ON (drive_id) run_id, ended_at FROM allotment_run
    WHERE is_automatic AND state = 'done'
    ORDER BY drive_id, ended_at DESC
) AS run
JOIN unplaced_person ON unplaced_person.run_id = run.run_id AND starts_with(unplaced_person.reason, 'second')
JOIN person ON person.person_id = unplaced_person.person_id
JOIN org_unit ON org_unit.code = person.org_unit_id
WHERE person.org_unit_id = %(area)s OR person.org_unit_id LIKE %(area)s || '.%%'
ORDER BY unplaced_person.reason, person.code
LIMIT %(limit)s OFFSET %(offset)s
