# SPDX-License-Identifier: Apache-2.0
"""The machine door over ASGI, in this process: asks it one thing, or runs something with a door of its own."""

import asyncio
import json
from collections.abc import Awaitable, Callable, Coroutine
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from django.db import connection

from doseline.door import app as door_app
from doseline.door.app import Door


async def _inner(_scope: Any, _receive: Any, send: Any) -> None:
    await send({"type": "http.response.start", "status": 299, "headers": []})
    await send({"type": "http.response.body", "body": b'"django"'})


async def ask(
    door: Door, body: bytes, headers: dict[str, str], method: str = "POST", path: str = door_app.PUSH_PATH
) -> Any:
    """Status, body and headers of one answer. What falls through to Django is answered 299."""
    sent: list[dict[str, Any]] = []

    async def receive() -> dict[str, Any]:
        return {"type": "http.request", "body": body, "more_body": False}

    async def send(message: dict[str, Any]) -> None:
        sent.append(message)

    raw = [(name.lower().encode(), value.encode()) for name, value in headers.items()]
    path, _, query = path.partition("?")
    scope = {"type": "http", "method": method, "path": path, "query_string": query.encode(), "headers": raw}
    await door(scope, receive, send)
    told = dict(sent[0]["headers"])
    return sent[0]["status"], sent[1]["body"], told


def with_a_door(work: Callable[[Door], Awaitable[Any]]) -> Any:
    """What `work` gives, run in a loop of its own; the connections the door's threads opened are closed after."""

    async def run() -> Any:
        door = Door(_inner)
        try:
            return await work(door)
        finally:
            await _end(door)

    return in_its_own_loop(run())


def ask_once(body: bytes, headers: dict[str, str], **how: Any) -> tuple[int, Any, dict[bytes, bytes]]:
    """Status, decoded JSON and headers of one answer of a fresh door."""
    status, answer, told = with_a_door(lambda door: ask(door, body, headers, **how))
    return status, json.loads(answer), told


async def _end(door: Door) -> None:
    loop = asyncio.get_running_loop()
    await loop.run_in_executor(door._coalescer._executor, _close)
    await loop.run_in_executor(door._side_thread, _close)
    door._coalescer.close()
    door._side_thread.shutdown()


def _close() -> None:
    connection.close()


def in_its_own_loop(work: Coroutine[Any, Any, Any]) -> Any:
    """Runs in a thread of its own: the browser driver keeps a loop running in this one."""
    with ThreadPoolExecutor(1) as thread:
        return thread.submit(asyncio.run, work).result()
