# SPDX-License-Identifier: Apache-2.0
"""What a picture left open of a row is remembered once a person has settled it, so that the same ink is asked about once."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("paper", "0004_held_on_paper"),
    ]

    operations = [
        migrations.AddField(
            model_name="sheetrow",
            name="doubts_settled",
            field=models.JSONField(
                default=list, help_text="Those of the picture it was entered from: not asked again."
            ),
        ),
    ]
