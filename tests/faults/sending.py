# SPDX-License-Identifier: Apache-2.0
"""A phone that acts and sends without end, for tests in which what it sends to is killed."""

import base64
import hashlib
import http.client
import json
import random
import threading
import time
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import psycopg

from doseline.rehearsal.device import SimulatedDevice
from doseline.shared.embedded_postgres import EmbeddedPostgres
from doseline.shared.ids import random_code
from tests.browser.server import RealServer

BACK_SECONDS_MAX = 30


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

    def refusal(self) -> tuple[int, str | None] | None:
        """(status, Retry-After) of what an upload of everything unsent is answered with; None when it is taken, or not answered."""
        body = self.device.push_body(self.device.unsent()[:100], datetime.now(UTC))
        connection = http.client.HTTPConnection("127.0.0.1", self.server.port, timeout=30)
        try:
            connection.request("POST", "/sync/v1/facts", body, self.device.push_headers(body))
            answer = connection.getresponse()
            answer.read()
        except (OSError, http.client.HTTPException):
            return None
        finally:
            connection.close()
        return None if answer.status == 200 else (answer.status, answer.getheader("Retry-After"))

    def _enrol(self, number: int) -> tuple[UUID, UUID, UUID]:
        code = random_code(8)
        with database_of(self.server) as database:
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


def database_of(server: RealServer) -> "psycopg.Connection[tuple[object, ...]]":
    """The server's database, as its owner; one that was killed a moment ago is waited for."""
    deadline = time.monotonic() + BACK_SECONDS_MAX
    while True:
        try:
            return psycopg.connect(EmbeddedPostgres(server.folder / "postgres").dsn(), autocommit=True)
        except psycopg.OperationalError:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.1)


def ledger_of(server: RealServer, phone: SendingPhone) -> set[str]:
    """The ids of the phone's facts in the ledger. Fails when one is there twice."""
    with database_of(server) as database:
        rows = database.execute(
            "SELECT fact_id::text FROM fact WHERE device_id = %s", [phone.device.device_id]
        ).fetchall()
    assert len(rows) == len(set(rows))
    return {str(row[0]) for row in rows}


def acknowledged(phone: SendingPhone) -> set[str]:
    """The ids of the phone's facts that the server said it has."""
    return {str(entry.fact_id) for entry in phone.device.journal if entry.verdict}
