-- The last minutes of each active gateway.
-- Inputs: now. Returns: code, channel, weight, normal_weight, errors within 60 s, first messages accepted between 35 and 5 minutes
--   ago, how many of them are not delivered, seconds since its weight changed, errors of the last quarter of an hour since it last took a message.
SELECT gateway.code, gateway.channel, gateway.weight, gateway.normal_weight,
    (SELECT count(*) FROM message_attempt AS attempt
     WHERE attempt.gateway = gateway.code AND attempt.at > %(now)s - interval '60 seconds'
        AND attempt.outcome IN ('failed', 'hung'))::int,
    judged.count, judged.undelivered,
    coalesce(extract(epoch FROM %(now)s - gateway.weight_changed_at), 1e9)::float8,
    (SELECT count(*) FROM message_attempt AS attempt
     WHERE attempt.gateway = gateway.code AND attempt.outcome IN ('failed', 'hung')
        AND attempt.at > greatest(%(now)s - interval '15 minutes', (
            SELECT max(taken.at) FROM message_attempt AS taken
            WHERE taken.gateway = gateway.code AND taken.outcome = 'accepted' AND taken.at > %(now)s - interval '15 minutes')))::int
FROM gateway
CROSS JOIN LATERAL (
    SELECT count(*)::int AS count, (count(*) FILTER (WHERE message.state <> 'delivered'))::int AS undelivered
    FROM message_attempt AS attempt
    JOIN message ON message.message_id = attempt.message_id
    WHERE attempt.gateway = gateway.code AND attempt.outcome = 'accepted' AND message.level = 0  -- second tries go to bad numbers
        AND attempt.at BETWEEN %(now)s - interval '35 minutes' AND %(now)s - interval '5 minutes'
) AS judged
WHERE gateway.is_active
