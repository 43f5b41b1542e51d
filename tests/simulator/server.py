# SPDX-License-Identifier: Apache-2.0
"""The real server's code on a real PostgreSQL, as the door runs it: several uploads in one batch, each answered for itself.
What fails is the database under it, at any statement, before it or after it."""

import json
import random
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from unittest import mock
from uuid import UUID

import psycopg
from django.db import transaction

from doseline.door.gate import Gate
from doseline.followups.commands import work_once
from doseline.ledger import commands as ledger
from doseline.shared.problems import ProblemError
from doseline.staff.models import Device, DeviceRevocation
from doseline.sync import commands as sync
from doseline.sync import wire
from doseline.sync.devices import DeviceBook

Answer = dict[str, Any] | None


@dataclass(frozen=True)
class Upload:
    """A request on its way: who sent it, what, and to whom the answer goes."""

    device_id: UUID
    body: bytes
    signature: str
    answered: Callable[[Answer, datetime], None]


@dataclass
class Server:
    """`is_up` False while it is stopped. `statement_failure`: the share of statements at which the database dies (F2, F4)."""

    chance: random.Random
    statement_failure: float
    is_up: bool = True
    gate: Gate = field(default_factory=Gate)
    book: DeviceBook = field(default_factory=DeviceBook)
    _restore_point: str | None = None

    def take(self, uploads: list[Upload], now: datetime) -> list[tuple[Upload, Answer]]:
        """Takes uploads that came together: one batch for the ledger. An answer of None is an error the phone sees as none."""
        answers: dict[int, Answer] = {}
        opened: list[tuple[Upload, sync.OpenedPush]] = []
        for upload in uploads:
            try:
                opened.append(
                    (upload, sync.open_push(self.book.get(upload.device_id), upload.body, upload.signature, now))
                )
            except ProblemError:
                answers[id(upload)] = None
        facts = [fact for _upload, push in opened for fact in push.facts]
        try:
            with self._failing_database():
                verdicts = ledger.record_facts(facts) if facts else []
        except psycopg.OperationalError:
            return [(upload, None) for upload in uploads]
        sync.note_contact({upload.device_id: (now, push.push) for upload, push in opened})
        at = 0
        for upload, push in opened:
            window = self.gate.window(max(0, push.push.waiting_count - len(push.facts)), now.timestamp())
            own = verdicts[at : at + len(push.facts)]
            clock = wire.ClockAnswer(now, 1.0, is_demo=False)
            answer = sync.answer_push(
                push.facts, own, clock, ledger.current_epoch(), window.after_seconds, window.facts_max
            )
            answers[id(upload)] = json.loads(answer)
            at += len(push.facts)
        return [(upload, answers[id(upload)]) for upload in uploads]

    @contextmanager
    def _failing_database(self) -> Iterator[None]:
        real = ledger._ask

        def ask(name: str, inputs: Any) -> list[tuple[Any, ...]]:
            luck = self.chance.random()
            if luck < self.statement_failure / 2:
                raise psycopg.errors.DiskFull
            found = real(name, inputs)
            if luck < self.statement_failure:
                raise psycopg.errors.AdminShutdown  # committed, and nobody was told (F1)
            return found

        with mock.patch.object(ledger, "_ask", ask):
            yield

    def work(self) -> None:
        """The follow-ups worker goes round once."""
        work_once()

    def restart(self) -> None:
        """Killed and started again: what it remembered is gone."""
        self.book, self.gate = DeviceBook(), Gate()

    def keep_restore_point(self) -> None:
        """A backup is made."""
        self._restore_point = transaction.savepoint()

    def restore(self) -> bool:
        """The backup is put back and the ledger given its new epoch (F26). False when there is none."""
        if self._restore_point is None:
            return False
        transaction.savepoint_rollback(self._restore_point)
        ledger.begin_epoch()
        self.restart()
        return True

    def revoke(self, device_id: UUID, now: datetime) -> None:
        """A phone is reported stolen (F19)."""
        DeviceRevocation.objects.get_or_create(
            device=Device.objects.get(pk=device_id), defaults={"revoked_at": now, "reason": "lost"}
        )
        self.restart()
