-- Says what became of facts that were not recorded, and keeps those a person must look at.
-- Inputs: one array per column as for record_facts, and `finding`: its reason, where it gave one.
-- Returns: position (from 1), verdict, problem; by position. A NULL verdict means the row raced with another transaction,
--   or with a row of its own batch that has its place in the phone's count: record it again, alone, and it will be seen.
-- Retry: the same bytes are kept once.
WITH incoming AS MATERIALIZED (
    SELECT *
    FROM unnest(
        %(fact_id)s::uuid[], %(device_id)s::uuid[], %(device_seq)s::int[], %(kind)s::text[], %(session_id)s::uuid[],
        %(person_id)s::uuid[], %(staff_id)s::uuid[], %(given_at)s::timestamptz[], %(written_at)s::timestamptz[],
        %(received_at)s::timestamptz[], %(provenance)s::text[], %(mode)s::text[], %(clock_doubt)s::text[],
        %(corrects_fact_id)s::uuid[], %(product_code)s::text[], %(batch_id)s::uuid[], %(reason)s::text[],
        %(body)s::text[], %(body_hash)s::bytea[], %(previous_hash)s::bytea[], %(verdict)s::text[],
        %(problem)s::text[], %(finding)s::text[]
    ) WITH ORDINALITY AS arrived (
        fact_id, device_id, device_seq, kind, session_id, person_id, staff_id, given_at, written_at, received_at,
        provenance, mode, clock_doubt, corrects_fact_id, product_code, batch_id, reason, body, body_hash,
        previous_hash, verdict, problem, finding, position
    )
),
compared AS MATERIALIZED (
    SELECT position,
        CASE
            WHEN same_name.body_hash = incoming.body_hash THEN 'already_recorded'
            WHEN same_name.body_hash IS NOT NULL THEN 'ledger.fact_conflict'
            WHEN incoming.problem IS NOT NULL THEN incoming.problem
            WHEN (SELECT true FROM fact AS same_place WHERE same_place.device_id = incoming.device_id
                  AND same_place.device_seq = incoming.device_seq) THEN 'ledger.sequence_reused'
            ELSE incoming.finding
        END AS finding
    FROM incoming
    LEFT JOIN LATERAL (
        SELECT fact.body_hash FROM fact WHERE fact.fact_id = incoming.fact_id OFFSET 0
    ) AS same_name ON true
),
kept AS (
    INSERT INTO hold (
        verdict, problem, fact_id, device_id, device_seq, kind, session_id, person_id, staff_id, given_at, written_at,
        received_at, provenance, mode, clock_doubt, corrects_fact_id, product_code, batch_id, reason, body, body_hash,
        previous_hash)
    SELECT coalesce(verdict, 'held'), compared.finding, fact_id, device_id, device_seq, kind, session_id, person_id,
        staff_id, given_at, written_at, received_at, provenance, mode, clock_doubt, corrects_fact_id, product_code,
        batch_id, reason, body, body_hash, previous_hash
    FROM compared
    JOIN incoming ON incoming.position = compared.position
    WHERE compared.finding <> 'already_recorded'
    ON CONFLICT ON CONSTRAINT same_bytes_are_held_once DO NOTHING
)
SELECT compared.position,
    CASE
        WHEN compared.finding = 'already_recorded' THEN compared.finding
        WHEN compared.finding IS NOT NULL THEN coalesce(verdict, 'held')
    END,
    nullif(compared.finding, 'already_recorded')
FROM compared
JOIN incoming ON incoming.position = compared.position
ORDER BY compared.position
