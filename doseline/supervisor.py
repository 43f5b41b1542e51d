# SPDX-License-Identifier: Apache-2.0
"""`doseline up`: one process that starts the database, the server and the worker, starts again what dies, and stops
all of it on Ctrl-C."""

import fcntl
import os
import signal
import socket
import subprocess
import sys
import time
from contextlib import suppress
from types import FrameType

import psycopg

from doseline import settings
from doseline.shared.embedded_postgres import EmbeddedPostgres
from doseline.shared.processes import end_with_parent

_LOOK_SECONDS = 0.2
_RESTART_SECONDS = 1.0
_STOP_SECONDS = 15
_WORKERS = int(os.environ.get("DOSELINE_WORKERS", min(os.cpu_count() or 1, 4)))  # each coalesces what reaches it


class Supervisor:
    """Owns the process tree. With DATABASE_URL set there is no database of its own in it."""

    def __init__(self, host: str, port: int, *, with_demo: bool) -> None:
        self.host, self.port, self.with_demo = host, port, with_demo
        self.postgres = None if os.environ.get("DATABASE_URL") else EmbeddedPostgres(settings.DATA / "postgres")
        self.children: dict[str, subprocess.Popen[bytes]] = {}
        self.is_stopping = False

    def run(self) -> int:
        """Runs until a signal comes; returns the exit code."""
        signal.signal(signal.SIGINT, self._stop)
        signal.signal(signal.SIGTERM, self._stop)
        if signal.getsignal(signal.SIGHUP) is not signal.SIG_IGN:  # else nohup: it shall outlive its terminal
            signal.signal(signal.SIGHUP, self._stop)
        try:
            self._prepare()
            host = "127.0.0.1" if self.host == "0.0.0.0" else self.host  # noqa: S104 - everywhere is also here
            settings.ADDRESS_FILE.write_text(f"http://{host}:{self.port}\n", encoding="utf-8")
            self._start("server")
            self._start("worker")
            self._start("errands")
            self._announce()
            self._watch()
        except _NotReadyError as error:
            print(error, file=sys.stderr)
            return 1
        finally:
            self._stop_all()
        return 0

    def _prepare(self) -> None:
        self._claim_data()
        if _is_listening(self.host, self.port):
            raise _NotReadyError(
                f"Port {self.port} is taken. Stop what listens there, or use another: doseline up --port 8001"
            )
        if self.postgres is not None:
            self.postgres.end_leftover()
            self.postgres.start(before=_end_database_with_parent)
        _run_to_end("migrate")
        if self.with_demo and _is_empty():
            print("First run: building the demo drive.", flush=True)
            _run_to_end("demo")
        elif _is_demo():
            _run_to_end("demo")  # wakes its clock

    def _claim_data(self) -> None:
        """One Doseline at a time on one directory of data. The claim ends with this process, however it ends."""
        settings.DATA.mkdir(parents=True, exist_ok=True)
        self.claim = (settings.DATA / "up.lock").open("w")
        try:
            fcntl.flock(self.claim, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise _NotReadyError(
                f"Doseline runs on these data already ({settings.DATA}). Stop it first (Ctrl-C where it runs),"
                " or give another directory: DOSELINE_DATA_DIR=… doseline up --port 8001"
            ) from None

    def _start(self, name: str) -> None:
        command = {
            "worker": [sys.executable, "-m", "doseline.cli", "worker"],
            "errands": [sys.executable, "-m", "doseline.cli", "errands"],
            "server": [
                *(sys.executable, "-m", "granian", "--interface", "asgi", "doseline.asgi:application"),
                *("--host", self.host, "--port", str(self.port), "--workers", str(_WORKERS), "--backlog", "2048"),
                *(
                    "--http",
                    "1",
                    "--no-ws",
                    "--log-level",
                    "warning",
                    "--respawn-failed-workers",
                    "--workers-kill-timeout",
                    "10",
                ),
            ],
        }[name]
        environment = os.environ | ({"DOSELINE_SERVING": "1"} if name == "server" else {})
        self.children[name] = subprocess.Popen(  # noqa: S603 - our own commands
            command, start_new_session=True, stdin=subprocess.DEVNULL, env=environment, preexec_fn=end_with_parent
        )

    def _watch(self) -> None:
        while not self.is_stopping:
            time.sleep(_LOOK_SECONDS)
            if self.postgres is not None and self.postgres.process and self.postgres.process.poll() is not None:
                print("The database stopped; starting it again.", file=sys.stderr, flush=True)
                with suppress(RuntimeError):
                    self.postgres.start(before=_end_database_with_parent)
            for name, child in self.children.items():
                if child.poll() is not None and not self.is_stopping:
                    print(f"The {name} stopped; starting it again.", file=sys.stderr, flush=True)
                    with suppress(ProcessLookupError):
                        os.killpg(child.pid, signal.SIGKILL)  # what it left behind would hold the port
                    time.sleep(_RESTART_SECONDS)
                    self._start(name)

    def _announce(self) -> None:
        url = f"http://{self.host}:{self.port}"
        self._wait_until_served()
        print(f"\nDoseline is up: {url}\n  field app     {url}/app/\n  headquarters  {url}/hq/", flush=True)
        for line in _demo_logins(url):
            print(line, flush=True)
        print("Ctrl-C stops it.", flush=True)

    def _wait_until_served(self) -> None:
        for _try in range(300):
            if self.is_stopping or self.children["server"].poll() is not None:
                return
            if _is_listening(self.host, self.port):
                return
            time.sleep(0.05)

    def _stop(self, _signal: int, _frame: FrameType | None) -> None:
        self.is_stopping = True

    def _stop_all(self) -> None:
        for child in self.children.values():
            if child.poll() is None:
                child.send_signal(signal.SIGTERM)
        for child in self.children.values():
            try:
                child.wait(timeout=_STOP_SECONDS)
            except subprocess.TimeoutExpired:
                os.killpg(child.pid, signal.SIGKILL)
        if self.postgres is not None:
            self.postgres.stop()


class _NotReadyError(Exception):
    pass


def _end_database_with_parent() -> None:
    end_with_parent(signal.SIGINT)  # PostgreSQL's fast shutdown; at SIGTERM it would wait for everyone to leave


def _run_to_end(*command: str) -> None:
    environment = os.environ | ({"DOSELINE_AS_OWNER": "1"} if command[0] == "migrate" else {})
    done = subprocess.run([sys.executable, "-m", "doseline.cli", *command], check=False, env=environment)  # noqa: S603
    if done.returncode:
        raise _NotReadyError(f"`doseline {command[0]}` did not succeed; nothing was started.")


def _is_empty() -> bool:
    with _connect() as connection:
        row = connection.execute("SELECT NOT EXISTS (SELECT FROM staff) AND NOT EXISTS (SELECT FROM person)").fetchone()
        return bool(row and row[0])


def _is_demo() -> bool:
    with _connect() as connection:
        row = connection.execute("SELECT EXISTS (SELECT FROM demo_installation)").fetchone()
        return bool(row and row[0])


def _demo_logins(url: str) -> list[str]:
    with _connect() as connection:
        logins = connection.execute("SELECT username, password, role FROM demo_login ORDER BY username").fetchall()
    if not logins:
        return []
    lines = ["\nThis is a demo: nobody in it is real. Log in at headquarters as"]
    lines += [f"  {name:8} {password:22} {role}" for name, password, role in logins]
    return [
        *lines,
        f"with the code shown at {url}/demo/. PIN on the phones: 202101. To live the day: doseline play\n",
    ]


def _connect() -> psycopg.Connection[tuple[object, ...]]:
    database = settings.DATABASES["default"]
    parts = {"dbname": database["NAME"], "user": database["USER"], "password": database["PASSWORD"]}
    parts |= {"host": database["HOST"], "port": database["PORT"]}
    return psycopg.connect(**{key: value for key, value in parts.items() if value})


def _is_listening(host: str, port: int) -> bool:
    with socket.socket() as probe:
        probe.settimeout(0.5)
        return probe.connect_ex((host, port)) == 0
