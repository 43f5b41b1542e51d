# SPDX-License-Identifier: Apache-2.0
"""The rows of lists, staged between reading and the register."""

from django.db import migrations

ROWS = """
CREATE TABLE import_row (
    import_id      uuid     NOT NULL,
    row_number     integer  NOT NULL,
    cells          text[]   NOT NULL,
    registry_code  text     NOT NULL,
    name_latin     text     NOT NULL,
    name_local     text     NOT NULL,
    born_on        date,
    born_year      smallint,
    sex            text     NOT NULL,
    phone          text     NOT NULL,
    email          text     NOT NULL,
    id_kind        text     NOT NULL,
    id_value       text     NOT NULL,
    priority_group text     NOT NULL,
    institution    text     NOT NULL,
    household      text     NOT NULL,
    pincode        text     NOT NULL,
    org_unit_id    text     NOT NULL,
    name_hash      bigint   NOT NULL,
    bones_hash      bigint,
    problems       jsonb    NOT NULL,
    state          text     NOT NULL,
    person_id      uuid,
    person_version integer,
    candidates     jsonb    NOT NULL,
    differences    jsonb    NOT NULL,
    twin_of        integer,
    decision       text,
    decided_by     uuid,
    outcome        text,
    CONSTRAINT row_is_staged_once PRIMARY KEY (import_id, row_number),
    CONSTRAINT row_is_of_an_import FOREIGN KEY (import_id) REFERENCES import_file (import_id) ON DELETE CASCADE,
    CONSTRAINT row_state_is_known CHECK (state IN ('faulty', 'twice', 'new', 'same', 'differs', 'moves', 'close')),
    CONSTRAINT row_decision_is_known CHECK (decision IN ('add', 'take', 'keep', 'skip')),
    CONSTRAINT row_outcome_is_known CHECK (outcome IN ('added', 'changed', 'left', 'again'))
);
-- the review pages through one kind of row at a time
CREATE INDEX import_row_by_state ON import_row (import_id, state, row_number);
COMMENT ON TABLE import_row IS 'A row of a list: what it says, whom it means, what was decided, what came of it.';
GRANT SELECT, INSERT, UPDATE, DELETE ON import_row TO doseline_app;
"""


class Migration(migrations.Migration):
    dependencies = (("imports", "0001_files"), ("ledger", "0001_ledger"))
    operations = (migrations.RunSQL(ROWS, "DROP TABLE import_row"),)
