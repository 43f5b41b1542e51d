-- Sessions that open soon and have no sheets reserved: their packs are to name them.
-- Inputs: now, until, limit. Returns: session_id.
SELECT session.session_id
FROM session
WHERE session.opens_at > %(now)s AND session.opens_at < %(until)s
    AND NOT EXISTS (SELECT FROM sheet WHERE sheet.session_id = session.session_id)
    AND NOT EXISTS (SELECT FROM session_cancellation WHERE session_cancellation.session_id = session.session_id)
    AND EXISTS (SELECT FROM allotment WHERE allotment.session_id = session.session_id AND allotment.kind = 'booked')
ORDER BY session.opens_at
LIMIT %(limit)s
