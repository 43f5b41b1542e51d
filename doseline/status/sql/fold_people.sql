-- Folds every fact of the people touched in a stretch of the ledger into their roster rows, and carries the change
-- into tallies, hours and review items.
-- Inputs: after, upto (status_seq; after < s <= upto). Returns nothing.
-- Why order does not matter: a person's rows are made from all their facts, whatever came first; a tally moves by
--   (rows after) - (rows before), so it always equals a count of rows.
-- Retry: runs in one transaction with the reaction's progress; a stretch is folded once.
WITH touched AS MATERIALIZED (
    SELECT DISTINCT person_id
    FROM announced
    WHERE status_seq > %(after)s AND status_seq <= %(upto)s AND person_id IS NOT NULL
),
-- OFFSET 0 and scalar questions keep this one index look a person and fact: left free, the planner joins by hashing the
-- whole ledger whenever its statistics are young, and a stretch costs as much as everything before it.
facts AS MATERIALIZED (
    SELECT fact.*,
        (SELECT true FROM fact AS void
         WHERE void.corrects_fact_id = fact.fact_id AND void.kind = 'fact_voided' LIMIT 1) IS NOT NULL AS is_void
    FROM touched
    CROSS JOIN LATERAL (
        SELECT fact.fact_id, fact.session_id, fact.person_id, fact.kind, fact.given_at, fact.device_id,
            fact.staff_id, fact.product_code, fact.batch_id, fact.reason, fact.provenance, fact.mode, fact.clock_doubt,
            -- a register of a site may say that this was the second, and we may never hear of the first
            CASE WHEN fact.provenance = 'imported' AND fact.kind = 'dose_given' THEN (fact.body::jsonb ->> 'dose_number')::int END AS said_number,
            -- how far the word of a dose is from whoever gave it: 0 a phone's, or one that somebody said was another, however near;
            -- 1 a sheet's; 2 a register's
            CASE WHEN fact.provenance IN ('device', 'attested') OR fact.kind <> 'dose_given' THEN 0
                WHEN fact.body::jsonb -> 'warnings' ? 'interval_early' THEN 0
                WHEN fact.provenance = 'imported' THEN 2 ELSE 1 END AS told_at_hand
        FROM fact
        WHERE fact.person_id = touched.person_id AND fact.kind <> 'fact_voided'
        OFFSET 0
    ) AS fact
),
-- Two phones, one person: the earlier dose of a day counts, the other is kept and reviewed. A dose before, attested by
-- evidence, has its place in the numbers unless we have its record too.
-- One dose told by a phone and by its sheet, or by two sheets, is one dose: the phone's word stands, or the first. Paper that names no
-- batch tells no other dose than the one we know of. A register's word, written up later, never comes before a phone's or a sheet's.
once AS MATERIALIZED (
    SELECT *
    FROM (
        SELECT facts.*, row_number() OVER (
                PARTITION BY person_id, session_id, product_code, batch_id
                ORDER BY provenance <> 'device', provenance = 'imported', given_at, fact_id) AS copy,
            bool_or(provenance = 'device' OR batch_id IS NOT NULL) OVER told AS is_known,
            max(said_number) OVER told AS told_number  -- of which dose it was, a register may know what a sheet does not say
        FROM facts
        WHERE kind = 'dose_given' AND NOT is_void
        WINDOW told AS (PARTITION BY person_id, session_id, product_code)
    ) AS told
    WHERE provenance = 'device' OR (copy = 1 AND (batch_id IS NOT NULL OR NOT is_known))
),
-- A dose on paper nearer to another than the vaccine allows is likelier that one under a wrong date, or somebody else's: it counts once
-- somebody says it is another. Four days early is taken for on time (the grace period of the CDC's General Best Practice Guidelines).
-- Cost: one look a dose on paper among the stretch's doses; none for phones'.
apart AS MATERIALIZED (
    SELECT once.*, CASE WHEN told_at_hand > 0 THEN (
        SELECT other.fact_id
        FROM once AS other
        WHERE other.person_id = once.person_id AND other.fact_id <> once.fact_id
            AND (other.told_at_hand, other.given_at, other.fact_id) < (once.told_at_hand, once.given_at, once.fact_id)
            AND NOT (SELECT fact.body::jsonb -> 'warnings' ? 'interval_early' FROM fact WHERE fact.fact_id = other.fact_id)  -- known to be early
            AND date_trunc('day', other.given_at, 'Asia/Kolkata') <> date_trunc('day', once.given_at, 'Asia/Kolkata')
            AND abs(extract(epoch FROM other.given_at - once.given_at)) < 86400 * (
                SELECT product.earliest_days - 4 FROM product WHERE product.code = once.product_code)
        ORDER BY abs(extract(epoch FROM other.given_at - once.given_at)), other.fact_id
        LIMIT 1) END AS near_fact_id
    FROM once
),
-- So does a register's dose whose number is one that is on record already: it is likelier told again under a wrong date.
doses AS MATERIALIZED (
    SELECT placed.*, may_count AND NOT (provenance = 'imported' AND coalesce(said_number <= greatest(highest_before, unsaid_before), false)) AS counts
    FROM (
        SELECT days.*, lag(fact_id) OVER earlier AS fact_id_before,
            max(said_number) FILTER (WHERE may_count) OVER earlier AS highest_before,
            count(*) FILTER (WHERE may_count AND said_number IS NULL) OVER earlier AS unsaid_before
        FROM (
            SELECT facts.*,
                row_number() OVER day AS place_in_day, first_value(fact_id) OVER day AS first_of_day,
                row_number() OVER in_session AS place_in_session, first_value(fact_id) OVER in_session AS first_of_session,
                row_number() OVER day = 1 AND near_fact_id IS NULL AS may_count
            FROM (
                SELECT fact_id, session_id, person_id, kind, given_at, device_id, staff_id, product_code, batch_id, provenance, mode,
                    clock_doubt, told_number AS said_number, near_fact_id
                FROM apart
                UNION ALL
                SELECT fact_id, session_id, person_id, kind, given_at, device_id, staff_id, product_code, batch_id, provenance, mode,
                    clock_doubt, said_number, NULL
                FROM facts
                WHERE kind = 'dose_attested' AND NOT is_void
            ) AS facts
            WINDOW day AS (PARTITION BY person_id, date_trunc('day', given_at, 'Asia/Kolkata')
                ORDER BY kind = 'dose_attested', provenance = 'imported', given_at, fact_id),
                in_session AS (PARTITION BY person_id, session_id, kind ORDER BY provenance = 'imported', given_at, fact_id)
        ) AS days
        WINDOW earlier AS (PARTITION BY person_id ORDER BY given_at, fact_id ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING)
    ) AS placed
),
numbered AS MATERIALIZED (
    SELECT placed.*, greatest(place, 1) + coalesce(greatest(beyond, beyond_before), 0) AS dose_number,
        counts AND said_number > place + coalesce(beyond_before, 0) AS is_ahead
    FROM (
        SELECT placed.*, CASE WHEN counts AND said_number > place THEN said_number - place END AS beyond,
            max(said_number - place) FILTER (WHERE counts AND said_number > place) OVER (
                PARTITION BY person_id ORDER BY given_at, fact_id ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) AS beyond_before
        FROM (
            SELECT doses.*, sum(counts::int) OVER (PARTITION BY person_id ORDER BY given_at, fact_id)::int AS place
            FROM doses
        ) AS placed
    ) AS placed
),
acts AS (
    SELECT session_id, person_id,
        coalesce(bool_or(kind = 'walk_in_registered' AND NOT is_void), false) AS is_walk_in,
        min(given_at) FILTER (WHERE kind IN ('person_arrived', 'walk_in_registered') AND NOT is_void) AS arrived_at,
        min(given_at) FILTER (WHERE kind = 'identity_checked' AND NOT is_void) AS identity_checked_at,
        (array_agg(reason ORDER BY given_at DESC, fact_id DESC)
            FILTER (WHERE kind = 'not_given' AND NOT is_void))[1] AS not_given_reason,
        (array_agg(reason ORDER BY given_at DESC, fact_id DESC)
            FILTER (WHERE kind = 'observation_ended' AND NOT is_void))[1] AS observation_outcome,
        (array_agg(reason ORDER BY given_at DESC, fact_id DESC)
            FILTER (WHERE kind = 'pre_screened' AND NOT is_void))[1] AS screening,
        (array_agg(reason ORDER BY given_at DESC, fact_id DESC)
            FILTER (WHERE kind = 'consent_given' AND NOT is_void))[1] AS consent,
        -- a code that matched once has proven the person, whatever was typed before or after
        max(reason) FILTER (WHERE kind = 'identity_checked' AND NOT is_void AND reason = 'code_matched') AS code_matched,
        (array_agg(reason ORDER BY given_at DESC, fact_id DESC)
            FILTER (WHERE kind = 'identity_checked' AND NOT is_void))[1] AS code_said,
        bool_or(kind = 'aefi_reported' AND NOT is_void AND reason = 'serious') AS is_serious,
        bool_or(kind = 'aefi_reported' AND NOT is_void AND reason = 'severe') AS is_severe,
        bool_or(kind = 'aefi_reported' AND NOT is_void) AS has_aefi
    FROM facts
    GROUP BY session_id, person_id
),
doubled AS (
    SELECT session_id, person_id, array_agg(fact_id ORDER BY fact_id) AS fact_ids
    FROM doses
    WHERE kind = 'dose_given' AND (place_in_session > 1 OR NOT counts)
    GROUP BY session_id, person_id
),
folded AS MATERIALIZED (
    SELECT acts.session_id, acts.person_id,
        CASE
            WHEN dose.fact_id IS NOT NULL AND acts.observation_outcome IS NOT NULL THEN 'done'
            WHEN dose.fact_id IS NOT NULL THEN 'observing'
            WHEN acts.not_given_reason IS NOT NULL THEN 'not_given'
            WHEN acts.identity_checked_at IS NOT NULL THEN 'to_vaccinate'
            WHEN acts.arrived_at IS NOT NULL THEN 'arrived'
            ELSE 'expected'
        END AS state,
        acts.is_walk_in, acts.arrived_at, acts.identity_checked_at, dose.given_at, dose.fact_id AS dose_fact_id,
        dose.device_id AS dose_device_id, dose.product_code, dose.batch_id, dose.dose_number,
        coalesce(dose.counts, false) AS is_counted,
        CASE WHEN dose.fact_id IS NULL THEN acts.not_given_reason END AS not_given_reason,
        acts.observation_outcome, dose.provenance, dose.mode, dose.clock_doubt,
        coalesce(doubled.fact_ids, '{}') AS doubled_fact_ids, acts.screening, acts.consent,
        coalesce(acts.code_matched, acts.code_said) AS own_code, dose.staff_id AS dose_staff_id,
        CASE WHEN acts.is_serious THEN 'serious' WHEN acts.is_severe THEN 'severe' WHEN acts.has_aefi THEN 'minor' END
            AS aefi_severity
    FROM acts
    LEFT JOIN numbered AS dose
        ON dose.session_id = acts.session_id AND dose.person_id = acts.person_id AND dose.place_in_session = 1
        AND dose.kind = 'dose_given'
    LEFT JOIN doubled ON doubled.session_id = acts.session_id AND doubled.person_id = acts.person_id
),
written AS (
    INSERT INTO status.roster AS roster (
        session_id, person_id, state, is_walk_in, arrived_at, identity_checked_at, given_at, dose_fact_id,
        dose_device_id, product_code, batch_id, dose_number, is_counted, not_given_reason, observation_outcome,
        provenance, mode, clock_doubt, doubled_fact_ids, screening, consent, own_code, dose_staff_id, aefi_severity, status_seq)
    SELECT session_id, person_id, state, is_walk_in, arrived_at, identity_checked_at, given_at, dose_fact_id,
        dose_device_id, product_code, batch_id, dose_number, is_counted, not_given_reason, observation_outcome,
        provenance, mode, clock_doubt, doubled_fact_ids, screening, consent, own_code, dose_staff_id, aefi_severity, %(upto)s
    FROM folded
    ON CONFLICT (session_id, person_id) DO UPDATE
    SET state = excluded.state, is_walk_in = excluded.is_walk_in, arrived_at = excluded.arrived_at,
        identity_checked_at = excluded.identity_checked_at, given_at = excluded.given_at,
        dose_fact_id = excluded.dose_fact_id, dose_device_id = excluded.dose_device_id,
        product_code = excluded.product_code, batch_id = excluded.batch_id, dose_number = excluded.dose_number,
        is_counted = excluded.is_counted, not_given_reason = excluded.not_given_reason,
        observation_outcome = excluded.observation_outcome, provenance = excluded.provenance, mode = excluded.mode,
        clock_doubt = excluded.clock_doubt, doubled_fact_ids = excluded.doubled_fact_ids,
        screening = excluded.screening, consent = excluded.consent, own_code = excluded.own_code,
        dose_staff_id = excluded.dose_staff_id, aefi_severity = excluded.aefi_severity, status_seq = excluded.status_seq
),
change AS MATERIALIZED (
    SELECT session_id, state, not_given_reason, arrived_at, given_at, is_counted, is_walk_in, 1 AS sign FROM folded
    UNION ALL
    SELECT before.session_id, before.state, before.not_given_reason, before.arrived_at, before.given_at, before.is_counted,
        before.is_walk_in, -1
    FROM folded
    CROSS JOIN LATERAL (
        SELECT session_id, state, not_given_reason, arrived_at, given_at, is_counted, is_walk_in
        FROM status.roster
        WHERE roster.session_id = folded.session_id AND roster.person_id = folded.person_id
        OFFSET 0
    ) AS before
),
tallied AS (
    INSERT INTO status.session_tally AS tally (
        session_id, arrived_count, given_count, not_given_count, absent_count, walk_in_count, observing_count, status_seq)
    SELECT session_id,
        sum(sign * (arrived_at IS NOT NULL)::int), sum(sign * is_counted::int),
        -- whoever came and left is not absent, whatever was tapped
        sum(sign * (state = 'not_given' AND (not_given_reason <> 'absent' OR arrived_at IS NOT NULL))::int),
        sum(sign * (state = 'not_given' AND not_given_reason = 'absent' AND arrived_at IS NULL)::int), sum(sign * is_walk_in::int),
        sum(sign * (state = 'observing')::int), %(upto)s
    FROM change
    GROUP BY session_id
    ON CONFLICT (session_id) DO UPDATE
    SET arrived_count = tally.arrived_count + excluded.arrived_count,
        given_count = tally.given_count + excluded.given_count,
        not_given_count = tally.not_given_count + excluded.not_given_count,
        absent_count = tally.absent_count + excluded.absent_count,
        walk_in_count = tally.walk_in_count + excluded.walk_in_count,
        observing_count = tally.observing_count + excluded.observing_count,
        status_seq = excluded.status_seq
),
by_hour AS (
    INSERT INTO status.session_hour AS hour (session_id, hour_at, given_count)
    SELECT session_id, date_trunc('hour', given_at, 'Asia/Kolkata'), sum(sign)
    FROM change
    WHERE is_counted
    GROUP BY 1, 2
    HAVING sum(sign) <> 0
    ON CONFLICT (session_id, hour_at) DO UPDATE SET given_count = hour.given_count + excluded.given_count
),
refused AS MATERIALIZED (  -- few: joined with all facts, a planner that knows nothing of them compares each with every dose
    SELECT fact_id, person_id, session_id, device_id, given_at FROM facts
    WHERE kind = 'not_given' AND NOT is_void AND provenance = 'device'
),
-- two phones that each took back the other's dose leave none, and nobody says that none was given
to_review AS MATERIALIZED (
    SELECT fact_id, 'dose_twice_same_day' AS kind, person_id, session_id,
        CASE WHEN place_in_day > 1 THEN first_of_day ELSE first_of_session END AS other_fact_id
    FROM doses
    WHERE (place_in_day > 1 OR place_in_session > 1) AND kind = 'dose_given'
    UNION ALL
    SELECT refused.fact_id, 'given_and_not', refused.person_id, refused.session_id, (array_agg(doses.fact_id ORDER BY doses.given_at, doses.fact_id))[1]
    FROM refused
    JOIN doses ON doses.person_id = refused.person_id AND doses.session_id = refused.session_id AND doses.device_id <> refused.device_id
        AND doses.given_at < refused.given_at AND doses.provenance = 'device' AND doses.kind = 'dose_given'
    GROUP BY refused.fact_id, refused.person_id, refused.session_id
    UNION ALL
    SELECT fact_id, 'doses_too_near', person_id, session_id, near_fact_id FROM doses WHERE near_fact_id IS NOT NULL AND place_in_day = 1
    UNION ALL
    SELECT fact_id, 'number_too_low', person_id, session_id, fact_id_before FROM doses WHERE may_count AND NOT counts
    UNION ALL  -- unless the desk has said that an earlier dose was given where nobody tells us of it
    SELECT fact_id, 'number_too_high', person_id, session_id, fact_id_before
    FROM numbered
    WHERE is_ahead AND kind = 'dose_given' AND NOT EXISTS (
        SELECT FROM fact
        WHERE fact.person_id = numbered.person_id AND fact.session_id = numbered.session_id AND fact.kind = 'dose_given'
            AND fact.provenance = 'imported' AND fact.body::jsonb -> 'warnings' ? 'earlier_missing'
            AND NOT EXISTS (SELECT FROM fact AS void WHERE void.corrects_fact_id = fact.fact_id AND void.kind = 'fact_voided'))
    UNION ALL
    SELECT (array_agg(fact_id ORDER BY fact_id) FILTER (WHERE kind = 'dose_given' AND provenance = 'device'))[1], 'all_taken_back', person_id, session_id, NULL
    FROM facts
    WHERE kind IN ('dose_given', 'not_given')
    GROUP BY person_id, session_id
    HAVING bool_and(is_void) AND count(DISTINCT device_id) FILTER (WHERE kind = 'dose_given' AND provenance = 'device') > 1
),
reviews_gone AS (
    DELETE FROM status.review_item AS item
    USING touched
    WHERE item.person_id = touched.person_id
        AND NOT EXISTS (SELECT FROM to_review WHERE to_review.fact_id = item.fact_id AND to_review.kind = item.kind)
)
INSERT INTO status.review_item (fact_id, kind, person_id, session_id, other_fact_id)
SELECT fact_id, kind, person_id, session_id, other_fact_id FROM to_review
ON CONFLICT (fact_id, kind) DO UPDATE SET other_fact_id = excluded.other_fact_id
