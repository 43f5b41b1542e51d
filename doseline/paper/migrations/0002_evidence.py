# SPDX-License-Identifier: Apache-2.0
"""Photos of what people showed of a dose that no record of ours has."""

from django.db import migrations, models

import doseline.shared.ids


class Migration(migrations.Migration):
    dependencies = [
        ("paper", "0001_sheets"),
    ]

    operations = [
        migrations.CreateModel(
            name="Evidence",
            fields=[
                ("evidence_id", models.UUIDField(default=doseline.shared.ids.uuid7, primary_key=True, serialize=False)),
                ("fact_id", models.UUIDField()),
                (
                    "device_id",
                    models.UUIDField(help_text="The phone that sent it: only its own facts can be attested by it."),
                ),
                ("received_at", models.DateTimeField()),
                ("closed", models.BinaryField()),
                ("purge_at", models.DateTimeField()),
            ],
            options={
                "db_table": "evidence",
                "constraints": [models.UniqueConstraint(fields=("fact_id", "device_id"), name="fact_has_one_photo")],
            },
        ),
    ]
