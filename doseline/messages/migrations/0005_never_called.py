# SPDX-License-Identifier: Apache-2.0
"""Whoever nobody called before their time was past is told apart from whoever no longer had to be called."""

from django.db import migrations

_KNOWN = "'reached', 'will_come', 'cannot', 'wrong_number', 'no_answer', 'not_needed', 'no_number'"
_CHANGE = (
    "ALTER TABLE call_task DROP CONSTRAINT call_outcome_is_known;"
    " ALTER TABLE call_task ADD CONSTRAINT call_outcome_is_known CHECK (outcome IN ({known}))"
)


class Migration(migrations.Migration):
    dependencies = [("doseline_messages", "0004_aefi_alert")]

    operations = [
        migrations.RunSQL(_CHANGE.format(known=f"{_KNOWN}, 'not_called'"), _CHANGE.format(known=_KNOWN)),
    ]
