# SPDX-License-Identifier: Apache-2.0
"""A number behind which a caller found somebody else is kept, and nothing is sent there."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("people", "0006_code")]

    operations = [
        migrations.AlterField(
            "contactpoint", "kind",
            models.TextField(choices=[("phone", "phone"), ("email", "email"), ("wrong_phone", "wrong_phone")]),
        ),
    ]  # fmt: skip
