# SPDX-License-Identifier: Apache-2.0
"""What people are found by before anything is compared."""

from django.db import migrations

KEYS = """
CREATE TABLE person_key (
    key       bigint NOT NULL,
    person_id uuid   NOT NULL,
    CONSTRAINT person_has_a_key_once PRIMARY KEY (key, person_id),
    CONSTRAINT key_is_of_a_person FOREIGN KEY (person_id) REFERENCES person (person_id) ON DELETE CASCADE
);
-- a person's keys are written anew when their name, birthday or phone changes
CREATE INDEX person_key_of_person ON person_key (person_id);
COMMENT ON TABLE person_key IS 'Hashes of matching.rules.block_keys: few people each, however large the register.';
GRANT SELECT, INSERT, UPDATE, DELETE ON person_key TO doseline_app;
"""


class Migration(migrations.Migration):
    dependencies = (("people", "0002_changes_and_links"), ("ledger", "0001_ledger"))
    operations = (migrations.RunSQL(KEYS, "DROP TABLE person_key"),)
