-- Lists the adverse events reported, or taken back, in a stretch of the ledger.
-- Inputs: after, upto (status_seq). Returns nothing.
-- Retry: an event is listed under the name of its fact; a void takes it off whichever of the two came first.
WITH touched AS MATERIALIZED (
    SELECT coalesce(fact.corrects_fact_id, fact.fact_id) AS fact_id
    FROM announced
    JOIN fact ON fact.fact_id = announced.fact_id
    WHERE announced.status_seq > %(after)s AND announced.status_seq <= %(upto)s
        AND announced.kind IN ('aefi_reported', 'fact_voided')
),
events AS MATERIALIZED (
    SELECT fact.fact_id, fact.session_id, fact.person_id, fact.reason, fact.given_at, fact.body::jsonb AS said,
        (SELECT true FROM fact AS void
         WHERE void.corrects_fact_id = fact.fact_id AND void.kind = 'fact_voided' LIMIT 1) IS NOT NULL AS is_void
    FROM touched
    JOIN fact ON fact.fact_id = touched.fact_id
    WHERE fact.kind = 'aefi_reported'
),
gone AS (
    DELETE FROM status.aefi USING events WHERE aefi.fact_id = events.fact_id AND events.is_void
)
INSERT INTO status.aefi (fact_id, session_id, person_id, severity, symptoms, treatment, referral, onset_at, reported_at)
SELECT DISTINCT fact_id, session_id, person_id, reason, said -> 'symptoms', coalesce(said -> 'treatment', '[]'),
    coalesce(said ->> 'referral', 'none'), (said ->> 'onset_at')::timestamptz, given_at
FROM events
WHERE NOT is_void
ON CONFLICT (fact_id) DO NOTHING
