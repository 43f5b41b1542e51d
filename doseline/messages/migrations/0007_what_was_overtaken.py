# SPDX-License-Identifier: Apache-2.0
"""A session moved back to where it was is told of anew: word that a move has overtaken is no word any more. And a variable cut to 30
letters keeps the number and the town at its end."""

from django.db import migrations

_CUT = r"""
CREATE OR REPLACE FUNCTION cut_for_dlt(value text) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE RETURN
    CASE WHEN length(value) <= 30 THEN value ELSE (
        SELECT CASE WHEN length(words) * 2 < room THEN left(head, room) ELSE left(words, room) END || tail
        FROM (SELECT coalesce(substring(value FROM '((?: [0-9০-৯०-९]{1,3})?, [^,]{1,18})$'), '') AS tail) AS ending,
            LATERAL (SELECT left(value, length(value) - length(tail)) AS head, 30 - length(tail) AS room) AS beginning,
            LATERAL (SELECT regexp_replace(left(head, room + 1), '[\s,]+[^\s,]*$', '') AS words) AS cut
    ) END
"""
_OVERTAKEN = """
ALTER TABLE message ADD COLUMN is_overtaken boolean NOT NULL DEFAULT false;
DROP INDEX message_is_composed_once;
CREATE UNIQUE INDEX message_is_composed_once
    ON message (session_id, person_id, purpose, channel, level, claim_at, claim_site) NULLS NOT DISTINCT
    WHERE session_id IS NOT NULL AND person_id IS NOT NULL AND NOT is_overtaken
"""


class Migration(migrations.Migration):
    dependencies = [("doseline_messages", "0006_calls_of_cancelled")]

    operations = [
        migrations.RunSQL(_CUT, migrations.RunSQL.noop),
        migrations.RunSQL(_OVERTAKEN, migrations.RunSQL.noop),
    ]
