# SPDX-License-Identifier: Apache-2.0
"""Builds session packs: all a phone needs to run a session with no network, signed, and closed to anyone without a
PIN of the session's team."""

import base64
import gzip
import os
from datetime import datetime, timedelta
from typing import Protocol
from uuid import UUID

import msgspec
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.db import transaction
from django.db.models import Max

from doseline.planning import wire
from doseline.planning.models import Session, SessionPack
from doseline.shared import sql
from doseline.shared.keys import fingerprint, server_keys

PACK_LIFETIME = timedelta(days=2)


class Permitted(Protocol):
    """What a permit says of a session: a Session, or as much of one as the door remembers."""

    @property
    def session_id(self) -> UUID: ...
    @property
    def site_id(self) -> UUID: ...
    @property
    def opens_at(self) -> datetime: ...
    @property
    def closes_at(self) -> datetime: ...


def build_pack(session_id: UUID, now: datetime) -> int:
    """Builds the next version of a session's pack; returns its version. About 4 ms and four statements for 100 people.

    Raises Session.DoesNotExist. A retry makes one more version; phones take the newest.
    """
    session = Session.objects.select_related("site", "product").get(pk=session_id)
    pack_key = AESGCM.generate_key(256)
    content = _encrypt(pack_key, gzip.compress(msgspec.json.encode(_content(session)), 9, mtime=0), session_id)
    with transaction.atomic():
        version = (SessionPack.objects.filter(session=session).aggregate(newest=Max("version"))["newest"] or 0) + 1
        manifest = wire.PackManifest(
            session_id=session_id,
            site_id=session.site_id,
            pack_version=version,
            built_at=now,
            expires_at=session.closes_at + PACK_LIFETIME,
            content_hash=fingerprint(content),
            team=_team(session, pack_key),
        )
        SessionPack.objects.create(
            session=session,
            version=version,
            built_at=now,
            content=content,
            manifest=server_keys().sign(msgspec.json.encode(manifest)),
        )
    return version


def start_permit(session: Permitted, device_id: UUID, staff_ids: list[UUID]) -> str:
    """Ladder rung 1: lets this phone and these people start this session from three hours before it opens to the end of
    its day, checked on the phone with no network."""
    permit = wire.StartPermit(
        session_id=session.session_id,
        site_id=session.site_id,
        device_id=device_id,
        valid_from=session.opens_at - timedelta(hours=3),
        valid_until=session.closes_at + timedelta(hours=6),
        staff_ids=staff_ids,
    )
    return server_keys().sign(msgspec.json.encode(permit))


def _content(session: Session) -> wire.PackContent:
    product = session.product
    return wire.PackContent(
        session_id=session.session_id,
        site_name={"en": session.site.name, "bn": session.site.name_bn, "hi": session.site.name_hi},
        on_date=session.on_date.isoformat(),
        opens_at=session.opens_at,
        closes_at=session.closes_at,
        product=wire.PackProduct(
            code=product.code,
            name=product.name,
            dose_count=product.dose_count,
            earliest_days=product.earliest_days,
            recommended_days=product.recommended_days,
            latest_days=product.latest_days,
            age_years_min=product.age_years_min,
            doses_per_vial=product.doses_per_vial,
            observation_minutes=product.observation_minutes,
        ),
        batches=[
            wire.PackBatch(batch.batch_id, batch.number, batch.expires_on.isoformat())
            for batch in session.batches.filter(product=product).order_by("expires_on")
        ],
        roster=_roster(session),
    )


def _roster(session: Session) -> list[wire.PackPerson]:
    people = []
    for row in sql.rows("planning/roster", {"session_id": session.session_id}):
        fields = list(row)
        fields[8] = int(row[8].timestamp())
        fields[11] = msgspec.json.decode(row[11])
        people.append(wire.PackPerson(*fields))
    return people


def _team(session: Session, pack_key: bytes) -> list[wire.PackStaff]:
    team = []
    for member in session.team.select_related("staff__pin").order_by("role", "staff_id"):
        pin = getattr(member.staff, "pin", None)
        if pin is None:
            continue  # without a PIN nobody can open the pack in their name; the desk sees it in readiness
        wrapped = _encrypt(bytes(pin.key), pack_key, session.session_id)
        team.append(
            wire.PackStaff(
                staff_id=member.staff_id,
                name={"en": member.staff.display_name, "bn": member.staff.display_name_local},
                role=member.role,
                salt=base64.b64encode(pin.salt).decode(),
                iterations=pin.iterations,
                wrapped_key=base64.b64encode(wrapped).decode(),
            )
        )
    return team


def _encrypt(key: bytes, plain: bytes, session_id: UUID) -> bytes:
    """AES-256-GCM bound to the session: 12-byte nonce, then ciphertext and tag."""
    nonce = os.urandom(12)
    return nonce + AESGCM(key).encrypt(nonce, plain, str(session_id).encode())
