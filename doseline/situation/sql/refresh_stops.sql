-- Works out the stops that have ended, anew for every session whose tally moved since last time.
-- Inputs: stall_seconds. Returns nothing.
-- A stop is the time between two doses (or opening and the first) when it is stall_seconds or more; its cause is the
-- first trouble the site reported in it. A late start is a stop from the planned to the true opening. Doses told by paper end
-- a wait, but make none: a sheet knows the half-hour only, and may tell of the hours before a phone was opened.
-- Retry: stops of a session are made anew from its doses; nothing else writes them.
WITH place AS (
    SELECT status_seq FROM stop_progress FOR UPDATE
),
moved AS MATERIALIZED (
    SELECT tally.session_id, tally.opened_at, session.opens_at, tally.status_seq
    FROM status.session_tally AS tally
    JOIN session ON session.session_id = tally.session_id
    CROSS JOIN place
    WHERE tally.status_seq > place.status_seq AND tally.opened_at IS NOT NULL
),
doses AS (
    SELECT moved.session_id, roster.given_at AS ended_at,
        coalesce(lag(roster.given_at) OVER told, moved.opened_at) AS started_at,
        roster.provenance = 'device' AND coalesce(lag(roster.provenance) OVER told, 'device') = 'device' AS is_known_to_the_minute
    FROM moved
    JOIN status.roster ON roster.session_id = moved.session_id AND roster.is_counted
    WINDOW told AS (PARTITION BY moved.session_id ORDER BY roster.given_at)
),
found AS MATERIALIZED (
    SELECT session_id, started_at, max(ended_at) AS ended_at,
        coalesce((
            SELECT trouble.reason
            FROM status.trouble
            WHERE trouble.session_id = doses.session_id AND trouble.given_at >= doses.started_at
                AND trouble.given_at <= max(doses.ended_at)
            ORDER BY trouble.given_at LIMIT 1), 'not_said') AS cause
    FROM doses
    WHERE is_known_to_the_minute AND ended_at - started_at >= make_interval(secs => %(stall_seconds)s)
    GROUP BY session_id, started_at
    UNION ALL
    SELECT session_id, opens_at, opened_at, 'late_start'
    FROM moved
    WHERE opened_at - opens_at >= make_interval(secs => %(stall_seconds)s)
),
gone AS (
    DELETE FROM stop
    USING moved
    WHERE stop.session_id = moved.session_id
        AND NOT EXISTS (SELECT FROM found WHERE found.session_id = stop.session_id
                        AND found.started_at = stop.started_at)
),
written AS (
    INSERT INTO stop (session_id, started_at, ended_at, cause)
    SELECT DISTINCT ON (session_id, started_at) session_id, started_at, ended_at, cause FROM found
    ORDER BY session_id, started_at, ended_at DESC
    ON CONFLICT ON CONSTRAINT stop_starts_once DO UPDATE SET ended_at = excluded.ended_at, cause = excluded.cause
)
UPDATE stop_progress
SET status_seq = newest.status_seq
FROM (SELECT max(status_seq) AS status_seq FROM moved) AS newest
WHERE newest.status_seq IS NOT NULL
