# SPDX-License-Identifier: Apache-2.0
"""A push, from bytes to verdicts, and enrolment. The door calls the two halves of a push around its coalescer;
tests call `push`, which is the same without one."""

import base64
import gzip
import hashlib
import io
import itertools
import json
import zlib
from collections import Counter
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from uuid import UUID

import msgspec
from django.db import IntegrityError, transaction
from django.utils import translation
from joserfc import jws
from joserfc.errors import JoseError

from doseline.ledger import commands as ledger
from doseline.ledger.commands import IncomingFact, Verdict
from doseline.places.models import Site
from doseline.planning.wire import StartPermit
from doseline.shared import sql
from doseline.shared.ids import random_code, read_code
from doseline.shared.keys import server_keys
from doseline.shared.problems import ProblemError, sentence
from doseline.staff.models import Device, EnrolmentCode, Staff
from doseline.sync import rules, wire
from doseline.sync.devices import HAND_DOMAIN, PUSH_DOMAIN, DeviceBook, KnownDevice, load_public_key, verify_signature

FACTS_MAX, CARRIED_FACTS_MAX = 500, 10_000
CARRIED_FORM, CARRIED_BYTES_MAX = "DLJ1.", 16 * 1024 * 1024
BODY_BYTES_MAX = 1024 * 1024
ENROLMENT_LIFETIME = timedelta(hours=24)
_push_decoder = msgspec.json.Decoder(wire.Push)


@dataclass(frozen=True, slots=True)
class OpenedPush:
    """An upload that is this phone's and readable as a whole."""

    push: wire.Push
    facts: list[IncomingFact]


def open_push(
    device: KnownDevice, body: bytes, signature: str, now: datetime, speed: float = 1.0, *, is_carried: bool = False
) -> OpenedPush:
    """Checks the signature, reads the upload and each of its facts. Raises ProblemError when the upload as a whole
    cannot be taken; a fault in one fact is that fact's own. One `is_carried` by hand may hold a whole day. No database."""
    device.verify(PUSH_DOMAIN + body, signature)
    try:
        push = _push_decoder.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError):
        raise ProblemError("sync.unreadable_batch") from None
    if len(push.facts) > (CARRIED_FACTS_MAX if is_carried else FACTS_MAX):
        raise ProblemError("sync.too_many_facts")
    upload = rules.Upload(
        device_id=device.device_id,
        is_revoked=device.is_revoked,
        received_at=now,
        sent_at=push.sent_at,
        mono_ms=push.mono_ms,
        boot_id=push.boot_id,
        speed=speed,
        is_carried=is_carried,
    )
    facts = [_with_permit_checked(fact, device) for fact in rules.read_facts(push.facts, upload)]
    return OpenedPush(push, facts)


def answer_push(
    facts: list[IncomingFact], verdicts: list[Verdict], clock: wire.ClockAnswer, epoch: UUID | None = None,
    after_seconds: float = 0.0, facts_max: int = 100,
) -> bytes:  # fmt: skip
    """The answer's JSON: one verdict a fact, in the order sent, the ledger's epoch, and when to send how many next."""
    told = [
        wire.FactVerdict(rules.named(fact), v.verdict, v.problem, sentence(v.problem) if v.problem else None)  # type: ignore[arg-type]
        for fact, v in zip(facts, verdicts, strict=True)
    ]
    return msgspec.json.encode(wire.PushAnswer(told, clock, epoch, round(after_seconds, 2), facts_max))


def push(device: KnownDevice, body: bytes, signature: str, now: datetime) -> list[Verdict]:
    """A whole push without the door: open, record, verdicts."""
    opened = open_push(device, body, signature, now)
    return ledger.record_facts(opened.facts) if opened.facts else []


def take_carried(text: str, now: datetime, speed: float = 1.0) -> tuple[KnownDevice, Counter[str]]:
    """Records what a phone had no network to send and someone carried here: sealed to our key, so no one on the way could read
    it, and signed by the phone, so no one could change it. Returns whose it is and how many facts have each verdict.
    Idempotent; a phone that sends the same facts itself, before or after, hears its own verdicts. The phone's clock is believed
    unless it says the file was made after it came here: days on the way say nothing of it. Raises ProblemError."""
    try:
        opened = server_keys().unseal(text.strip().removeprefix(CARRIED_FORM))
        with gzip.GzipFile(fileobj=io.BytesIO(opened)) as packed:
            plain = packed.read(CARRIED_BYTES_MAX + 1)
        if len(plain) > CARRIED_BYTES_MAX:
            raise ProblemError("sync.body_too_large")
        carried = msgspec.json.decode(plain, type=wire.CarriedJournal)
    except (JoseError, ValueError, OSError, EOFError, zlib.error):
        raise ProblemError("carried.unreadable") from None
    device = DeviceBook().get(carried.device_id)
    push = open_push(device, carried.body.encode(), carried.signature, now, speed, is_carried=True)
    verdicts = [
        verdict
        for start in range(0, len(push.facts), FACTS_MAX)
        for verdict in ledger.record_facts(push.facts[start : start + FACTS_MAX])
    ]
    return device, Counter(verdict.verdict for verdict in verdicts)


def note_contact(heard: dict[UUID, tuple[datetime, wire.Push]]) -> None:
    """Writes down when phones were last heard and which packs they hold. Two statements however many; a late call never
    overwrites a newer."""
    if not heard:
        return
    columns: dict[str, list[object]] = {
        "device_id": list(heard),
        "heard_at": [at for at, _ in heard.values()],
        "last_seq": [said.last_seq for _, said in heard.values()],
        "waiting_count": [said.waiting_count for _, said in heard.values()],
        "session_id": [said.session_id for _, said in heard.values()],
        "app_version": [said.app_version.replace("\0", "") for _, said in heard.values()],
        "storage_persistent": [said.storage_persistent for _, said in heard.values()],
        "clock_error_ms": [int((at - said.sent_at).total_seconds() * 1000) for at, said in heard.values()],
    }
    sql.run("sync/note_contact", columns)
    held = [(device_id, at, pack) for device_id, (at, said) in heard.items() for pack in said.packs]
    if held:
        packs: dict[str, list[object]] = {
            "device_id": [device_id for device_id, _at, _pack in held],
            "session_id": [pack.session_id for _device, _at, pack in held],
            "version": [pack.version for _device, _at, pack in held],
            "heard_at": [at for _device, at, _pack in held],
            "is_opened": [pack.is_opened for _device, _at, pack in held],
        }
        sql.run("sync/note_packs", packs)


def note_pace(door: UUID, facts_per_second: float) -> None:
    """Writes down how fast a door takes backlog in; real time, whatever the demo's clock says. One statement."""
    sql.run("sync/note_pace", {"door": door, "facts_per_second": facts_per_second, "now": datetime.now(UTC)})


def make_enrolment_code(*, site: Site, made_by: Staff | None, now: datetime) -> str:
    """A fresh 8-letter code for one phone at `site`, good for 24 hours. Only its hash is kept."""
    code = random_code(8)
    EnrolmentCode.objects.create(
        code_hash=_hash_code(code),
        site=site,
        made_by=made_by,
        made_at=now,
        expires_at=now + ENROLMENT_LIFETIME,
    )
    return code


def enrol(request: wire.Enrol, now: datetime) -> Device:
    """Makes the phone known. Retry-safe: the same code with the same key gives the same device again.
    Raises ProblemError `enrol.code_unknown` or `enrol.key_unusable`."""
    code = read_code(request.code)
    try:
        der = base64.b64decode(request.public_key, validate=True)
    except ValueError:
        raise ProblemError("enrol.key_unusable") from None
    load_public_key(der)
    found = EnrolmentCode.objects.filter(code_hash=_hash_code(code or ""), expires_at__gt=now).first()
    if code is None or found is None:
        raise ProblemError("enrol.code_unknown")
    device = Device.objects.filter(enrolled_by=found).first() or _make_device(found, der, request.label, now)
    if bytes(device.public_key) != der:
        raise ProblemError("enrol.code_unknown")
    return device


def _make_device(code: EnrolmentCode, der: bytes, label: str, now: datetime) -> Device:
    try:
        with transaction.atomic():
            return Device.objects.create(
                site_id=code.site_id,
                label=_own_label(code.site_id, label),
                public_key=der,
                enrolled_by=code,
                enrolled_at=now,
            )
    except IntegrityError:  # two tries at once, or this key is already another phone's
        device = Device.objects.filter(enrolled_by=code).first()
        if device is None:
            raise ProblemError("enrol.key_unusable") from None
        return device


def _own_label(site_id: UUID, wished: str) -> str:
    """`wished`, numbered when a phone of the site is called that already: on the telephone only the label tells them apart."""
    taken = set(Device.objects.filter(site_id=site_id).values_list("label", flat=True))
    base = wished.replace("\0", "")[:60]
    labels = itertools.chain([base], (f"{base} ({number})" for number in itertools.count(2)))
    return next(label for label in labels if label not in taken)


def _hash_code(code: str) -> bytes:
    """40 bits of chance, one day, one use, few tries: a plain hash is enough to keep codes out of backups."""
    return hashlib.sha256(b"doseline-enrol\n" + code.encode()).digest()


def _with_permit_checked(fact: IncomingFact, device: KnownDevice) -> IncomingFact:
    """A start by permit is held unless we signed it for this session and phone, or for another phone of the site that handed
    it on: a replayed one is seen here. Starts by voice, card or two persons were judged on the phone and are judged again
    once recorded (planning.starts): they never wait."""
    if fact.kind != "session_opened" or fact.problem is not None:
        return fact
    said = json.loads(fact.body)
    if said["rung"] not in _BY_PERMIT:
        return fact
    try:
        opened = jws.deserialize_compact(said.get("permit", ""), server_keys().signing, algorithms=["ES256"])
        permit = msgspec.json.decode(opened.payload, type=StartPermit)
        _check_permit(permit, said, fact, device)
    except (JoseError, msgspec.DecodeError, ValueError, ProblemError):
        return fact._replace(verdict="held", problem="sync.permit_invalid")
    return fact


_BY_PERMIT = {"permit": "permit", "code": "code", "second_phone": "permit"}


def _check_permit(permit: StartPermit, said: dict[str, str], fact: IncomingFact, device: KnownDevice) -> None:
    """Raises ValueError or ProblemError unless the permit is of the rung and lets this person and phone start this session."""
    if permit.session_id != fact.session_id or fact.staff_id not in permit.staff_ids:
        raise ValueError
    if permit.rung != _BY_PERMIT[said["rung"]] or permit.site_id != device.site_id:
        raise ValueError
    if said["rung"] == "second_phone":
        giver = load_public_key(base64.b64decode(permit.device_key, validate=True))
        verify_signature(giver, HAND_DOMAIN + str(permit.session_id).encode(), said.get("handed", ""))
    elif permit.device_id != device.device_id:
        raise ValueError


def problem_answer(code: str, clock: wire.ClockAnswer, language: str = "en") -> bytes:
    """A problem as JSON, its sentence in `language`."""
    with translation.override(language):
        return msgspec.json.encode(wire.ProblemAnswer(code, sentence(code), clock))
