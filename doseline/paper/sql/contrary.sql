-- Facts that no sheet's row stands for (phones' and registers', and those said again for them) and that say otherwise than a row: another dose, or none, of
-- the same person in the same session.
-- Inputs: row_id. Returns: fact_id, provenance, kind; at most nine.
SELECT fact.fact_id, fact.provenance, fact.kind
FROM sheet_row
JOIN sheet ON sheet.sheet_id = sheet_row.sheet_id
JOIN fact ON fact.person_id = sheet_row.person_id AND fact.session_id = sheet.session_id
WHERE sheet_row.row_id = %(row_id)s AND fact.kind IN ('dose_given', 'not_given')
    AND NOT EXISTS (SELECT FROM sheet_row AS own WHERE own.person_id = fact.person_id AND own.fact_ids ? fact.fact_id::text)
    AND NOT EXISTS (SELECT FROM fact AS void WHERE void.corrects_fact_id = fact.fact_id AND void.kind = 'fact_voided')
ORDER BY fact.fact_id
LIMIT 9
