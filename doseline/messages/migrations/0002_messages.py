# SPDX-License-Identifier: Apache-2.0
"""Messages, how each was tried, what was heard of it; and the calls for those no message reached."""

from django.db import migrations

MESSAGES = """
CREATE TABLE message (
    message_id   uuid        NOT NULL,
    purpose      text        NOT NULL,
    channel      text        NOT NULL,
    person_id    uuid,
    session_id   uuid,
    staff_id     uuid,
    language     text        NOT NULL,
    template_id  uuid,
    address      text        NOT NULL,
    body         text        NOT NULL,
    segments     smallint    NOT NULL,
    claim_at     timestamptz,
    claim_site   uuid,
    claim_fact   uuid,
    level        smallint    NOT NULL DEFAULT 0,
    avoid        text        NOT NULL DEFAULT '',
    state        text        NOT NULL DEFAULT 'created',
    reason       text        NOT NULL DEFAULT '',
    created_at   timestamptz NOT NULL,
    not_after    timestamptz NOT NULL,
    due_at       timestamptz,
    leased_until timestamptz,
    tries        smallint    NOT NULL DEFAULT 0,
    gateway      text        NOT NULL DEFAULT '',
    sent_at      timestamptz,
    ended_at     timestamptz,
    CONSTRAINT message_has_one_id PRIMARY KEY (message_id),
    CONSTRAINT message_state_is_known CHECK (state IN ('created', 'sending', 'sent', 'delivered', 'temporary_failure',
        'permanent_failure', 'technical_failure', 'timed_out', 'cancelled')),
    CONSTRAINT final_message_is_not_due CHECK (due_at IS NULL OR state IN ('created', 'sending', 'temporary_failure'))
);
-- the senders take what is due, codes in a lane of their own
CREATE INDEX message_due ON message (due_at) WHERE due_at IS NOT NULL AND purpose NOT IN ('start_code', 'login_code');
CREATE INDEX message_code_due ON message (due_at) WHERE due_at IS NOT NULL AND purpose IN ('start_code', 'login_code');
-- the delivery watch of a session; one message of a purpose and level for a person and session
CREATE UNIQUE INDEX message_is_composed_once ON message (session_id, person_id, purpose, channel, level, claim_at, claim_site)
    NULLS NOT DISTINCT WHERE session_id IS NOT NULL AND person_id IS NOT NULL;
-- the acknowledgement and the reminder of a dose
CREATE UNIQUE INDEX message_of_a_dose ON message (claim_fact, purpose) WHERE claim_fact IS NOT NULL;
-- what waits for a receipt, to be timed out
CREATE INDEX message_sent ON message (sent_at) WHERE state = 'sent';
COMMENT ON TABLE message IS 'What was to be said to whom, what it claims, and how far it came. States only move forward.';

CREATE TABLE message_attempt (
    attempt_id uuid        NOT NULL DEFAULT gen_random_uuid(),
    message_id uuid        NOT NULL,
    gateway    text        NOT NULL,
    at         timestamptz NOT NULL,
    outcome    text        NOT NULL,
    detail     text        NOT NULL DEFAULT '',
    CONSTRAINT attempt_is_written_once PRIMARY KEY (attempt_id),
    CONSTRAINT attempt_outcome_is_known CHECK (outcome IN ('accepted', 'refused', 'failed', 'hung'))
);
-- a gateway's last minutes
CREATE INDEX message_attempt_of_gateway ON message_attempt (gateway, at);
CREATE INDEX message_attempt_of_message ON message_attempt (message_id);

CREATE TABLE delivery_receipt (
    message_id  uuid        NOT NULL,
    gateway     text        NOT NULL,
    state       text        NOT NULL,
    received_at timestamptz NOT NULL,
    detail      text        NOT NULL DEFAULT '',
    CONSTRAINT receipt_is_heard_once PRIMARY KEY (message_id, gateway, state)
);
COMMENT ON TABLE delivery_receipt IS 'Everything gateways said of a message, once each, whether or not it was news.';

CREATE TABLE call_task (
    call_id       uuid        NOT NULL DEFAULT gen_random_uuid(),
    session_id    uuid        NOT NULL,
    person_id     uuid        NOT NULL,
    why           text        NOT NULL,
    made_at       timestamptz NOT NULL,
    deadline_at   timestamptz NOT NULL,
    due_at        timestamptz,
    claimed_by    uuid,
    claimed_until timestamptz,
    tries         smallint    NOT NULL DEFAULT 0,
    outcome       text,
    ended_at      timestamptz,
    CONSTRAINT call_has_one_id PRIMARY KEY (call_id),
    CONSTRAINT person_is_called_once_for_a_session UNIQUE (session_id, person_id),
    CONSTRAINT call_outcome_is_known CHECK (outcome IN
        ('reached', 'will_come', 'cannot', 'wrong_number', 'no_answer', 'not_needed', 'no_number'))
);
-- callers take the next one that is due
CREATE INDEX call_due ON call_task (deadline_at, due_at) WHERE ended_at IS NULL;
COMMENT ON TABLE call_task IS 'Someone no message reached: to be called, one caller at a time, until they are reached or it is too late.';

CREATE TABLE call_outcome (
    outcome_id uuid        NOT NULL DEFAULT gen_random_uuid(),
    call_id    uuid        NOT NULL,
    outcome    text        NOT NULL,
    said_by    uuid,
    said_at    timestamptz NOT NULL,
    CONSTRAINT outcome_is_said_once PRIMARY KEY (outcome_id),
    CONSTRAINT outcome_is_of_a_call FOREIGN KEY (call_id) REFERENCES call_task (call_id) ON DELETE CASCADE
);
CREATE INDEX call_outcome_of_call ON call_outcome (call_id);

CREATE TABLE message_cause (
    cause_id    uuid        NOT NULL,
    composed_at timestamptz NOT NULL,
    CONSTRAINT cause_is_told_once PRIMARY KEY (cause_id)
);
COMMENT ON TABLE message_cause IS 'Moves and cancellations whose people have their messages.';

CREATE TABLE demo_sms (
    demo_sms_id uuid        NOT NULL DEFAULT gen_random_uuid(),
    message_id  uuid        NOT NULL,
    address     text        NOT NULL,
    body        text        NOT NULL,
    at          timestamptz NOT NULL,
    fate        text        NOT NULL,
    told_at     timestamptz,
    CONSTRAINT demo_sms_arrives_once PRIMARY KEY (demo_sms_id)
);
CREATE INDEX demo_sms_of_number ON demo_sms (address, at);
CREATE INDEX demo_sms_untold ON demo_sms (at) WHERE told_at IS NULL;
COMMENT ON TABLE demo_sms IS 'What the phones of a demo received: the demo gateway''s own centre.';

CREATE TABLE code_probe (
    probe_id    uuid        NOT NULL DEFAULT gen_random_uuid(),
    gateway     text        NOT NULL,
    region      text        NOT NULL,
    address     text        NOT NULL,
    message_id  uuid,
    sent_at     timestamptz NOT NULL,
    arrived_at  timestamptz,
    CONSTRAINT probe_has_one_id PRIMARY KEY (probe_id)
);
CREATE INDEX code_probe_recent ON code_probe (gateway, region, sent_at);
CREATE INDEX code_probe_of_message ON code_probe (message_id) WHERE message_id IS NOT NULL;
COMMENT ON TABLE code_probe IS 'Codes sent to numbers of our own, to know how long they take and how many are lost.';
GRANT SELECT, INSERT, UPDATE, DELETE ON message, message_attempt, delivery_receipt, call_task, call_outcome, demo_sms,
    code_probe, message_cause TO doseline_app;
"""


class Migration(migrations.Migration):
    dependencies = (("doseline_messages", "0001_gateways"), ("ledger", "0001_ledger"))
    operations = (
        migrations.RunSQL(
            MESSAGES,
            "DROP TABLE message, message_attempt, delivery_receipt, call_outcome, call_task, demo_sms, code_probe, message_cause",
        ),
    )
