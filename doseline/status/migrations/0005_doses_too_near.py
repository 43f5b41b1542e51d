# SPDX-License-Identifier: Apache-2.0
"""A register's dose nearer to another dose than the vaccine allows is looked into before it counts; so is a dose of which another
phone said later that it was not given."""

from django.db import migrations

_KINDS = """
ALTER TABLE {schema}.review_item DROP CONSTRAINT review_kind_is_known;
ALTER TABLE {schema}.review_item ADD CONSTRAINT review_kind_is_known
    CHECK (kind IN ('dose_twice_same_day', 'all_taken_back', 'doses_too_near', 'given_and_not'))
"""


class Migration(migrations.Migration):
    dependencies = [("status", "0004_absent")]

    operations = [
        migrations.RunSQL(_KINDS.format(schema=schema), migrations.RunSQL.noop)
        for schema in ("status", "status_shadow")
    ]
