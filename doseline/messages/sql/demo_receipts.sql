-- The demo network's receipts: three seconds after it took a message.
-- No inputs. Returns: message_id, gateway, state. Retry: each once.
WITH due AS (
    SELECT demo_sms_id FROM demo_sms
    WHERE told_at IS NULL AND at < clock_timestamp() - interval '3 seconds'
    ORDER BY at LIMIT 2000
    FOR UPDATE SKIP LOCKED
),
told AS (
    UPDATE demo_sms SET told_at = clock_timestamp() FROM due WHERE demo_sms.demo_sms_id = due.demo_sms_id
    RETURNING demo_sms.message_id, demo_sms.fate
)
SELECT told.message_id, message.gateway,
    CASE told.fate WHEN 'undeliverable' THEN 'permanent_failure' ELSE told.fate END
FROM told
JOIN message ON message.message_id = told.message_id
