# SPDX-License-Identifier: Apache-2.0
"""Several phones that repeat, reorder, lose answers and have wrong clocks, against the real server code and a real
PostgreSQL. Whatever they do: no fact lost, none doubled, the order of arrival does not matter, status = fold(ledger).
Faults F7, F8, F9, F10, F11. More examples: HYPOTHESIS_PROFILE=long."""

import os
import random
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from django.db import connection, transaction
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    Bundle,
    RuleBasedStateMachine,
    initialize,
    multiple,
    rule,
    run_state_machine_as_test,
)

from doseline.followups.commands import drain, work_once
from doseline.rehearsal.device import JournalEntry
from doseline.shared.clock import clock
from doseline.status.commands import fold_anew
from tests.drive import Drive, TestPhone, build_drive

IS_LONG = os.environ.get("HYPOTHESIS_PROFILE") == "long"
SKEWS = (
    timedelta(0),
    timedelta(minutes=1),
    timedelta(days=365),
    timedelta(days=-1),
    timedelta(hours=5, minutes=30),
)
TABLES = {
    "roster": "session_id, person_id, state, arrived_at, given_at, dose_fact_id, dose_number, is_counted, not_given_reason,"
    " observation_outcome, doubled_fact_ids",
    "session_tally": "session_id, opened_at, closed_at, mode, arrived_count, given_count, not_given_count, absent_count,"
    " walk_in_count, observing_count, first_dose_at, last_dose_at",
    "device_tally": "device_id, fact_count, highest_seq",
    "review_item": "fact_id, kind, person_id, session_id, other_fact_id",
    "trouble": "fact_id, session_id, reason, given_at",
}


class PhonesAndServer(RuleBasedStateMachine):
    """The world: phones that act and send as badly as phones can, one server, one true time."""

    sent = Bundle("sent")

    def __init__(self) -> None:
        super().__init__()
        self.outer = transaction.atomic()
        self.outer.__enter__()
        clock.forget()
        self.now = datetime.now(UTC)
        self.drive: Drive = build_drive()
        self.phones: list[TestPhone] = []
        self.skews: dict[UUID, timedelta] = {}
        self.people = self.drive.people()[:4]

    @initialize(skews=st.lists(st.sampled_from(SKEWS), min_size=2, max_size=3))
    def phones_are_enrolled(self, skews: list[timedelta]) -> None:
        """Phones with clocks of their own; everything before this is what a replay starts from."""
        for place, skew in enumerate(skews):
            phone = self.drive.phone(self.drive.sessions[place % 2])
            self.skews[phone.device.device_id] = skew
            self.phones.append(phone)
        self.morning = transaction.savepoint()

    @rule(
        target=sent,
        which=st.integers(0, 2),
        person=st.integers(0, 3),
        kind=st.sampled_from(("arrived", "dose", "not_given", "ended", "trouble", "open", "close", "void")),
        minutes=st.integers(1, 20),
    )
    def someone_does_something(self, which: int, person: int, kind: str, minutes: int) -> Any:
        """One act is written into a phone's journal; nothing is sent yet."""
        phone = self.phones[which % len(self.phones)]
        self.now += timedelta(minutes=minutes)
        at = self.now + self.skews[phone.device.device_id]
        if (entry := self._act(phone, self.people[person].person_id, kind, at)) is None:
            return multiple()
        return (phone, entry)

    def _act(self, phone: TestPhone, person_id: UUID, kind: str, at: datetime) -> JournalEntry | None:
        match kind:
            case "arrived":
                return phone.act("person_arrived", at=at, person_id=person_id)
            case "dose":
                return phone.act(
                    "dose_given",
                    at=at,
                    person_id=person_id,
                    product_code="COVISHIELD",
                    batch_id=None,
                    dose_number=1,
                    body_site="left_arm",
                    warnings=[],
                )
            case "not_given":
                return phone.act("not_given", at=at, person_id=person_id, reason="unwell")
            case "ended":
                return phone.act("observation_ended", at=at, person_id=person_id, reason="released")
            case "trouble":
                return phone.act("trouble_reported", at=at, reason="power")
            case "open":
                return phone.start(at)
            case "close":
                return phone.act("session_closed", at=at)
        doses = [
            entry for entry in phone.device.journal if str(person_id) in entry.text and '"dose_given"' in entry.text
        ]
        if not doses:
            return None
        return phone.act(
            "fact_voided",
            at=at,
            person_id=person_id,
            corrects_fact_id=doses[-1].fact_id,
            reason="mistaken_tap",
        )

    @rule(which=st.integers(0, 2), order=st.randoms(use_true_random=False), is_answer_lost=st.booleans())
    def a_phone_sends(self, which: int, order: random.Random, is_answer_lost: bool) -> None:
        """Some of what waits, in any order; the answer may be lost on its way."""
        phone = self.phones[which % len(self.phones)]
        waiting = phone.device.unsent()
        chosen = order.sample(waiting, order.randint(0, len(waiting)))
        self._send(phone, chosen, is_answer_lost=is_answer_lost)

    @rule(one=sent)
    def an_old_upload_comes_again(self, one: tuple[TestPhone, JournalEntry]) -> None:
        """Something long sent arrives once more, from a proxy or a repeated try."""
        phone, entry = one
        self._send(phone, [entry, entry], is_answer_lost=True)

    @rule(one=sent)
    def a_bad_fact_rides_along(self, one: tuple[TestPhone, JournalEntry]) -> None:
        """Garbage between good facts takes none of them down."""
        phone, entry = one
        garbage = JournalEntry(entry.fact_id, 0, '{"kind":"dose_given","fact_id":1}')
        verdicts = self._send(phone, [garbage, entry], is_answer_lost=True)
        assert verdicts[0].verdict == "refused"
        assert verdicts[1].verdict in ("recorded", "already_recorded")

    @rule()
    def the_worker_goes_round(self) -> None:
        """At any moment."""
        work_once()

    def _send(self, phone: TestPhone, entries: list[JournalEntry], *, is_answer_lost: bool) -> Any:
        self.now += timedelta(seconds=1)
        skewed = self.now + self.skews[phone.device.device_id]
        body = phone.device.push_body(entries, skewed)
        verdicts = phone.push_bytes(body, now=self.now)
        assert len(verdicts) == len(entries)
        if not is_answer_lost:
            phone.device.settle([(str(e.fact_id), v.verdict) for e, v in zip(entries, verdicts, strict=True)])
        return verdicts

    def teardown(self) -> None:
        """In the end everything is sent, and the promises are checked."""
        try:
            if self.phones:
                for phone in self.phones:
                    self._send(phone, phone.device.unsent(), is_answer_lost=False)
                drain()
                self._check()
        finally:
            transaction.set_rollback(True)
            self.outer.__exit__(None, None, None)

    def _check(self) -> None:
        journals = sorted(str(entry.fact_id) for phone in self.phones for entry in phone.device.journal)
        with connection.cursor() as cursor:
            cursor.execute("SELECT fact_id::text FROM fact ORDER BY 1")
            assert [row[0] for row in cursor.fetchall()] == journals  # none lost, none doubled
        assert all(entry.verdict for phone in self.phones for entry in phone.device.journal)
        assert not any(fold_anew().values())  # status = fold(ledger)
        arrived_anyhow = self._status()
        transaction.savepoint_rollback(self.morning)
        for phone in self.phones:
            self._send(phone, phone.device.journal, is_answer_lost=True)
        drain()
        assert self._status() == arrived_anyhow  # the order of arrival does not matter

    def _status(self) -> dict[str, list[tuple[Any, ...]]]:
        found = {}
        with connection.cursor() as cursor:
            for table, columns in TABLES.items():
                cursor.execute(f"SELECT {columns} FROM status.{table} ORDER BY 1, 2, 3")
                found[table] = cursor.fetchall()
        return found


@pytest.mark.django_db
def test_phones_and_server() -> None:
    run_state_machine_as_test(
        PhonesAndServer,
        settings=settings(
            max_examples=400 if IS_LONG else 25,
            stateful_step_count=40 if IS_LONG else 25,
            deadline=None,
            suppress_health_check=list(HealthCheck),
        ),
    )
