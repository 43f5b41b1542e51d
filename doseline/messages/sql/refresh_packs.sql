-- Lets packs of sessions within 14 hours be built anew when someone was told since, at most every half hour: the roster on
-- the phone shows who was told.
-- Inputs: now. The row count is how many. Retry: not again until the next half hour.
UPDATE session
SET plan_version = plan_version + 1
WHERE opens_at BETWEEN %(now)s AND %(now)s + interval '14 hours'
    AND EXISTS (
        SELECT FROM session_pack
        WHERE session_pack.session_id = session.session_id AND session_pack.plan_version >= session.plan_version
            AND session_pack.built_at < %(now)s - interval '30 minutes'
            AND EXISTS (SELECT FROM allotment WHERE allotment.session_id = session.session_id
                        AND allotment.told_at > session_pack.built_at))
