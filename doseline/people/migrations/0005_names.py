# SPDX-License-Identifier: Apache-2.0
"""Names by their beginning, for an officer who knows no more of somebody."""

from django.db import migrations

NAMES = """
CREATE INDEX person_by_latin_name ON person (lower(name_latin) text_pattern_ops) WHERE name_latin <> '';
CREATE INDEX person_by_local_name ON person (name_local text_pattern_ops) WHERE name_local <> '';
"""


class Migration(migrations.Migration):
    dependencies = (("people", "0004_duplicate_search"),)
    operations = (migrations.RunSQL(NAMES, "DROP INDEX person_by_latin_name, person_by_local_name"),)
