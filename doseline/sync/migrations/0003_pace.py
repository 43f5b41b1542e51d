# SPDX-License-Identifier: Apache-2.0
"""How fast each door takes backlog in: with what phones hold, when all of it will be in."""

from django.db import migrations

PACE = """
CREATE TABLE door_pace (
    door             uuid             NOT NULL,
    facts_per_second double precision NOT NULL,
    noted_at         timestamptz      NOT NULL,
    CONSTRAINT door_has_one_pace PRIMARY KEY (door)
);
COMMENT ON TABLE door_pace IS 'Facts of backlog each server process takes in a second, as it last measured.';
GRANT SELECT, INSERT, UPDATE, DELETE ON door_pace TO doseline_app;
"""


class Migration(migrations.Migration):
    dependencies = (("sync", "0002_packs_held"), ("ledger", "0001_ledger"))
    operations = (migrations.RunSQL(PACE, "DROP TABLE door_pace"),)
