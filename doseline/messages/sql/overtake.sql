-- Says of the words of a moved session which still hold. Those that say another time or place than its people are booked for are no
-- word any more. Moved back before any other word had left, what was said of here holds again; else everybody is told anew. Whoever was
-- told by what holds no more has not been told; whoever was told of where the session is now again has been.
-- Inputs: session_id, now. Returns nothing. Retry: nothing more to mark. Cost: one read of the session's messages.
WITH word AS MATERIALIZED (
    SELECT message.message_id, message.person_id, message.purpose, message.channel, message.level, message.state, message.address,
        message.created_at, message.is_overtaken,
        message.claim_at = allotment.slot_at AND message.claim_site = session.site_id AS is_so,
        message.state IN ('sending', 'sent', 'delivered', 'timed_out') OR EXISTS (
            SELECT FROM message_attempt WHERE message_attempt.message_id = message.message_id
                AND message_attempt.outcome IN ('accepted', 'hung')) AS has_left
    FROM message
    JOIN session ON session.session_id = message.session_id
    JOIN allotment ON allotment.session_id = message.session_id AND allotment.person_id = message.person_id
    WHERE message.session_id = %(session_id)s AND message.purpose IN ('invitation', 'reminder', 'change')
),
again AS MATERIALIZED (
    SELECT DISTINCT ON (person_id, purpose, channel, level) message_id
    FROM word
    WHERE is_so AND is_overtaken AND state <> 'cancelled'
        AND NOT EXISTS (SELECT FROM word AS other WHERE other.person_id = word.person_id AND NOT other.is_so AND other.has_left
                        AND other.created_at >= word.created_at)
        AND NOT EXISTS (SELECT FROM word AS fellow
                        WHERE (fellow.person_id, fellow.purpose, fellow.channel, fellow.level)
                            = (word.person_id, word.purpose, word.channel, word.level) AND fellow.is_so AND NOT fellow.is_overtaken)
    ORDER BY person_id, purpose, channel, level, created_at DESC
),
marked AS (
    UPDATE message
    SET is_overtaken = NOT word.is_so
    FROM word
    WHERE message.message_id = word.message_id
        AND (NOT word.is_so AND NOT word.is_overtaken OR word.message_id IN (SELECT message_id FROM again))
),
known AS MATERIALIZED (
    SELECT allotment.allotment_id, EXISTS (
        SELECT FROM word
        WHERE word.person_id = allotment.person_id AND word.state = 'delivered' AND word.is_so
            AND (NOT word.is_overtaken OR word.message_id IN (SELECT message_id FROM again))
            AND EXISTS (SELECT FROM contact_point WHERE contact_point.person_id = word.person_id
                        AND contact_point.kind <> 'wrong_phone' AND contact_point.value = word.address)) AS is_told
    FROM allotment
    WHERE allotment.session_id = %(session_id)s AND allotment.told_how IN ('', 'delivered')
)
UPDATE allotment
SET told_at = CASE WHEN known.is_told THEN %(now)s::timestamptz END, told_how = CASE WHEN known.is_told THEN 'delivered' ELSE '' END
FROM known
WHERE allotment.allotment_id = known.allotment_id AND allotment.told_how IN ('', 'delivered')
    AND known.is_told <> (allotment.told_at IS NOT NULL)
