# SPDX-License-Identifier: Apache-2.0
"""What a vaccine is called by those who write registers by hand."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("vaccines", "0002_screening")]

    operations = [
        migrations.AddField(
            model_name="product",
            name="also_called",
            field=models.JSONField(
                default=list, help_text="Its name in other scripts and spellings, as registers write it."
            ),
        ),
    ]
