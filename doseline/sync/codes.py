# SPDX-License-Identifier: Apache-2.0
"""Rung 3 of the start ladder: a one-time code, sent by SMS or e-mail through the lane of codes or shown by the member's own
authenticator, buys a start permit for one phone and person."""

import hmac
import secrets
from datetime import datetime, timedelta
from uuid import UUID

from allauth.mfa.models import Authenticator
from django.db import transaction
from django.utils.translation import get_language

from doseline.messages import commands as messages
from doseline.planning.models import Session, SessionStaff, StartCode
from doseline.planning.packs import start_permit
from doseline.shared.keys import server_keys
from doseline.shared.problems import ProblemError
from doseline.staff.models import Staff
from doseline.sync.devices import KnownDevice

CODE_LIVES = timedelta(minutes=10)
WRONG_CODES_MAX = 5
ASKED_AN_HOUR_MAX = 6


def ask_code(
    device: KnownDevice, session_id: UUID, staff_id: UUID, channel: str, now: datetime
) -> tuple[str, datetime]:
    """Sends a fresh code to a member of the session's team; returns the end of its address and when it expires. The codes sent
    before go on being right, so a late one still opens. Raises ProblemError: not of the team, no address, no text or gateway,
    asked too often. Retry: sends one more."""
    session, staff = _member(device, session_id, staff_id)
    address = staff.phone if channel == "sms" else staff.email
    if not address:
        raise ProblemError("start.no_address")
    recent = StartCode.objects.filter(session=session, staff=staff, asked_at__gt=now - timedelta(hours=1))
    if recent.count() >= ASKED_AN_HOUR_MAX:
        raise ProblemError("start.asked_too_often")
    code = f"{secrets.randbelow(10**6):06d}"
    with transaction.atomic():
        StartCode.objects.create(
            session=session, staff=staff, device_id=device.device_id, code_hash=_hash(session_id, staff_id, code),
            asked_at=now, expires_at=now + CODE_LIVES,
        )  # fmt: skip
        sent = messages.send_code(
            "start_code", address=address, code=code, language=get_language() or "en", channel=channel,
            session_id=session_id, staff_id=staff_id, site=session.site.name_in(get_language() or "en"),
        )  # fmt: skip
        if sent is None:
            raise ProblemError("start.cannot_send")
    return address[-4:] if channel == "sms" else address[-8:], now + CODE_LIVES


def check_code(device: KnownDevice, session_id: UUID, staff_id: UUID, code: str, now: datetime) -> str:
    """A start permit for a code sent within ten minutes to this person on this phone. Raises ProblemError: wrong, too old,
    used, or five wrong tries. Each right code works once."""
    session, staff = _member(device, session_id, staff_id)
    with transaction.atomic():
        asked = StartCode.objects.select_for_update().filter(
            session=session, staff=staff, device_id=device.device_id, expires_at__gt=now, used_at=None,
            wrong_count__lt=WRONG_CODES_MAX,
        )  # fmt: skip
        waiting = list(asked)
        typed = _hash(session_id, staff_id, code.strip())
        right = next((one for one in waiting if hmac.compare_digest(bytes(one.code_hash), typed)), None)
        for one in waiting:
            if right is None:
                one.wrong_count += 1
            elif one is right:
                one.used_at = now
            one.save(update_fields=["wrong_count", "used_at"])
    if right is None:
        raise ProblemError("start.code_wrong")
    return _permit(device, session, staff)


def check_app_code(device: KnownDevice, session_id: UUID, staff_id: UUID, code: str) -> str:
    """A start permit for the code a member's authenticator shows, which needs no message at all. Raises ProblemError."""
    session, staff = _member(device, session_id, staff_id)
    authenticator = Authenticator.objects.filter(user=staff, type=Authenticator.Type.TOTP).first()
    if authenticator is None or not authenticator.wrap().validate_code(code.strip()):
        raise ProblemError("start.code_wrong")
    return _permit(device, session, staff)


def _member(device: KnownDevice, session_id: UUID, staff_id: UUID) -> tuple[Session, Staff]:
    session = Session.objects.select_related("site").filter(pk=session_id, site_id=device.site_id).first()
    if session is None:
        raise ProblemError("sync.unknown_session")
    member = SessionStaff.objects.select_related("staff").filter(session=session, staff_id=staff_id).first()
    if member is None:
        raise ProblemError("start.not_of_the_team")
    return session, member.staff


def _permit(device: KnownDevice, session: Session, staff: Staff) -> str:
    return start_permit(
        session, device_id=device.device_id, device_key=device.public_key_der, staff_ids=[staff.pk], rung="code"
    )


def _hash(session_id: UUID, staff_id: UUID, code: str) -> bytes:
    """Six digits would fall to anyone with a backup and a plain hash: the key is not in the database."""
    return hmac.digest(server_keys().codes, f"{session_id}\n{staff_id}\n{code}".encode(), "sha256")
