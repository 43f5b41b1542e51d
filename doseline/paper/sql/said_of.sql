-- What phones and registers said of the person of a row in its session, for a person who decides between them and the row: what was
-- not taken back, and is no sheet's.
-- Inputs: row_id. Returns: kind, given_at, reason, batch number, device label, is_register; in the order it happened, at most 20.
SELECT fact.kind, fact.given_at, fact.reason, batch.number AS batch, device.label, fact.provenance = 'imported' AS is_register
FROM sheet_row
JOIN sheet ON sheet.sheet_id = sheet_row.sheet_id
JOIN fact ON fact.person_id = sheet_row.person_id AND fact.session_id = sheet.session_id
LEFT JOIN device ON device.device_id = fact.device_id
LEFT JOIN batch ON batch.batch_id = (fact.body::json ->> 'batch_id')::uuid
WHERE sheet_row.row_id = %(row_id)s AND fact.kind IN ('person_arrived', 'identity_checked', 'dose_given', 'not_given', 'aefi_reported')
    AND NOT EXISTS (SELECT FROM sheet_row AS own WHERE own.person_id = fact.person_id AND own.fact_ids ? fact.fact_id::text)
    AND NOT EXISTS (SELECT FROM fact AS void WHERE void.corrects_fact_id = fact.fact_id AND void.kind = 'fact_voided')
ORDER BY fact.given_at, fact.fact_id
LIMIT 20
