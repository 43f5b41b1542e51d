# SPDX-License-Identifier: Apache-2.0
"""Builds session packs: all a phone needs to run a session with no network, signed, and closed to anyone without a
PIN of the session's team."""

import base64
import gzip
import hashlib
import os
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any, Literal, Protocol
from uuid import UUID

import msgspec
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.db import transaction
from django.db.models import Max
from joserfc import jws

from doseline.people.rules import own_code_of
from doseline.planning import wire
from doseline.planning.models import Session, SessionPack, StartSecret
from doseline.planning.starts import card_of
from doseline.shared import sql
from doseline.shared.clock import clock
from doseline.shared.keys import fingerprint, server_keys
from doseline.staff.models import StaffPin
from doseline.vaccines.models import Product

PACK_LIFETIME = timedelta(days=2)
BUILT_BEFORE, FROZEN_BEFORE, ALARMED_BEFORE = timedelta(hours=36), timedelta(hours=12), timedelta(hours=10)
_BUILT_AT_ONCE = 100
_LATER_MAX = 6


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
    """Builds the next version of a session's pack; returns its version. About 5 ms and six statements for 100 people.

    Once a session is frozen (12 hours before it opens), later versions say what changed since, for whoever holds the
    printed roster, and keep the frozen version's key, so a phone in the middle of its work can take them in.
    Raises Session.DoesNotExist. A retry makes one more version; phones take the newest.
    """
    session = Session.objects.select_related("site", "product").get(pk=session_id)
    frozen = _frozen_pack(session, now)
    pack_key = _key_of(frozen) if frozen else AESGCM.generate_key(256)
    plain = _content(session)
    if frozen:
        plain.added, plain.removed = _changes(plain.roster, _roster_of(frozen, pack_key))
    content = _encrypt(pack_key, gzip.compress(msgspec.json.encode(plain), 9, mtime=0), session_id)
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
            plan_version=session.plan_version,
            is_frozen=frozen is not None,
            content=content,
            manifest=server_keys().sign(msgspec.json.encode(manifest)),
        )
    return version


def build_due_packs(is_stopping: Callable[[], bool] = lambda: False) -> bool:
    """Builds packs of sessions that open within 36 hours and have none, or whose plan has changed since theirs; returns
    whether any was due. At most a hundred a call. Safe to call from several processes: at worst a version more."""
    due = sql.rows(
        "planning/packs_due", {"now": clock.now(), "until": clock.now() + BUILT_BEFORE, "limit": _BUILT_AT_ONCE}
    )
    for (session_id,) in due:
        if is_stopping():
            break
        build_pack(session_id, clock.now())
    return bool(due)


def _frozen_pack(session: Session, now: datetime) -> SessionPack | None:
    """The version that was the newest when the session froze, or None before. A changed team needs new wrapped keys only."""
    freezes_at = session.opens_at - FROZEN_BEFORE
    if now < freezes_at:
        return None
    return SessionPack.objects.filter(session=session, is_frozen=False).order_by("-version").first()


def _key_of(pack: SessionPack) -> bytes:
    """The pack's own key, unwrapped as any of its team would. Raises ValueError when nobody of them has a PIN any more."""
    manifest = msgspec.json.decode(_payload(pack.manifest), type=wire.PackManifest)
    pins = StaffPin.objects.in_bulk([member.staff_id for member in manifest.team])
    for member in manifest.team:
        pin = pins.get(member.staff_id)
        if pin is not None and bytes(pin.salt) == base64.b64decode(member.salt):
            return _decrypt(bytes(pin.key), base64.b64decode(member.wrapped_key), pack.session_id)
    return AESGCM.generate_key(256)


def _roster_of(pack: SessionPack, key: bytes) -> list[wire.PackPerson]:
    try:
        opened = gzip.decompress(_decrypt(key, bytes(pack.content), pack.session_id))
    except InvalidTag:
        return []
    return msgspec.json.decode(opened, type=wire.PackContent).roster


def _changes(new: list[wire.PackPerson], old: list[wire.PackPerson]) -> tuple[list[str], list[str]]:
    """Codes of people added and removed."""
    before, after = {person.code for person in old}, {person.code for person in new}
    return sorted(after - before), sorted(before - after)


def start_permit(
    session: Permitted,
    *,
    device_id: UUID,
    device_key: bytes,
    staff_ids: list[UUID],
    rung: Literal["permit", "code"] = "permit",
) -> str:
    """Lets this phone and these people start this session from three hours before it opens to the end of its day, checked
    on the phone with no network. Signing takes 0.1 ms."""
    permit = wire.StartPermit(
        session_id=session.session_id,
        site_id=session.site_id,
        device_id=device_id,
        device_key=base64.b64encode(device_key).decode(),
        valid_from=session.opens_at - timedelta(hours=3),
        valid_until=session.closes_at + timedelta(hours=6),
        staff_ids=staff_ids,
        rung=rung,
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
            open_vial_minutes_max=product.open_vial_minutes_max,
            observation_minutes=product.observation_minutes,
            screening=product.screening,
        ),
        batches=[
            wire.PackBatch(batch.batch_id, batch.number, batch.expires_on.isoformat())
            for batch in session.batches.filter(product=product).order_by("expires_on")
        ],
        roster=roster_of(session),
        ladder=_ladder(session),
        walk_in_capacity=session.walk_in_capacity,
        reserve=_reserve(session),
        later=_later(session),
        sheets=[(number, code) for number, code in sql.rows("planning/sheets", {"session_id": session.session_id})],
        other_products=list(
            Product.objects.filter(programme=product.programme_id).exclude(pk=product.pk).values_list("code", flat=True)
        ),
    )


def _reserve(session: Session) -> list[wire.PackReserve]:
    """The first of the reserve list, one vial's worth, with their numbers."""
    inputs = {"session_id": session.session_id, "kind": "reserve", "limit": session.product.doses_per_vial}
    return [
        wire.PackReserve(_pack_person(session, row), row[13]) for row in sql.rows("planning/roster", inputs) if row[13]
    ]


def _later(session: Session) -> list[wire.PackLater]:
    """Where someone deferred may come instead: sessions of the next six weeks with room, the same site's first."""
    found = sql.rows("planning/later", {"session_id": session.session_id, "limit": _LATER_MAX})
    return [
        wire.PackLater(row[0], int(row[1].timestamp()), {"en": row[2], "bn": row[3], "hi": row[4]}, row[5])
        for row in found
    ]


def _ladder(session: Session) -> wire.PackLadder:
    """What checks the further rungs of the start ladder on the phone: made with the first pack, kept after."""
    secret, _is_new = StartSecret.objects.get_or_create(session=session, defaults={"voice_key": os.urandom(32)})
    card = card_of(session)
    return wire.PackLadder(
        voice_key=base64.b64encode(bytes(secret.voice_key)).decode(),
        card=wire.PackCard(base64.b64encode(bytes(card.salt)).decode(), card.iterations, card.hashes),
    )


def roster_of(session: Session) -> list[wire.PackPerson]:
    """The people booked, by slot."""
    inputs = {"session_id": session.session_id, "kind": "booked", "limit": None}
    return [_pack_person(session, row) for row in sql.rows("planning/roster", inputs)]


def _pack_person(session: Session, row: tuple[Any, ...]) -> wire.PackPerson:
    fields, on_paper = list(row[:13]), row[14]
    fields[8] = int(row[8].timestamp())
    fields[11] = msgspec.json.decode(row[11])
    own_code = own_code_of(server_keys().cards, row[0])
    hashed = hashlib.sha256(f"{session.session_id}\n{row[0]}\n{own_code}".encode()).digest()[:8]
    return wire.PackPerson(*[*fields, base64.b64encode(hashed).decode(), on_paper])


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


def _payload(token: str) -> bytes:
    return jws.deserialize_compact(token, server_keys().signing, algorithms=["ES256"]).payload


def _decrypt(key: bytes, closed: bytes, session_id: UUID) -> bytes:
    return AESGCM(key).decrypt(closed[:12], closed[12:], str(session_id).encode())


def _encrypt(key: bytes, plain: bytes, session_id: UUID) -> bytes:
    """AES-256-GCM bound to the session: 12-byte nonce, then ciphertext and tag."""
    nonce = os.urandom(12)
    return nonce + AESGCM(key).encrypt(nonce, plain, str(session_id).encode())
