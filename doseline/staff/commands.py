# SPDX-License-Identifier: Apache-2.0
"""Staff: PINs, roles, and cutting off phones."""

import hashlib
import os
from datetime import datetime

from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP
from django.db import transaction

from doseline.places.models import OrgUnit
from doseline.staff.models import ROLES, Device, DeviceRevocation, RoleGrant, Staff, StaffPin

PIN_ITERATIONS = 200_000  # about 0.4 s on a cheap phone, once a day


def stretch_pin(pin: str, salt: bytes, iterations: int = PIN_ITERATIONS) -> bytes:
    """The 32-byte key a PIN opens packs with (PBKDF2-SHA-256). 60 ms."""
    return hashlib.pbkdf2_hmac("sha256", pin.encode(), salt, iterations)


def set_pin(staff: Staff, pin: str, now: datetime) -> None:
    """Sets a person's PIN. It opens packs built from now on. Raises ValueError unless it is six digits."""
    if len(pin) != 6 or not (pin.isascii() and pin.isdigit()):
        raise ValueError("a PIN is six digits")
    salt = os.urandom(16)
    StaffPin.objects.update_or_create(
        staff=staff,
        defaults={"salt": salt, "iterations": PIN_ITERATIONS, "key": stretch_pin(pin, salt), "set_at": now},
    )


@transaction.atomic
def add_officer(*, username: str, password: str, display_name: str, role: str, area: OrgUnit, phone: str = "") -> Staff:
    """Makes an official with a role over an area. They add a second factor at first log-in. With a
    phone they stand in the phone tree printed with packs of their area.
    Raises ValueError for an unknown role."""
    if role not in ROLES:
        raise ValueError(f"{role} is not a role")
    staff = Staff.objects.create_user(username=username, password=password, display_name=display_name, phone=phone)
    RoleGrant.objects.create(staff=staff, role=role, org_unit=area)
    return staff


def give_authenticator(staff: Staff, secret: str) -> None:
    """Gives an account an authenticator with a known secret, and recovery codes: for demo log-ins only."""
    TOTP.activate(staff, secret)
    RecoveryCodes.activate(staff)


def revoke_device(device: Device, *, by: Staff | None, reason: str, now: datetime) -> None:
    """Cuts a phone off within 20 seconds: it gets nothing more, and its later facts are held. Idempotent."""
    DeviceRevocation.objects.get_or_create(
        device=device, defaults={"revoked_by": by, "revoked_at": now, "reason": reason}
    )
