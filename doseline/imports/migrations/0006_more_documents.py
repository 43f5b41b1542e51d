# SPDX-License-Identifier: Apache-2.0
"""A row may give more documents than one: the others are kept beside the first."""

from django.db import migrations

ROWS = """
ALTER TABLE import_row ADD COLUMN more_ids text NOT NULL DEFAULT '';
COMMENT ON COLUMN import_row.more_ids IS 'Documents beyond the first: kind and number, parted by commas.';
"""


class Migration(migrations.Migration):
    dependencies = [("imports", "0005_dose_of_a_row")]

    operations = [migrations.RunSQL(ROWS, "ALTER TABLE import_row DROP COLUMN more_ids")]
