# SPDX-License-Identifier: Apache-2.0
"""Which ledger this is: a restore to an earlier point begins a new epoch."""

from django.db import migrations

EPOCH = """
CREATE TABLE ledger_epoch (
    epoch    uuid        NOT NULL DEFAULT gen_random_uuid(),
    began_at timestamptz NOT NULL,
    CONSTRAINT epoch_has_one_name PRIMARY KEY (epoch)
);
COMMENT ON TABLE ledger_epoch IS 'The ledger''s name since it was made, and since each restore: phones that hear a new one offer their facts again.';
INSERT INTO ledger_epoch (began_at) VALUES (clock_timestamp());
GRANT SELECT, INSERT ON ledger_epoch TO doseline_app;
"""


class Migration(migrations.Migration):
    dependencies = (("ledger", "0002_starts"),)
    operations = (migrations.RunSQL(EPOCH, "DROP TABLE ledger_epoch"),)
