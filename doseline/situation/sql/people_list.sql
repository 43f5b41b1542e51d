-- The people behind a number, without their names: code, site, times. Least sight: headquarters counts, it does not
-- look people up.
-- Inputs: on_date, area, session_id (or NULL for all), kind, hour_at (the start of an hour, or NULL for the day), limit, offset.
-- Returns one row a person; `total` is the length of the whole list. O(people of the day in the area).
SELECT count(*) OVER () AS total, person.code, person.sex, person.born_year, session.session_id,
    site.name, site.name_bn, site.name_hi,
    coalesce(roster.state, 'expected') AS state, allotment.slot_at, roster.arrived_at, roster.given_at,
    roster.dose_number, roster.product_code, batch.number AS batch, roster.not_given_reason,
    roster.observation_outcome, roster.provenance, roster.clock_doubt, coalesce(roster.is_walk_in, false) AS is_walk_in,
    -- started on two persons' word alone, and the district has not yet stood by it
    (SELECT bool_and(session_start.proof = 'provisional' AND session_start.settled_at IS NULL) FROM session_start
     WHERE session_start.session_id = session.session_id) AS is_provisional
FROM session
JOIN site ON site.site_id = session.site_id
CROSS JOIN LATERAL (
    SELECT person_id, slot_at FROM allotment
    WHERE allotment.session_id = session.session_id AND allotment.kind = 'booked'
    UNION ALL
    SELECT roster.person_id, NULL FROM status.roster
    WHERE roster.session_id = session.session_id
        AND (roster.state <> 'expected' OR roster.aefi_severity IS NOT NULL)  -- of a walk-in that was taken back nothing stands
        AND NOT EXISTS (
        SELECT FROM allotment WHERE allotment.session_id = roster.session_id
        AND allotment.person_id = roster.person_id AND allotment.kind = 'booked')
) AS allotment
LEFT JOIN status.roster ON roster.session_id = session.session_id AND roster.person_id = allotment.person_id
LEFT JOIN person ON person.person_id = allotment.person_id
LEFT JOIN batch ON batch.batch_id = roster.batch_id
WHERE session.on_date = %(on_date)s
    AND NOT EXISTS (SELECT FROM session_cancellation WHERE session_cancellation.session_id = session.session_id)
    AND (site.org_unit_id = %(area)s OR site.org_unit_id LIKE %(area)s || '.%%')
    AND (%(session_id)s::uuid IS NULL OR session.session_id = %(session_id)s)
    AND (%(hour_at)s::timestamptz IS NULL
         OR (roster.given_at >= %(hour_at)s AND roster.given_at < %(hour_at)s::timestamptz + interval '1 hour'))
    AND CASE %(kind)s
        WHEN 'doses' THEN roster.is_counted
        WHEN 'arrived' THEN roster.arrived_at IS NOT NULL
        WHEN 'not_given' THEN roster.state = 'not_given' AND (roster.not_given_reason <> 'absent' OR roster.arrived_at IS NOT NULL)
        WHEN 'absent' THEN roster.state = 'not_given' AND roster.not_given_reason = 'absent' AND roster.arrived_at IS NULL
        WHEN 'not_come' THEN allotment.slot_at IS NOT NULL AND roster.arrived_at IS NULL
            AND (coalesce(roster.state, 'expected') = 'expected' OR roster.state = 'not_given' AND roster.not_given_reason = 'absent')
        WHEN 'walk_ins' THEN roster.is_walk_in
        WHEN 'observing' THEN roster.state = 'observing'
        WHEN 'expected' THEN allotment.slot_at IS NOT NULL
        WHEN 'all' THEN true
    END
ORDER BY coalesce(roster.given_at, roster.arrived_at, allotment.slot_at), person.code
LIMIT %(limit)s OFFSET %(offset)s
