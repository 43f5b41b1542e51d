# SPDX-License-Identifier: Apache-2.0
"""One place says which close matches are likely: name, phone and birth are those of the first candidate."""

from django.db import migrations

_IS_LIKELY = """
CREATE FUNCTION is_likely(candidates jsonb) RETURNS boolean LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN candidates -> 0 -> 'reasons' @> '["name_same", "phone_same"]'
    AND candidates -> 0 -> 'reasons' ?| ARRAY['born_same', 'year_same']
"""


class Migration(migrations.Migration):
    dependencies = [("imports", "0006_more_documents")]

    operations = [migrations.RunSQL(_IS_LIKELY, "DROP FUNCTION is_likely(jsonb)")]
