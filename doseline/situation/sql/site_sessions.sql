-- The sessions of a site around a day, newest first, with their numbers.
-- Inputs: site_id, since, until (dates). Returns one row a session.
SELECT session.session_id, session.on_date, session.opens_at, session.closes_at, session.product_id, session.expected_count,
    coalesce(tally.given_count, 0) AS given_count, coalesce(tally.not_given_count, 0) AS not_given_count,
    coalesce(tally.absent_count, 0) AS absent_count,
    tally.opened_at, tally.closed_at,
    EXISTS (SELECT FROM session_cancellation WHERE session_cancellation.session_id = session.session_id) AS is_cancelled
FROM session
LEFT JOIN status.session_tally AS tally ON tally.session_id = session.session_id
WHERE session.site_id = %(site_id)s AND session.on_date BETWEEN %(since)s AND %(until)s
ORDER BY session.on_date DESC, session.opens_at DESC
