-- What went to a number or address that is not a person's any more is no word to them of any session to come, and has told them nothing.
-- What is still to go there goes to the one that is theirs by then (claim_due.sql).
-- Inputs: person_id, now. Returns nothing. Retry: nothing more to forget. Cost: the messages of one person's places.
WITH word AS MATERIALIZED (
    SELECT message.message_id, message.session_id, message.state,
        message.claim_at = allotment.slot_at AND message.claim_site = session.site_id AS is_so,
        EXISTS (SELECT FROM contact_point WHERE contact_point.person_id = message.person_id
                AND contact_point.kind <> 'wrong_phone' AND contact_point.value = message.address) AS is_theirs
    FROM allotment
    JOIN session ON session.session_id = allotment.session_id
    JOIN message ON message.session_id = allotment.session_id AND message.person_id = allotment.person_id
    WHERE allotment.person_id = %(person_id)s AND allotment.slot_at > %(now)s
        AND message.purpose IN ('invitation', 'reminder', 'change') AND NOT message.is_overtaken
),
forgotten AS (
    UPDATE message
    SET is_overtaken = true
    FROM word
    WHERE message.message_id = word.message_id AND NOT word.is_theirs AND word.state NOT IN ('created', 'temporary_failure')
)
UPDATE allotment
SET told_at = NULL, told_how = ''
WHERE allotment.person_id = %(person_id)s AND allotment.slot_at > %(now)s AND allotment.told_how = 'delivered'
    AND NOT EXISTS (SELECT FROM word WHERE word.session_id = allotment.session_id AND word.state = 'delivered' AND word.is_so
                    AND word.is_theirs)
