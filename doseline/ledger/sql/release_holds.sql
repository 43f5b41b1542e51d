-- Records facts held only because their person was unknown, now that the person is known.
-- No inputs. Touches at most 500 holds. Returns nothing; the row count is how many were resolved.
-- Retry: a hold is resolved once, and a fact already in the ledger is not recorded again.
WITH placeable AS MATERIALIZED (
    SELECT hold.*
    FROM hold
    WHERE hold.problem = 'ledger.unknown_person'
        AND EXISTS (SELECT FROM person WHERE person.person_id = hold.person_id)
        AND NOT EXISTS (SELECT FROM hold_resolution WHERE hold_resolution.hold_id = hold.hold_id)
    LIMIT 500
),
accepted AS (
    INSERT INTO fact (
        fact_id, device_id, device_seq, kind, session_id, person_id, staff_id, given_at, written_at, received_at,
        provenance, mode, clock_doubt, corrects_fact_id, product_code, batch_id, reason, body, body_hash, previous_hash)
    SELECT fact_id, device_id, device_seq, kind, session_id, person_id, staff_id, given_at, written_at, received_at,
        provenance, mode, clock_doubt, corrects_fact_id, product_code, batch_id, reason, body, body_hash, previous_hash
    FROM placeable
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
INSERT INTO hold_resolution (hold_id, resolved_at, outcome)
SELECT hold_id, now(), 'recorded' FROM placeable
ON CONFLICT DO NOTHING
