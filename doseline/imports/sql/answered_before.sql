-- Rows of a site's register that word for word stood in an earlier one of the site and that a person has answered there: a book that
-- comes again, longer, asks nothing twice. Each is the person it was then, unless someone gives it another word.
-- Inputs: import_id. Returns nothing. Cost: the close rows of this list against the rows of the site's earlier ones, once.
WITH asked AS MATERIALIZED (
    SELECT row.row_number, row.name_latin, row.name_local, row.born_on, row.born_year, row.sex, row.phone, row.id_kind, row.id_value,
        this.site_id, this.sent_at
    FROM import_file AS this
    JOIN import_row AS row ON row.import_id = this.import_id AND row.state = 'close' AND row.decision IS NULL
    WHERE this.import_id = %(import_id)s AND this.kind = 'doses'
),
answered AS (
    SELECT DISTINCT ON (asked.row_number) asked.row_number, known.person_id
    FROM asked
    JOIN import_file AS earlier ON earlier.site_id = asked.site_id AND earlier.kind = 'doses' AND earlier.sent_at < asked.sent_at
    JOIN import_row AS known ON known.import_id = earlier.import_id AND known.outcome IN ('added', 'changed')
        AND known.name_latin = asked.name_latin AND known.name_local = asked.name_local AND known.sex = asked.sex
        AND known.born_on IS NOT DISTINCT FROM asked.born_on AND known.born_year IS NOT DISTINCT FROM asked.born_year
        AND known.phone = asked.phone AND known.id_kind = asked.id_kind AND known.id_value = asked.id_value
    ORDER BY asked.row_number, earlier.sent_at DESC
)
UPDATE import_row AS row
SET state = 'same', person_id = answered.person_id, candidates = '[]', differences = '{}'
FROM answered
WHERE row.import_id = %(import_id)s AND row.row_number = answered.row_number
