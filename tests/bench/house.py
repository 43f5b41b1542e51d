# SPDX-License-Identifier: Apache-2.0
"""The house under test: an embedded PostgreSQL and a server of the bench's own, in a directory of their own, started
when a row first needs them. The worker is not started: rows that want follow-ups run them."""

import os
import shutil
import socket
import subprocess
import sys
import tempfile
from importlib.metadata import version
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING

import psycopg

if TYPE_CHECKING:
    from doseline.shared.embedded_postgres import EmbeddedPostgres
    from doseline.supervisor import Supervisor
    from tests.bench.drive import Phone

_DISK = Path("/var/tmp")  # noqa: S108 - a disk; /tmp may be memory, where nothing costs what it should


class House:
    """Use as a context manager; everything is gone after it."""

    def __init__(self) -> None:
        self._directory: Path | None = None
        self._postgres: EmbeddedPostgres | None = None
        self._supervisor: Supervisor | None = None
        self._owner: psycopg.Connection[tuple[int, ...]] | None = None
        self._phones: list[Phone] = []

    def __enter__(self) -> "House":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._owner is not None:
            self._owner.close()
        if self._supervisor is not None:
            from django.db import connections

            connections.close_all()
            self._supervisor._stop_all()
        if self._postgres is not None:
            self._postgres.stop()
        if self._directory is not None:
            shutil.rmtree(self._directory, ignore_errors=True)

    @property
    def owner(self) -> psycopg.Connection[tuple[int, ...]]:
        """A connection as the database's owner, in autocommit. Starts everything when nothing runs yet."""
        if self._owner is None:
            self._start()
        assert self._owner is not None
        return self._owner

    @property
    def phones(self) -> "list[Phone]":
        """The enrolled phones that can sign, phone n at site n."""
        return self._phones

    @property
    def dsn(self) -> str:
        """Where pgbench connects."""
        assert self._postgres is not None
        return self._postgres.dsn()

    @property
    def port(self) -> int:
        """Where the server listens."""
        assert self._supervisor is not None
        return self._supervisor.port

    def server_rss_mb(self) -> float:
        """Memory of the serving processes together (granian's workers, not their watcher)."""
        assert self._supervisor is not None
        watcher = self._supervisor.children["server"].pid
        workers = Path(f"/proc/{watcher}/task/{watcher}/children").read_text().split()
        return sum(_rss_mb(int(pid)) for pid in (workers or [str(watcher)]))

    def granian_version(self) -> str:
        """Of the server that is measured."""
        return version("granian")

    def _start(self) -> None:
        """The server is started by the supervisor's own code, so its flags are those of `doseline up`."""
        self._directory = Path(tempfile.mkdtemp(prefix="doseline-bench-", dir=_DISK))
        os.environ["DOSELINE_DATA_DIR"] = str(self._directory)
        os.environ.setdefault("DJANGO_SETTINGS_MODULE", "doseline.settings")
        os.environ.pop("DATABASE_URL", None)
        from doseline.shared.embedded_postgres import EmbeddedPostgres
        from doseline.supervisor import Supervisor

        self._postgres = EmbeddedPostgres(self._directory / "postgres")
        self._postgres.start()
        subprocess.run([sys.executable, "-m", "doseline.cli", "migrate"], check=True)
        import django

        django.setup()
        self._owner = psycopg.connect(self._postgres.dsn(), autocommit=True)
        from tests.bench.drive import make_drive

        self._phones = make_drive(self._owner)
        self._supervisor = Supervisor("127.0.0.1", _free_port(), with_demo=False)
        self._supervisor.postgres = None  # ours is stopped by us
        self._supervisor._start("server")
        self._supervisor._wait_until_served()


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def _rss_mb(pid: int) -> float:
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    return next(int(line.split()[1]) / 1024 for line in lines if line.startswith("VmRSS"))
