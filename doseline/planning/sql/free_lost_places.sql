-- Takes places away that cannot be kept: in cancelled sessions to come, of rows that somebody said are another row's person (that
-- row has the place), of people who have had all doses, and beyond what a session has room for, the last allotted first. Of sessions of today only
-- cancelled ones: the rosters of the others are out. Nobody else is touched: a plan made anew moves as few people as possible.
-- Inputs: area, drive_id, starts_on, ends_on, today, now. Retry: nothing more to free the second time.
WITH own AS MATERIALIZED (
    SELECT session.session_id, session.capacity - session.walk_in_capacity AS bookable, session.on_date > %(today)s AS is_to_come,
        cancellation.cancelled_at < %(now)s - interval '1 minute' AS is_cancelled  -- by then its people have their message
    FROM session
    JOIN site ON site.site_id = session.site_id
    LEFT JOIN session_cancellation AS cancellation ON cancellation.session_id = session.session_id
    WHERE session.drive_id = %(drive_id)s AND session.on_date >= %(starts_on)s AND session.opens_at > %(now)s
        AND (site.org_unit_id = %(area)s OR site.org_unit_id LIKE %(area)s || '.%%')
),
linked AS (
    SELECT person_link.person_id FROM person_link
    WHERE NOT EXISTS (SELECT FROM person_unlink WHERE person_unlink.link_id = person_link.link_id)
),
through AS (  -- who has had all doses of their vaccine, by the number of the last
    SELECT roster.person_id
    FROM status.roster
    JOIN product ON product.code = roster.product_code
    WHERE roster.is_counted AND product.programme_id = (SELECT programme_id FROM drive WHERE drive_id = %(drive_id)s)
    GROUP BY roster.person_id
    HAVING greatest(count(*), max(roster.dose_number)) >= max(product.dose_count)
),
ranked AS (
    SELECT allotment.allotment_id, allotment.session_id,
        coalesce(own.is_cancelled, false) OR (own.is_to_come AND (
            allotment.person_id IN (SELECT person_id FROM linked) OR allotment.person_id IN (SELECT person_id FROM through)
            OR (allotment.kind = 'booked' AND row_number() OVER (
                PARTITION BY allotment.session_id, allotment.kind ORDER BY allotment.allotted_at, allotment.allotment_id
            ) > own.bookable))) AS is_lost
    FROM own
    JOIN allotment ON allotment.session_id = own.session_id
),
freed AS (
    DELETE FROM allotment
    USING ranked
    WHERE allotment.allotment_id = ranked.allotment_id AND ranked.is_lost
    RETURNING allotment.session_id, allotment.kind
)
UPDATE session
SET expected_count = greatest(expected_count - lost.count, 0), plan_version = plan_version + 1
FROM (SELECT session_id, (count(*) FILTER (WHERE kind = 'booked'))::int AS count FROM freed GROUP BY session_id) AS lost
WHERE session.session_id = lost.session_id
