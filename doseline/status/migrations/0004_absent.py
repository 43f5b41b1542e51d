# SPDX-License-Identifier: Apache-2.0
"""Who was marked absent is counted apart from whoever came and was not given a dose, as the phones count them."""

from django.db import migrations

_COUNT = """
ALTER TABLE {schema}.session_tally ADD COLUMN absent_count integer NOT NULL DEFAULT 0;
ALTER TABLE {schema}.session_tally ALTER COLUMN absent_count DROP DEFAULT;
UPDATE {schema}.session_tally AS tally
SET absent_count = absent.count, not_given_count = tally.not_given_count - absent.count
FROM (
    SELECT session_id, count(*)::int AS count
    FROM {schema}.roster
    WHERE state = 'not_given' AND not_given_reason = 'absent' AND arrived_at IS NULL
    GROUP BY session_id
) AS absent
WHERE tally.session_id = absent.session_id
"""


class Migration(migrations.Migration):
    dependencies = [("status", "0003_all_taken_back")]

    operations = [
        migrations.RunSQL(_COUNT.format(schema=schema), migrations.RunSQL.noop)
        for schema in ("status", "status_shadow")
    ]
