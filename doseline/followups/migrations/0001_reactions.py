# SPDX-License-Identifier: Apache-2.0
"""How far each reaction has come along the ledger, and what it could not do."""

from django.db import migrations

REACTIONS = """
CREATE TABLE reaction_progress (
    reaction     text        NOT NULL,
    status_seq   bigint      NOT NULL,
    failure_count integer    NOT NULL DEFAULT 0,
    next_try_at  timestamptz,
    last_problem text,
    CONSTRAINT reaction_has_one_place PRIMARY KEY (reaction)
);
INSERT INTO reaction_progress (reaction, status_seq) VALUES ('stamp', 0);
COMMENT ON TABLE reaction_progress IS 'Each reaction has done everything up to and with status_seq. Each fails alone.';

CREATE TABLE worker_beat (
    worker  text        NOT NULL,
    beat_at timestamptz NOT NULL,
    CONSTRAINT worker_has_one_beat PRIMARY KEY (worker)
);
COMMENT ON TABLE worker_beat IS 'When the worker last went round, by the wall clock; healthz reads it.';
"""


class Migration(migrations.Migration):
    initial = True
    dependencies = (("ledger", "0001_ledger"),)
    operations = (migrations.RunSQL(REACTIONS, "DROP TABLE reaction_progress, worker_beat"),)
