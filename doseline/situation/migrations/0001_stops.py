# SPDX-License-Identifier: Apache-2.0
"""Stops: times when an open session gave no dose for too long."""

from django.db import migrations

STOPS = """
CREATE TABLE stop (
    session_id uuid        NOT NULL,
    started_at timestamptz NOT NULL,
    ended_at   timestamptz NOT NULL,
    cause      text        NOT NULL,
    CONSTRAINT stop_starts_once PRIMARY KEY (session_id, started_at),
    CONSTRAINT stop_ends_after_it_starts CHECK (ended_at > started_at)
);
COMMENT ON TABLE stop IS 'A stop that has ended; one still going on is worked out when it is looked at.';

CREATE TABLE stop_progress (
    only_row   integer NOT NULL DEFAULT 1,
    status_seq bigint  NOT NULL,
    CONSTRAINT there_is_one_progress PRIMARY KEY (only_row),
    CONSTRAINT progress_row_is_the_first CHECK (only_row = 1)
);
INSERT INTO stop_progress (status_seq) VALUES (0);
"""


class Migration(migrations.Migration):
    initial = True
    dependencies = (("ledger", "0001_ledger"),)
    operations = (migrations.RunSQL(STOPS, "DROP TABLE stop, stop_progress"),)
