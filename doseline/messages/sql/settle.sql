-- Writes what became of tries to send.
-- Inputs: now; message_ids, outcomes, gateways, details, next_due side by side. A failure with no next try ends the message.
-- Retry: a message that a receipt has moved on meanwhile stays where the receipt put it.
WITH tried AS MATERIALIZED (
    SELECT * FROM unnest(%(message_ids)s::uuid[], %(outcomes)s::text[], %(gateways)s::text[], %(details)s::text[],
        %(next_due)s::timestamptz[]) AS given (message_id, outcome, gateway, detail, next_due)
),
noted AS (
    INSERT INTO message_attempt (message_id, gateway, at, outcome, detail)
    SELECT message_id, gateway, %(now)s, outcome, detail FROM tried WHERE gateway <> ''
)
UPDATE message
SET gateway = tried.gateway, leased_until = NULL, due_at = tried.next_due,
    state = CASE
        WHEN tried.outcome = 'accepted' THEN 'sent'
        WHEN tried.next_due IS NOT NULL THEN 'temporary_failure'
        WHEN tried.outcome = 'refused' THEN 'permanent_failure'
        ELSE 'technical_failure'
    END,
    reason = CASE WHEN tried.outcome = 'accepted' THEN '' ELSE tried.detail END,
    sent_at = CASE WHEN tried.outcome = 'accepted' THEN %(now)s ELSE message.sent_at END,
    ended_at = CASE WHEN tried.outcome <> 'accepted' AND tried.next_due IS NULL THEN %(now)s END
FROM tried
WHERE message.message_id = tried.message_id AND message.state = 'sending'
