-- Takes back the places of people whose deferral was itself taken back, unless they have come there meanwhile.
-- Inputs: after, upto (status_seq). The row count is how many sessions changed. Retry: what is gone is gone.
WITH taken_back AS MATERIALIZED (
    SELECT fact.person_id, (fact.body::jsonb ->> 'to_session_id')::uuid AS session_id
    FROM announced
    JOIN fact AS void ON void.fact_id = announced.fact_id
    JOIN fact ON fact.fact_id = void.corrects_fact_id
    WHERE announced.status_seq > %(after)s AND announced.status_seq <= %(upto)s
        AND announced.kind = 'fact_voided' AND fact.kind = 'not_given' AND fact.reason = 'deferred'
),
gone AS (
    DELETE FROM allotment
    USING taken_back
    WHERE allotment.session_id = taken_back.session_id AND allotment.person_id = taken_back.person_id
        AND allotment.told_how = 'at_session'
        AND NOT EXISTS (
            SELECT FROM fact AS other
            WHERE other.person_id = taken_back.person_id AND other.kind = 'not_given' AND other.reason = 'deferred'
                AND (other.body::jsonb ->> 'to_session_id')::uuid = taken_back.session_id
                AND NOT EXISTS (SELECT FROM fact AS void WHERE void.corrects_fact_id = other.fact_id AND void.kind = 'fact_voided'))
        AND NOT EXISTS (SELECT FROM status.roster
                        WHERE roster.session_id = taken_back.session_id AND roster.person_id = taken_back.person_id)
    RETURNING allotment.session_id, allotment.kind
)
UPDATE session
SET expected_count = expected_count - fewer.count, plan_version = plan_version + 1
FROM (SELECT session_id, (count(*) FILTER (WHERE kind = 'booked'))::int AS count FROM gone GROUP BY session_id) AS fewer
WHERE session.session_id = fewer.session_id
