# SPDX-License-Identifier: Apache-2.0
"""The plan: drives, sessions, teams, who is expected where, and the packs phones fetch the evening before."""

from django.db import models

from doseline.people.models import Person
from doseline.places.models import OrgUnit, Site
from doseline.shared.ids import uuid7
from doseline.staff.models import Staff
from doseline.vaccines.models import Batch, Product, Programme


class Drive(models.Model):
    """A programme carried out in an area over a time."""

    drive_id = models.UUIDField(primary_key=True, default=uuid7)
    programme = models.ForeignKey(Programme, models.PROTECT)
    org_unit = models.ForeignKey(OrgUnit, models.PROTECT)
    name = models.TextField()
    starts_on = models.DateField()

    class Meta:
        db_table = "drive"

    def __str__(self) -> str:
        return str(self.drive_id)


class Session(models.Model):
    """A site on a date within a window, with one product, a team and a roster. The wall is drawn by `on_date`."""

    session_id = models.UUIDField(primary_key=True, default=uuid7)
    drive = models.ForeignKey(Drive, models.PROTECT)
    site = models.ForeignKey(Site, models.PROTECT, related_name="sessions")
    product = models.ForeignKey(Product, models.PROTECT)
    on_date = models.DateField(db_index=True)
    opens_at = models.DateTimeField()
    closes_at = models.DateTimeField()
    expected_count = models.PositiveIntegerField(help_text="People on the roster; kept by `planning.commands`.")
    batches = models.ManyToManyField(Batch, db_table="session_batch")

    class Meta:
        db_table = "session"
        constraints = (
            models.CheckConstraint(
                name="session_closes_after_it_opens", condition=models.Q(closes_at__gt=models.F("opens_at"))
            ),
        )

    def __str__(self) -> str:
        return str(self.session_id)


class SessionStaff(models.Model):
    """One member of a session's team."""

    session_staff_id = models.UUIDField(primary_key=True, default=uuid7)
    session = models.ForeignKey(Session, models.CASCADE, related_name="team")
    staff = models.ForeignKey(Staff, models.PROTECT)
    role = models.TextField()

    class Meta:
        db_table = "session_staff"
        constraints = (models.UniqueConstraint(fields=["session", "staff"], name="one_role_each_in_a_session"),)

    def __str__(self) -> str:
        return str(self.session_staff_id)


class Allotment(models.Model):
    """A person expected at a session; the session's allotments are its roster."""

    allotment_id = models.UUIDField(primary_key=True, default=uuid7)
    session = models.ForeignKey(Session, models.CASCADE, related_name="roster")
    person = models.ForeignKey(Person, models.CASCADE)
    slot_at = models.DateTimeField()

    class Meta:
        db_table = "allotment"
        constraints = (models.UniqueConstraint(fields=["session", "person"], name="on_a_roster_once"),)

    def __str__(self) -> str:
        return str(self.allotment_id)


class SessionPack(models.Model):
    """One version of what a phone needs to run a session with no network. `content` is encrypted; `manifest` (JWS)
    signs its hash and says who can open it."""

    pack_id = models.UUIDField(primary_key=True, default=uuid7)
    session = models.ForeignKey(Session, models.CASCADE, related_name="packs")
    version = models.PositiveIntegerField()
    built_at = models.DateTimeField()
    manifest = models.TextField()
    content = models.BinaryField()

    class Meta:
        db_table = "session_pack"
        constraints = (models.UniqueConstraint(fields=["session", "version"], name="one_pack_per_version"),)

    def __str__(self) -> str:
        return str(self.pack_id)
