-- Sheets that were done with and of whose people a phone or a register has now said something: looked at again.
-- Inputs: after, upto (status_seq). Changes one row a sheet; none for facts of people who stand on no sheet.
UPDATE sheet
SET state = 'entered'
FROM announced
JOIN fact ON fact.fact_id = announced.fact_id
JOIN sheet_row ON sheet_row.person_id = fact.person_id
    AND (sheet_row.state = 'entered' OR (sheet_row.state = 'empty' AND fact.provenance = 'imported'))
WHERE announced.status_seq > %(after)s AND announced.status_seq <= %(upto)s
    AND announced.kind IN ('dose_given', 'not_given', 'fact_voided') AND fact.provenance IN ('device', 'imported')
    AND sheet.sheet_id = sheet_row.sheet_id AND sheet.session_id = fact.session_id AND sheet.state = 'reconciled'
