-- What pgbench calls to find the limits: the ledger's own statement over rows made on the spot, into tables of the same
-- shape and indexes as the ledger's, with nothing around it. Bodies are constants of a phone's usual size.
-- Inputs: record_facts, ledger/sql/record_facts.sql made to read from bench.arrived and to write into bench. Run once, as
-- the owner.
CREATE TABLE bench.fact (LIKE public.fact INCLUDING ALL);
CREATE TABLE bench.followup (LIKE public.followup INCLUDING ALL);
CREATE TABLE bench.tally (session_id uuid PRIMARY KEY, given_count integer NOT NULL);
INSERT INTO bench.tally SELECT bench.id(2, 0), 0;

-- Facts of one upload: one dose, or all that happened to each person in turn (four facts each).
CREATE FUNCTION bench.arrived(client integer, upload integer, fact_count integer, first_person integer) RETURNS TABLE (
    fact_id uuid, device_id uuid, device_seq integer, kind text, session_id uuid, person_id uuid, staff_id uuid,
    given_at timestamptz, written_at timestamptz, received_at timestamptz, provenance text, mode text, clock_doubt text,
    corrects_fact_id uuid, product_code text, batch_id uuid, reason text, body text, body_hash bytea, previous_hash bytea,
    chain_is_proven boolean, problem text, "position" bigint)
LANGUAGE sql ROWS 100 AS $$
    SELECT uuidv7(), bench.id(5, 1000000 + client), (upload - 1) * fact_count + place,
        CASE WHEN fact_count = 1 THEN 'dose_given'
            ELSE (ARRAY['person_arrived', 'identity_checked', 'dose_given', 'observation_ended'])[(place - 1) % 4 + 1]
        END,
        bench.id(2, first_person / 100), bench.id(3, first_person + (place - 1) / 4), bench.id(4, client), now(), now(), now(),
        'device', 'device', NULL, NULL::uuid, CASE WHEN fact_count = 1 OR place % 4 = 3 THEN 'COVISHIELD' END,
        CASE WHEN fact_count = 1 OR place % 4 = 3 THEN bench.id(6, 0) END, NULL,
        repeat('x', CASE WHEN fact_count = 1 OR place % 4 = 3 THEN 620 ELSE 500 END),
        '\x5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a'::bytea,
        '\x5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a'::bytea, place > 1, NULL, place::bigint
    FROM generate_series(1, fact_count) AS place
$$;

CREATE FUNCTION bench.record(client integer, upload integer, fact_count integer, first_person integer)
RETURNS TABLE (place bigint, why text)
LANGUAGE plpgsql SET plan_cache_mode = force_generic_plan SET enable_seqscan = off AS $$
BEGIN
    RETURN QUERY :record_facts;
END $$;

-- One dose that also counts on one session's row: what every ledger that keeps a counter must wait for.
CREATE FUNCTION bench.record_hot(client integer, upload integer, first_person integer) RETURNS void
LANGUAGE plpgsql AS $$
BEGIN
    PERFORM bench.record(client, upload, 1, first_person);
    UPDATE bench.tally SET given_count = given_count + 1 WHERE session_id = bench.id(2, 0);
END $$;
