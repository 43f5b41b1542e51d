# SPDX-License-Identifier: Apache-2.0
"""What the day adds: pre-screening, consent, own code and adverse events of a person; vials and the closing balance of a session."""

from django.db import migrations

ROSTER = (
    "ADD COLUMN screening text, ADD COLUMN consent text, ADD COLUMN own_code text, ADD COLUMN dose_staff_id uuid,"
    " ADD COLUMN aefi_severity text"
)
TABLES = """
CREATE TABLE {schema}.vial_tally (
    session_id         uuid    NOT NULL,
    batch_id           uuid    NOT NULL,
    device_id          uuid    NOT NULL,
    received_count     integer NOT NULL,
    opened_count       integer NOT NULL,
    wasted_count       integer NOT NULL,
    returned_count     integer NOT NULL,
    wasted_dose_count  integer NOT NULL,
    CONSTRAINT vials_of_a_batch_are_tallied_once PRIMARY KEY (session_id, batch_id, device_id)
);
COMMENT ON TABLE {schema}.vial_tally IS 'Vials of a session by batch and the phone that recorded them: wasted_count never opened, wasted_dose_count what was left in opened ones.';

CREATE TABLE {schema}.session_balance (
    session_id uuid  NOT NULL,
    fact_id    uuid  NOT NULL,
    counted    jsonb NOT NULL,
    variances  jsonb NOT NULL,
    CONSTRAINT session_has_one_balance PRIMARY KEY (session_id)
);
COMMENT ON TABLE {schema}.session_balance IS 'What the team counted when it last closed the session, and the variances it named.';

CREATE TABLE {schema}.aefi (
    fact_id     uuid        NOT NULL,
    session_id  uuid        NOT NULL,
    person_id   uuid        NOT NULL,
    severity    text        NOT NULL,
    symptoms    jsonb       NOT NULL,
    treatment   jsonb       NOT NULL,
    referral    text        NOT NULL,
    onset_at    timestamptz NOT NULL,
    reported_at timestamptz NOT NULL,
    CONSTRAINT aefi_is_listed_once PRIMARY KEY (fact_id)
);
-- the adverse events of a session and of a person, on the board's list and when the person is folded anew
CREATE INDEX aefi_of_session ON {schema}.aefi (session_id);
CREATE INDEX aefi_of_person ON {schema}.aefi (person_id);
COMMENT ON TABLE {schema}.aefi IS 'First reports of adverse events following immunization.';

GRANT SELECT, INSERT, UPDATE, DELETE, TRUNCATE ON ALL TABLES IN SCHEMA {schema} TO doseline_app;
"""


def _up(schema: str) -> str:
    return f"ALTER TABLE {schema}.roster {ROSTER};\n" + TABLES.replace("{schema}", schema).replace("", "")


def _down(schema: str) -> str:
    dropped = ROSTER.replace("ADD COLUMN", "DROP COLUMN").replace(" text", "").replace(" uuid", "")
    return f"DROP TABLE {schema}.vial_tally, {schema}.session_balance, {schema}.aefi;\nALTER TABLE {schema}.roster {dropped};"


class Migration(migrations.Migration):
    dependencies = (("status", "0001_status"),)
    operations = tuple(migrations.RunSQL(_up(schema), _down(schema)) for schema in ("status", "status_shadow"))
