-- A session's vials by batch, over all its phones, with the doses given from each.
-- Inputs: session_id. Returns one row a batch, by number.
SELECT batch.number, sum(vials.received_count)::int AS received_count, sum(vials.opened_count)::int AS opened_count,
    sum(vials.wasted_count)::int AS wasted_count, sum(vials.returned_count)::int AS returned_count,
    sum(vials.wasted_dose_count)::int AS wasted_dose_count,
    (SELECT count(*) FROM status.roster
     WHERE roster.session_id = %(session_id)s AND roster.batch_id = vials.batch_id AND roster.is_counted)::int AS given_count
FROM status.vial_tally AS vials
JOIN batch ON batch.batch_id = vials.batch_id
WHERE vials.session_id = %(session_id)s
GROUP BY vials.batch_id, batch.number
ORDER BY batch.number
