# SPDX-License-Identifier: Apache-2.0
"""A second dose due in the days of a plan, with no session of its vaccine then, is told apart."""

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
                    ("second_no_session", "second_no_session"),
                    ("not_due", "not_due"),
                ]
            ),
        ),
    ]
