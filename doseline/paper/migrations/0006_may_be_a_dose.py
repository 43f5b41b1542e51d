# SPDX-License-Identifier: Apache-2.0
"""One place says of which rows not entered yet somebody may have had a dose: all but those plainly read as none."""

from django.db import migrations

_MAY_BE = """
CREATE FUNCTION may_be_a_dose(state text, reading jsonb, entry jsonb) RETURNS boolean LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN state NOT IN ('entered', 'empty')
    AND (state NOT IN ('certain', 'second') OR reading ? 'given' OR coalesce(entry, '{}') ? 'given')
"""


class Migration(migrations.Migration):
    dependencies = [("paper", "0005_doubts_settled")]

    operations = [migrations.RunSQL(_MAY_BE, "DROP FUNCTION may_be_a_dose(text, jsonb, jsonb)")]
