# SPDX-License-Identifier: Apache-2.0
"""The only writer of the ledger. Phones, sheets, imports and interfaces all end here: one ledger, many doors."""

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

import psycopg
from django.db import connection

from doseline.shared import sql

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


def _run(facts: Sequence[IncomingFact]) -> list[tuple[int, str | None, str | None]]:
    columns = dict(zip(IncomingFact._fields, map(list, zip(*facts, strict=True)), strict=True))
    connection.ensure_connection()
    with psycopg.Cursor(connection.connection) as cursor:
        cursor.execute(sql.statement("ledger/record_facts"), columns, prepare=True)
        return cursor.fetchall()
