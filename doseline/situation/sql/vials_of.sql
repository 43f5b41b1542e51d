-- A session's vials by batch, with the doses given from each.
-- Inputs: session_id. Returns one row a batch, by number.
SELECT batch.number, vials.received_count, vials.opened_count, vials.wasted_count, vials.returned_count, vials.wasted_dose_count,
    (SELECT count(*) FROM status.roster
     WHERE roster.session_id = vials.session_id AND roster.batch_id = vials.batch_id AND roster.is_counted)::int AS given_count
FROM status.vial_tally AS vials
JOIN batch ON batch.batch_id = vials.batch_id
WHERE vials.session_id = %(session_id)s
ORDER BY batch.number
