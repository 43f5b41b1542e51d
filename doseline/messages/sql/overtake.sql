-- Marks the words of a moved session that say another time or place than its people are now booked for: they are no word any more,
-- and if it is moved back, everybody is told again. Whoever was told by such a word alone, its receipt having come while the session
-- was moved, has not been told; whoever was told of where it is now again, it having been moved back at once, has been.
-- Inputs: session_id, now. Returns nothing. Retry: nothing more to mark.
WITH overtaken AS (
    UPDATE message
    SET is_overtaken = true
    FROM allotment
    JOIN session ON session.session_id = allotment.session_id
    WHERE message.session_id = %(session_id)s AND allotment.session_id = message.session_id AND allotment.person_id = message.person_id
        AND message.purpose IN ('invitation', 'reminder', 'change') AND NOT message.is_overtaken
        AND (message.claim_at <> allotment.slot_at OR message.claim_site <> session.site_id)
),
known AS MATERIALIZED (
    SELECT allotment.allotment_id, EXISTS (
        SELECT FROM message
        WHERE message.session_id = allotment.session_id AND message.person_id = allotment.person_id AND message.state = 'delivered'
            AND message.purpose IN ('invitation', 'reminder', 'change') AND NOT message.is_overtaken
            AND message.claim_at = allotment.slot_at AND message.claim_site = session.site_id
            AND EXISTS (SELECT FROM contact_point WHERE contact_point.person_id = message.person_id
                        AND contact_point.kind <> 'wrong_phone' AND contact_point.value = message.address)) AS is_told
    FROM allotment
    JOIN session ON session.session_id = allotment.session_id
    WHERE allotment.session_id = %(session_id)s AND allotment.told_how IN ('', 'delivered')
)
UPDATE allotment
SET told_at = CASE WHEN known.is_told THEN %(now)s::timestamptz END, told_how = CASE WHEN known.is_told THEN 'delivered' ELSE '' END
FROM known
WHERE allotment.allotment_id = known.allotment_id AND allotment.told_how IN ('', 'delivered')
    AND known.is_told <> (allotment.told_at IS NOT NULL)
