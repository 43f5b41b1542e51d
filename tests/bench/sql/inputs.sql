-- What the bench's drive is made from. No inputs. Run once in an empty database, as its owner.
CREATE SCHEMA bench;

-- The id of the drive's thing n of a kind: 1 site, 2 session, 3 person, 4 staff, 5 phone, 6 batch, 7 drive, 8 other rows.
CREATE FUNCTION bench.id(kind integer, n bigint) RETURNS uuid LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT ('01941000-' || lpad(to_hex(kind), 4, '0') || '-7000-8000-' || lpad(to_hex(n), 12, '0'))::uuid
$$;

CREATE TABLE bench.name (n integer PRIMARY KEY, latin text, local text, sex text, born_year smallint);
CREATE TABLE bench.code (n integer PRIMARY KEY, code text);
CREATE TABLE bench.key (n integer PRIMARY KEY, public_key bytea);
CREATE TABLE bench.pin (salt bytea, iterations integer, key bytea);
