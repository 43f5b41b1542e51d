# SPDX-License-Identifier: Apache-2.0
"""Whoever no message told that a session is cancelled is called too: a call says what it is about."""

from django.db import migrations

_UP = (
    "ALTER TABLE call_task ADD COLUMN purpose text NOT NULL DEFAULT 'invitation'"
    " CONSTRAINT call_is_of_a_session CHECK (purpose IN ('invitation', 'cancellation'));"
    " ALTER TABLE call_task DROP CONSTRAINT person_is_called_once_for_a_session;"
    " ALTER TABLE call_task ADD CONSTRAINT person_is_called_once_for_a_session UNIQUE (session_id, person_id, purpose)"
)
_DOWN = (
    "DELETE FROM call_task WHERE purpose = 'cancellation';"
    " ALTER TABLE call_task DROP CONSTRAINT person_is_called_once_for_a_session;"
    " ALTER TABLE call_task ADD CONSTRAINT person_is_called_once_for_a_session UNIQUE (session_id, person_id);"
    " ALTER TABLE call_task DROP COLUMN purpose"
)


class Migration(migrations.Migration):
    dependencies = [("doseline_messages", "0005_never_called")]

    operations = [migrations.RunSQL(_UP, _DOWN)]
