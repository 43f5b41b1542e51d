# SPDX-License-Identifier: Apache-2.0
"""Volunteers help with paper."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("staff", "0002_phone"),
    ]

    operations = [
        migrations.AlterField(
            model_name="rolegrant",
            name="role",
            field=models.TextField(
                choices=[
                    ("entry_officer", "entry_officer"),
                    ("verifier", "verifier"),
                    ("vaccinator", "vaccinator"),
                    ("observer", "observer"),
                    ("site_manager", "site_manager"),
                    ("district_officer", "district_officer"),
                    ("state_officer", "state_officer"),
                    ("national_officer", "national_officer"),
                    ("desk", "desk"),
                    ("volunteer", "volunteer"),
                ]
            ),
        ),
    ]
