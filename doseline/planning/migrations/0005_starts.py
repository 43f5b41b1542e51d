# SPDX-License-Identifier: Apache-2.0

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import doseline.shared.ids


class Migration(migrations.Migration):
    dependencies = [
        ("planning", "0004_start_and_told"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="StartAnswer",
            fields=[
                ("answer_id", models.UUIDField(default=doseline.shared.ids.uuid7, primary_key=True, serialize=False)),
                ("challenge", models.TextField()),
                ("given_at", models.DateTimeField()),
                (
                    "given_by",
                    models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, to=settings.AUTH_USER_MODEL),
                ),
                (
                    "session",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="start_answers", to="planning.session"
                    ),
                ),
            ],
            options={
                "db_table": "start_answer",
            },
        ),
        migrations.CreateModel(
            name="StartCode",
            fields=[
                ("code_id", models.UUIDField(default=doseline.shared.ids.uuid7, primary_key=True, serialize=False)),
                ("device_id", models.UUIDField()),
                ("code_hash", models.BinaryField()),
                ("asked_at", models.DateTimeField()),
                ("expires_at", models.DateTimeField()),
                ("wrong_count", models.PositiveSmallIntegerField(default=0)),
                ("used_at", models.DateTimeField(null=True)),
                (
                    "session",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="start_codes", to="planning.session"
                    ),
                ),
                ("staff", models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, to=settings.AUTH_USER_MODEL)),
            ],
            options={
                "db_table": "start_code",
            },
        ),
        migrations.CreateModel(
            name="SessionStart",
            fields=[
                ("fact_id", models.UUIDField(primary_key=True, serialize=False)),
                ("device_id", models.UUIDField()),
                ("rung", models.TextField()),
                (
                    "proof",
                    models.TextField(
                        choices=[
                            ("proven", "proven"),
                            ("reused", "reused"),
                            ("unproven", "unproven"),
                            ("provisional", "provisional"),
                        ]
                    ),
                ),
                ("why", models.TextField(blank=True)),
                ("card_hash", models.TextField(blank=True)),
                ("started_at", models.DateTimeField()),
                ("needs_settling", models.BooleanField()),
                ("settled_at", models.DateTimeField(null=True)),
                (
                    "second_staff",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "session",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="starts", to="planning.session"
                    ),
                ),
                (
                    "settled_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "staff",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "db_table": "session_start",
                "indexes": [
                    models.Index(
                        condition=models.Q(("needs_settling", True), ("settled_at", None)),
                        fields=["session"],
                        name="starts_to_settle",
                    )
                ],
            },
        ),
    ]
