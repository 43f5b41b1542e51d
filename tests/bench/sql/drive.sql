-- Builds the drive: 3,000 sites over all districts, a session at each (open for four hours, four to go), 100 people a
-- session, a team of five with PINs, and a phone. Inputs: bench.name, code, key, pin. Run once, as the owner.
SET session_replication_role = replica;  -- keys are right by construction; checking 1.5 million of them is not measured

INSERT INTO batch (batch_id, product_id, number, expires_on)
SELECT bench.id(6, n), 'COVISHIELD', 'BENCH-' || n, current_date + 120 FROM generate_series(0, 1) AS n;

INSERT INTO drive (drive_id, programme_id, org_unit_id, name, starts_on)
VALUES (bench.id(7, 0), 'COVID-19', 'IN', 'Health workers', current_date);

WITH district AS (
    SELECT code, name, name_bn, name_hi, row_number() OVER (ORDER BY md5(code)) - 1 AS place, count(*) OVER () AS count
    FROM org_unit
    WHERE level = 'district'
)
INSERT INTO site (site_id, name, name_bn, name_hi, kind, org_unit_id, pincode, latitude, longitude)
SELECT bench.id(1, n), initcap(name) || ' UPHC ' || n / count + 1, coalesce(nullif(name_bn, ''), name) || ' UPHC ' || n / count + 1,
    coalesce(nullif(name_hi, ''), name) || ' UPHC ' || n / count + 1, 'fixed', code, (700000 + n)::text,
    8 + n % 2500 / 100.0, 70 + n % 1700 / 100.0
FROM generate_series(0, 2999) AS n
JOIN district ON district.place = n % district.count;

INSERT INTO session (session_id, drive_id, site_id, product_id, on_date, opens_at, closes_at, expected_count)
SELECT bench.id(2, n), bench.id(7, 0), bench.id(1, n), 'COVISHIELD', (now() AT TIME ZONE 'Asia/Kolkata')::date,
    date_trunc('hour', now()) - interval '4 hours', date_trunc('hour', now()) + interval '4 hours', 100
FROM generate_series(0, 2999) AS n;
INSERT INTO session_batch (session_id, batch_id)
SELECT bench.id(2, n), bench.id(6, batch) FROM generate_series(0, 2999) AS n, generate_series(0, 1) AS batch;

INSERT INTO staff (staff_id, username, password, is_superuser, first_name, last_name, email, is_staff, is_active,
    date_joined, display_name, display_name_local)
SELECT bench.id(4, made.n), 'bench-' || made.n, '!', false, '', '', '', false, true, now(), name.latin, name.local
FROM generate_series(0, 14999) AS made (n)
JOIN bench.name ON name.n = made.n * 7 % 2000;
INSERT INTO staff_pin (staff_id, salt, iterations, key, set_at)
SELECT bench.id(4, n), salt, iterations, key, now() FROM generate_series(0, 14999) AS n, bench.pin;
INSERT INTO session_staff (session_staff_id, session_id, staff_id, role)
SELECT bench.id(8, n), bench.id(2, n / 5), bench.id(4, n),
    (ARRAY['site_manager', 'verifier', 'vaccinator', 'observer', 'entry_officer'])[n % 5 + 1]
FROM generate_series(0, 14999) AS n;

INSERT INTO person (person_id, code, name_latin, name_local, local_language, sex, born_year, priority_group, institution,
    org_unit_id, registered_at)
SELECT bench.id(3, code.n), code.code, name.latin, name.local, 'bn', name.sex, name.born_year, 'HCW', site.name,
    site.org_unit_id, now() - interval '20 days'
FROM bench.code
JOIN bench.name ON name.n = code.n * 13 % 2000
JOIN site ON site.site_id = bench.id(1, code.n / 100);
INSERT INTO allotment (allotment_id, session_id, person_id, slot_at)
SELECT bench.id(8, 1000000 + n), bench.id(2, n / 100), bench.id(3, n),
    date_trunc('hour', now()) - interval '4 hours' + interval '30 minutes' * (n % 100 * 16 / 100)
FROM generate_series(0, 299999) AS n;
INSERT INTO identifier (identifier_id, person_id, kind, value)
SELECT bench.id(8, 2000000 + n), bench.id(3, n), 'employer_card', 'HW' || lpad((random() * 99999999)::int::text, 8, '0')
FROM generate_series(0, 299999) AS n;
INSERT INTO contact_point (contact_point_id, person_id, kind, value)
SELECT bench.id(8, 3000000 + n), bench.id(3, n), 'phone', '5' || lpad((random() * 999999999)::int::text, 9, '0')
FROM generate_series(0, 299999) AS n;

INSERT INTO enrolment_code (code_id, code_hash, site_id, made_at, expires_at)
SELECT bench.id(8, 4000000 + n), sha256(n::text::bytea), bench.id(1, n), now(), now() + interval '1 day'
FROM generate_series(0, 2999) AS n;
INSERT INTO device (device_id, site_id, label, public_key, enrolled_by_id, enrolled_at)
SELECT bench.id(5, n), bench.id(1, n), 'Phone 1', public_key, bench.id(8, 4000000 + n), now() FROM bench.key;

RESET session_replication_role;
