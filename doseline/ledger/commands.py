# SPDX-License-Identifier: Apache-2.0
"""The only writer of the ledger. Phones, sheets, imports and interfaces all end here: one ledger, many doors."""

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

import psycopg
from django.db import connection

from doseline.shared import packed, sql

_ROUNDS_MAX = 4


class IncomingFact(NamedTuple):
    """One fact as a door hands it over. Field order is the order of `record_facts.sql`'s arrays.

    `body` is the fact exactly as it was written (UTF-8, no NUL) and `body_hash` its SHA-256: what makes "the same fact" a plain
    comparison. `problem` is set by a door that found a fault; `verdict` then says whether to hold or refuse.
    A fact with no problem has every field but person, correction, product, batch, reason and clock_doubt.
    """

    fact_id: UUID | None
    device_id: UUID
    device_seq: int | None
    kind: str | None
    session_id: UUID | None
    person_id: UUID | None
    staff_id: UUID | None
    given_at: datetime | None
    written_at: datetime | None
    received_at: datetime
    provenance: str | None
    mode: str | None
    clock_doubt: str | None
    corrects_fact_id: UUID | None
    product_code: str | None
    batch_id: UUID | None
    reason: str | None
    body: bytes
    body_hash: bytes
    previous_hash: bytes | None
    chain_is_proven: bool
    verdict: str | None
    problem: str | None


class Verdict(NamedTuple):
    """`verdict` is recorded, already_recorded, held or refused; `problem` says why for the last two."""

    verdict: str
    problem: str | None


def record_facts(facts: Sequence[IncomingFact]) -> list[Verdict]:
    """Records a batch and says what became of each fact, in the order given. Committed when it returns.

    Idempotent on `fact_id`. One statement, O(batch), about 20 µs a fact; a second for facts that are not new or not
    in order, and only for those.
    Raises psycopg errors when the database is away: then nothing was recorded and the same call may be made again.
    """
    verdicts: list[Verdict | None] = [None] * len(facts)
    waiting = list(range(len(facts)))
    for _round in range(_ROUNDS_MAX):
        now, later = _no_twins(facts, waiting)
        for place, verdict in zip(now, _run([facts[place] for place in now]), strict=True):
            verdicts[place] = verdict
        waiting = [place for place in now if verdicts[place] is None] + later
        if not waiting:
            return [verdict for verdict in verdicts if verdict is not None]
    raise RuntimeError(f"{len(waiting)} facts got no verdict in {_ROUNDS_MAX} rounds")


def keep_plans() -> None:
    """Makes this thread's connection plan the ledger's statements once, not every time: planning one costs as much as
    recording forty facts. For a connection that does nothing else: it gives up sequential scans, so that a plan made
    over an empty ledger still fits a full one. One round trip."""
    connection.ensure_connection()
    connection.connection.prepare_threshold = 0
    with connection.cursor() as cursor:
        cursor.execute("SET plan_cache_mode = force_generic_plan; SET enable_seqscan = off")


def current_epoch() -> UUID | None:
    """The ledger's name since it was made or last restored. One row."""
    found = sql.rows("ledger/epoch")
    return found[0][0] if found else None


def begin_epoch() -> UUID:
    """Gives the ledger a new name: to be called after it was restored to an earlier point. Every phone then offers again what
    it still keeps, and what was lost with the restore is recorded anew. Calling it twice costs the phones one upload more."""
    with connection.cursor() as cursor:
        cursor.execute("INSERT INTO ledger_epoch (began_at) VALUES (clock_timestamp()) RETURNING epoch")
        return cursor.fetchone()[0]  # type: ignore[no-any-return]


def release_holds() -> int:
    """Records held facts whose person has become known since; returns how many. Idempotent; one statement."""
    return sql.run("ledger/release_holds")


def _no_twins(facts: Sequence[IncomingFact], places: list[int]) -> tuple[list[int], list[int]]:
    """`places` parted so that no name stands twice in the first part; a twin is judged after its elder is recorded."""
    names = [facts[place].fact_id for place in places]
    if len({name.int for name in names if name is not None}) + names.count(None) == len(names):
        return places, []
    seen: set[UUID] = set()
    now: list[int] = []
    later: list[int] = []
    for place in places:
        name = facts[place].fact_id
        (later if name in seen else now).append(place)
        if name is not None:
            seen.add(name)
    return now, later


# How each field of IncomingFact travels, in its order.
_COLUMNS: tuple[Callable[[Sequence[Any]], packed.PackedArray], ...] = (
    packed.uuids, packed.uuids, packed.integers, packed.texts, packed.uuids, packed.uuids, packed.uuids, packed.instants,
    packed.instants, packed.instants, packed.texts, packed.texts, packed.texts, packed.uuids, packed.texts, packed.uuids,
    packed.texts, packed.utf8_texts, packed.byte_strings, packed.byte_strings, packed.booleans, packed.texts, packed.texts,
)  # fmt: skip


_RECORDED = Verdict("recorded", None)


def _run(facts: Sequence[IncomingFact]) -> list[Verdict | None]:
    """A verdict a fact; None for one that raced."""
    verdicts: list[Verdict | None] = [_RECORDED] * len(facts)
    aside = _ask("ledger/record_facts", _packed(facts))
    if aside:
        findings = packed.texts([finding for _, finding in aside])
        inputs = _packed([facts[position - 1] for position, _ in aside]) | {"finding": findings}
        told = _ask("ledger/set_aside_facts", inputs)
        for (position, _), (_, verdict, problem) in zip(aside, told, strict=True):
            verdicts[position - 1] = Verdict(verdict, problem) if verdict is not None else None
    return verdicts


def _packed(facts: Sequence[IncomingFact]) -> dict[str, packed.PackedArray]:
    columns = zip(IncomingFact._fields, _COLUMNS, zip(*facts, strict=True), strict=True)
    return {name: pack(values) for name, pack, values in columns}


def _ask(name: str, inputs: dict[str, packed.PackedArray]) -> list[tuple[Any, ...]]:
    connection.ensure_connection()
    with psycopg.Cursor(connection.connection) as cursor:
        packed.take_packed(cursor)
        cursor.execute(sql.statement(name), inputs)
        return cursor.fetchall()
