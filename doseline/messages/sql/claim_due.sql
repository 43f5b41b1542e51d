-- Takes messages that are due, for a minute; those too late or no longer true are cancelled instead, and counted. Where the number or
-- address is not the person's any more, the message goes to the one that is, or nowhere.
-- Inputs: now, until (end of the lease), limit, codes (whether the lane of codes). Returns what is to be sent.
-- Retry: a message taken and not settled is due again when its lease ends: at most one SMS more, never none.
WITH due AS MATERIALIZED (
    SELECT message_id
    FROM message
    WHERE due_at <= %(now)s
        AND CASE WHEN %(codes)s THEN purpose IN ('start_code', 'login_code') ELSE purpose NOT IN ('start_code', 'login_code') END
    ORDER BY due_at
    LIMIT %(limit)s
    FOR UPDATE SKIP LOCKED
),
judged AS MATERIALIZED (
    SELECT message.message_id, theirs.address,
        CASE
            WHEN message.not_after < %(now)s THEN 'too_late'
            WHEN message.purpose IN ('invitation', 'reminder', 'change') AND NOT EXISTS (
                SELECT FROM allotment
                JOIN session ON session.session_id = allotment.session_id
                WHERE allotment.session_id = message.session_id AND allotment.person_id = message.person_id
                    AND allotment.kind = 'booked' AND allotment.slot_at = message.claim_at
                    AND session.site_id = message.claim_site AND (message.purpose <> 'reminder' OR allotment.told_how <> 'cannot')
                    AND NOT EXISTS (SELECT FROM session_cancellation
                                    WHERE session_cancellation.session_id = session.session_id)
            ) THEN 'untrue'
            WHEN message.is_overtaken OR theirs.address IS NULL THEN 'untrue'
            WHEN message.purpose IN ('invitation', 'reminder') AND EXISTS (
                SELECT FROM status.roster
                WHERE roster.session_id = message.session_id AND roster.person_id = message.person_id AND roster.is_counted
            ) THEN 'untrue'
            WHEN message.purpose = 'cancellation' AND NOT EXISTS (
                SELECT FROM session_cancellation WHERE session_cancellation.session_id = message.session_id
            ) THEN 'untrue'
            WHEN message.purpose IN ('dose_ack', 'second_dose') AND NOT EXISTS (
                SELECT FROM status.roster
                WHERE roster.person_id = message.person_id AND roster.dose_fact_id = message.claim_fact AND roster.is_counted
            ) THEN 'untrue'
            WHEN message.purpose = 'second_dose' AND EXISTS (
                SELECT FROM status.roster AS later
                JOIN status.roster AS claimed ON claimed.dose_fact_id = message.claim_fact
                    AND claimed.person_id = message.person_id
                WHERE later.person_id = message.person_id AND later.is_counted AND later.given_at > claimed.given_at
            ) THEN 'untrue'
        END AS why
    FROM due
    JOIN message ON message.message_id = due.message_id
    CROSS JOIN LATERAL (
        SELECT CASE
            WHEN message.purpose IN ('start_code', 'login_code', 'aefi_alert') THEN message.address
            ELSE (SELECT contact_point.value FROM contact_point
                  WHERE contact_point.person_id = message.person_id
                      AND contact_point.kind = CASE WHEN message.channel = 'email' THEN 'email' ELSE 'phone' END
                  ORDER BY contact_point.value <> message.address, contact_point.value LIMIT 1)
        END AS address
    ) AS theirs
),
cancelled AS (
    UPDATE message
    SET state = 'cancelled', reason = judged.why, due_at = NULL, leased_until = NULL, ended_at = %(now)s
    FROM judged
    WHERE message.message_id = judged.message_id AND judged.why IS NOT NULL
)
UPDATE message
SET state = 'sending', leased_until = %(until)s, due_at = %(until)s, tries = message.tries + 1, address = judged.address
FROM judged
WHERE message.message_id = judged.message_id AND judged.why IS NULL
RETURNING message.message_id, message.purpose, message.channel, message.language, message.template_id, message.address,
    message.body, message.created_at, message.not_after, message.tries, message.gateway, message.avoid
