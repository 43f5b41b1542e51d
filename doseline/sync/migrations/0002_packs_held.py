# SPDX-License-Identifier: Apache-2.0
"""Which phones hold which packs."""

from django.db import migrations

PACKS = """
CREATE TABLE device_pack (
    device_id  uuid        NOT NULL,
    session_id uuid        NOT NULL,
    version    integer     NOT NULL,
    fetched_at timestamptz NOT NULL,
    opened_at  timestamptz,
    CONSTRAINT device_holds_a_pack_once PRIMARY KEY (session_id, device_id)
);
COMMENT ON TABLE device_pack IS 'The newest version of a session''s pack that a phone says it holds, and when it was first opened there.';
GRANT SELECT, INSERT, UPDATE, DELETE ON device_pack TO doseline_app;
"""


class Migration(migrations.Migration):
    dependencies = (("sync", "0001_contact"), ("ledger", "0001_ledger"))
    operations = (migrations.RunSQL(PACKS, "DROP TABLE device_pack"),)
