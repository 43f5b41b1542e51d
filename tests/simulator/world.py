# SPDX-License-Identifier: Apache-2.0
"""A seeded, deterministic day of phones, networks and a server that fail in every way of design faults F1-F11, F14, F17, F19,
F20, F26 and F28, on a clock of its own. In the end everything mends, every phone sends, and the promises are checked:

- every fact that was acknowledged is in the ledger once, or held where someone can see it; so is every other fact that a
  phone still has; what was lost with a phone's storage is counted as missing from that phone;
- nothing that was never written is in the ledger;
- doses shown = doses in the ledger; status = fold(ledger);
- the order in which facts arrive changes nothing (where no clock jumped and nothing was lost).

Replay one: `make simulate SEED=<n>`. What happened is told in `trace`."""

import heapq
import itertools
import json
import random
from collections import defaultdict, deque
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import connection, transaction

from doseline.followups.commands import drain
from doseline.rehearsal.device import JournalEntry, SimulatedDevice
from doseline.staff.models import Staff
from doseline.status.commands import fold_anew
from tests.drive import Drive
from tests.simulator.network import any_network
from tests.simulator.phone import SimulatedPhone
from tests.simulator.server import Answer, Server, Upload

HOURS = 1.5
SMALL_SKEWS = (timedelta(0), timedelta(0), timedelta(seconds=70))
SKEWS = (*SMALL_SKEWS, timedelta(days=365), timedelta(days=-1), timedelta(hours=5.5))
STATUS = {
    "roster": "session_id, person_id, state, arrived_at, given_at, dose_fact_id, dose_number, is_counted, not_given_reason,"
    " observation_outcome, screening, aefi_severity, doubled_fact_ids",
    "session_tally": "session_id, opened_at, closed_at, mode, arrived_count, given_count, not_given_count, absent_count,"
    " walk_in_count, observing_count, first_dose_at, last_dose_at",
    "review_item": "fact_id, kind, person_id, session_id, other_fact_id",
    "vial_tally": "session_id, batch_id, device_id, opened_count, wasted_count",
    "aefi": "fact_id, session_id, person_id, severity, onset_at, reported_at",
}


class World:
    """One seed's day. `run` lives it; a broken promise raises AssertionError."""

    def __init__(self, seed: int, drive: Drive) -> None:
        self.chance = random.Random(seed)
        self.drive = drive
        drive.chance = self.chance
        self.people = {session.session_id: drive.people(session)[:5] for session in drive.sessions}
        self.start = self.now = drive.session.opens_at
        self.events: list[tuple[datetime, int, Callable[[], None]]] = []
        self.numbers = itertools.count()
        self.trace: deque[str] = deque(maxlen=400)
        self.inbox: list[Upload] = []
        self.sent: list[Upload] = []
        self.server = Server(self.chance, statement_failure=self.chance.choice((0.0, 0.05, 0.2)))
        # A backup put back while a phone that had sent everything is wiped does lose facts: only one of the two a day.
        self.catastrophe = self.chance.choice(("none", "none", "restore", "storage", "stolen", "clock"))
        self.phones = [self._phone() for _ in range(self.chance.randint(2, 4))]
        self.networks = {id(phone): any_network(self.chance, self.start, HOURS) for phone in self.phones}

    def run(self) -> None:
        """Lives the day, mends everything, checks the promises."""
        self.morning = transaction.savepoint()
        for phone in self.phones:
            self._plan_acts(phone)
            self._at(timedelta(seconds=self.chance.uniform(0, 30)), lambda phone=phone: self._sync(phone, alone=True))  # type: ignore[misc]
        self._plan_misfortunes()
        end = self.start + timedelta(hours=HOURS)
        while self.events and self.events[0][0] <= end:
            self.now, _number, happen = heapq.heappop(self.events)
            happen()
        self._mend()
        self._check()

    # --- what happens ------------------------------------------------------------------------------------------------

    def _phone(self) -> SimulatedPhone:
        session = self.chance.choice(self.drive.sessions)
        real = self.drive.phone(session)
        is_old = self.chance.random() < 0.2 and self.catastrophe != "restore"
        # A large error is estimated from when an upload arrives, to within what the way took: not to be compared to the second.
        skews = SMALL_SKEWS if self.catastrophe == "none" else SKEWS
        return SimulatedPhone(real, self.chance, self.chance.choice(skews), is_old)

    def _at(self, after: timedelta, happen: Callable[[], None]) -> None:
        heapq.heappush(self.events, (self.now + after, next(self.numbers), happen))

    def _say(self, words: str) -> None:
        self.trace.append(f"{self.now:%H:%M:%S}.{self.now.microsecond // 1000:03d}  {words}")

    def _plan_acts(self, phone: SimulatedPhone) -> None:
        for _act in range(self.chance.randint(10, 45)):
            self._at(timedelta(hours=self.chance.uniform(0, HOURS * 0.95)), lambda: self._act(phone))

    def _act(self, phone: SimulatedPhone) -> None:
        person = self.chance.choice(self.people[phone.real.session.session_id])
        entry = phone.act(self.now, person.person_id, self.drive.batch.batch_id)
        if entry is not None:
            self._say(f"{self._name(phone)} writes {entry.seq}: {entry.text[entry.text.index('kind') + 7 :][:18]}")
            self._sync(phone)

    def _sync(self, phone: SimulatedPhone, *, alone: bool = False) -> None:
        """One round of a phone's loop; `alone`: it comes round by itself, again and again."""
        if alone:
            self._at(phone.next_try(), lambda: self._sync(phone, alone=True))
        if phone.busy or (sending := phone.next_upload(self.now)) is None:
            return
        device = phone.real.device
        body = device.push_body(sending, self.now + phone.skew)
        upload = Upload(phone.device_id, body, device.push_headers(body)["Doseline-Signature"], lambda *_: None)
        self._send(phone, upload, [entry.seq for entry in sending])

    def _send(self, phone: SimulatedPhone, upload: Upload, seqs: list[int]) -> None:
        network = self.networks[id(phone)]
        phone.busy = True
        is_over = [False]

        def answered(answer: Answer, _at: datetime) -> None:
            if is_over[0]:
                return
            is_over[0] = True
            phone.busy = False
            if answer is None or upload.device_id != phone.device_id:
                phone.failures += 1
            else:
                phone.hear(answer, self.now)

        self._say(f"{self._name(phone)} sends {seqs}")
        self._at(timedelta(seconds=20), lambda: answered(None, self.now))  # as the app gives up
        if not network.is_up(self.now) or network.is_lost():
            return
        for _copy in range(network.copies()):
            through = Upload(upload.device_id, network.spoil(upload.body), upload.signature, answered)
            self._at(network.delay(), lambda through=through: self._arrive(through))  # type: ignore[misc]

    def _arrive(self, upload: Upload) -> None:
        """What arrives within the same moment is one batch."""
        self.inbox.append(upload)
        if len(self.inbox) == 1:
            self._at(timedelta(milliseconds=self.chance.randint(1, 400)), self._serve)

    def _serve(self) -> None:
        uploads, self.inbox = self.inbox, []
        if not self.server.is_up:
            return
        self.sent += uploads
        for upload, answer in self.server.take(uploads, self.now):
            said = "fails" if answer is None else [told["verdict"] for told in answer["verdicts"]]
            self._say(f"server answers {str(upload.device_id)[-4:]}: {said}")
            phone = next((phone for phone in self.phones if phone.device_id == upload.device_id), None)
            network = self.networks[id(phone)] if phone else None
            if network is None or (network.is_up(self.now) and not network.is_lost()):
                delay = network.delay() if network else timedelta(0)
                self._at(delay, lambda upload=upload, answer=answer: upload.answered(answer, self.now))  # type: ignore[misc]

    def _plan_misfortunes(self) -> None:
        for _round in range(self.chance.randint(3, 15)):
            self._at(self._some_time(), self.server.work)
        for _kill in range(self.chance.randint(0, 4)):
            self._at(self._some_time(), self._server_dies)
        for _ghost in range(self.chance.randint(0, 6)):
            self._at(self._some_time(), self._ghost)
        for _forger in range(self.chance.randint(0, 3)):
            self._at(self._some_time(), self._forge)
        self._at(self._some_time(), self._logins_expire)
        match self.catastrophe:
            case "restore":
                self._at(timedelta(hours=self.chance.uniform(0, HOURS / 2)), self.server.keep_restore_point)
                self._at(timedelta(hours=self.chance.uniform(HOURS / 2, HOURS)), self._restore)
            case "storage":
                self._at(self._some_time(), lambda: self._storage_cleared(self.chance.choice(self.phones)))
            case "stolen":
                self._at(
                    self._some_time(), lambda: self.server.revoke(self.chance.choice(self.phones).device_id, self.now)
                )
            case "clock":
                for _jump in range(3):
                    self._at(self._some_time(), self._clock_jumps)

    def _server_dies(self) -> None:
        """kill -9: what it had in hand is gone, with whoever waits for an answer."""
        self._say("server dies")
        self.server.is_up = False
        self.inbox = []

        def back() -> None:
            self._say("server is back")
            self.server.is_up = True
            self.server.restart()

        self._at(timedelta(seconds=self.chance.choice((1, 30, 1200))), back)

    def _ghost(self) -> None:
        """An old upload arrives once more, from wherever it was (F7, F8)."""
        if self.sent:
            old = self.chance.choice(self.sent)
            self._arrive(Upload(old.device_id, old.body, old.signature, lambda *_: None))

    def _forge(self) -> None:
        """Somebody else signs in a phone's name, or a phone sends what another wrote (F28)."""
        victim = self.chance.choice(self.phones)
        forger = SimulatedDevice(random.Random(self.chance.random()), device_id=victim.device_id)
        one = forger.act("session_closed", session_id=victim.real.session.session_id, staff_id=UUID(int=1), at=self.now)
        body = forger.push_body([one], self.now)
        self._arrive(Upload(victim.device_id, body, forger.push_headers(body)["Doseline-Signature"], self._no_verdict))

    def _no_verdict(self, answer: Answer, _at: datetime) -> None:
        assert answer is None, "a forged upload was answered"

    def _some_time(self) -> timedelta:
        return timedelta(hours=self.chance.uniform(0, HOURS))

    def _logins_expire(self) -> None:
        """Sync knows phones, not log-ins: nothing may change (F17)."""
        self._say("logins expire")
        Staff.objects.update(is_active=False)

    def _clock_jumps(self) -> None:
        phone = self.chance.choice(self.phones)
        phone.skew = self.chance.choice(SKEWS)
        self._say(f"{self._name(phone)}: its clock jumps to {phone.skew}")

    def _storage_cleared(self, phone: SimulatedPhone) -> None:
        self._say(f"{self._name(phone)}: its storage is cleared with {len(phone.real.device.unsent())} unsent")
        anew = self.drive.phone(phone.real.session)
        phone.lose_storage(anew)
        self.server.restart()

    def _restore(self) -> None:
        if self.server.restore():
            self._say("the database is restored to an earlier point")

    # --- the end -----------------------------------------------------------------------------------------------------

    def _mend(self) -> None:
        """All networks good, the server well, everyone sends all they have."""
        self._say("everything mends")
        self.server.is_up, self.server.statement_failure = True, 0.0
        self.server.restart()
        for _round in range(200):
            self.now += timedelta(seconds=61)
            for phone in self.phones:
                phone.busy = False
                sending = phone.next_upload(self.now)
                if sending is not None:
                    self._send_whole(phone, sending)
            if all(not phone.real.device.unsent() for phone in self.phones):
                # once more: whoever learned of a restore only now still has facts to offer again
                for phone in self.phones:
                    self._send_whole(phone, [])
                if all(not phone.real.device.unsent() for phone in self.phones):
                    break
        drain()

    def _send_whole(self, phone: SimulatedPhone, sending: list[JournalEntry]) -> None:
        device = phone.real.device
        body = device.push_body(sending, self.now + phone.skew)
        signature = device.push_headers(body)["Doseline-Signature"]
        [(_upload, answer)] = self.server.take([Upload(phone.device_id, body, signature, lambda *_: None)], self.now)
        assert answer is not None, "a well server did not answer"
        phone.hear(answer, self.now)

    def _check(self) -> None:
        kept = {str(entry.fact_id): entry for phone in self.phones for entry in phone.real.device.journal}
        lost = {str(entry.fact_id) for phone in self.phones for entry in phone.lost}
        ledger, held = self._column("SELECT fact_id::text FROM fact"), self._column("SELECT fact_id::text FROM hold")
        assert len(ledger) == len(set(ledger)), "a fact is in the ledger twice"
        assert all(entry.verdict for entry in kept.values()), "a fact never got its verdict"
        assert set(kept) <= set(ledger) | set(held), "a fact that a phone has is neither recorded nor held"
        assert set(ledger) <= set(kept) | {str(e.fact_id) for p in self.phones for e in p.lost + p.sent_before}, (
            "forged"
        )
        if self.catastrophe not in ("storage", "stolen", "clock"):
            assert set(ledger) == set(kept), (
                f"facts are held with which nothing is wrong: {self._why_held(set(kept) - set(ledger))}"
            )
        said = {str(entry.fact_id) for entry in kept.values() if entry.verdict in ("recorded", "already_recorded")}
        assert said <= set(ledger), "an acknowledged fact is not in the ledger"
        self._check_gaps(lost - set(ledger))
        self._check_doses()
        differing = {table: count for table, count in fold_anew().items() if count}
        assert not differing, f"status is not the fold of the ledger: {differing}"
        if self.catastrophe == "none":
            self._check_order()

    def _why_held(self, names: set[str]) -> set[str]:
        held = self._rows("SELECT fact_id::text, kind || ' ' || device_seq || ': ' || problem FROM hold")
        return {why for name, why in held if name in names}

    def _check_gaps(self, lost: set[str]) -> None:
        """What went with a phone's storage is seen as missing from that very phone: all of it that it had told of (F14)."""
        missing = {device_id: count for device_id, count, _told in self._gaps()}
        for phone in self.phones:
            assert missing.get(phone.device_id, 0) == 0, "headquarters misses facts of a phone that sent all it has"
        gone: dict[UUID, list[int]] = defaultdict(list)
        for entry in (entry for phone in self.phones for entry in phone.lost if str(entry.fact_id) in lost):
            gone[UUID(json.loads(entry.text)["device_id"])].append(entry.seq)
        for device_id, _count, told in self._gaps():
            expected = sum(seq <= told for seq in gone[device_id])
            assert missing[device_id] == expected, f"{missing[device_id]} facts are missing where {expected} were lost"

    def _gaps(self) -> list[tuple[Any, ...]]:
        """(phone, facts missing of it, the highest number it told of), as the board counts them."""
        told = "greatest(contact.last_seq, max(fact.device_seq))"
        return list(
            self._rows(
                f"SELECT contact.device_id, {told} - count(fact.fact_id) - (SELECT count(DISTINCT hold.device_seq)"
                " FROM hold WHERE hold.device_id = contact.device_id AND NOT EXISTS (SELECT FROM fact AS own"
                f" WHERE own.device_id = hold.device_id AND own.device_seq = hold.device_seq)), {told}"
                " FROM device_contact AS contact LEFT JOIN fact ON fact.device_id = contact.device_id"
                " GROUP BY contact.device_id, contact.last_seq"
            )
        )

    def _check_doses(self) -> None:
        """Counted anew in Python from the ledger's own rows: the first dose of a person in a session and on a day in India counts,
        every other one is listed for review, and so is a dose of which two phones left none."""
        doses = self._rows(
            "SELECT person_id, session_id, (given_at AT TIME ZONE 'Asia/Kolkata')::date, fact_id FROM fact"
            " WHERE kind = 'dose_given' AND fact_id NOT IN"
            " (SELECT corrects_fact_id FROM fact WHERE kind = 'fact_voided') ORDER BY given_at, fact_id"
        )
        days: set[tuple[Any, ...]] = set()
        sessions: set[tuple[Any, ...]] = set()
        doubled = set()
        for person, session, day, fact_id in doses:
            if (person, day) in days or (person, session) in sessions:
                doubled.add(fact_id)
            days.add((person, day))
            sessions.add((person, session))
        [(shown,)] = self._rows("SELECT coalesce(sum(given_count), 0) FROM status.session_tally")
        assert shown == len(doses) - len(doubled), f"{shown} doses are shown of {len(doses)}, {len(doubled)} doubled"
        reviewed = self._rows("SELECT fact_id FROM status.review_item WHERE kind = 'dose_twice_same_day'")
        assert {row[0] for row in reviewed} == doubled, "a double is not reviewed"
        lost = self._rows(
            "SELECT person_id, session_id FROM fact WHERE kind IN ('dose_given', 'not_given') GROUP BY person_id, session_id"
            " HAVING bool_and(fact_id IN (SELECT corrects_fact_id FROM fact WHERE kind = 'fact_voided'))"
            " AND count(DISTINCT device_id) FILTER (WHERE kind = 'dose_given') > 1"
        )
        asked = self._rows("SELECT person_id, session_id FROM status.review_item WHERE kind = 'all_taken_back'")
        assert set(asked) == set(lost), "what two phones took back from each other is not reviewed"

    def _check_order(self) -> None:
        arrived_anyhow = self._status()
        transaction.savepoint_rollback(self.morning)
        self.server.restart()
        for phone in self.phones:
            journal = phone.real.device.journal
            for start in range(0, len(journal), 100):
                self._send_whole(phone, journal[start : start + 100])
        drain()
        in_order = self._status()
        for table, rows in arrived_anyhow.items():
            differing = [pair for pair in zip(rows, in_order[table], strict=False) if pair[0] != pair[1]]
            assert in_order[table] == rows, f"{table} depends on the order in which facts arrive: {differing[:1]}"

    def _status(self) -> dict[str, list[tuple[Any, ...]]]:
        return {name: self._rows(f"SELECT {what} FROM status.{name} ORDER BY 1, 2, 3") for name, what in STATUS.items()}

    def _rows(self, statement: str) -> list[tuple[Any, ...]]:
        with connection.cursor() as cursor:
            cursor.execute(statement)
            return list(cursor.fetchall())

    def _column(self, statement: str) -> list[str]:
        return [row[0] for row in self._rows(statement)]

    def _name(self, phone: SimulatedPhone) -> str:
        return f"phone {self.phones.index(phone) + 1}"
