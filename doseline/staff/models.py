# SPDX-License-Identifier: Apache-2.0
"""Who works in a drive, in what role and where; and the phones they share."""

from django.contrib.auth.models import AbstractUser
from django.db import models

from doseline.places.models import OrgUnit, Site
from doseline.shared.ids import uuid7

ROLES = (
    "entry_officer",
    "verifier",
    "vaccinator",
    "observer",
    "site_manager",
    "district_officer",
    "state_officer",
    "national_officer",
    "desk",
    "volunteer",
)


class Staff(AbstractUser):
    """One person who works in the drive. Officials log in with password and second factor; site staff open a phone
    with a PIN and need no log-in at all."""

    staff_id = models.UUIDField(primary_key=True, default=uuid7)
    display_name = models.TextField()
    display_name_local = models.TextField(blank=True)
    phone = models.TextField(
        blank=True, db_default="", help_text="For start codes and the printed phone tree: ten digits, or with a plus."
    )

    class Meta:
        db_table = "staff"

    def __str__(self) -> str:
        return str(self.staff_id)


class StaffPin(models.Model):
    """What opens a session pack for one person: a key stretched from the PIN (PBKDF2-SHA-256). The PIN itself is
    never kept. A PIN is a screen lock, not a safe: packs hold few fields and expire."""

    staff = models.OneToOneField(Staff, models.CASCADE, primary_key=True, related_name="pin")
    salt = models.BinaryField()
    iterations = models.PositiveIntegerField()
    key = models.BinaryField()
    set_at = models.DateTimeField()

    class Meta:
        db_table = "staff_pin"

    def __str__(self) -> str:
        return str(self.staff_id)


class RoleGrant(models.Model):
    """A role held over an area or at one site: the whole of what a person may do and see."""

    grant_id = models.UUIDField(primary_key=True, default=uuid7)
    staff = models.ForeignKey(Staff, models.CASCADE, related_name="grants")
    role = models.TextField(choices=[(role, role) for role in ROLES])
    org_unit = models.ForeignKey(OrgUnit, models.PROTECT, null=True)
    site = models.ForeignKey(Site, models.PROTECT, null=True)

    class Meta:
        db_table = "role_grant"
        constraints = (
            models.CheckConstraint(
                name="grant_is_over_an_area_or_a_site",
                condition=models.Q(org_unit__isnull=False) ^ models.Q(site__isnull=False),
            ),
        )

    def __str__(self) -> str:
        return f"{self.role} {self.grant_id}"


class EnrolmentCode(models.Model):
    """An 8-letter code that lets one phone join one site: hashed, expiring, used once."""

    code_id = models.UUIDField(primary_key=True, default=uuid7)
    code_hash = models.BinaryField(unique=True)
    site = models.ForeignKey(Site, models.CASCADE)
    made_by = models.ForeignKey(Staff, models.PROTECT, null=True)
    made_at = models.DateTimeField()
    expires_at = models.DateTimeField()

    class Meta:
        db_table = "enrolment_code"

    def __str__(self) -> str:
        return str(self.code_id)


class Device(models.Model):
    """A site phone, known by the public half of a key it made itself and cannot export (P-256, DER)."""

    device_id = models.UUIDField(primary_key=True, default=uuid7)
    site = models.ForeignKey(Site, models.PROTECT, related_name="devices")
    label = models.TextField()
    public_key = models.BinaryField(unique=True)
    enrolled_by = models.OneToOneField(EnrolmentCode, models.PROTECT)
    enrolled_at = models.DateTimeField()

    class Meta:
        db_table = "device"

    def __str__(self) -> str:
        return str(self.device_id)


class DeviceRevocation(models.Model):
    """A phone cut off (lost, stolen, replaced): its later facts are held for a person to look at."""

    device = models.OneToOneField(Device, models.CASCADE, primary_key=True, related_name="revocation")
    revoked_by = models.ForeignKey(Staff, models.PROTECT, null=True)
    revoked_at = models.DateTimeField()
    reason = models.TextField()

    class Meta:
        db_table = "device_revocation"

    def __str__(self) -> str:
        return str(self.device_id)
