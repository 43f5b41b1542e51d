# SPDX-License-Identifier: Apache-2.0
"""A session's move says how many knew of it as it was: to who did not, it is no news."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("planning", "0008_second_doses_first")]

    operations = [
        migrations.AddField(
            "sessionmove",
            "told_count",
            models.PositiveIntegerField(db_default=0, help_text="How many of its people knew of it as it was."),
        ),
    ]
