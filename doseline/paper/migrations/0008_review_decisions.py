# SPDX-License-Identifier: Apache-2.0
"""What the desk decides of a matter under review can be taken back."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import doseline.shared.ids


class Migration(migrations.Migration):
    dependencies = [
        ("paper", "0007_row_waits"),
        ("planning", "0008_second_doses_first"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="ReviewDecision",
            fields=[
                ("decision_id", models.UUIDField(default=doseline.shared.ids.uuid7, primary_key=True, serialize=False)),
                ("kind", models.TextField()),
                ("decision", models.TextField()),
                ("person_id", models.UUIDField()),
                ("gone", models.JSONField(help_text="The facts it took back.")),
                ("said", models.JSONField(help_text="The facts it said.")),
                (
                    "rows",
                    models.JSONField(
                        help_text="Rows of sheets these stood for → their entry number when it was decided."
                    ),
                ),
                ("decided_at", models.DateTimeField()),
                ("taken_back_at", models.DateTimeField(null=True)),
                (
                    "decided_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
                (
                    "session",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="+", to="planning.session"
                    ),
                ),
            ],
            options={
                "db_table": "review_decision",
                "indexes": [
                    models.Index(fields=["decided_by", "-decided_at"], name="review_decisions_of"),
                    models.Index(fields=["person_id"], name="review_decisions_on"),
                ],
            },
        ),
    ]
