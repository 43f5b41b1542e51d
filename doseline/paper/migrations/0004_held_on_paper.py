# SPDX-License-Identifier: Apache-2.0
"""Which sessions are held on paper, said in one place: paper, plan, packs and the board ask it."""

from django.db import migrations

VIEW = """
CREATE VIEW session_on_paper AS
SELECT session_id FROM status.session_tally WHERE mode = 'paper'
UNION
SELECT told.session_id
FROM (SELECT session_id FROM paper_tally UNION ALL SELECT session_id FROM sheet WHERE state <> 'issued') AS told
LEFT JOIN status.session_tally AS tally ON tally.session_id = told.session_id
WHERE tally.opened_at IS NULL;
COMMENT ON VIEW session_on_paper IS
    'Sessions held on paper: a phone said so, or no phone opened them and a tally or a sheet came. Sheets of theirs that are not back hold doses.';
GRANT SELECT ON session_on_paper TO doseline_app;
"""


class Migration(migrations.Migration):
    dependencies = [("paper", "0003_rows_in_hand"), ("status", "0002_the_day")]

    operations = [migrations.RunSQL(VIEW, "DROP VIEW session_on_paper")]
