-- Sessions whose pack is to be built: none yet, or the plan has changed since.
-- Inputs: now, until, limit. Returns: session_id, soonest first. Sessions that have closed are left as they are.
SELECT session.session_id
FROM session
WHERE session.opens_at <= %(until)s AND session.closes_at > %(now)s
    AND NOT EXISTS (SELECT FROM session_cancellation WHERE session_cancellation.session_id = session.session_id)
    AND NOT EXISTS (
        SELECT FROM session_pack
        WHERE session_pack.session_id = session.session_id AND session_pack.plan_version >= session.plan_version)
ORDER BY session.opens_at, session.session_id
LIMIT %(limit)s
