# SPDX-License-Identifier: Apache-2.0
"""Reads facts as they come from phones and says what is wrong with each. Pure: no clock, no database.
One bad fact never sinks its batch."""

import json
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from hashlib import sha256
from itertools import pairwise
from typing import get_args
from uuid import UUID

import msgspec

from doseline.ledger.commands import IncomingFact
from doseline.sync import wire

CLOCK_ERROR_MAX = timedelta(minutes=2)  # offline.md, rule 5
AGE_MAX = timedelta(days=400)
_ZEROS = bytes(32)
# Kinds of which SQL reads more of the body than the ledger's columns hold.
_READ_AGAIN = frozenset(
    (
        "vials_received",
        "vial_opened",
        "vial_wasted",
        "vials_returned",
        "session_closed",
        "aefi_reported",
        "not_given",
        "walk_in_registered",
    )
)
_FACT_BYTES_MAX = 12_000
_ZONE_MAX = timedelta(hours=15)
_fact_decoder = msgspec.json.Decoder(wire.AnyFact)
_head_decoder = msgspec.json.Decoder(wire.FactHead)
_tags = {kind: str(kind.__struct_config__.tag) for kind in get_args(wire.AnyFact)}
_kinds = frozenset(_tags.values())


@dataclass(frozen=True, kw_only=True, slots=True)
class Upload:
    """The circumstances of one push. `speed` is the demo clock's, else 1. One that was carried by hand took hours or days on
    its way: when it was sent tells nothing of the phone's clock."""

    device_id: UUID
    is_revoked: bool
    received_at: datetime
    sent_at: datetime
    mono_ms: float | None
    boot_id: str | None
    speed: float = 1.0
    is_carried: bool = False
    tolerance: timedelta = field(init=False)
    given_latest: datetime = field(init=False)
    given_earliest: datetime = field(init=False)
    booted_at: datetime | None = field(init=False)
    booted_s: float = field(init=False)
    tolerance_s: float = field(init=False)
    error: timedelta = field(init=False)
    is_clock_wrong: bool = field(init=False)

    def __post_init__(self) -> None:
        """Works out once what every fact of the upload is held against."""
        object.__setattr__(self, "tolerance", CLOCK_ERROR_MAX * max(1.0, self.speed))
        object.__setattr__(self, "given_latest", self.received_at + self.tolerance)
        object.__setattr__(self, "given_earliest", self.received_at - AGE_MAX)
        object.__setattr__(self, "booted_at", self._booted_at())
        object.__setattr__(self, "booted_s", 0.0 if self.booted_at is None else self.booted_at.timestamp())
        object.__setattr__(self, "tolerance_s", self.tolerance.total_seconds())
        object.__setattr__(self, "error", self._clock_error())
        object.__setattr__(self, "is_clock_wrong", abs(self.error) > self.tolerance)

    def _clock_error(self) -> timedelta:
        error = self.received_at - self.sent_at
        return (
            min(error, timedelta(0)) if self.is_carried else error
        )  # made after it came: that clock is fast for certain

    def _booted_at(self) -> datetime | None:
        """When the phone's uptime clock stood at zero, by our time. A demo's clock has no uptime to go by."""
        if self.is_carried or self.speed != 1 or self.mono_ms is None or not self.boot_id:
            return None
        try:
            return self.received_at - timedelta(milliseconds=self.mono_ms)
        except OverflowError:
            return None


def read_facts(raws: list[msgspec.Raw], upload: Upload) -> list[IncomingFact]:
    """Every fact of an upload as the ledger takes it, in order; faults become `problem`, never an exception.
    About 5 µs a fact, twice that where clocks stood ahead of what came after."""
    facts: list[IncomingFact] = []
    previous: IncomingFact | None = None
    for raw in raws:
        previous = read_fact(bytes(raw), upload, previous)
        facts.append(previous)
    return _in_order(facts, raws, upload) if _is_a_clock_ahead(facts, upload) else facts


def read_fact(raw: bytes, upload: Upload, previous: IncomingFact | None = None) -> IncomingFact:
    """One fact. `previous` is the one before it in the same upload: when it is also the one before in the phone's
    count and its hash fits, the chain needs no look into the ledger."""
    body_hash = sha256(raw).digest()
    try:
        fact = _fact_decoder.decode(raw)
        if not raw.isascii():
            raw.decode()  # what the decoder skipped must be text too
        tag = _tags[type(fact)]
        if tag in _READ_AGAIN:
            _check_the_database_can_read(raw, fact)
        previous_hash = bytes.fromhex(fact.previous_hash)
        if previous_hash.hex() != fact.previous_hash:  # capitals, or spaces among the digits
            raise ValueError
    except (msgspec.DecodeError, UnicodeError, ValueError, RecursionError):
        return _unreadable(raw, body_hash, upload)
    given_at, doubt = best_time(fact, upload)
    problem, verdict = _fault(fact, given_at, upload)
    return tuple.__new__(IncomingFact, (  # as the class's own `new` does, without a call in between; in the order of its fields
        fact.fact_id, upload.device_id, fact.device_seq, tag, fact.session_id,
        getattr(fact, "person_id", None), fact.staff_id, given_at, fact.written_at, upload.received_at,
        "device", fact.mode, doubt, getattr(fact, "corrects_fact_id", None), getattr(fact, "product_code", None),
        getattr(fact, "batch_id", None), getattr(fact, "reason", None), raw, body_hash, previous_hash,
        _follows(fact.device_seq, previous_hash, previous), verdict, problem,
    ))  # fmt: skip


def _check_the_database_can_read(raw: bytes, fact: wire.AnyFact) -> None:
    """Raises ValueError for what is JSON and PostgreSQL's jsonb refuses all the same (NUL, a number beyond any), or a zone no
    place has: one such fact would stop whoever folds it, for everyone."""
    if len(raw) > _FACT_BYTES_MAX or b"\\u0000" in raw:
        raise ValueError
    json.loads(raw, parse_float=_bounded)
    if isinstance(fact, wire.AefiReported) and abs(fact.onset_at.utcoffset() or timedelta(0)) > _ZONE_MAX:
        raise ValueError


def _bounded(number: str) -> float:
    value = float(number)
    if value in (float("inf"), float("-inf")):
        raise ValueError
    return value


def best_time(fact: wire.AnyFact, upload: Upload) -> tuple[datetime, str | None]:
    """When the act happened, as well as can be known, and what to doubt about it.

    If the app has run since the act (same boot), uptime gives the act's true age whatever the wall clock said.
    Otherwise a wall clock wrong now by over two minutes is taken to have been as wrong then: `estimated`.
    """
    if _is_same_run(fact, upload):
        error_s = upload.booted_s + fact.mono_ms / 1000 - fact.written_at.timestamp()  # type: ignore[operator]
        if -upload.tolerance_s <= error_s <= upload.tolerance_s:
            return fact.given_at, None
        return _shifted(fact.given_at, timedelta(seconds=error_s)), "corrected"
    if upload.is_clock_wrong:
        return _shifted(fact.given_at, upload.error), "estimated"
    return fact.given_at, None


def _is_a_clock_ahead(facts: list[IncomingFact], upload: Upload) -> bool:
    """Whether some fact says that it was written when it cannot have been: after it came, years ago, or after the next one."""
    times = [fact.written_at for fact in facts if fact.written_at is not None]
    return any(not upload.given_earliest <= at <= upload.given_latest for at in times) or any(
        at - after > upload.tolerance for at, after in pairwise(times)
    )


def _in_order(facts: list[IncomingFact], raws: list[msgspec.Raw], upload: Upload) -> list[IncomingFact]:
    """The same facts, those of an impossible time put where they can have been: a phone counts its acts, so none was written after
    the next act whose time is known for certain, nor after it came. A clock that was wrong was wrong for all acts before its
    setting: they are moved together, as late as can be, and say `estimated`. Held, nobody could ever set them right."""
    placed = list(facts)
    latest = upload.received_at  # no act still to be looked at can be later
    error: timedelta | None = None  # of the clock that the acts after this one were written by
    moved_to = latest
    for place in sorted(range(len(facts)), key=lambda n: facts[n].device_seq or 0, reverse=True):
        fact = facts[place]
        if fact.written_at is None or fact.given_at is None:
            continue
        read = _fact_decoder.decode(raws[place])
        if _is_same_run(read, upload):
            latest = min(latest, _shifted(fact.written_at, fact.given_at - read.given_at))
            error = None
            continue
        written_at = _shifted(fact.written_at, upload.error) if upload.is_clock_wrong else fact.written_at
        if upload.given_earliest <= written_at <= latest + upload.tolerance:
            error = None
            continue
        if error is None or not upload.given_earliest <= written_at + error <= moved_to:
            error = (latest if error is None else moved_to) - written_at
        moved_to = written_at + error
        given_at = _shifted(fact.given_at, error)
        problem, verdict = _fault(read, given_at, upload)
        if isinstance(read, wire.DoseAttested):  # told of another day: it stays on that day
            given_at = fact.given_at
        placed[place] = fact._replace(given_at=given_at, clock_doubt="estimated", problem=problem, verdict=verdict)
    return placed


def _is_same_run(fact: wire.AnyFact, upload: Upload) -> bool:
    """Whether the phone has run since the act, so that its uptime tells the act's age."""
    return (
        upload.booted_at is not None
        and upload.mono_ms is not None
        and fact.mono_ms is not None
        and fact.boot_id == upload.boot_id
        and 0 <= fact.mono_ms <= upload.mono_ms
    )


def _shifted(instant: datetime, by: timedelta) -> datetime:
    try:
        return instant + by
    except OverflowError:
        return instant


def _fault(fact: wire.AnyFact, given_at: datetime, upload: Upload) -> tuple[str | None, str | None]:
    if fact.device_id.int != upload.device_id.int:
        return "sync.foreign_device", "refused"
    if upload.is_revoked:
        return "sync.device_revoked", "held"
    if isinstance(fact, wire.DoseAttested):  # a dose of any year; what must be near is when it was told
        given_at = max(given_at, _shifted(fact.written_at, given_at - fact.given_at))
    if given_at > upload.given_latest:
        return "sync.time_in_future", "held"
    if given_at < upload.given_earliest:
        return "sync.time_absurd", "held"
    return None, None


def _follows(seq: int, previous_hash: bytes, previous: IncomingFact | None) -> bool:
    if previous is None or previous.device_seq != seq - 1:
        return seq == 1 and previous_hash == _ZEROS
    return previous.problem is None and previous.body_hash == previous_hash


def _unreadable(raw: bytes, body_hash: bytes, upload: Upload) -> IncomingFact:
    """Kept as it came. With a readable head and a kind we do not know it waits for a server that does; else refused."""
    fact_id = device_seq = kind = None
    problem, verdict = "sync.unreadable_fact", "refused"
    try:
        head = _head_decoder.decode(raw)
        fact_id, device_seq = head.fact_id, head.device_seq if 0 < head.device_seq < 2**31 else None
        kind = head.kind[:60].replace("\0", "")
        if kind not in _kinds:
            problem, verdict = "sync.unknown_kind", "held"
    except (msgspec.DecodeError, UnicodeDecodeError):
        pass
    text = raw.decode("utf-8", "backslashreplace").replace("\0", "\\x00").encode()
    return IncomingFact(
        fact_id=fact_id,
        device_id=upload.device_id,
        device_seq=device_seq,
        kind=kind,
        session_id=None,
        person_id=None,
        staff_id=None,
        given_at=None,
        written_at=None,
        received_at=upload.received_at,
        provenance=None,
        mode=None,
        clock_doubt=None,
        corrects_fact_id=None,
        product_code=None,
        batch_id=None,
        reason=None,
        body=text,
        body_hash=body_hash,
        previous_hash=None,
        chain_is_proven=True,
        verdict=verdict,
        problem=problem,
    )


def named(fact: IncomingFact) -> UUID | str:
    """The name a verdict goes out under: the fact's id, or its hash when it had none that could be read."""
    return fact.fact_id or fact.body_hash.hex()
