-- What the phones of a demo received.
-- Inputs: number (NULL for all). Returns: address, body, at; the newest 200.
SELECT address, body, at FROM demo_sms
WHERE fate = 'delivered' AND (%(number)s::text IS NULL OR address = %(number)s)
ORDER BY at DESC LIMIT 200
