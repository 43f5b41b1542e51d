-- Counts the facts of a stretch of the ledger by the phone that wrote them.
-- Inputs: after, upto (status_seq). Returns nothing.
-- Retry: runs in one transaction with the reaction's progress; a stretch is counted once.
INSERT INTO status.device_tally AS tally (device_id, fact_count, highest_seq)
SELECT device_id, count(*), max(device_seq)
FROM announced
WHERE status_seq > %(after)s AND status_seq <= %(upto)s
GROUP BY device_id
ON CONFLICT (device_id) DO UPDATE
SET fact_count = tally.fact_count + excluded.fact_count,
    highest_seq = greatest(tally.highest_seq, excluded.highest_seq)
