# SPDX-License-Identifier: Apache-2.0
"""From a row to facts as any door hands them to the ledger. A sheet is their device: the fact's id and its place in the sheet's
count follow from sheet, row and entry, so recording a row twice records it once."""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID, uuid5

import msgspec

from doseline.ledger.commands import IncomingFact, record_facts
from doseline.sync import wire

_ENTRIES_MAX, _ROW_SPAN, _ENTRY_SPAN = 49, 1_000, 20
_ZEROS = bytes(32)
_THE_SHEETS_OWN = ("fact_id", "device_id", "device_seq", "previous_hash", "mode")


@dataclass(frozen=True, slots=True, kw_only=True)
class RowToRecord:
    """Everything the facts of a row are made from. `sealed_walk_in`: who stands in a blank row, sealed to our own key; empty for
    someone who is in the register. `dose_number`: which of the person's doses it was, where somebody says so."""

    sheet_id: UUID
    number: int
    entry_number: int
    session_id: UUID
    person_id: UUID
    staff_id: UUID
    entry: dict[str, str]
    provenance: str
    product_code: str
    batch_id: UUID | None
    dose_number: int | None
    at: datetime
    now: datetime
    sealed_walk_in: str = ""


def facts_of(row: RowToRecord) -> list[IncomingFact]:
    """The facts of one row in the order they happened, chained to one another."""
    return _chained(row, list(_acts(row)))


def voids_of(row: RowToRecord, earlier: list[UUID]) -> list[IncomingFact]:
    """What takes back the facts of the row's earlier entry: they stay in the ledger and no longer count."""
    said = [(wire.FactVoided, {"corrects_fact_id": fact_id, "reason": "other"}) for fact_id in earlier]
    return _chained(row, said, first=_ENTRY_SPAN // 2)


def not_given(row: RowToRecord, reason: str, at: datetime) -> list[IncomingFact]:
    """That the row's person was not given a dose, for a reason, at that time."""
    return _chained(row, [(wire.NotGiven, {"reason": reason, "given_at": at})])


def said_again(
    row: RowToRecord, before: list[dict[str, Any]], more: dict[str, Any] | None = None
) -> list[IncomingFact]:
    """Facts that were taken back, said again under the row, each with `more`: `before` has given_at, staff_id, body and provenance of
    each. What a phone or a register said stays its word."""
    said = []
    for one in before:
        fact = msgspec.json.decode(one["body"], type=wire.AnyFact)
        kept = {name: value for name, value in msgspec.structs.asdict(fact).items() if name not in _THE_SHEETS_OWN}
        said.append((type(fact), kept | {"given_at": one["given_at"], "staff_id": one["staff_id"]} | (more or {})))
    return [fact._replace(provenance=one["provenance"]) for fact, one in zip(_chained(row, said), before, strict=True)]


def record(facts: list[IncomingFact]) -> None:
    """Records them all or none: called in a transaction, it raises RuntimeError with the ledger's reasons when one is not taken, and
    the row's word is undone with it. What is recorded already is taken."""
    verdicts = record_facts(facts) if facts else []
    reasons = {verdict.problem for verdict in verdicts if verdict.verdict in ("held", "refused")}
    if reasons:
        raise RuntimeError(f"facts of paper not taken: {sorted(map(str, reasons))}")


def may_be_entered_again(entry_number: int) -> bool:
    """A row has room for 49 entries in its sheet's count."""
    return entry_number <= _ENTRIES_MAX


def _acts(row: RowToRecord) -> Iterator[tuple[type[wire.Fact], dict[str, Any]]]:
    entry = row.entry
    if row.sealed_walk_in:
        yield wire.WalkInRegistered, {"sealed_person": row.sealed_walk_in, "reason": "eligible_not_listed"}
    if "came" in entry:
        yield wire.PersonArrived, {}
    if "identity" in entry:
        yield wire.IdentityChecked, {"document": "other"}
    if "given" in entry:
        yield (
            wire.DoseGiven,
            {
                "product_code": row.product_code, "batch_id": row.batch_id, "dose_number": row.dose_number,
                "body_site": entry.get("arm"), "warnings": [],
            },
        )  # fmt: skip
    if "reason" in entry:
        yield wire.NotGiven, {"reason": entry["reason"]}
    if "aefi" in entry and entry["aefi"] != "none":
        yield wire.AefiReported, {"reason": entry["aefi"], "symptoms": ["other"], "onset_at": row.at}
    if "given" in entry:  # the day is long over: nobody of a sheet is still being observed
        yield wire.ObservationEnded, {"reason": "aefi" if entry.get("aefi") == "serious" else "released"}


def _chained(row: RowToRecord, said: list[tuple[Any, dict[str, Any]]], first: int = 0) -> list[IncomingFact]:
    """Facts of one entry of a row, chained to one another; `first`: the place of the first in the entry's count."""
    found: list[IncomingFact] = []
    previous = _ZEROS
    for place, (kind, more) in enumerate(said, start=first):
        common = {
            "session_id": row.session_id, "person_id": row.person_id, "staff_id": row.staff_id, "given_at": row.at,
            "written_at": row.at,
        }  # fmt: skip
        fact = kind(
            fact_id=uuid5(row.sheet_id, f"{row.number} {row.entry_number} {place}"), device_id=row.sheet_id,
            device_seq=row.number * _ROW_SPAN + row.entry_number * _ENTRY_SPAN + place, previous_hash=previous.hex(), mode="paper",
            **(common | more),
        )  # fmt: skip
        body = msgspec.json.encode(fact)
        body_hash = hashlib.sha256(body).digest()
        found.append(_incoming(fact, row, body, body_hash, previous))
        previous = body_hash
    return found


def _incoming(fact: Any, row: RowToRecord, body: bytes, body_hash: bytes, previous: bytes) -> IncomingFact:
    return IncomingFact(
        fact_id=fact.fact_id, device_id=row.sheet_id, device_seq=fact.device_seq, kind=str(fact.__struct_config__.tag),
        session_id=row.session_id, person_id=row.person_id, staff_id=fact.staff_id, given_at=fact.given_at,
        written_at=fact.written_at, received_at=row.now, provenance=row.provenance, mode="paper",
        clock_doubt=None if "time" in row.entry else "estimated",  # the day is known, the hour is not
        corrects_fact_id=getattr(fact, "corrects_fact_id", None), product_code=getattr(fact, "product_code", None),
        batch_id=getattr(fact, "batch_id", None), reason=getattr(fact, "reason", None), body=body, body_hash=body_hash,
        previous_hash=previous, chain_is_proven=True, verdict=None, problem=None,
    )  # fmt: skip
