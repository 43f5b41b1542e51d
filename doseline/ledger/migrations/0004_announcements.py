# SPDX-License-Identifier: Apache-2.0
"""An announcement says of each fact what it is and whose: who reacts to some kinds only reads no others."""

from django.db import migrations

ANNOUNCEMENTS = """
ALTER TABLE followup
    ADD COLUMN kinds       text[],
    ADD COLUMN session_ids uuid[],
    ADD COLUMN person_ids  uuid[],
    ADD COLUMN device_ids  uuid[],
    ADD COLUMN device_seqs int[],
    ADD COLUMN fact_count  int NOT NULL GENERATED ALWAYS AS (cardinality(fact_ids)) STORED;
UPDATE followup
SET kinds = told.kinds, session_ids = told.session_ids, person_ids = told.person_ids, device_ids = told.device_ids,
    device_seqs = told.device_seqs
FROM (
    SELECT followup_id, array_agg(kind ORDER BY place) AS kinds, array_agg(session_id ORDER BY place) AS session_ids,
        array_agg(person_id ORDER BY place) AS person_ids, array_agg(device_id ORDER BY place) AS device_ids,
        array_agg(device_seq ORDER BY place) AS device_seqs
    FROM followup
    CROSS JOIN unnest(fact_ids) WITH ORDINALITY AS announced (fact_id, place)
    JOIN fact ON fact.fact_id = announced.fact_id
    GROUP BY followup_id
) AS told
WHERE told.followup_id = followup.followup_id;
ALTER TABLE followup
    ALTER COLUMN kinds SET NOT NULL, ALTER COLUMN session_ids SET NOT NULL, ALTER COLUMN person_ids SET NOT NULL,
    ALTER COLUMN device_ids SET NOT NULL, ALTER COLUMN device_seqs SET NOT NULL;
-- ids do not compress: trying costs as much as recording a fact
ALTER TABLE followup ALTER COLUMN fact_ids SET STORAGE EXTERNAL, ALTER COLUMN session_ids SET STORAGE EXTERNAL,
    ALTER COLUMN person_ids SET STORAGE EXTERNAL, ALTER COLUMN device_ids SET STORAGE EXTERNAL;
CREATE VIEW announced AS
SELECT followup.status_seq, told.fact_id, told.kind, told.session_id, told.person_id, told.device_id, told.device_seq
FROM followup
CROSS JOIN unnest(fact_ids, kinds, session_ids, person_ids, device_ids, device_seqs)
    AS told (fact_id, kind, session_id, person_id, device_id, device_seq);
COMMENT ON VIEW announced IS 'A row for each fact announced, so that who wants some kinds only reads no others.';
GRANT SELECT ON announced TO doseline_app;
DROP INDEX fact_starting;
"""
BACK = """
DROP VIEW announced;
ALTER TABLE followup DROP COLUMN kinds, DROP COLUMN session_ids, DROP COLUMN person_ids, DROP COLUMN device_ids,
    DROP COLUMN device_seqs, DROP COLUMN fact_count;
CREATE INDEX fact_starting ON fact (fact_id) WHERE kind = 'session_opened';
"""


class Migration(migrations.Migration):
    dependencies = (("ledger", "0003_epoch"),)
    operations = (migrations.RunSQL(ANNOUNCEMENTS, BACK),)
