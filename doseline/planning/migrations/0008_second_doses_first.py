# SPDX-License-Identifier: Apache-2.0
"""Second doses without a place are told apart, and first doses give way to them."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("planning", "0007_second_full")]

    operations = [
        migrations.RunSQL(
            "UPDATE unplaced_person SET reason = 'second_no_session' WHERE reason = 'no_product'",
            migrations.RunSQL.noop,
        ),
        migrations.AlterField(
            model_name="unplacedperson",
            name="reason",
            field=models.TextField(
                choices=[
                    ("no_session_near", "no_session_near"),
                    ("full", "full"),
                    ("second_full", "second_full"),
                    ("second_waits", "second_waits"),
                    ("second_no_session", "second_no_session"),
                    ("not_due", "not_due"),
                ]
            ),
        ),
        migrations.AddField(
            model_name="allotmentrun",
            name="gave_way_count",
            field=models.PositiveIntegerField(
                db_default=0,
                help_text="First doses booked before whose place a second dose has; they were placed anew.",
            ),
        ),
        migrations.AddField(
            model_name="allotmentrun",
            name="is_automatic",
            field=models.BooleanField(
                db_default=False, help_text="Of second doses alone, asked by nobody: every few minutes."
            ),
        ),
    ]
