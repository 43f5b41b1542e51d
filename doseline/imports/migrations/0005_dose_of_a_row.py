# SPDX-License-Identifier: Apache-2.0
"""The dose a row of a register told of, once it is recorded."""

from django.db import migrations

ROWS = """
ALTER TABLE import_row ADD COLUMN dose_fact_id uuid;
"""


class Migration(migrations.Migration):
    dependencies = (("imports", "0004_registers"),)
    operations = (migrations.RunSQL(ROWS, "ALTER TABLE import_row DROP COLUMN dose_fact_id"),)
