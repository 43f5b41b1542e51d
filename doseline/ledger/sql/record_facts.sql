-- Records a batch of new facts: the one statement through which anything enters the ledger.
-- Inputs: one array per column, row i of each describing fact i; `problem` is set where the door already found a fault.
--   No two rows have the same fact_id.
-- Returns a row for each fact that was not recorded now: position (from 1), and the reason where it is plain already.
--   set_aside_facts says what becomes of those.
-- Retry: the device named the fact; a name, or a place in the phone's count, that is taken already is not taken again.
-- Cost: the insert itself refuses a name or place already taken, so a new fact is looked for nowhere first. Scalar
--   questions, not EXISTS or joins: those let the planner hash a whole table instead of one index look.
WITH incoming AS MATERIALIZED (
    SELECT *
    FROM unnest(
        %(fact_id)s::uuid[], %(device_id)s::uuid[], %(device_seq)s::int[], %(kind)s::text[], %(session_id)s::uuid[],
        %(person_id)s::uuid[], %(staff_id)s::uuid[], %(given_at)s::timestamptz[], %(written_at)s::timestamptz[],
        %(received_at)s::timestamptz[], %(provenance)s::text[], %(mode)s::text[], %(clock_doubt)s::text[],
        %(corrects_fact_id)s::uuid[], %(product_code)s::text[], %(batch_id)s::uuid[], %(reason)s::text[],
        %(body)s::text[], %(body_hash)s::bytea[], %(previous_hash)s::bytea[], %(chain_is_proven)s::bool[],
        %(problem)s::text[]
    ) WITH ORDINALITY AS arrived (
        fact_id, device_id, device_seq, kind, session_id, person_id, staff_id, given_at, written_at, received_at,
        provenance, mode, clock_doubt, corrects_fact_id, product_code, batch_id, reason, body, body_hash,
        previous_hash, chain_is_proven, problem, position
    )
),
-- One look a phone says whether anything of it can lie after what came now.
phone AS (
    SELECT device_id,
        (SELECT fact.device_seq FROM fact WHERE fact.device_id = incoming.device_id
         ORDER BY fact.device_seq DESC LIMIT 1) AS highest_seq
    FROM incoming
    GROUP BY device_id
),
judged AS MATERIALIZED (
    SELECT position,
        CASE
            WHEN incoming.problem IS NOT NULL THEN incoming.problem
            WHEN (SELECT true FROM session WHERE session.session_id = incoming.session_id) IS NULL
                THEN 'ledger.unknown_session'
            WHEN incoming.person_id IS NOT NULL AND incoming.kind <> 'walk_in_registered'
                AND (SELECT true FROM person WHERE person.person_id = incoming.person_id) IS NULL
                AND (SELECT true FROM fact WHERE fact.person_id = incoming.person_id
                     AND fact.kind = 'walk_in_registered' LIMIT 1) IS NULL
                AND NOT EXISTS (SELECT FROM incoming AS beside WHERE beside.person_id = incoming.person_id
                                AND beside.kind = 'walk_in_registered' AND beside.problem IS NULL)
                THEN 'ledger.unknown_person'
            WHEN NOT incoming.chain_is_proven AND (
                SELECT before.body_hash <> incoming.previous_hash FROM fact AS before
                WHERE before.device_id = incoming.device_id AND before.device_seq = incoming.device_seq - 1)
                THEN 'ledger.chain_broken'
            WHEN phone.highest_seq > incoming.device_seq AND (
                SELECT after.previous_hash <> incoming.body_hash FROM fact AS after
                WHERE after.device_id = incoming.device_id AND after.device_seq = incoming.device_seq + 1)
                THEN 'ledger.chain_broken'
        END AS finding
    FROM incoming
    JOIN phone ON phone.device_id = incoming.device_id
),
accepted AS (
    INSERT INTO fact (
        fact_id, device_id, device_seq, kind, session_id, person_id, staff_id, given_at, written_at, received_at,
        provenance, mode, clock_doubt, corrects_fact_id, product_code, batch_id, reason, body, body_hash, previous_hash)
    SELECT fact_id, device_id, device_seq, kind, session_id, person_id, staff_id, given_at, written_at, received_at,
        provenance, mode, clock_doubt, corrects_fact_id, product_code, batch_id, reason, body, body_hash, previous_hash
    FROM incoming
    JOIN judged ON judged.position = incoming.position
    WHERE judged.finding IS NULL
    ON CONFLICT DO NOTHING
    RETURNING fact_id, kind, session_id, person_id, device_id, device_seq
),
announced AS (
    INSERT INTO followup (fact_ids, kinds, session_ids, person_ids, device_ids, device_seqs)
    SELECT array_agg(fact_id), array_agg(kind), array_agg(session_id), array_agg(person_id), array_agg(device_id),
        array_agg(device_seq)
    FROM accepted
    HAVING count(*) > 0
)
SELECT judged.position, judged.finding
FROM judged
JOIN incoming ON incoming.position = judged.position
WHERE incoming.fact_id IS NULL OR incoming.fact_id NOT IN (SELECT fact_id FROM accepted)
