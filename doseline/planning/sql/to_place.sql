-- People of an area who are to be vaccinated and are booked nowhere yet (for a second dose: nowhere where it can be given), with where
-- they are and, for a second dose, what and when. The groups asked for are those of first doses: whoever had one is due the next
-- whatever their group, and whoever waits on a reserve list was asked for before.
-- Inputs: area, drive_id, starts_on, ends_on, today (whoever has a place today keeps it), groups. Returns: person_id, group, institution, household, place, its
--   latitude and longitude (of the sites with the person's PIN code, else of their area), product, earliest and latest date, whether they wait on a reserve list.
-- O(people of the area): one hash join each; about 3 µs a person.
WITH RECURSIVE programme AS (
    SELECT programme_id FROM drive WHERE drive_id = %(drive_id)s
),
spot AS MATERIALIZED (
    SELECT 'p' || pincode AS place, avg(latitude)::float8 AS latitude, avg(longitude)::float8 AS longitude
    FROM site
    WHERE latitude IS NOT NULL AND pincode <> ''
    GROUP BY pincode
    UNION ALL
    SELECT 'a' || org_unit.code, avg(site.latitude)::float8, avg(site.longitude)::float8
    FROM org_unit
    JOIN site ON site.org_unit_id = org_unit.code OR site.org_unit_id LIKE org_unit.code || '.%%'
    WHERE org_unit.level IN ('district', 'block') AND site.latitude IS NOT NULL
    GROUP BY org_unit.code
),
live AS MATERIALIZED (
    SELECT person_link.person_id, person_link.same_as_id FROM person_link
    WHERE NOT EXISTS (SELECT FROM person_unlink WHERE person_unlink.link_id = person_link.link_id)
),
linked AS (  -- each row of a person with all it is linked to, however long the way
    SELECT person_id, same_as_id FROM live
    UNION
    SELECT linked.person_id, live.same_as_id FROM linked JOIN live ON live.person_id = linked.same_as_id
),
meant AS MATERIALIZED (  -- of several rows that are one person, the one that counts: it is linked to none
    SELECT DISTINCT ON (linked.person_id) linked.person_id, linked.same_as_id FROM linked
    WHERE NOT EXISTS (SELECT FROM live WHERE live.person_id = linked.same_as_id)
    ORDER BY linked.person_id, linked.same_as_id
),
near AS MATERIALIZED (  -- doses told by another row of theirs nearer to an earlier one than the vaccine allows
    SELECT roster.dose_fact_id, before.dose_fact_id AS before_fact_id
    FROM meant
    JOIN meant AS other ON other.same_as_id = meant.same_as_id
    JOIN status.roster ON roster.person_id IN (meant.person_id, meant.same_as_id) AND roster.is_counted
    JOIN product ON product.code = roster.product_code
    JOIN status.roster AS before ON before.person_id IN (other.person_id, other.same_as_id) AND before.is_counted
        AND before.person_id <> roster.person_id AND before.given_at < roster.given_at
        AND date_trunc('day', before.given_at, 'Asia/Kolkata') <> date_trunc('day', roster.given_at, 'Asia/Kolkata')
        AND roster.given_at - before.given_at < make_interval(days => product.earliest_days - 4)
),
told_again AS MATERIALIZED (  -- likelier the same under a wrong date, as doses_of.sql has it
    SELECT dose_fact_id FROM near WHERE before_fact_id NOT IN (SELECT dose_fact_id FROM near)
),
had AS MATERIALIZED (
    -- two rows of one person may both tell of one dose: a day has one
    SELECT coalesce(meant.same_as_id, roster.person_id) AS person_id, max(roster.given_at) AS given_at,
        greatest(count(DISTINCT date_trunc('day', roster.given_at, 'Asia/Kolkata')), max(roster.dose_number)) AS doses,
        (array_agg(roster.product_code ORDER BY roster.given_at DESC))[1] AS product
    FROM status.roster
    LEFT JOIN meant ON meant.person_id = roster.person_id
    JOIN product ON product.code = roster.product_code
    WHERE roster.is_counted AND roster.dose_fact_id NOT IN (SELECT dose_fact_id FROM told_again)
        AND product.programme_id = (SELECT programme_id FROM programme)
    GROUP BY coalesce(meant.same_as_id, roster.person_id)
),
on_paper AS MATERIALIZED (  -- whose dose is still on a sheet and whose next one may be given in five days: planned all the same (promise 3)
    SELECT coalesce(meant.same_as_id, sheet_row.person_id) AS person_id, max(session.on_date) AS given_on,
        (array_agg(session.product_id ORDER BY session.on_date DESC))[1] AS product
    FROM sheet
    JOIN session ON session.session_id = sheet.session_id
    JOIN product ON product.code = session.product_id AND product.dose_count > 1
    JOIN sheet_row ON sheet_row.sheet_id = sheet.sheet_id
    LEFT JOIN meant ON meant.person_id = sheet_row.person_id
    WHERE (sheet.state = 'received' OR (sheet.state IN ('issued', 'used')
            AND session.session_id IN (SELECT session_id FROM session_on_paper)))
        AND session.on_date < %(today)s AND session.on_date + product.earliest_days::int <= %(today)s + 5
        AND product.programme_id = (SELECT programme_id FROM programme)
        AND NOT sheet_row.is_blank AND may_be_a_dose(sheet_row.state, sheet_row.reading, sheet_row.entry)
    GROUP BY coalesce(meant.same_as_id, sheet_row.person_id)
),
next_dose AS MATERIALIZED (  -- of whoever has had one
    SELECT last.person_id, last.doses, product.code AS product, product.dose_count,
        last.given_on + product.earliest_days::int AS earliest_on, last.given_on + product.latest_days::int AS latest_on
    FROM (
        SELECT person_id, doses, product, (given_at AT TIME ZONE 'Asia/Kolkata')::date AS given_on FROM had
        UNION ALL
        SELECT person_id, 1, product, given_on FROM on_paper WHERE NOT EXISTS (SELECT FROM had WHERE had.person_id = on_paper.person_id)
    ) AS last
    JOIN product ON product.code = last.product
),
held AS MATERIALIZED (  -- places where what is due can be given, once it may be
    SELECT place.person_id, bool_or(place.kind = 'booked') AS is_booked
    FROM (
        SELECT coalesce(meant.same_as_id, allotment.person_id) AS person_id, allotment.kind, session.product_id, session.on_date
        FROM allotment
        LEFT JOIN meant ON meant.person_id = allotment.person_id
        JOIN session ON session.session_id = allotment.session_id
        WHERE session.drive_id = %(drive_id)s AND session.on_date >= least(%(starts_on)s, %(today)s)
            AND NOT EXISTS (SELECT FROM session_cancellation WHERE session_cancellation.session_id = session.session_id)
    ) AS place
    LEFT JOIN next_dose ON next_dose.person_id = place.person_id
    WHERE next_dose.person_id IS NULL OR (next_dose.product = place.product_id AND next_dose.earliest_on <= place.on_date)
    GROUP BY place.person_id
)
SELECT person.person_id, person.priority_group, person.institution, person.household, coalesce(near.place, area.place, ''),
    coalesce(near.latitude, area.latitude), coalesce(near.longitude, area.longitude),
    coalesce(next_dose.product, ''), next_dose.earliest_on, next_dose.latest_on, held.person_id IS NOT NULL
FROM person
LEFT JOIN spot AS near ON near.place = 'p' || nullif(person.pincode, '')
LEFT JOIN spot AS area ON area.place = 'a' || person.org_unit_id
LEFT JOIN next_dose ON next_dose.person_id = person.person_id
LEFT JOIN held ON held.person_id = person.person_id
WHERE (person.org_unit_id = %(area)s OR person.org_unit_id LIKE %(area)s || '.%%')
    AND (person.priority_group = ANY(%(groups)s) OR next_dose.person_id IS NOT NULL OR held.person_id IS NOT NULL)
    AND (next_dose.person_id IS NULL OR next_dose.doses < next_dose.dose_count)
    AND held.is_booked IS NOT TRUE
    AND NOT EXISTS (SELECT FROM meant WHERE meant.person_id = person.person_id)
ORDER BY person.person_id
