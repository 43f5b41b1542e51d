# SPDX-License-Identifier: Apache-2.0
"""Of what adding somebody costs, indexes and checks are most: one index less for the area and none for the walk-ins' facts, and keys are
no longer each looked up in the register that the same statement has just written. People are never deleted."""

import django.db.models.deletion
from django.db import migrations, models

_CHECK = """
ALTER TABLE person_key ADD CONSTRAINT key_is_of_a_person FOREIGN KEY (person_id) REFERENCES person (person_id) ON DELETE CASCADE
"""


class Migration(migrations.Migration):
    dependencies = [("people", "0007_wrong_phones"), ("places", "0002_closures")]

    operations = [
        migrations.RunSQL("ALTER TABLE person_key DROP CONSTRAINT key_is_of_a_person", _CHECK),
        migrations.AlterField(
            "person",
            "org_unit",
            models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, to="places.orgunit"),
        ),
        migrations.AlterField("person", "registered_by_fact", models.UUIDField(null=True)),
        migrations.AddIndex(
            "person", models.Index(fields=["org_unit"], name="person_by_area", opclasses=["text_pattern_ops"])
        ),
        migrations.AddConstraint(
            "person",
            models.UniqueConstraint(
                condition=models.Q(registered_by_fact__isnull=False),
                fields=("registered_by_fact",),
                name="fact_registers_one_person",
            ),
        ),
    ]
