-- Rows of a list that came with the very same bytes before and were applied then: each is the person it was then, unless someone
-- gives it another word. A row that was left out or never decided is not known by this.
-- Inputs: import_id. Returns nothing. Cost: two index reads a row, only where such a list was applied.
UPDATE import_row AS row
SET state = 'same', person_id = known.person_id, candidates = '[]', differences = '{}', twin_of = NULL
FROM import_file AS this
JOIN import_file AS earlier ON earlier.content_hash = this.content_hash AND earlier.import_id <> this.import_id
    AND earlier.columns = this.columns AND earlier.header_row = this.header_row AND earlier.month_first = this.month_first
JOIN import_row AS known ON known.import_id = earlier.import_id AND known.outcome IN ('added', 'changed')
WHERE this.import_id = %(import_id)s AND row.import_id = this.import_id AND row.row_number = known.row_number
    AND row.state IN ('new', 'close')
