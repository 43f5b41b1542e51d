-- Records a batch of facts: the one statement through which anything enters the ledger.
-- Inputs: one array per column, row i of each describing fact i; `problem` is set where the door already found a fault.
-- Returns: position (from 1), verdict, problem. A NULL verdict means the row raced with another transaction or with
--   its own twin in this batch: run again with that row alone, and it will be seen.
-- Retry: the device named the fact, so the same bytes again are `already_recorded`; other bytes under the same name,
--   or under the same place in the device's count, are held. Nothing is ever changed.
WITH incoming AS MATERIALIZED (
    SELECT *
    FROM unnest(
        %(fact_id)s::uuid[], %(device_id)s::uuid[], %(device_seq)s::int[], %(kind)s::text[], %(session_id)s::uuid[],
        %(person_id)s::uuid[], %(staff_id)s::uuid[], %(given_at)s::timestamptz[], %(written_at)s::timestamptz[],
        %(received_at)s::timestamptz[], %(provenance)s::text[], %(mode)s::text[], %(clock_doubt)s::text[],
        %(corrects_fact_id)s::uuid[], %(product_code)s::text[], %(batch_id)s::uuid[], %(reason)s::text[],
        %(body)s::text[], %(body_hash)s::bytea[], %(previous_hash)s::bytea[], %(chain_is_proven)s::bool[],
        %(verdict)s::text[], %(problem)s::text[]
    ) WITH ORDINALITY AS arrived (
        fact_id, device_id, device_seq, kind, session_id, person_id, staff_id, given_at, written_at, received_at,
        provenance, mode, clock_doubt, corrects_fact_id, product_code, batch_id, reason, body, body_hash,
        previous_hash, chain_is_proven, verdict, problem, position
    )
),
judged AS MATERIALIZED (
    SELECT incoming.*,
        CASE
            WHEN same_name.body_hash = incoming.body_hash THEN 'already_recorded'
            WHEN same_name.body_hash IS NOT NULL THEN 'ledger.fact_conflict'
            WHEN incoming.problem IS NOT NULL THEN incoming.problem
            WHEN same_place.fact_id IS NOT NULL THEN 'ledger.sequence_reused'
            -- scalar questions, not EXISTS: EXISTS lets the planner hash the whole table instead of one index look
            WHEN (SELECT true FROM session WHERE session.session_id = incoming.session_id) IS NULL
                THEN 'ledger.unknown_session'
            WHEN incoming.person_id IS NOT NULL AND incoming.kind <> 'walk_in_registered'
                AND (SELECT true FROM person WHERE person.person_id = incoming.person_id) IS NULL
                AND (SELECT true FROM fact WHERE fact.person_id = incoming.person_id
                     AND fact.kind = 'walk_in_registered' LIMIT 1) IS NULL
                AND NOT EXISTS (SELECT FROM incoming AS beside WHERE beside.person_id = incoming.person_id
                                AND beside.kind = 'walk_in_registered' AND beside.problem IS NULL)
                THEN 'ledger.unknown_person'
            WHEN NOT incoming.chain_is_proven AND EXISTS (
                SELECT FROM fact AS before
                WHERE before.device_id = incoming.device_id AND before.device_seq = incoming.device_seq - 1
                AND before.body_hash <> incoming.previous_hash) THEN 'ledger.chain_broken'
            WHEN EXISTS (
                SELECT FROM fact AS after
                WHERE after.device_id = incoming.device_id AND after.device_seq = incoming.device_seq + 1
                AND after.previous_hash <> incoming.body_hash) THEN 'ledger.chain_broken'
        END AS finding
    FROM incoming
    LEFT JOIN fact AS same_name ON same_name.fact_id = incoming.fact_id
    LEFT JOIN fact AS same_place
        ON same_place.device_id = incoming.device_id AND same_place.device_seq = incoming.device_seq
),
accepted AS (
    INSERT INTO fact (
        fact_id, device_id, device_seq, kind, session_id, person_id, staff_id, given_at, written_at, received_at,
        provenance, mode, clock_doubt, corrects_fact_id, product_code, batch_id, reason, body, body_hash, previous_hash)
    SELECT fact_id, device_id, device_seq, kind, session_id, person_id, staff_id, given_at, written_at, received_at,
        provenance, mode, clock_doubt, corrects_fact_id, product_code, batch_id, reason, body, body_hash, previous_hash
    FROM judged
    WHERE finding IS NULL
    ORDER BY position
    ON CONFLICT DO NOTHING
    RETURNING fact_id, body_hash
),
announced AS (
    INSERT INTO followup (fact_ids)
    SELECT array_agg(fact_id) FROM accepted HAVING count(*) > 0
),
kept AS (
    INSERT INTO hold (
        verdict, problem, fact_id, device_id, device_seq, kind, session_id, person_id, staff_id, given_at, written_at,
        received_at, provenance, mode, clock_doubt, corrects_fact_id, product_code, batch_id, reason, body, body_hash,
        previous_hash)
    SELECT coalesce(verdict, 'held'), finding, fact_id, device_id, device_seq, kind, session_id, person_id, staff_id,
        given_at, written_at, received_at, provenance, mode, clock_doubt, corrects_fact_id, product_code, batch_id,
        reason, body, body_hash, previous_hash
    FROM judged
    WHERE finding <> 'already_recorded'
    ON CONFLICT ON CONSTRAINT same_bytes_are_held_once DO NOTHING
)
SELECT position,
    CASE
        WHEN finding = 'already_recorded' THEN 'already_recorded'
        WHEN finding IS NOT NULL THEN coalesce(verdict, 'held')
        WHEN accepted.fact_id IS NOT NULL AND position = min(position) OVER (PARTITION BY judged.fact_id, finding)
            THEN 'recorded'
    END AS verdict,
    CASE WHEN finding <> 'already_recorded' THEN finding END AS problem
FROM judged
LEFT JOIN accepted ON accepted.fact_id = judged.fact_id AND accepted.body_hash = judged.body_hash
ORDER BY position
