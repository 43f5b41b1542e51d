-- Marks the words of a moved session that say another time or place than its people are now booked for: they are no word any more,
-- and if it is moved back, everybody is told again.
-- Inputs: session_id. Returns nothing. Retry: nothing more to mark.
UPDATE message
SET is_overtaken = true
FROM allotment
JOIN session ON session.session_id = allotment.session_id
WHERE message.session_id = %(session_id)s AND allotment.session_id = message.session_id AND allotment.person_id = message.person_id
    AND message.purpose IN ('invitation', 'reminder', 'change') AND NOT message.is_overtaken
    AND (message.claim_at <> allotment.slot_at OR message.claim_site <> session.site_id)
