# SPDX-License-Identifier: Apache-2.0
"""What is short enough is not cut, and asking that of each of a million names is to cost nothing: of the two functions the planner writes
the outer one into the statement, which it does with none that looks things up."""

from typing import ClassVar

from django.db import migrations

_CREATE = r"""
CREATE FUNCTION cut_between_words(value text) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE RETURN (
    SELECT CASE WHEN length(words) * 2 < room THEN left(head, room) ELSE left(words, room) END || tail
    FROM (SELECT coalesce(substring(value FROM '((?: [0-9০-৯०-९]{1,3})?, [^,]{1,18})$'), '') AS tail) AS ending,
        LATERAL (SELECT left(value, length(value) - length(tail)) AS head, 30 - length(tail) AS room) AS beginning,
        LATERAL (SELECT regexp_replace(left(head, room + 1), '[\s,]+[^\s,]*$', '') AS words) AS cut);
CREATE OR REPLACE FUNCTION cut_for_dlt(value text) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN CASE WHEN length(value) <= 30 THEN value ELSE cut_between_words(value) END
"""


class Migration(migrations.Migration):
    dependencies: ClassVar = [("doseline_messages", "0007_what_was_overtaken")]
    operations: ClassVar = [migrations.RunSQL(_CREATE, migrations.RunSQL.noop)]
