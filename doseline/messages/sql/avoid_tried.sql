-- Sends a session's fresh second invitations through another gateway than any that has tried the first, oldest first. What was tried
-- is asked of the tries: a receipt may have moved the message on before its own gateway's answer was written to it.
-- Inputs: session_ids. Retry: the same again.
UPDATE message
SET avoid = tried.gateways
FROM message AS first
CROSS JOIN LATERAL (
    SELECT coalesce(string_agg(gateway, ' ' ORDER BY last_at), '') AS gateways
    FROM (SELECT gateway, max(at) AS last_at FROM message_attempt WHERE message_attempt.message_id = first.message_id
          GROUP BY gateway) AS used
) AS tried
WHERE message.session_id = ANY(%(session_ids)s::uuid[]) AND message.level = 1 AND message.state = 'created'
    AND message.avoid = '' AND first.session_id = message.session_id AND first.person_id = message.person_id
    AND NOT first.is_overtaken AND first.claim_at = message.claim_at AND first.purpose = message.purpose AND first.channel = message.channel AND first.level = 0
