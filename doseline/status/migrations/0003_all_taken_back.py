# SPDX-License-Identifier: Apache-2.0
"""Two phones that each took back the other's dose leave none: that is looked into."""

from django.db import migrations

_KINDS = """
ALTER TABLE {schema}.review_item DROP CONSTRAINT review_kind_is_known;
ALTER TABLE {schema}.review_item ADD CONSTRAINT review_kind_is_known CHECK (kind IN ('dose_twice_same_day', 'all_taken_back'))
"""


class Migration(migrations.Migration):
    dependencies = [("status", "0002_the_day")]

    operations = [
        migrations.RunSQL(_KINDS.format(schema=schema), migrations.RunSQL.noop)
        for schema in ("status", "status_shadow")
    ]
