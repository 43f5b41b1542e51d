-- What the phones of a demo received; without a number, not what only measures how codes travel.
-- Inputs: number (NULL for all). Returns: address, body, at; the newest 200.
SELECT demo_sms.address, demo_sms.body, demo_sms.at
FROM demo_sms
JOIN message ON message.message_id = demo_sms.message_id
WHERE fate = 'delivered' AND CASE WHEN %(number)s::text IS NOT NULL THEN demo_sms.address = %(number)s
        ELSE message.purpose <> 'login_code' OR message.staff_id IS NOT NULL END
ORDER BY demo_sms.at DESC LIMIT 200
