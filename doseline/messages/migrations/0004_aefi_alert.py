# SPDX-License-Identifier: Apache-2.0

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("doseline_messages", "0003_cut_for_dlt"),
    ]

    operations = [
        migrations.AlterField(
            model_name="template",
            name="purpose",
            field=models.TextField(
                choices=[
                    ("invitation", "invitation"),
                    ("reminder", "reminder"),
                    ("change", "change"),
                    ("cancellation", "cancellation"),
                    ("start_code", "start_code"),
                    ("login_code", "login_code"),
                    ("dose_ack", "dose_ack"),
                    ("second_dose", "second_dose"),
                    ("aefi_alert", "aefi_alert"),
                ]
            ),
        ),
    ]
