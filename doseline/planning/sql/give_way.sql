-- Puts places of first doses on the reserve lists of their sessions, where they wait until they are placed anew.
-- Inputs: allotment_ids, packed. Returns one row a session. Retry: nobody booked is left to move.
WITH moved AS (
    UPDATE allotment SET kind = 'reserve'
    WHERE allotment_id IN (SELECT unnest(%(allotment_ids)s::uuid[])) AND kind = 'booked'
    RETURNING session_id
)
UPDATE session
SET expected_count = greatest(expected_count - gone.count, 0), plan_version = plan_version + 1
FROM (SELECT session_id, count(*)::int AS count FROM moved GROUP BY session_id) AS gone
WHERE session.session_id = gone.session_id
RETURNING 1
