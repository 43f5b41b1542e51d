# SPDX-License-Identifier: Apache-2.0
"""A variable of a message, cut as the operators demand and people can bear: between words."""

from typing import ClassVar

from django.db import migrations

_CREATE = r"""
CREATE FUNCTION cut_for_dlt(value text) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE RETURN
    CASE WHEN length(value) <= 30 THEN value ELSE left(regexp_replace(left(value, 31), '[\s,]+[^\s,]*$', ''), 30) END
"""


class Migration(migrations.Migration):
    dependencies: ClassVar = [("doseline_messages", "0002_messages")]
    operations: ClassVar = [migrations.RunSQL(_CREATE, "DROP FUNCTION cut_for_dlt(text)")]
