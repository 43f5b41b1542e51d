# SPDX-License-Identifier: Apache-2.0
"""A person's code has one index and not two: of what adding somebody costs, the indexes are most."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("people", "0005_names")]

    operations = [
        migrations.AlterField("person", "code", models.TextField()),
        migrations.AddConstraint("person", models.UniqueConstraint(fields=["code"], name="code_is_one_persons")),
    ]
