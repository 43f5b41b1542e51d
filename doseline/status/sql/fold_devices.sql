-- Counts the facts of a stretch of the ledger by the phone that wrote them.
-- Inputs: after, upto (status_seq). Returns nothing.
-- Retry: runs in one transaction with the reaction's progress; a stretch is counted once.
INSERT INTO status.device_tally AS tally (device_id, fact_count, highest_seq)
SELECT fact.device_id, count(*), max(fact.device_seq)
FROM followup
CROSS JOIN unnest(followup.fact_ids) AS announced (fact_id)
JOIN fact ON fact.fact_id = announced.fact_id
WHERE followup.status_seq > %(after)s AND followup.status_seq <= %(upto)s
GROUP BY fact.device_id
ON CONFLICT (device_id) DO UPDATE
SET fact_count = tally.fact_count + excluded.fact_count,
    highest_seq = greatest(tally.highest_seq, excluded.highest_seq)
