# SPDX-License-Identifier: Apache-2.0
"""One place says which rows of a sheet wait for somebody's word. A blank row does not once a picture shows that nobody stands there: the
pictures read before are taken for having shown it."""

from django.db import migrations

_WAITS = """
CREATE FUNCTION row_waits(state text, is_blank boolean, walk_in_sealed text, page_id uuid) RETURNS boolean LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN state NOT IN ('entered', 'empty')
    AND NOT (state = 'open' AND is_blank AND walk_in_sealed = '' AND page_id IS NOT NULL);
UPDATE sheet_row
SET page_id = page.page_id
FROM (SELECT DISTINCT ON (sheet_id) sheet_id, page_id FROM scan_page WHERE sheet_id IS NOT NULL ORDER BY sheet_id, read_at DESC) AS page
WHERE sheet_row.sheet_id = page.sheet_id AND sheet_row.is_blank AND sheet_row.state = 'open' AND sheet_row.page_id IS NULL
"""
_BACK = "DROP FUNCTION row_waits(text, boolean, text, uuid)"


class Migration(migrations.Migration):
    dependencies = [("paper", "0006_may_be_a_dose")]

    operations = [migrations.RunSQL(_WAITS, _BACK)]
