-- How many doses that count people have had in other sessions, for the number of the dose now entered.
-- Inputs: session_id, person_ids. Returns: person_id, count; nobody who has had none. One index look a person.
SELECT roster.person_id, count(*)::int
FROM status.roster
WHERE roster.person_id = ANY(%(person_ids)s::uuid[]) AND roster.is_counted AND roster.session_id <> %(session_id)s
GROUP BY roster.person_id
