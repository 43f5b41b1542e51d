# SPDX-License-Identifier: Apache-2.0

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = (("vaccines", "0001_initial"),)
    operations = (
        migrations.AddField(
            "product",
            "screening",
            models.JSONField(
                default=list,
                help_text="Questions before a dose: [code, advice when yes]; advice is care, put_off or do_not_give.",
            ),
        ),
    )
