# SPDX-License-Identifier: Apache-2.0
"""A register's dose whose number does not fit what is on record is looked into."""

from django.db import migrations

_KINDS = """
ALTER TABLE {schema}.review_item DROP CONSTRAINT review_kind_is_known;
ALTER TABLE {schema}.review_item ADD CONSTRAINT review_kind_is_known
    CHECK (kind IN ('dose_twice_same_day', 'all_taken_back', 'doses_too_near', 'given_and_not', 'number_too_low', 'number_too_high'))
"""


class Migration(migrations.Migration):
    dependencies = [("status", "0005_doses_too_near")]

    operations = [
        migrations.RunSQL(_KINDS.format(schema=schema), migrations.RunSQL.noop)
        for schema in ("status", "status_shadow")
    ]
