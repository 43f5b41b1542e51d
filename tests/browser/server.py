# SPDX-License-Identifier: Apache-2.0
"""A real Doseline in processes of its own, for tests that kill, stop and start it."""

import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psycopg

from doseline.shared.embedded_postgres import EmbeddedPostgres

_START_SECONDS_MAX = 30


@contextmanager
def running_server() -> Iterator["RealServer"]:
    """A server in a directory of its own; all of it is gone afterwards. Not under pytest's own folder: the next pytest to start on
    the machine closes that one to the database's user."""
    with tempfile.TemporaryDirectory(prefix="doseline-server-") as folder:
        Path(folder).chmod(0o755)
        server = RealServer(Path(folder))
        server.start()
        try:
            yield server
        finally:
            server.stop()


class RealServer:
    """`doseline up` with a small demo in a directory of its own. Stop and start it as often as you like."""

    def __init__(self, folder: Path, sites: int = 3) -> None:
        self.folder, self.sites = folder, sites
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.process: subprocess.Popen[bytes] | None = None
        self.environment = {
            k: v
            for k, v in os.environ.items()
            if k not in ("DATABASE_URL", "DOSELINE_AS_OWNER", "DOSELINE_RECORD_LANES")
        }
        self.environment |= {"DOSELINE_DATA_DIR": str(folder), "PYTHONWARNINGS": "ignore"}

    def start(self) -> None:
        """Starts everything and waits until it is well."""
        if not (self.folder / "postgres").exists():
            self._build_demo()
        command = [sys.executable, "-m", "doseline.cli", "up", "--port", str(self.port)]
        log = (self.folder / "up.log").open("ab")
        self.process = subprocess.Popen(command, env=self.environment, stdout=log, stderr=log, start_new_session=True)
        log.close()
        self.wait_until_well()

    def run(self, *command: str) -> subprocess.CompletedProcess[str]:
        """Runs one command of `doseline` against this server's database."""
        return subprocess.run(
            [sys.executable, "-m", "doseline.cli", *command],
            env=self.environment,
            capture_output=True,
            text=True,
            check=True,
            timeout=120,
        )

    def rows(self, query: str) -> list[tuple[Any, ...]]:
        """Asks this server's database, as its owner."""
        with psycopg.connect(EmbeddedPostgres(self.folder / "postgres").dsn()) as connection:
            return connection.execute(query.encode()).fetchall()

    def stop(self) -> None:
        """Stops it as Ctrl-C does. Idempotent."""
        if self.process is not None and self.process.poll() is None:
            self.process.send_signal(signal.SIGINT)
            self.process.wait(timeout=40)
        self.process = None

    def wait_until_well(self) -> None:
        """Returns once /healthz answers 200; fails after a minute with the log."""
        deadline = time.monotonic() + _START_SECONDS_MAX
        while time.monotonic() < deadline:
            try:
                with urllib.request.urlopen(f"{self.url}/healthz", timeout=5) as answer:
                    if answer.status == 200:
                        return
            except OSError:
                time.sleep(0.1)
        raise AssertionError((self.folder / "up.log").read_text()[-3000:])

    def children(self, name: str) -> list[int]:
        """Process ids below this server whose command line contains `name`."""
        assert self.process is not None
        found = []
        for status in Path("/proc").glob("[0-9]*/cmdline"):
            pid = int(status.parent.name)
            try:
                line = status.read_bytes().replace(b"\0", b" ").decode()
                if name in line and self.process.pid in _ancestors(pid):
                    found.append(pid)
            except (FileNotFoundError, ProcessLookupError):
                continue
        return found

    def _build_demo(self) -> None:
        self.folder.mkdir(parents=True, exist_ok=True)
        self.folder.chmod(0o755)
        postgres = EmbeddedPostgres(self.folder / "postgres")
        postgres.start()
        try:
            self.run("migrate")
            self.run("demo", "--sites", str(self.sites))
        finally:
            postgres.stop()


def free_port() -> int:
    """A port nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _ancestors(pid: int) -> set[int]:
    found = set()
    while pid > 1:
        found.add(pid)
        pid = int((Path("/proc") / str(pid) / "stat").read_text().rsplit(")", 1)[1].split()[1])
    return found
