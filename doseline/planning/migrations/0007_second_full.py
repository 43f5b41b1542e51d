# SPDX-License-Identifier: Apache-2.0
"""A second dose that is due and found no place is told apart."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("planning", "0006_second_check")]

    operations = [
        migrations.AlterField(
            model_name="unplacedperson",
            name="reason",
            field=models.TextField(
                choices=[
                    ("no_session_near", "no_session_near"),
                    ("full", "full"),
                    ("second_full", "second_full"),
                    ("no_product", "no_product"),
                    ("not_due", "not_due"),
                ]
            ),
        ),
    ]
