# SPDX-License-Identifier: Apache-2.0
"""Faults F1, F3 and F5: real processes killed with -9 while phones send. Every acknowledged fact is in the ledger exactly
once, and the service comes back by itself. KILLS=200 kills more often."""

import os
import random
import signal
import time
from collections.abc import Collection, Iterator

import pytest

from tests.browser.server import RealServer, running_server
from tests.faults.sending import BACK_SECONDS_MAX, SendingPhone, acknowledged, ledger_of

pytestmark = pytest.mark.processes
KILLS = int(os.environ.get("KILLS", "10"))
DATABASE_KILLS = int(os.environ.get("KILLS", "50"))
PHONES = 6


@pytest.fixture(scope="module")
def server() -> Iterator[RealServer]:
    with running_server() as started:
        yield started


def _kill_under_load(server: RealServer, victim: str, times: int) -> None:
    chance = random.Random(1)
    phones = [SendingPhone(server, number) for number in range(PHONES)]
    for phone in phones:
        phone.start()
    try:
        for _kill in range(times):
            time.sleep(chance.uniform(0.3, 1.2))
            killed = _wait_for(server, victim)
            for pid in killed:
                os.kill(pid, signal.SIGKILL)
            died_at = time.monotonic()
            _wait_for(server, victim, other_than=killed)  # until then those it leaves behind may still answer
            server.wait_until_well()
            assert time.monotonic() - died_at < BACK_SECONDS_MAX
    finally:
        for phone in phones:
            phone.is_over.set()
    for phone in phones:
        phone.join(timeout=60)
        assert ledger_of(server, phone) >= acknowledged(phone)  # nothing acknowledged is missing
        deadline = time.monotonic() + BACK_SECONDS_MAX
        while phone.device.unsent():  # each door may find its own connections dead once more
            assert phone.try_to_send() or time.monotonic() < deadline
        assert ledger_of(server, phone) == {str(entry.fact_id) for entry in phone.device.journal}
    _rebuilt_status_is_equal(server)


def _wait_for(server: RealServer, victim: str, other_than: Collection[int] = ()) -> set[int]:
    deadline = time.monotonic() + BACK_SECONDS_MAX
    while not (found := set(server.children(victim)).difference(other_than)):
        assert time.monotonic() < deadline, f"no process {victim}"
    return found


def _rebuilt_status_is_equal(server: RealServer) -> None:
    server.run("rebuild-status")  # exits with 1, and so raises, when a row differs


def test_server_killed_while_phones_send(server: RealServer) -> None:
    _kill_under_load(server, "granian", KILLS)


def test_database_killed_while_phones_send(server: RealServer) -> None:
    _kill_under_load(server, "bin/postgres -D", DATABASE_KILLS)


def test_worker_killed_while_phones_send(server: RealServer) -> None:
    _kill_under_load(server, "doseline.cli worker", KILLS)
