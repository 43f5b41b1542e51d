-- Gives people who were deferred their place in the session they were told to come to: booked while there is room, else on the
-- reserve list. They were told on the spot.
-- Inputs: after, upto (status_seq), now. The row count is how many sessions changed.
-- Retry: a person is on a roster once. Nothing for a session that planning/later would not have offered (another drive, product or
--   area), one that is over or cancelled, or a fact taken back.
WITH deferred AS MATERIALIZED (
    SELECT DISTINCT ON (to_session_id, person_id) fact.person_id, fact.given_at, asked.to_session_id
    FROM announced
    JOIN fact ON fact.fact_id = announced.fact_id
    CROSS JOIN LATERAL (SELECT (fact.body::jsonb ->> 'to_session_id')::uuid AS to_session_id) AS asked
    JOIN session AS here ON here.session_id = fact.session_id
    JOIN site AS here_site ON here_site.site_id = here.site_id
    JOIN session AS there ON there.session_id = asked.to_session_id AND there.drive_id = here.drive_id
        AND there.product_id = here.product_id AND there.closes_at > %(now)s
    JOIN site AS there_site ON there_site.site_id = there.site_id AND there_site.org_unit_id = here_site.org_unit_id
    WHERE announced.status_seq > %(after)s AND announced.status_seq <= %(upto)s
        AND announced.kind = 'not_given' AND fact.reason = 'deferred'
        AND EXISTS (SELECT FROM person WHERE person.person_id = fact.person_id)
        AND NOT EXISTS (SELECT FROM fact AS void WHERE void.corrects_fact_id = fact.fact_id AND void.kind = 'fact_voided')
        AND NOT EXISTS (SELECT FROM session_cancellation WHERE session_cancellation.session_id = asked.to_session_id)
        AND NOT EXISTS (SELECT FROM allotment
                        WHERE allotment.session_id = asked.to_session_id AND allotment.person_id = fact.person_id)
    ORDER BY to_session_id, person_id, fact.given_at
),
placed AS (
    SELECT deferred.*, session.opens_at, session.closes_at, session.expected_count, session.capacity,
        session.capacity - session.walk_in_capacity - session.expected_count AS free_count,
        row_number() OVER (PARTITION BY to_session_id ORDER BY given_at, person_id) AS place
    FROM deferred
    JOIN session ON session.session_id = deferred.to_session_id
),
written AS (
    INSERT INTO allotment (allotment_id, session_id, person_id, slot_at, kind, allotted_at, told_at, told_how)
    SELECT gen_random_uuid(), to_session_id, person_id,
        opens_at + (closes_at - opens_at) * (least(expected_count + place - 1, capacity - 1)::float8 / greatest(capacity, 1)),
        CASE WHEN place <= free_count THEN 'booked' ELSE 'reserve' END, %(now)s, given_at, 'at_session'
    FROM placed
    ON CONFLICT ON CONSTRAINT on_a_roster_once DO NOTHING
    RETURNING session_id, kind
)
UPDATE session
SET expected_count = expected_count + added.count, plan_version = plan_version + 1
FROM (SELECT session_id, (count(*) FILTER (WHERE kind = 'booked'))::int AS count FROM written GROUP BY session_id) AS added
WHERE session.session_id = added.session_id
