# SPDX-License-Identifier: Apache-2.0

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("staff", "0001_initial"),
    ]

    operations = [
        migrations.AddField(
            model_name="staff",
            name="phone",
            field=models.TextField(
                blank=True,
                db_default="",
                help_text="For start codes and the printed phone tree: ten digits, or with a plus.",
            ),
        ),
    ]
