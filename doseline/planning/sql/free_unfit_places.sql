-- Takes places away from people who get another: of a second dose what is of another vaccine, too early or a wait, else a wait.
-- Inputs: drive_id, today; person_ids, packed. Sessions of today are left alone: their rosters are out, and whoever opens early and gives a
-- dose has made its place one of no use for the next. Retry: nothing more to free the second time.
-- O(people): one join.
WITH freed AS (
    DELETE FROM allotment
    USING session
    WHERE allotment.session_id = session.session_id AND session.drive_id = %(drive_id)s AND session.on_date > %(today)s
        AND allotment.person_id IN (SELECT unnest(%(person_ids)s::uuid[]))
    RETURNING allotment.session_id, allotment.kind
)
UPDATE session
SET expected_count = greatest(expected_count - lost.count, 0), plan_version = plan_version + 1
FROM (SELECT session_id, (count(*) FILTER (WHERE kind = 'booked'))::int AS count FROM freed GROUP BY session_id) AS lost
WHERE session.session_id = lost.session_id
RETURNING 1
