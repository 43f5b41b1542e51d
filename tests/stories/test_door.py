# SPDX-License-Identifier: Apache-2.0
"""The machine door over ASGI: every way in has an answer with a name, and many small uploads become one transaction."""

import asyncio
import json
from collections.abc import Coroutine
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from django.db import OperationalError, connection

from doseline.door import app as door_app
from doseline.door.app import Door
from doseline.ledger.commands import IncomingFact, Verdict, record_facts
from doseline.sync.commands import BODY_BYTES_MAX
from tests.drive import Drive, TestPhone


async def _inner(_scope: Any, _receive: Any, send: Any) -> None:
    await send({"type": "http.response.start", "status": 299, "headers": []})
    await send({"type": "http.response.body", "body": b"django"})


async def _ask(
    door: Door, body: bytes, headers: dict[str, str], method: str = "POST", path: str = door_app.PUSH_PATH
) -> Any:
    sent: list[dict[str, Any]] = []

    async def receive() -> dict[str, Any]:
        return {"type": "http.request", "body": body, "more_body": False}

    async def send(message: dict[str, Any]) -> None:
        sent.append(message)

    raw = [(name.lower().encode(), value.encode()) for name, value in headers.items()]
    await door({"type": "http", "method": method, "path": path, "headers": raw}, receive, send)
    told = dict(sent[0]["headers"])
    return sent[0]["status"], sent[1]["body"], told


def _one(body: bytes, headers: dict[str, str], **how: Any) -> tuple[int, Any, dict[bytes, bytes]]:
    async def run() -> Any:
        door = Door(_inner)
        try:
            return await _ask(door, body, headers, **how)
        finally:
            await _end(door)

    status, answer, told = _in_its_own_loop(run())
    return status, json.loads(answer), told


async def _end(door: Door) -> None:
    """Closes the connections the door's threads opened."""
    loop = asyncio.get_running_loop()
    await loop.run_in_executor(door._coalescer._executor, _close)
    await loop.run_in_executor(door._side_thread, _close)
    door._coalescer.close()
    door._side_thread.shutdown()


def _upload(phone: TestPhone) -> tuple[bytes, dict[str, str]]:
    from doseline.shared import clock

    body = phone.device.push_body(phone.device.unsent(), clock.now())
    return body, phone.device.push_headers(body)


def test_an_upload_gets_its_verdicts(live_drive: Drive) -> None:
    phone = live_drive.phone()
    phone.give(live_drive.people()[0])
    status, answer, _told = _one(*_upload(phone))
    assert status == 200
    assert [told["verdict"] for told in answer["verdicts"]] == ["recorded"]
    assert answer["clock"]["is_demo"] is False


def test_many_at_once_are_recorded_together(live_drive: Drive, monkeypatch: pytest.MonkeyPatch) -> None:
    phones = [live_drive.phone() for _ in range(12)]
    for phone, person in zip(phones, live_drive.people() * 2, strict=False):
        phone.give(person)
    uploads = [_upload(phone) for phone in phones]
    batches: list[int] = []

    def record(facts: list[IncomingFact]) -> list[Verdict]:
        batches.append(len(facts))
        return record_facts(facts)

    monkeypatch.setattr(door_app, "record_facts", record)

    async def all_at_once() -> list[Any]:
        door = Door(_inner)
        try:
            return list(await asyncio.gather(*(_ask(door, *upload) for upload in uploads)))
        finally:
            await _end(door)

    answers = _in_its_own_loop(all_at_once())
    assert [status for status, _, _ in answers] == [200] * 12
    assert sum(batches) == 12
    assert len(batches) < 12


@pytest.mark.parametrize(
    ("altered", "body", "status", "problem"),
    [
        ({"Doseline-Device": "x"}, None, 401, "sync.unknown_device"),
        ({"Doseline-Device": "00000000-0000-0000-0000-000000000001"}, None, 401, "sync.unknown_device"),
        ({"Doseline-Signature": ""}, None, 401, "sync.signature_missing"),
        ({"Doseline-Signature": "AAAA"}, None, 401, "sync.signature_wrong"),
        ({}, b"x" * (BODY_BYTES_MAX + 1), 413, "sync.body_too_large"),
        ({"Content-Length": str(BODY_BYTES_MAX + 1)}, b"", 413, "sync.body_too_large"),
    ],
)
def test_a_faulty_upload_is_named(
    live_drive: Drive, altered: dict[str, str], body: bytes | None, status: int, problem: str
) -> None:
    good, headers = _upload(live_drive.phone())
    answered, answer, _told = _one(good if body is None else body, headers | altered)
    assert (answered, answer["problem"]) == (status, problem)
    assert answer["sentence"]


def test_other_methods_and_languages(live_drive: Drive) -> None:
    body, headers = _upload(live_drive.phone())
    status, answer, _told = _one(body, headers | {"Accept-Language": "bn-IN"}, method="PUT")
    assert (status, answer["problem"]) == (405, "sync.method_not_allowed")
    assert not answer["sentence"].isascii()


def test_everything_else_falls_through(live_drive: Drive) -> None:
    assert live_drive

    async def run() -> Any:
        door = Door(_inner)
        try:
            return await _ask(door, b"", {}, path="/hq/")
        finally:
            await _end(door)

    assert _in_its_own_loop(run())[:2] == (299, b"django")


def test_no_false_yes_when_the_database_is_away(live_drive: Drive, monkeypatch: pytest.MonkeyPatch) -> None:
    phone = live_drive.phone()
    phone.give(live_drive.people()[0])

    def away(_facts: object) -> None:
        raise OperationalError("gone")

    monkeypatch.setattr(door_app, "record_facts", away)
    status, answer, told = _one(*_upload(phone))
    assert (status, answer["problem"]) == (503, "sync.database_away")
    assert told[b"retry-after"] == b"5"
    monkeypatch.undo()
    assert _one(*_upload(phone))[1]["verdicts"][0]["verdict"] == "recorded"


def test_too_much_waiting_is_turned_away_politely(live_drive: Drive) -> None:
    phone = live_drive.phone()
    phone.give(live_drive.people()[0])
    upload = _upload(phone)

    async def run() -> Any:
        door = Door(_inner)
        door._coalescer._waiting_facts_max = 0
        try:
            return await _ask(door, *upload)
        finally:
            await _end(door)

    status, answer, told = _in_its_own_loop(run())
    assert (status, json.loads(answer)["problem"], told[b"retry-after"]) == (503, "sync.busy", b"5")


def _close() -> None:
    connection.close()


def _in_its_own_loop(work: Coroutine[Any, Any, Any]) -> Any:
    """Runs in a thread of its own: the browser driver keeps a loop running in this one."""
    with ThreadPoolExecutor(1) as thread:
        return thread.submit(asyncio.run, work).result()
