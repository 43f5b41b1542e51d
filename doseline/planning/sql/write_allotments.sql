-- Gives people their places and counts them on their sessions.
-- Inputs: run_id, now; session_ids, person_ids, slots, kinds side by side.
-- Retry: a person is on a roster once.
WITH given AS (
    SELECT * FROM unnest(%(session_ids)s::uuid[], %(person_ids)s::uuid[], %(slots)s::timestamptz[], %(kinds)s::text[])
        AS place (session_id, person_id, slot_at, kind)
),
written AS (
    INSERT INTO allotment (allotment_id, session_id, person_id, slot_at, kind, allotted_at, run_id)
    SELECT gen_random_uuid(), session_id, person_id, slot_at, kind, %(now)s, %(run_id)s FROM given
    ON CONFLICT ON CONSTRAINT on_a_roster_once DO NOTHING
    RETURNING session_id, kind
),
counted AS (
    UPDATE session
    SET expected_count = expected_count + added.count, plan_version = plan_version + 1
    FROM (SELECT session_id, (count(*) FILTER (WHERE kind = 'booked'))::int AS count FROM written GROUP BY session_id) AS added
    WHERE session.session_id = added.session_id
    RETURNING session.session_id
)
SELECT count(*)::int FROM counted
