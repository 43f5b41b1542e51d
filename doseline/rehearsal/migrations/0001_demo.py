# SPDX-License-Identifier: Apache-2.0
"""The mark of a demo database, and the clock that only such a database may have."""

from django.db import migrations

DEMO = """
CREATE TABLE demo_installation (
    installation integer     NOT NULL DEFAULT 1,
    made_at      timestamptz NOT NULL,
    seed         integer     NOT NULL,
    on_date      date        NOT NULL,
    CONSTRAINT there_is_one_demo PRIMARY KEY (installation),
    CONSTRAINT demo_row_is_the_first CHECK (installation = 1)
);
COMMENT ON TABLE demo_installation IS 'A row here means: these are no real people, and no real message may leave.';

CREATE TABLE demo_clock (
    installation integer          NOT NULL,
    real_anchor  timestamptz      NOT NULL,
    demo_anchor  timestamptz      NOT NULL,
    demo_stop    timestamptz      NOT NULL,
    speed        double precision NOT NULL,
    CONSTRAINT there_is_one_clock PRIMARY KEY (installation),
    CONSTRAINT clock_needs_a_demo FOREIGN KEY (installation) REFERENCES demo_installation (installation) ON DELETE CASCADE,
    CONSTRAINT clock_never_runs_back CHECK (speed >= 0 AND speed <= 3600)
);

CREATE TABLE demo_login (
    username text NOT NULL,
    password text NOT NULL,
    totp_secret text NOT NULL,
    role text NOT NULL,
    installation integer NOT NULL DEFAULT 1,
    CONSTRAINT demo_login_is_shown_once PRIMARY KEY (username),
    CONSTRAINT login_needs_a_demo FOREIGN KEY (installation) REFERENCES demo_installation (installation) ON DELETE CASCADE
);
-- deleting the demo deletes its log-ins
CREATE INDEX demo_login_of_installation ON demo_login (installation);
"""


class Migration(migrations.Migration):
    initial = True
    dependencies = (("ledger", "0001_ledger"),)
    operations = (migrations.RunSQL(DEMO, "DROP TABLE demo_login, demo_clock, demo_installation"),)
