# SPDX-License-Identifier: Apache-2.0
"""Status: what the ledger adds up to. Every row can be thrown away and made again from facts."""

from django.db import migrations

STATUS = """
CREATE SCHEMA status;

CREATE TABLE status.roster (
    session_id          uuid        NOT NULL,
    person_id           uuid        NOT NULL,
    state               text        NOT NULL,
    is_walk_in          boolean     NOT NULL,
    arrived_at          timestamptz,
    identity_checked_at timestamptz,
    given_at            timestamptz,
    dose_fact_id        uuid,
    dose_device_id      uuid,
    product_code        text,
    batch_id            uuid,
    dose_number         integer,
    is_counted          boolean     NOT NULL,
    not_given_reason    text,
    observation_outcome text,
    provenance          text,
    mode                text,
    clock_doubt         text,
    doubled_fact_ids    uuid[]      NOT NULL,
    status_seq          bigint      NOT NULL,
    CONSTRAINT person_is_in_a_session_once PRIMARY KEY (session_id, person_id),
    CONSTRAINT state_is_known CHECK (state IN
        ('expected', 'arrived', 'to_vaccinate', 'observing', 'done', 'not_given'))
);
-- a phone asks what its session's other phones did since it last asked
CREATE INDEX roster_changes ON status.roster (session_id, status_seq);
-- the latest dose of a session, and a person's access to their own record
CREATE INDEX roster_doses ON status.roster (session_id, given_at) WHERE is_counted;
CREATE INDEX roster_of_person ON status.roster (person_id);
COMMENT ON TABLE status.roster IS 'One person in one session: the list behind every number of people and doses.';

CREATE TABLE status.session_tally (
    session_id       uuid        NOT NULL,
    opened_at        timestamptz,
    closed_at        timestamptz,
    mode             text,
    arrived_count    integer     NOT NULL,
    given_count      integer     NOT NULL,
    not_given_count  integer     NOT NULL,
    walk_in_count    integer     NOT NULL,
    observing_count  integer     NOT NULL,
    first_dose_at    timestamptz,
    last_dose_at     timestamptz,
    trouble          text,
    trouble_at       timestamptz,
    status_seq       bigint      NOT NULL,
    CONSTRAINT session_is_tallied_once PRIMARY KEY (session_id)
);
COMMENT ON TABLE status.session_tally IS 'A session in numbers; each equals a count of status.roster rows.';

CREATE TABLE status.session_hour (
    session_id  uuid        NOT NULL,
    hour_at     timestamptz NOT NULL,
    given_count integer     NOT NULL,
    CONSTRAINT session_has_an_hour_once PRIMARY KEY (session_id, hour_at)
);
-- the board draws doses by hour for the sessions it shows; the primary key serves it
COMMENT ON TABLE status.session_hour IS 'Counted doses of a session by the hour they were given in.';

CREATE TABLE status.device_tally (
    device_id   uuid    NOT NULL,
    fact_count  integer NOT NULL,
    highest_seq integer NOT NULL,
    CONSTRAINT device_is_tallied_once PRIMARY KEY (device_id)
);
COMMENT ON TABLE status.device_tally IS 'How many facts of each phone the ledger has: with its heartbeat, what is missing.';

CREATE TABLE status.review_item (
    fact_id       uuid NOT NULL,
    kind          text NOT NULL,
    person_id     uuid NOT NULL,
    session_id    uuid NOT NULL,
    other_fact_id uuid,
    CONSTRAINT fact_is_reviewed_once_per_kind PRIMARY KEY (fact_id, kind),
    CONSTRAINT review_kind_is_known CHECK (kind IN ('dose_twice_same_day'))
);
-- the review list of a session, and removal when a person's facts are folded anew
CREATE INDEX review_item_of_person ON status.review_item (person_id);
CREATE INDEX review_item_of_session ON status.review_item (session_id);
COMMENT ON TABLE status.review_item IS 'What a person must look at: both facts are kept, one counts.';

CREATE TABLE status.trouble (
    fact_id    uuid        NOT NULL,
    session_id uuid        NOT NULL,
    reason     text        NOT NULL,
    given_at   timestamptz NOT NULL,
    CONSTRAINT trouble_is_listed_once PRIMARY KEY (fact_id)
);
-- the troubles of a session, to tell the cause of a stop
CREATE INDEX trouble_of_session ON status.trouble (session_id, given_at);
COMMENT ON TABLE status.trouble IS 'Each call for help from a site, with its reason.';

GRANT USAGE ON SCHEMA status TO doseline_app;
GRANT SELECT, INSERT, UPDATE, DELETE, TRUNCATE ON ALL TABLES IN SCHEMA status TO doseline_app;
"""

TABLES = ("roster", "session_tally", "session_hour", "device_tally", "review_item", "trouble")
SHADOW = (
    "CREATE SCHEMA status_shadow;\n"
    + "".join(f"CREATE TABLE status_shadow.{table} (LIKE status.{table} INCLUDING ALL);\n" for table in TABLES)
    + """
COMMENT ON SCHEMA status_shadow IS 'Where rebuild-status folds the ledger anew, to compare with status.';
GRANT USAGE ON SCHEMA status_shadow TO doseline_app;
GRANT SELECT, INSERT, UPDATE, DELETE, TRUNCATE ON ALL TABLES IN SCHEMA status_shadow TO doseline_app;
"""
)


class Migration(migrations.Migration):
    initial = True
    dependencies = (("ledger", "0001_ledger"),)
    operations = (
        migrations.RunSQL(STATUS, "DROP SCHEMA status CASCADE"),
        migrations.RunSQL(SHADOW, "DROP SCHEMA status_shadow CASCADE"),
    )
