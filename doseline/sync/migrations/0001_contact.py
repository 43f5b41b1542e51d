# SPDX-License-Identifier: Apache-2.0
"""When each phone was last heard, and what it said of itself."""

from django.db import migrations

CONTACT = """
CREATE TABLE device_contact (
    device_id          uuid        NOT NULL,
    heard_at           timestamptz NOT NULL,
    last_seq           integer     NOT NULL,
    waiting_count      integer     NOT NULL,
    session_id         uuid,
    app_version        text        NOT NULL,
    storage_persistent boolean     NOT NULL,
    clock_error_ms     bigint      NOT NULL,
    CONSTRAINT device_is_heard_in_one_row PRIMARY KEY (device_id)
);
COMMENT ON TABLE device_contact IS 'A phone''s latest heartbeat. last_seq minus what the ledger has is what we lack.';
"""


class Migration(migrations.Migration):
    initial = True
    dependencies = ()
    operations = (migrations.RunSQL(CONTACT, "DROP TABLE device_contact"),)
