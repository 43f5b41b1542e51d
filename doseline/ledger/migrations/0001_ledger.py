# SPDX-License-Identifier: Apache-2.0
"""The ledger: facts, holds, and the role that may only add to them."""

from django.db import migrations

FACT_COLUMNS = """
    fact_id          uuid        NOT NULL,
    device_id        uuid        NOT NULL,
    device_seq       integer     NOT NULL,
    kind             text        NOT NULL,
    session_id       uuid        NOT NULL,
    person_id        uuid,
    staff_id         uuid        NOT NULL,
    given_at         timestamptz NOT NULL,
    written_at       timestamptz NOT NULL,
    received_at      timestamptz NOT NULL,
    provenance       text        NOT NULL,
    mode             text        NOT NULL,
    clock_doubt      text,
    corrects_fact_id uuid,
    product_code     text,
    batch_id         uuid,
    reason           text,
    body             text        NOT NULL,
    body_hash        bytea       NOT NULL,
    previous_hash    bytea       NOT NULL,
"""

LEDGER = f"""
CREATE TABLE fact (
    {FACT_COLUMNS}
    CONSTRAINT fact_is_recorded_once PRIMARY KEY (fact_id),
    CONSTRAINT device_counts_each_fact_once UNIQUE (device_id, device_seq),
    CONSTRAINT device_seq_is_positive CHECK (device_seq > 0),
    CONSTRAINT provenance_is_known CHECK (provenance IN
        ('device', 'roster_scan', 'typed_once', 'typed_twice', 'attested', 'imported')),
    CONSTRAINT mode_is_known CHECK (mode IN ('online', 'device', 'paper'))
);
-- status folds all facts of a person; the unknown-person check asks for a walk-in
CREATE INDEX fact_of_person ON fact (person_id);
-- tallies read when a session opened, closed, changed mode or called for help
CREATE INDEX fact_of_session ON fact (session_id) WHERE person_id IS NULL;
-- a fold asks whether a fact was voided
CREATE INDEX fact_correcting ON fact (corrects_fact_id) WHERE corrects_fact_id IS NOT NULL;
COMMENT ON TABLE fact IS 'One thing that happened. Append-only: a correction is a new fact.';

CREATE TABLE hold (
    hold_id          uuid        NOT NULL DEFAULT gen_random_uuid(),
    verdict          text        NOT NULL,
    problem          text        NOT NULL,
    {FACT_COLUMNS.replace("NOT NULL,", ",").replace("bytea       ,", "bytea,")}
    CONSTRAINT hold_is_kept_once PRIMARY KEY (hold_id),
    CONSTRAINT same_bytes_are_held_once UNIQUE (device_id, body_hash),
    CONSTRAINT verdict_is_held_or_refused CHECK (verdict IN ('held', 'refused'))
);
-- the worker releases holds whose person has become known
CREATE INDEX hold_of_person ON hold (person_id) WHERE problem = 'ledger.unknown_person';
COMMENT ON TABLE hold IS 'A fact kept but not yet placed (held), or kept as unreadable or forged (refused).';

CREATE TABLE hold_resolution (
    hold_id     uuid        NOT NULL,
    resolved_at timestamptz NOT NULL,
    resolved_by uuid,
    outcome     text        NOT NULL,
    CONSTRAINT hold_is_resolved_once PRIMARY KEY (hold_id),
    CONSTRAINT resolution_is_of_a_hold FOREIGN KEY (hold_id) REFERENCES hold (hold_id),
    CONSTRAINT outcome_is_known CHECK (outcome IN ('recorded', 'dismissed'))
);

CREATE TABLE followup (
    followup_id uuid     NOT NULL DEFAULT gen_random_uuid(),
    fact_ids    uuid[]   NOT NULL,
    status_seq  bigint,
    CONSTRAINT followup_is_announced_once PRIMARY KEY (followup_id)
);
-- the worker stamps what has no place yet, and reactions read on from where they were
CREATE INDEX followup_unstamped ON followup (followup_id) WHERE status_seq IS NULL;
CREATE UNIQUE INDEX followup_in_order ON followup (status_seq) WHERE status_seq IS NOT NULL;
COMMENT ON TABLE followup IS 'The facts one transaction recorded; status_seq is their place in commit order.';
"""

ROLE = """
DO $$ BEGIN
    IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'doseline_app') THEN
        CREATE ROLE doseline_app NOLOGIN;
    END IF;
    IF NOT pg_has_role(current_user, 'doseline_app', 'MEMBER') THEN
        EXECUTE format('GRANT doseline_app TO %I', current_user);
    END IF;
END $$;
GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO doseline_app;
GRANT USAGE ON ALL SEQUENCES IN SCHEMA public TO doseline_app;
ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO doseline_app;
ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT USAGE ON SEQUENCES TO doseline_app;
REVOKE UPDATE, DELETE ON fact, hold, hold_resolution FROM doseline_app;
"""


class Migration(migrations.Migration):
    initial = True
    dependencies = ()
    operations = (
        migrations.RunSQL(LEDGER, "DROP TABLE followup, hold_resolution, hold, fact"),
        migrations.RunSQL(ROLE, migrations.RunSQL.noop),
    )
