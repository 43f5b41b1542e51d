-- The newest pack of a session and what a start permit needs.
-- Inputs: session_id. Returns one row (none for an unknown session): site_id, opens_at, closes_at, manifest and content
--   (NULL when none is built), staff_ids of the team.
SELECT session.site_id, session.opens_at, session.closes_at, newest.manifest, newest.content,
    ARRAY(SELECT staff_id FROM session_staff WHERE session_staff.session_id = session.session_id)
FROM session
LEFT JOIN LATERAL (
    SELECT manifest, content
    FROM session_pack
    WHERE session_pack.session_id = session.session_id
    ORDER BY version DESC
    LIMIT 1
) AS newest ON true
WHERE session.session_id = %(session_id)s
