# SPDX-License-Identifier: Apache-2.0
"""Who is to be vaccinated. A person is known by a row of their own, never by a phone number."""

from django.db import models

from doseline.places.models import OrgUnit
from doseline.shared.ids import uuid7


class Person(models.Model):
    """One person (*beneficiary* on screens). `code` is the short code on slip and roster, with a check letter."""

    SEXES = (("female", "female"), ("male", "male"), ("other", "other"))
    PRIORITY_GROUPS = (("HCW", "HCW"), ("FLW", "FLW"), ("60+", "60+"), ("45-59", "45-59"), ("other", "other"))

    person_id = models.UUIDField(primary_key=True, default=uuid7)
    code = models.TextField(unique=True)
    name_latin = models.TextField(blank=True)
    name_local = models.TextField(blank=True)
    local_language = models.TextField(blank=True)
    sex = models.TextField(choices=SEXES)
    born_year = models.PositiveSmallIntegerField()
    priority_group = models.TextField(choices=PRIORITY_GROUPS)
    institution = models.TextField(blank=True)
    org_unit = models.ForeignKey(OrgUnit, models.PROTECT)
    registered_at = models.DateTimeField()
    registered_by_fact = models.UUIDField(null=True, unique=True)

    class Meta:
        db_table = "person"
        constraints = (
            models.CheckConstraint(
                name="person_has_a_name", condition=~models.Q(name_latin="") | ~models.Q(name_local="")
            ),
        )

    def __str__(self) -> str:
        return str(self.person_id)


class Identifier(models.Model):
    """A document or register number of a person: one of several."""

    identifier_id = models.UUIDField(primary_key=True, default=uuid7)
    person = models.ForeignKey(Person, models.CASCADE, related_name="identifiers")
    kind = models.TextField()
    value = models.TextField()

    class Meta:
        db_table = "identifier"
        indexes = (models.Index(fields=["kind", "value"], name="identifier_by_value"),)

    def __str__(self) -> str:
        return str(self.identifier_id)


class ContactPoint(models.Model):
    """A way to reach a person. Families share phones: never a key to a person."""

    contact_point_id = models.UUIDField(primary_key=True, default=uuid7)
    person = models.ForeignKey(Person, models.CASCADE, related_name="contact_points")
    kind = models.TextField(choices=(("phone", "phone"), ("email", "email")))
    value = models.TextField()

    class Meta:
        db_table = "contact_point"

    def __str__(self) -> str:
        return str(self.contact_point_id)
