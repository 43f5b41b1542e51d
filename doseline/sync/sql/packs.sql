-- Sessions of a site within a time, with the newest version of their packs. Cancelled ones are not listed.
-- Inputs: site_id, start, end. Returns: session_id, on_date, opens_at, closes_at, version (0 when none is built), is_frozen.
SELECT session.session_id, session.on_date, session.opens_at, session.closes_at, coalesce(newest.version, 0),
    coalesce(newest.is_frozen, false)
FROM session
LEFT JOIN LATERAL (
    SELECT version, is_frozen FROM session_pack
    WHERE session_pack.session_id = session.session_id ORDER BY version DESC LIMIT 1
) AS newest ON true
WHERE session.site_id = %(site_id)s AND session.opens_at >= %(start)s AND session.opens_at < %(end)s
    AND NOT EXISTS (SELECT FROM session_cancellation WHERE session_cancellation.session_id = session.session_id)
ORDER BY session.opens_at
