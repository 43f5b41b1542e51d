-- Takes receipts in. Each is kept once; a message only moves forward, so a late or repeated receipt is not news; whoever's
-- message was delivered has been told of their session.
-- Inputs: message_ids, gateways, states (sent, delivered, temporary_failure, permanent_failure, technical_failure), details, at.
-- Returns how many moved a message. Retry: changes nothing the second time.
WITH heard AS MATERIALIZED (
    SELECT * FROM unnest(%(message_ids)s::uuid[], %(gateways)s::text[], %(states)s::text[], %(details)s::text[])
        AS given (message_id, gateway, state, detail)
),
kept AS (
    INSERT INTO delivery_receipt (message_id, gateway, state, detail, received_at)
    SELECT DISTINCT ON (message_id, gateway, state) message_id, gateway, state, detail, %(at)s FROM heard
    ON CONFLICT DO NOTHING
),
best AS (
    SELECT DISTINCT ON (message_id) message_id, gateway, state, detail
    FROM heard
    ORDER BY message_id, state = 'delivered' DESC, state LIKE '%%failure' DESC
),
told AS (
    UPDATE allotment
    SET told_at = %(at)s, told_how = 'delivered'
    FROM best
    JOIN message ON message.message_id = best.message_id
    JOIN session ON session.session_id = message.session_id AND session.site_id = message.claim_site
    WHERE best.state = 'delivered' AND message.purpose IN ('invitation', 'reminder', 'change')
        AND allotment.session_id = message.session_id AND allotment.person_id = message.person_id
        AND allotment.slot_at = message.claim_at AND NOT message.is_overtaken AND allotment.told_at IS NULL
        AND EXISTS (SELECT FROM contact_point WHERE contact_point.person_id = message.person_id  -- it is theirs, and not corrected since
                    AND contact_point.kind <> 'wrong_phone' AND contact_point.value = message.address)
),
probed AS (
    UPDATE code_probe
    SET arrived_at = %(at)s
    FROM best
    WHERE code_probe.message_id = best.message_id AND best.state = 'delivered' AND code_probe.arrived_at IS NULL
        AND code_probe.gateway = best.gateway  -- what another gateway brought says nothing of this one
),
moved AS (
    UPDATE message
    SET state = best.state, gateway = best.gateway, reason = CASE WHEN best.state LIKE '%%failure' THEN best.detail ELSE '' END,
        sent_at = coalesce(message.sent_at, %(at)s),
        due_at = CASE WHEN best.state = 'temporary_failure' THEN %(retry_at)s::timestamptz END, leased_until = NULL,
        ended_at = CASE WHEN best.state IN ('delivered', 'permanent_failure', 'technical_failure') THEN %(at)s END
    FROM best
    WHERE message.message_id = best.message_id
        AND message.state IN ('created', 'sending', 'sent', 'temporary_failure')
        AND NOT (best.state = 'sent' AND message.state = 'sent')
    RETURNING message.message_id
)
SELECT count(*)::int FROM moved
