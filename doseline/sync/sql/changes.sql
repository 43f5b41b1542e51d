-- Roster rows of a session that moved after a cursor. Rows that moved together share a status_seq and must not be cut
-- apart, so the last group is given whole.
-- Inputs: session_id, cursor, limit. Returns: status_seq, then the fields of RosterChange; by status_seq.
WITH moved AS (
    SELECT roster.*
    FROM status.roster
    WHERE roster.session_id = %(session_id)s AND roster.status_seq > %(cursor)s
    ORDER BY roster.status_seq
    FETCH FIRST %(limit)s ROWS WITH TIES
)
SELECT status_seq, person_id, state, is_walk_in, arrived_at, identity_checked_at, given_at, dose_fact_id,
    dose_device_id, batch_id, dose_number, not_given_reason, observation_outcome, screening, consent, aefi_severity,
    CASE WHEN is_walk_in THEN (
        SELECT fact.body::json ->> 'team_person' FROM fact
        WHERE fact.person_id = moved.person_id AND fact.kind = 'walk_in_registered' AND fact.session_id = moved.session_id
        ORDER BY fact.received_at LIMIT 1)
    END AS team_person,
    nullif(doubled_fact_ids, '{}') AS doubled_fact_ids,
    (SELECT (fact.body::json ->> 'vial_fact_id')::uuid FROM fact WHERE fact.fact_id = moved.dose_fact_id) AS vial_fact_id,
    CASE WHEN doubled_fact_ids <> '{}' THEN ARRAY(
        SELECT (fact.body::json ->> 'vial_fact_id')::uuid FROM unnest(doubled_fact_ids) WITH ORDINALITY AS doubled (fact_id, place)
        LEFT JOIN fact ON fact.fact_id = doubled.fact_id
        ORDER BY doubled.place) END AS doubled_vial_ids,
    denied_fact_id, denied_at, denied_reason,
    nullif(ARRAY(
        SELECT void.corrects_fact_id FROM fact AS void
        WHERE void.person_id = moved.person_id AND void.session_id = moved.session_id AND void.kind = 'fact_voided'
        ORDER BY void.corrects_fact_id), '{}') AS voided_fact_ids
FROM moved
LEFT JOIN LATERAL (
    SELECT fact.fact_id AS denied_fact_id, fact.given_at AS denied_at, fact.reason AS denied_reason
    FROM status.review_item AS item
    JOIN fact ON fact.fact_id = item.fact_id
    WHERE item.person_id = moved.person_id AND item.session_id = moved.session_id AND item.kind = 'given_and_not'
    ORDER BY fact.given_at DESC
    LIMIT 1
) AS denied ON moved.given_at IS NOT NULL
ORDER BY status_seq, person_id
