-- Brings the sessions touched in a stretch of the ledger up to date: opened, closed, mode, trouble, first and last dose.
-- Inputs: after, upto (status_seq). Returns nothing. Runs after fold_people, in the same transaction.
-- Retry: each value is made anew from all facts of the session, so running it twice changes nothing.
WITH touched AS MATERIALIZED (
    SELECT session_id FROM announced WHERE status_seq > %(after)s AND status_seq <= %(upto)s
    UNION  -- and those in which a dose counts, or no longer, because of what another session's facts say of its person
    SELECT session_id FROM status.session_tally WHERE status_seq = %(upto)s
),
acts AS (
    SELECT touched.session_id,
        min(fact.given_at) FILTER (WHERE fact.kind = 'session_opened') AS opened_at,
        max(fact.given_at) FILTER (WHERE fact.kind = 'session_closed') AS closed_at,
        (array_agg(fact.mode ORDER BY fact.given_at DESC, fact.fact_id DESC)
            FILTER (WHERE fact.kind IN ('session_opened', 'mode_changed')))[1] AS mode,
        (array_agg(fact.reason ORDER BY fact.given_at DESC, fact.fact_id DESC)
            FILTER (WHERE fact.kind = 'trouble_reported'))[1] AS trouble,
        max(fact.given_at) FILTER (WHERE fact.kind = 'trouble_reported') AS trouble_at
    FROM touched
    LEFT JOIN fact ON fact.session_id = touched.session_id AND fact.person_id IS NULL
        AND (
            SELECT true FROM fact AS void
            WHERE void.corrects_fact_id = fact.fact_id AND void.kind = 'fact_voided' LIMIT 1) IS NULL
    GROUP BY touched.session_id
),
troubles AS MATERIALIZED (
    SELECT fact.fact_id, fact.session_id, fact.reason, fact.given_at
    FROM touched
    JOIN fact ON fact.session_id = touched.session_id AND fact.person_id IS NULL AND fact.kind = 'trouble_reported'
    WHERE (
            SELECT true FROM fact AS void
            WHERE void.corrects_fact_id = fact.fact_id AND void.kind = 'fact_voided' LIMIT 1) IS NULL
),
troubles_listed AS (
    INSERT INTO status.trouble (fact_id, session_id, reason, given_at)
    SELECT fact_id, session_id, reason, given_at FROM troubles
    ON CONFLICT (fact_id) DO NOTHING
),
troubles_gone AS (
    DELETE FROM status.trouble AS listed
    USING touched
    WHERE listed.session_id = touched.session_id
        AND NOT EXISTS (SELECT FROM troubles WHERE troubles.fact_id = listed.fact_id)
)
INSERT INTO status.session_tally AS tally (
    session_id, opened_at, closed_at, mode, trouble, trouble_at, first_dose_at, last_dose_at,
    arrived_count, given_count, not_given_count, absent_count, walk_in_count, observing_count, status_seq)
SELECT session_id, opened_at, closed_at, mode, trouble, trouble_at,
    (SELECT min(given_at) FROM status.roster WHERE roster.session_id = acts.session_id AND roster.is_counted),
    (SELECT max(given_at) FROM status.roster WHERE roster.session_id = acts.session_id AND roster.is_counted),
    0, 0, 0, 0, 0, 0, %(upto)s
FROM acts
ON CONFLICT (session_id) DO UPDATE
SET opened_at = excluded.opened_at, closed_at = excluded.closed_at, mode = excluded.mode,
    trouble = excluded.trouble, trouble_at = excluded.trouble_at,
    first_dose_at = excluded.first_dose_at, last_dose_at = excluded.last_dose_at, status_seq = excluded.status_seq
