-- The starts of sessions in a stretch of the ledger, with what proves them, not judged yet.
-- Inputs: after, upto (status_seq). Returns: fact_id, session_id, device_id, staff_id, given_at, body, on_date, site_id, voice_key,
--   card_salt, card_iterations, card_hashes (NULL where none). Other facts are not read.
SELECT fact.fact_id, fact.session_id, fact.device_id, fact.staff_id, fact.given_at, fact.body, session.on_date, session.site_id,
    start_secret.voice_key, start_card.salt AS card_salt, start_card.iterations AS card_iterations, start_card.hashes AS card_hashes
FROM announced
JOIN fact ON fact.fact_id = announced.fact_id
JOIN session ON session.session_id = fact.session_id
LEFT JOIN start_secret ON start_secret.session_id = fact.session_id
LEFT JOIN start_card ON start_card.session_id = fact.session_id
WHERE announced.status_seq > %(after)s AND announced.status_seq <= %(upto)s AND announced.kind = 'session_opened'
    AND NOT EXISTS (SELECT FROM session_start WHERE session_start.fact_id = fact.fact_id)
ORDER BY fact.given_at, fact.fact_id
