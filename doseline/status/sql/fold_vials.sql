-- Brings vials and closing balance of the sessions up to date that had a fact of either kind, or one taken back, in a stretch.
-- Inputs: after, upto (status_seq). Returns nothing.
-- Retry: everything is made anew from the session's own facts, so running it twice changes nothing.
-- Cost: a stretch of doses alone touches no session here.
WITH touched AS MATERIALIZED (
    SELECT DISTINCT session_id
    FROM announced
    WHERE status_seq > %(after)s AND status_seq <= %(upto)s
        AND kind IN ('vials_received', 'vial_opened', 'vial_wasted', 'vials_returned', 'session_closed', 'fact_voided')
        AND person_id IS NULL
),
standing AS (
    SELECT fact.fact_id, fact.session_id, fact.batch_id, fact.device_id, fact.kind, fact.given_at, fact.body::jsonb AS said
    FROM touched
    JOIN fact ON fact.session_id = touched.session_id AND fact.person_id IS NULL
        AND fact.kind IN ('vials_received', 'vial_opened', 'vial_wasted', 'vials_returned', 'session_closed')
    WHERE (
            SELECT true FROM fact AS void
            WHERE void.corrects_fact_id = fact.fact_id AND void.kind = 'fact_voided' LIMIT 1) IS NULL
),
-- what is left of one open vial is thrown away once, whichever phones say so: the phone that says most counts
acts AS MATERIALIZED (
    SELECT fact_id, session_id, batch_id, device_id, kind, given_at, said
    FROM (
        SELECT told.*, first_value(device_id) OVER (PARTITION BY session_id, kind, thing ORDER BY said_by_device DESC, device_id) AS teller
        FROM (
            SELECT standing.*, coalesce(said ->> 'vial_fact_id', fact_id::text) AS thing,
                sum((said ->> 'dose_count')::int) OVER (
                    PARTITION BY session_id, kind, coalesce(said ->> 'vial_fact_id', fact_id::text), device_id) AS said_by_device
            FROM standing
        ) AS told
    ) AS weighed
    WHERE kind <> 'vial_wasted' OR device_id = teller
),
tallied AS MATERIALIZED (
    SELECT session_id, batch_id, device_id,
        coalesce(sum((said ->> 'vial_count')::int) FILTER (WHERE kind = 'vials_received'), 0) AS received_count,
        count(*) FILTER (WHERE kind = 'vial_opened') AS opened_count,
        coalesce(sum((said ->> 'vial_count')::int) FILTER (WHERE kind = 'vial_wasted'), 0) AS wasted_count,
        coalesce(sum((said ->> 'vial_count')::int) FILTER (WHERE kind = 'vials_returned'), 0) AS returned_count,
        coalesce(sum((said ->> 'dose_count')::int) FILTER (WHERE kind = 'vial_wasted'), 0) AS wasted_dose_count
    FROM acts
    WHERE batch_id IS NOT NULL
    GROUP BY session_id, batch_id, device_id
),
vials_gone AS (
    DELETE FROM status.vial_tally AS tally
    USING touched
    WHERE tally.session_id = touched.session_id
        AND NOT EXISTS (SELECT FROM tallied
                        WHERE tallied.session_id = tally.session_id AND tallied.batch_id = tally.batch_id
                            AND tallied.device_id = tally.device_id)
),
vials AS (
    INSERT INTO status.vial_tally (
        session_id, batch_id, device_id, received_count, opened_count, wasted_count, returned_count, wasted_dose_count)
    SELECT session_id, batch_id, device_id, received_count, opened_count, wasted_count, returned_count, wasted_dose_count
    FROM tallied
    ON CONFLICT (session_id, batch_id, device_id) DO UPDATE
    SET received_count = excluded.received_count, opened_count = excluded.opened_count, wasted_count = excluded.wasted_count,
        returned_count = excluded.returned_count, wasted_dose_count = excluded.wasted_dose_count
),
closings AS MATERIALIZED (
    SELECT DISTINCT ON (session_id) session_id, fact_id, said -> 'counted' AS counted,
        coalesce(said -> 'variances', '[]') AS variances
    FROM acts
    WHERE kind = 'session_closed' AND said -> 'counted' <> 'null'
    ORDER BY session_id, given_at DESC, fact_id DESC
),
balances_gone AS (
    DELETE FROM status.session_balance AS balance
    USING touched
    WHERE balance.session_id = touched.session_id
        AND NOT EXISTS (SELECT FROM closings WHERE closings.session_id = balance.session_id)
)
INSERT INTO status.session_balance (session_id, fact_id, counted, variances)
SELECT session_id, fact_id, counted, variances FROM closings
ON CONFLICT (session_id) DO UPDATE
SET fact_id = excluded.fact_id, counted = excluded.counted, variances = excluded.variances
