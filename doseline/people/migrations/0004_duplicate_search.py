# SPDX-License-Identifier: Apache-2.0
"""Who is new or changed, and so still to be compared with the rest of the register."""

from django.db import migrations

SEARCH = """
CREATE TABLE duplicate_search (
    person_id uuid NOT NULL,
    CONSTRAINT person_is_searched_for_once PRIMARY KEY (person_id),
    CONSTRAINT searched_is_a_person FOREIGN KEY (person_id) REFERENCES person (person_id) ON DELETE CASCADE
);
COMMENT ON TABLE duplicate_search IS 'People to compare with the register; a row goes when it is done.';
INSERT INTO duplicate_search SELECT person_id FROM person;
GRANT SELECT, INSERT, UPDATE, DELETE ON duplicate_search TO doseline_app;
"""


class Migration(migrations.Migration):
    dependencies = (("people", "0003_keys"),)
    operations = (migrations.RunSQL(SEARCH, "DROP TABLE duplicate_search"),)
