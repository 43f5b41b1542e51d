-- Whether both a row and a record that is no sheet's tell of a dose of the same person in the same session.
-- Inputs: row_id. Returns one row: gave.
SELECT EXISTS (
    SELECT FROM sheet_row
    JOIN sheet ON sheet.sheet_id = sheet_row.sheet_id
    JOIN fact ON fact.person_id = sheet_row.person_id AND fact.session_id = sheet.session_id AND fact.kind = 'dose_given'
    WHERE sheet_row.row_id = %(row_id)s AND sheet_row.entry ? 'given'
        AND NOT EXISTS (SELECT FROM sheet_row AS own WHERE own.person_id = fact.person_id AND own.fact_ids ? fact.fact_id::text)
        AND NOT EXISTS (SELECT FROM fact AS void WHERE void.corrects_fact_id = fact.fact_id AND void.kind = 'fact_voided')) AS gave
