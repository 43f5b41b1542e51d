# SPDX-License-Identifier: Apache-2.0
"""A row may give more documents than one: the others are kept beside the first. And no row is checked against its list any more: it is
written in the transaction that moves its list on, and asking after each of a million rows took a twentieth of their reading."""

from django.db import migrations

ROWS = """
ALTER TABLE import_row ADD COLUMN more_ids text NOT NULL DEFAULT '';
COMMENT ON COLUMN import_row.more_ids IS 'Documents beyond the first: kind and number, parted by commas.';
ALTER TABLE import_row DROP CONSTRAINT row_is_of_an_import;
"""
BACK = """
ALTER TABLE import_row DROP COLUMN more_ids;
ALTER TABLE import_row ADD CONSTRAINT row_is_of_an_import
    FOREIGN KEY (import_id) REFERENCES import_file (import_id) ON DELETE CASCADE;
"""


class Migration(migrations.Migration):
    dependencies = [("imports", "0005_dose_of_a_row")]

    operations = [migrations.RunSQL(ROWS, BACK)]
