# SPDX-License-Identifier: Apache-2.0
"""The machine door over ASGI: every way in has an answer with a name, and many small uploads become one transaction."""

import asyncio
import json
from typing import Any

import pytest
from django.db import OperationalError

from doseline.door import app as door_app
from doseline.door.app import Door
from doseline.ledger.commands import IncomingFact, Verdict, record_facts
from doseline.shared import clock
from doseline.sync.commands import BODY_BYTES_MAX
from tests.door import ask, ask_once, with_a_door
from tests.drive import Drive, TestPhone


def _upload(phone: TestPhone) -> tuple[bytes, dict[str, str]]:
    body = phone.device.push_body(phone.device.unsent(), clock.now())
    return body, phone.device.push_headers(body)


def test_an_upload_gets_its_verdicts(live_drive: Drive) -> None:
    phone = live_drive.phone()
    phone.give(live_drive.people()[0])
    status, answer, _told = ask_once(*_upload(phone))
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

    async def all_at_once(door: Door) -> list[Any]:
        return list(await asyncio.gather(*(ask(door, *upload) for upload in uploads)))

    answers = with_a_door(all_at_once)
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
    answered, answer, _told = ask_once(good if body is None else body, headers | altered)
    assert (answered, answer["problem"]) == (status, problem)
    assert answer["sentence"]


def test_other_methods_and_languages(live_drive: Drive) -> None:
    body, headers = _upload(live_drive.phone())
    status, answer, _told = ask_once(body, headers | {"Accept-Language": "bn-IN"}, method="PUT")
    assert (status, answer["problem"]) == (405, "sync.method_not_allowed")
    assert not answer["sentence"].isascii()


def test_everything_else_falls_through(live_drive: Drive) -> None:
    assert live_drive
    assert ask_once(b"", {}, path="/hq/")[:2] == (299, "django")


def test_no_false_yes_when_the_database_is_away(live_drive: Drive, monkeypatch: pytest.MonkeyPatch) -> None:
    phone = live_drive.phone()
    phone.give(live_drive.people()[0])

    def away(_facts: object) -> None:
        raise OperationalError("gone")

    monkeypatch.setattr(door_app, "record_facts", away)
    status, answer, told = ask_once(*_upload(phone))
    assert (status, answer["problem"]) == (503, "sync.database_away")
    assert told[b"retry-after"] == b"5"
    monkeypatch.undo()
    assert ask_once(*_upload(phone))[1]["verdicts"][0]["verdict"] == "recorded"


def test_too_much_waiting_is_turned_away_politely(live_drive: Drive) -> None:
    phone = live_drive.phone()
    phone.give(live_drive.people()[0])
    upload = _upload(phone)

    async def with_no_room(door: Door) -> Any:
        door._coalescer._waiting_facts_max = 0
        return await ask(door, *upload)

    status, answer, told = with_a_door(with_no_room)
    assert (status, json.loads(answer)["problem"], told[b"retry-after"]) == (503, "sync.busy", b"5")


def test_other_addresses_of_packs_have_names(live_drive: Drive) -> None:
    phone = live_drive.phone()
    for path, method, status, problem in (
        ("/sync/v1/packs/nonsense", "GET", 404, "sync.unknown_session"),
        ("/sync/v1/packs/00000000-0000-0000-0000-000000000001?x=1", "GET", 404, "sync.unknown_session"),
        (f"/sync/v1/packs/{live_drive.session.session_id}", "GET", 404, "sync.pack_not_built"),
        (f"/sync/v1/packs/{live_drive.session.session_id}", "POST", 405, "sync.method_not_allowed"),
    ):
        headers = phone.device.read_headers(path, clock.now())
        answered, answer, _told = ask_once(b"", headers, method=method, path=path)
        assert (answered, answer["problem"]) == (status, problem)
