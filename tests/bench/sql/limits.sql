-- What pgbench calls to find the limits: the same rows into tables of the same shape and indexes as the ledger's, with
-- nothing around them. Bodies are constants of a phone's usual size. Run once, as the owner.
CREATE TABLE bench.fact (LIKE public.fact INCLUDING ALL);
CREATE TABLE bench.followup (LIKE public.followup INCLUDING ALL);
CREATE TABLE bench.tally (session_id uuid PRIMARY KEY, given_count integer NOT NULL);
INSERT INTO bench.tally SELECT bench.id(2, 0), 0;

-- Facts of one upload, in one statement: one dose, or all that happened to each person in turn (four facts each).
CREATE FUNCTION bench.record(client integer, upload integer, fact_count integer, person integer) RETURNS void
LANGUAGE plpgsql AS $$
BEGIN
    WITH accepted AS (
        INSERT INTO bench.fact (
            fact_id, device_id, device_seq, kind, session_id, person_id, staff_id, given_at, written_at, received_at,
            provenance, mode, product_code, batch_id, body, body_hash, previous_hash)
        SELECT uuidv7(), bench.id(5, client), (upload - 1) * fact_count + place,
            CASE WHEN fact_count = 1 THEN 'dose_given'
                ELSE (ARRAY['person_arrived', 'identity_checked', 'dose_given', 'observation_ended'])[(place - 1) % 4 + 1]
            END,
            bench.id(2, person / 100), bench.id(3, person + (place - 1) / 4), bench.id(4, client), now(), now(), now(),
            'device', 'device', CASE WHEN fact_count = 1 OR place % 4 = 3 THEN 'COVISHIELD' END,
            CASE WHEN fact_count = 1 OR place % 4 = 3 THEN bench.id(6, 0) END,
            repeat('x', CASE WHEN fact_count = 1 OR place % 4 = 3 THEN 620 ELSE 500 END), decode(repeat('5a', 32), 'hex'),
            decode(repeat('a5', 32), 'hex')
        FROM generate_series(1, fact_count) AS place
        ON CONFLICT DO NOTHING
        RETURNING fact_id
    )
    INSERT INTO bench.followup (fact_ids)
    SELECT array_agg(fact_id) FROM accepted;
END $$;

-- One dose that also counts on one session's row: what every ledger that keeps a counter must wait for.
CREATE FUNCTION bench.record_hot(client integer, upload integer, person integer) RETURNS void
LANGUAGE plpgsql AS $$
BEGIN
    PERFORM bench.record(client, upload, 1, person);
    UPDATE bench.tally SET given_count = given_count + 1 WHERE session_id = bench.id(2, 0);
END $$;
