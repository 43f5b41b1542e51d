# SPDX-License-Identifier: Apache-2.0
"""Fault F5 above the processes: the one that looks after the others is itself killed, hung up on, or started twice."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.browser.server import RealServer, running_server

pytestmark = pytest.mark.processes
GONE_SECONDS_MAX = 30


@pytest.fixture
def server() -> Iterator[RealServer]:
    before = signal.signal(signal.SIGHUP, signal.SIG_DFL)  # whoever runs the tests may ignore it, and it is handed down
    with running_server() as started:
        yield started
    signal.signal(signal.SIGHUP, before)


def _wait(until: Callable[[], bool]) -> None:
    deadline = time.monotonic() + GONE_SECONDS_MAX
    while not until():
        assert time.monotonic() < deadline
        time.sleep(0.1)


def _is_gone(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().split(") ")[1][0] == "Z"
    except FileNotFoundError:
        return True


@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGHUP])
def test_nothing_is_left_when_the_supervisor_goes(server: RealServer, how: signal.Signals) -> None:
    # given all of it running
    family = server.children("")
    assert len(family) > 4
    # when the supervisor is killed, or its terminal is closed
    assert server.process is not None
    os.kill(server.process.pid, how)
    server.process.wait(timeout=GONE_SECONDS_MAX)
    # then the rest goes too, and the next start finds the data as they were
    _wait(lambda: all(_is_gone(pid) for pid in family))
    server.start()
    assert server.rows("SELECT count(*) > 0 FROM person") == [(True,)]


def test_workers_of_a_server_killed_with_its_supervisor_leave_the_port(server: RealServer) -> None:
    # given the server's master and its workers
    family = server.children("")
    assert server.process is not None
    supervisor = server.process.pid
    below = [
        pid for pid in family if int(Path(f"/proc/{pid}/stat").read_text().split(") ")[1].split()[1]) == supervisor
    ]
    # when the supervisor and all it started are killed at the same moment
    for pid in (supervisor, *below):
        os.kill(pid, signal.SIGKILL)
    server.process.wait(timeout=GONE_SECONDS_MAX)
    # then nobody keeps the port, and the next start is well
    _wait(lambda: all(_is_gone(pid) for pid in family))
    server.start()
    server.wait_until_well()


def test_a_second_one_on_the_same_data_is_refused_in_words(server: RealServer) -> None:
    command = [sys.executable, "-m", "doseline.cli", "up", "--port", str(server.port + 1)]
    second = subprocess.run(command, env=server.environment, capture_output=True, text=True, timeout=60, check=False)
    assert second.returncode == 1
    assert "runs on these data already" in second.stderr
    server.wait_until_well()


def test_a_command_without_a_database_says_so(tmp_path: Path) -> None:
    environment = os.environ | {"DATABASE_URL": f"postgresql:///doseline?host={tmp_path}"}
    for command in (["rebuild-status"], ["play"], ["demo"], ["migrate"]):
        done = subprocess.run(
            [sys.executable, "-m", "doseline.cli", *command],
            env=environment, capture_output=True, text=True, timeout=60, check=False,
        )  # fmt: skip
        assert done.returncode == 1
        assert done.stderr.strip().endswith("look at DATABASE_URL.")
        assert "Traceback" not in done.stderr
