# SPDX-License-Identifier: Apache-2.0
"""Faults F1, F3 and F5: real processes killed with -9 while phones send. Every acknowledged fact is in the ledger exactly
once, and the service comes back by itself. KILLS=200 kills more often."""

import base64
import http.client
import json
import os
import random
import signal
import threading
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import psycopg
import pytest

from doseline.rehearsal.device import SimulatedDevice
from doseline.shared.embedded_postgres import EmbeddedPostgres
from tests.browser.server import RealServer, running_server

pytestmark = pytest.mark.processes
KILLS = int(os.environ.get("KILLS", "10"))
DATABASE_KILLS = int(os.environ.get("KILLS", "50"))
PHONES = 6
BACK_SECONDS_MAX = 30


@pytest.fixture(scope="module")
def server() -> Iterator[RealServer]:
    with running_server() as started:
        yield started


class SendingPhone(threading.Thread):
    """A phone that goes on acting and sending through whatever happens, and remembers what was acknowledged."""

    def __init__(self, server: RealServer, number: int) -> None:
        super().__init__(daemon=True)
        self.server = server
        self.device = SimulatedDevice(random.Random(f"{number}-{time.time_ns()}"))
        self.session_id, self.staff_id, self.person_id = self._enrol(number)
        self.is_over = threading.Event()

    def run(self) -> None:
        while not self.is_over.is_set():
            for _act in range(5):
                self.act()
            self.try_to_send()

    def act(self) -> None:
        self.device.act(
            "person_arrived",
            session_id=self.session_id,
            staff_id=self.staff_id,
            at=datetime.now(UTC),
            person_id=self.person_id,
        )

    def try_to_send(self) -> bool:
        """One upload; False when there was no answer or no yes. Nothing is settled without an answer."""
        waiting = self.device.unsent()[:100]
        body = self.device.push_body(waiting, datetime.now(UTC))
        connection = http.client.HTTPConnection("127.0.0.1", self.server.port, timeout=10)
        try:
            connection.request("POST", "/sync/v1/facts", body, self.device.push_headers(body))
            answer = connection.getresponse()
            told = json.loads(answer.read())
        except (OSError, http.client.HTTPException, ValueError):
            time.sleep(0.02)
            return False
        finally:
            connection.close()
        if answer.status != 200:
            assert answer.status == 503, told
            time.sleep(0.05)
            return False
        self.device.settle([(verdict["fact_id"], verdict["verdict"]) for verdict in told["verdicts"]])
        return True

    def _enrol(self, number: int) -> tuple[UUID, UUID, UUID]:
        import hashlib

        from doseline.shared.ids import random_code

        code = random_code(8)
        with _database(self.server) as database:
            found: Any = database.execute(
                "SELECT session.session_id, site_id, staff_id, person_id FROM session JOIN session_staff USING (session_id)"
                " JOIN allotment USING (session_id) ORDER BY allotment_id LIMIT 1 OFFSET %s", [number],
            ).fetchone()  # fmt: skip
            session_id, site_id, staff_id, person_id = found
            database.execute(
                "INSERT INTO enrolment_code (code_id, code_hash, site_id, made_at, expires_at)"
                " VALUES (gen_random_uuid(), %s, %s, now(), now() + interval '30 days')",
                [hashlib.sha256(b"doseline-enrol\n" + code.encode()).digest(), site_id],
            )
        body = {"code": code, "public_key": base64.b64encode(self.device.public_key).decode(), "label": "x"}
        connection = http.client.HTTPConnection("127.0.0.1", self.server.port, timeout=20)
        connection.request("POST", "/sync/v1/enrol", json.dumps(body))
        self.device.device_id = UUID(json.loads(connection.getresponse().read())["device_id"])
        connection.close()
        return session_id, staff_id, person_id


def _database(server: RealServer) -> "psycopg.Connection[tuple[object, ...]]":
    return psycopg.connect(EmbeddedPostgres(server.folder / "postgres").dsn(), autocommit=True)


def _kill_under_load(server: RealServer, victim: str, times: int) -> None:
    chance = random.Random(1)
    phones = [SendingPhone(server, number) for number in range(PHONES)]
    for phone in phones:
        phone.start()
    try:
        for _kill in range(times):
            time.sleep(chance.uniform(0.3, 1.2))
            for pid in _wait_for(server, victim):
                os.kill(pid, signal.SIGKILL)
            died_at = time.monotonic()
            server.wait_until_well()
            assert time.monotonic() - died_at < BACK_SECONDS_MAX
    finally:
        for phone in phones:
            phone.is_over.set()
    for phone in phones:
        phone.join(timeout=60)
        acknowledged = {str(entry.fact_id) for entry in phone.device.journal if entry.verdict}
        assert _ledger_of(server, phone) >= acknowledged  # nothing acknowledged is missing
        deadline = time.monotonic() + BACK_SECONDS_MAX
        while phone.device.unsent():  # each door may find its own connections dead once more
            assert phone.try_to_send() or time.monotonic() < deadline
        assert _ledger_of(server, phone) == {str(entry.fact_id) for entry in phone.device.journal}
    _rebuilt_status_is_equal(server)


def _wait_for(server: RealServer, victim: str) -> list[int]:
    deadline = time.monotonic() + BACK_SECONDS_MAX
    while not (found := server.children(victim)):
        assert time.monotonic() < deadline, f"no process {victim}"
    return found


def _ledger_of(server: RealServer, phone: SendingPhone) -> set[str]:
    with _database(server) as database:
        rows = database.execute(
            "SELECT fact_id::text FROM fact WHERE device_id = %s", [phone.device.device_id]
        ).fetchall()
    assert len(rows) == len(set(rows))
    return {str(row[0]) for row in rows}


def _rebuilt_status_is_equal(server: RealServer) -> None:
    server.run("rebuild-status")  # exits with 1, and so raises, when a row differs


def test_server_killed_while_phones_send(server: RealServer) -> None:
    _kill_under_load(server, "granian", KILLS)


def test_database_killed_while_phones_send(server: RealServer) -> None:
    _kill_under_load(server, "bin/postgres -D", DATABASE_KILLS)


def test_worker_killed_while_phones_send(server: RealServer) -> None:
    _kill_under_load(server, "doseline.cli worker", KILLS)
