-- Sessions of an area and day that closed with counts that differ, or of which other doses are on record by now than were counted then
-- (those still on paper may come in or not), and what has been recorded of them since.
-- Inputs: area, on_date, session_id (or NULL for all). Returns: session_id, site names, counted, variances, given_now; by site.
SELECT balance.session_id, site.name, site.name_bn, site.name_hi, balance.counted, balance.variances,
    coalesce(tally.given_count, 0) AS given_now
FROM status.session_balance AS balance
JOIN session ON session.session_id = balance.session_id
JOIN site ON site.site_id = session.site_id
LEFT JOIN status.session_tally AS tally ON tally.session_id = balance.session_id
WHERE session.on_date = %(on_date)s AND (%(session_id)s::uuid IS NULL OR balance.session_id = %(session_id)s)
    AND (%(session_id)s::uuid IS NOT NULL OR balance.variances <> '[]'
        OR coalesce(tally.given_count, 0) NOT BETWEEN (balance.counted ->> 'given')::int
            AND (balance.counted ->> 'given')::int + coalesce((balance.counted ->> 'paper_doses')::int, 0))
    AND (site.org_unit_id = %(area)s OR site.org_unit_id LIKE %(area)s || '.%%')
ORDER BY site.name, balance.session_id
