-- Sends a session's fresh second invitations through another gateway than the first.
-- Inputs: session_ids. Retry: the same again.
UPDATE message
SET avoid = coalesce(first.gateway, '')
FROM message AS first
WHERE message.session_id = ANY(%(session_ids)s::uuid[]) AND message.level = 1 AND message.state = 'created'
    AND message.avoid = '' AND first.session_id = message.session_id AND first.person_id = message.person_id
    AND first.purpose = message.purpose AND first.channel = message.channel AND first.level = 0
