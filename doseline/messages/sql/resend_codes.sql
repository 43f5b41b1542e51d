-- Composes codes a second time that were sent half a minute ago and are not known to have arrived, for another gateway.
-- Inputs: now, before. The row count is how many. Retry: once a code.
WITH late AS (
    UPDATE message
    SET level = -1
    WHERE purpose IN ('start_code', 'login_code') AND level = 0 AND state IN ('sent', 'temporary_failure', 'sending')
        AND created_at <= %(before)s AND not_after > %(now)s
    RETURNING *
)
INSERT INTO message (message_id, purpose, channel, person_id, session_id, staff_id, language, template_id, address, body,
    segments, level, avoid, created_at, not_after, due_at)
SELECT gen_random_uuid(), purpose, channel, person_id, session_id, staff_id, language, template_id, address, body, segments, 1,
    gateway, %(now)s, not_after, %(now)s
FROM late
