# SPDX-License-Identifier: Apache-2.0
"""The machine door: a thin ASGI application in front of Django. It takes uploads from phones and hands out
packs, the two paths where a framework's milliseconds count, and lets everything else fall through."""

import asyncio
import logging
import os
import time
from collections.abc import Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

import psycopg
import psycopg_pool
from django.db import OperationalError, close_old_connections, connection

from doseline.door.coalescer import Coalescer
from doseline.door.gate import Gate
from doseline.ledger.commands import IncomingFact, Verdict, current_epoch, keep_plans, record_facts
from doseline.shared.clock import clock
from doseline.shared.problems import CATALOGUE, ProblemError
from doseline.sync import commands, wire
from doseline.sync.devices import DeviceBook, KnownDevice, read_device_id
from doseline.sync.queries import PackShelf, answer_pack

Scope = dict[str, Any]
Message = dict[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
Application = Callable[[Scope, Receive, Send], Awaitable[None]]

PUSH_PATH = "/sync/v1/facts"
PACKS_PATH = "/sync/v1/packs/"
_AWAY = (psycopg.OperationalError, psycopg.InterfaceError, OperationalError)
_LANES = int(os.environ.get("DOSELINE_RECORD_LANES", "2"))
_TICK_SECONDS = 0.5
log = logging.getLogger("doseline.door")


class Door:
    """The ASGI application. One per process; `inner` is Django."""

    def __init__(self, inner: Application) -> None:
        self._inner = inner
        self._name = uuid4()
        self._devices = DeviceBook()
        self._packs = PackShelf()
        self._heard: dict[UUID, tuple[datetime, wire.Push]] = {}
        self._side_thread = ThreadPoolExecutor(1, thread_name_prefix="side")
        self._gate = Gate()
        self._epoch: UUID | None = None
        self._coalescer = Coalescer(self._record, lanes=_LANES, batch_facts_max=1600, waiting_facts_max=50_000)
        self._ticking: asyncio.Task[None] | None = None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await self._live(receive, send)
        elif scope["type"] == "http" and scope["path"] == PUSH_PATH:
            await self._answer(scope, send, self._push(scope, receive))
        elif scope["type"] == "http" and scope["path"].startswith(PACKS_PATH):
            await self._answer(scope, send, self._get_pack(scope))
        else:
            await self._inner(scope, receive, send)

    async def _answer(self, scope: Scope, send: Send, work: Awaitable[bytes]) -> None:
        """Every way out is an answer with a named problem; nothing is 500 but what we did not foresee."""
        retry_after = None
        try:
            status, body = 200, await work
        except ProblemError as error:
            status, retry_after = error.problem.status, error.retry_after_seconds
            body = commands.problem_answer(error.problem.code, _clock_answer(), _language(scope))
        except _AWAY:
            status, retry_after = CATALOGUE["sync.database_away"].status, 5
            body = commands.problem_answer("sync.database_away", _clock_answer(), _language(scope))
        headers = [(b"content-type", b"application/json"), (b"content-length", b"%d" % len(body))]
        if retry_after is not None:
            headers.append((b"retry-after", b"%d" % retry_after))
        await send({"type": "http.response.start", "status": status, "headers": headers})
        await send({"type": "http.response.body", "body": body})

    async def _push(self, scope: Scope, receive: Receive) -> bytes:
        if scope["method"] != "POST":
            raise ProblemError("sync.method_not_allowed")
        headers = dict(scope["headers"])
        body = await _read_body(headers, receive)
        signature = headers.get(b"doseline-signature", b"").decode("latin-1")
        if not signature:
            raise ProblemError("sync.signature_missing")
        device = await self._device(headers)
        now, speed, _ = clock.peek()
        opened = commands.open_push(device, body, signature, now, speed)
        verdicts = await self._coalescer.submit(opened.facts) if opened.facts else []
        self._heard[device.device_id] = (now, opened.push)
        left = max(0, opened.push.waiting_count - len(opened.facts))
        window = self._gate.window(left, time.monotonic())
        answer = commands.answer_push
        return answer(opened.facts, verdicts, _clock_answer(), self._epoch, window.after_seconds, window.facts_max)

    async def _get_pack(self, scope: Scope) -> bytes:
        """The newest pack of a session at the phone's own site, with this phone's start permit."""
        if scope["method"] != "GET":
            raise ProblemError("sync.method_not_allowed")
        headers = dict(scope["headers"])
        device = await self._device(headers)
        query = scope["query_string"].decode("latin-1")
        device.admit_read(
            target=f"{scope['path']}?{query}" if query else scope["path"],
            at=headers.get(b"doseline-at", b"").decode("latin-1"),
            signature=headers.get(b"doseline-signature", b"").decode("latin-1"),
            now=clock.peek()[0],
        )
        try:
            session_id = UUID(scope["path"].removeprefix(PACKS_PATH))
        except ValueError:
            raise ProblemError("sync.unknown_session") from None
        pack = self._packs.remembered(session_id) or await self._aside(self._packs.get, session_id)
        return answer_pack(pack, device)

    async def _device(self, headers: dict[bytes, bytes]) -> KnownDevice:
        device_id = read_device_id(headers.get(b"doseline-device", b"").decode("latin-1"))
        return self._devices.remembered(device_id) or await self._aside(self._devices.get, device_id)

    async def _live(self, receive: Receive, send: Send) -> None:
        while True:
            message = await receive()
            if message["type"] == "lifespan.startup":
                with suppress(*_AWAY):
                    await self._look_around()
                self._ticking = asyncio.create_task(self._tick())
                await send({"type": "lifespan.startup.complete"})
            elif message["type"] == "lifespan.shutdown":
                if self._ticking is not None:
                    self._ticking.cancel()
                await asyncio.get_running_loop().run_in_executor(None, self._coalescer.close)
                with suppress(*_AWAY):
                    await self._flush_contact()
                await send({"type": "lifespan.shutdown.complete"})
                return

    async def _tick(self) -> None:
        """Twice a second: the demo clock's setting, and the phones heard since, as one statement."""
        while True:
            await asyncio.sleep(_TICK_SECONDS)
            try:
                await self._look_around()
                await self._flush_contact()
            except _AWAY as error:
                log.warning("database away: %s", type(error).__name__)

    async def _look_around(self) -> None:
        """The demo clock's setting, and whether the ledger is still the one it was."""
        await self._aside(clock.refresh)
        self._epoch = await self._aside(current_epoch)

    def _record(self, facts: list[IncomingFact]) -> list[Verdict]:
        """Records, once more on a fresh connection if the old one had died: facts are idempotent. Called in a lane's thread."""
        started = time.monotonic()
        verdicts: list[Verdict] = _on_a_live_connection(_record_in_lane, facts)
        self._gate.note_recorded(len(facts), time.monotonic() - started)
        return verdicts

    async def _flush_contact(self) -> None:
        heard, self._heard = self._heard, {}
        try:
            await self._aside(commands.note_contact, heard)
            if heard:
                await self._aside(commands.note_pace, self._name, self._gate.backlog_pace)
        except _AWAY:
            self._heard = heard | self._heard
            raise

    async def _aside(self, work: Callable[..., Any], *arguments: Any) -> Any:
        """Runs a short synchronous read or write in the side thread."""
        return await asyncio.get_running_loop().run_in_executor(
            self._side_thread, _on_a_live_connection, work, *arguments
        )


def _record_in_lane(facts: list[IncomingFact]) -> list[Verdict]:
    """A lane's connection never leaves it, so it keeps its plans."""
    if connection.connection is None:
        keep_plans()
    return record_facts(facts)


def _on_a_live_connection(work: Callable[..., Any], *arguments: Any) -> Any:
    try:
        return work(*arguments)
    except _AWAY as error:
        if isinstance(error.__cause__, psycopg_pool.PoolTimeout):  # no connection was to be had: not one that had died
            raise
        _drop_connection()
    try:
        return work(*arguments)
    except _AWAY:
        close_old_connections()
        _drop_connection()
        raise


def _drop_connection() -> None:
    """Closes it, rather than giving it back to the pool: it may be dead, and a lane's is unlike the others."""
    if connection.connection is not None:
        connection.connection.close()
    connection.close()


async def _read_body(headers: dict[bytes, bytes], receive: Receive) -> bytes:
    """The whole body. Raises ProblemError as soon as it is known to be too large."""
    declared = headers.get(b"content-length", b"")
    if declared.isdigit() and int(declared) > commands.BODY_BYTES_MAX:
        raise ProblemError("sync.body_too_large")
    body, is_more = b"", True
    while is_more:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise ProblemError("sync.unreadable_batch")
        body += message.get("body", b"")
        is_more = message.get("more_body", False)
        if len(body) > commands.BODY_BYTES_MAX:
            raise ProblemError("sync.body_too_large")
    return body


def _clock_answer() -> wire.ClockAnswer:
    now, speed, is_demo = clock.peek()
    return wire.ClockAnswer(now, speed, is_demo)


def _language(scope: Scope) -> str:
    for name, value in scope["headers"]:
        if name == b"accept-language":
            asked = value[:2].decode("latin-1")
            return asked if asked in ("bn", "hi") else "en"
    return "en"
