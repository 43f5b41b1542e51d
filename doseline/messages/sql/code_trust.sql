-- How codes travel: each gateway and region over the last hour.
-- Inputs: now. Returns: gateway, region, sent, lost (not arrived within three minutes), p50 and p95 seconds.
SELECT gateway, region, count(*)::int AS sent,
    (count(*) FILTER (WHERE arrived_at IS NULL AND sent_at < %(now)s - interval '3 minutes'))::int AS lost,
    percentile_cont(0.5) WITHIN GROUP (ORDER BY extract(epoch FROM arrived_at - sent_at)::float8) AS p50_seconds,
    percentile_cont(0.95) WITHIN GROUP (ORDER BY extract(epoch FROM arrived_at - sent_at)::float8) AS p95_seconds
FROM code_probe
WHERE sent_at > %(now)s - interval '1 hour'
GROUP BY gateway, region
ORDER BY region, gateway
