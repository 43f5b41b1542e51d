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

    `body` is the fact exactly as it was written and `body_hash` its SHA-256: what makes "the same fact" a plain
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
    body: str
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

    Idempotent on `fact_id`. One statement, O(batch); a second only for a fact that met its own twin on the way in.
    Raises psycopg errors when the database is away: then nothing was recorded and the same call may be made again.
    """
    verdicts: list[Verdict | None] = [None] * len(facts)
    waiting = list(range(len(facts)))
    for _round in range(_ROUNDS_MAX):
        if not waiting:
            break
        for place, verdict, problem in _run([facts[index] for index in waiting]):
            if verdict is not None:
                verdicts[waiting[place - 1]] = Verdict(verdict, problem)
        waiting = [index for index in waiting if verdicts[index] is None]
    if waiting:
        raise RuntimeError(f"{len(waiting)} facts got no verdict in {_ROUNDS_MAX} rounds")
    return [verdict for verdict in verdicts if verdict is not None]


def release_holds() -> int:
    """Records held facts whose person has become known since; returns how many. Idempotent; one statement."""
    return sql.run("ledger/release_holds")


# How each field of IncomingFact travels, in its order.
_COLUMNS: tuple[Callable[[Sequence[Any]], packed.PackedArray], ...] = (
    packed.uuids, packed.uuids, packed.integers, packed.texts, packed.uuids, packed.uuids, packed.uuids, packed.instants,
    packed.instants, packed.instants, packed.texts, packed.texts, packed.texts, packed.uuids, packed.texts, packed.uuids,
    packed.texts, packed.texts, packed.byte_strings, packed.byte_strings, packed.booleans, packed.texts, packed.texts,
)  # fmt: skip


def _run(facts: Sequence[IncomingFact]) -> list[tuple[int, str | None, str | None]]:
    columns = zip(IncomingFact._fields, _COLUMNS, zip(*facts, strict=True), strict=True)
    inputs = {name: pack(values) for name, pack, values in columns}
    connection.ensure_connection()
    with psycopg.Cursor(connection.connection) as cursor:
        packed.take_packed(cursor)
        cursor.execute(sql.statement("ledger/record_facts"), inputs, prepare=True)
        return cursor.fetchall()
