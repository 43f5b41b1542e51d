-- Sessions of a site within a time, with the newest version of their packs.
-- Inputs: site_id, start, end. Returns: session_id, on_date, opens_at, closes_at, version (0 when none is built).
SELECT session.session_id, session.on_date, session.opens_at, session.closes_at,
    coalesce((SELECT max(version) FROM session_pack WHERE session_pack.session_id = session.session_id), 0)
FROM session
WHERE session.site_id = %(site_id)s AND session.opens_at >= %(start)s AND session.opens_at < %(end)s
ORDER BY session.opens_at
