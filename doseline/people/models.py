# SPDX-License-Identifier: Apache-2.0
"""Who is to be vaccinated. A person is known by a row of their own, never by a phone number."""

from django.conf import settings
from django.db import models

from doseline.places.models import OrgUnit
from doseline.shared.ids import uuid7


class Person(models.Model):
    """One person (*beneficiary* on screens). `code` is the short code on slip and roster, with a check letter."""

    SEXES = (("female", "female"), ("male", "male"), ("other", "other"))
    PRIORITY_GROUPS = (("HCW", "HCW"), ("FLW", "FLW"), ("60+", "60+"), ("45-59", "45-59"), ("other", "other"))

    person_id = models.UUIDField(primary_key=True, default=uuid7)
    code = models.TextField()
    name_latin = models.TextField(blank=True)
    name_local = models.TextField(blank=True)
    local_language = models.TextField(blank=True)
    sex = models.TextField(choices=SEXES)
    born_year = models.PositiveSmallIntegerField()
    born_on = models.DateField(null=True)
    priority_group = models.TextField(choices=PRIORITY_GROUPS)
    institution = models.TextField(blank=True)
    household = models.TextField(blank=True, db_default="")
    pincode = models.TextField(blank=True, db_default="")
    language = models.TextField(blank=True, db_default="", help_text="Of messages to this person; empty is the area's.")
    org_unit = models.ForeignKey(OrgUnit, models.PROTECT, db_index=False)
    registered_at = models.DateTimeField()
    registered_by_fact = models.UUIDField(null=True)
    name_hash = models.BigIntegerField(db_default=0, help_text="Of the folded words of the name, in no order.")
    bones_hash = models.BigIntegerField(db_default=0, help_text="Of the consonants of the name's words, in no order.")
    version = models.PositiveIntegerField(
        db_default=1, help_text="Rises with every change: a review knows what it saw."
    )

    class Meta:
        db_table = "person"
        constraints = (
            # not `unique=True`: that would make a second index, for searches by a code's beginning, which nobody makes
            models.UniqueConstraint(fields=["code"], name="code_is_one_persons"),
            models.UniqueConstraint(  # most come from lists, and need no line in it
                fields=["registered_by_fact"],
                name="fact_registers_one_person",
                condition=models.Q(registered_by_fact__isnull=False),
            ),
            models.CheckConstraint(
                name="person_has_a_name", condition=~models.Q(name_latin="") | ~models.Q(name_local="")
            ),
        )
        indexes = (
            models.Index(
                fields=["org_unit"], name="person_by_area", opclasses=["text_pattern_ops"]
            ),  # an area, and all within
            models.Index(fields=["bones_hash", "born_year"], name="person_by_bones"),
            models.Index(
                fields=["bones_hash", "born_year"], name="person_by_bones_undated", condition=models.Q(born_on=None)
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
    """A way to reach a person. Families share phones: never a key to a person. `wrong_phone`: a number behind which a caller found
    somebody else; nothing is sent there any more."""

    contact_point_id = models.UUIDField(primary_key=True, default=uuid7)
    person = models.ForeignKey(Person, models.CASCADE, related_name="contact_points")
    kind = models.TextField(choices=(("phone", "phone"), ("email", "email"), ("wrong_phone", "wrong_phone")))
    value = models.TextField()

    class Meta:
        db_table = "contact_point"
        indexes = (models.Index(fields=["kind", "value"], name="contact_point_by_value"),)

    def __str__(self) -> str:
        return str(self.contact_point_id)


class PersonChange(models.Model):
    """One field of one person changed, by whom and from which row of which file (`row_number` as the spreadsheet shows it). Only
    added to."""

    change_id = models.UUIDField(primary_key=True, default=uuid7)
    person = models.ForeignKey(Person, models.CASCADE, related_name="changes")
    field = models.TextField()
    before = models.TextField()
    after = models.TextField()
    changed_at = models.DateTimeField()
    changed_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True)
    import_id = models.UUIDField(null=True)
    row_number = models.PositiveIntegerField(null=True)

    class Meta:
        db_table = "person_change"

    def __str__(self) -> str:
        return str(self.change_id)


class PersonLink(models.Model):
    """Two rows are one person. Linked, not merged: taking it back is a row too (`PersonUnlink`)."""

    link_id = models.UUIDField(primary_key=True, default=uuid7)
    person = models.ForeignKey(Person, models.CASCADE, related_name="links")
    same_as = models.ForeignKey(Person, models.CASCADE, related_name="linked_from")
    linked_at = models.DateTimeField()
    linked_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True)
    reasons = models.JSONField(default=list)

    class Meta:
        db_table = "person_link"
        constraints = (
            models.CheckConstraint(
                name="nobody_is_linked_to_themselves", condition=~models.Q(person=models.F("same_as"))
            ),
        )

    def __str__(self) -> str:
        return str(self.link_id)


class PersonUnlink(models.Model):
    """A link taken back."""

    link = models.OneToOneField(PersonLink, models.CASCADE, primary_key=True, related_name="unlink")
    unlinked_at = models.DateTimeField()
    unlinked_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True)

    class Meta:
        db_table = "person_unlink"

    def __str__(self) -> str:
        return str(self.link_id)


class DuplicatePair(models.Model):
    """Two people who may be one, found by searching the whole register; a person decides (`PairDecision`)."""

    pair_id = models.UUIDField(primary_key=True, default=uuid7)
    one = models.ForeignKey(Person, models.CASCADE, related_name="pairs_as_one")
    other = models.ForeignKey(Person, models.CASCADE, related_name="pairs_as_other")
    score = models.FloatField()
    reasons = models.JSONField(default=list)
    found_at = models.DateTimeField()

    class Meta:
        db_table = "duplicate_pair"
        constraints = (models.UniqueConstraint(fields=["one", "other"], name="pair_is_found_once"),)

    def __str__(self) -> str:
        return str(self.pair_id)


class PairDecision(models.Model):
    """What someone said of a pair: linked, or two people."""

    pair = models.OneToOneField(DuplicatePair, models.CASCADE, primary_key=True, related_name="decision")
    outcome = models.TextField(choices=(("linked", "linked"), ("two_people", "two_people")))
    decided_at = models.DateTimeField()
    decided_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True)

    class Meta:
        db_table = "pair_decision"

    def __str__(self) -> str:
        return str(self.pair_id)


class PersonLook(models.Model):
    """Someone looked at a person outside an open session: the person's access log (promise 6)."""

    look_id = models.UUIDField(primary_key=True, default=uuid7)
    person = models.ForeignKey(Person, models.CASCADE, related_name="looks")
    looked_at = models.DateTimeField()
    looked_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True)
    why = models.TextField()

    class Meta:
        db_table = "person_look"
        indexes = (models.Index(fields=["looked_by", "looked_at"], name="looks_of_an_officer"),)

    def __str__(self) -> str:
        return str(self.look_id)
