-- Writes people's keys in place of their older ones, and puts the people down to be compared with the register.
-- Inputs: person_ids, name_hashes, bones_hashes (side by side); key_person_ids, keys (side by side). Returns nothing.
-- Retry: the same keys again change nothing.
WITH hashed AS (
    UPDATE person
    SET name_hash = given.name_hash, bones_hash = given.bones_hash
    FROM unnest(%(person_ids)s::uuid[], %(name_hashes)s::bigint[], %(bones_hashes)s::bigint[])
        AS given (person_id, name_hash, bones_hash)
    WHERE person.person_id = given.person_id
        AND (person.name_hash <> given.name_hash OR person.bones_hash <> given.bones_hash)
),
wanted AS MATERIALIZED (
    SELECT DISTINCT key, person_id FROM unnest(%(key_person_ids)s::uuid[], %(keys)s::bigint[]) AS given (person_id, key)
),
gone AS (
    DELETE FROM person_key
    WHERE person_key.person_id = ANY(%(person_ids)s)
        AND NOT EXISTS (SELECT FROM wanted WHERE wanted.key = person_key.key AND wanted.person_id = person_key.person_id)
),
due AS (
    INSERT INTO duplicate_search (person_id) SELECT unnest(%(person_ids)s::uuid[]) ON CONFLICT DO NOTHING
)
INSERT INTO person_key (key, person_id)
SELECT key, person_id FROM wanted
ON CONFLICT DO NOTHING
