# SPDX-License-Identifier: Apache-2.0
"""The evening before: everything a session needs is on the phone, signed, and closed to anyone without a PIN."""

import base64
import gzip
import json
from uuid import UUID

import pytest
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.test import Client
from joserfc import jwe, jws

from doseline.followups.commands import drain
from doseline.planning.packs import build_pack
from doseline.shared import clock
from doseline.shared.ids import uuid7
from doseline.shared.keys import server_keys
from doseline.staff.commands import revoke_device, stretch_pin
from doseline.staff.models import Device
from doseline.sync import views
from doseline.sync.devices import DeviceBook
from tests.door import ask_once
from tests.drive import PIN, Drive, TestPhone


@pytest.fixture(autouse=True)
def _fresh_devices(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(views, "_devices", DeviceBook())


def _read(phone: TestPhone, target: str) -> object:
    return Client().get(target, headers=phone.device.read_headers(target, clock.now()))


def _fetch(phone: TestPhone, session_id: UUID) -> tuple[int, dict[str, str]]:
    target = f"/sync/v1/packs/{session_id}"
    headers = phone.device.read_headers(target, clock.now())
    status, answer, _told = ask_once(b"", headers, method="GET", path=target)
    return status, answer


def test_a_pack_opens_with_a_pin_and_only_with_it(live_drive: Drive) -> None:
    drive = live_drive
    build_pack(drive.session.session_id, clock.now())
    status, answer = _fetch(drive.phone(), drive.session.session_id)
    assert status == 200
    manifest = json.loads(
        jws.deserialize_compact(answer["manifest"], server_keys().signing, algorithms=["ES256"]).payload
    )
    asha = manifest["team"][0]
    wrapped, content = base64.b64decode(asha["wrapped_key"]), base64.b64decode(answer["content"])
    bound = str(drive.session.session_id).encode()
    pack_key = AESGCM(stretch_pin(PIN, base64.b64decode(asha["salt"]))).decrypt(wrapped[:12], wrapped[12:], bound)
    opened = json.loads(gzip.decompress(AESGCM(pack_key).decrypt(content[:12], content[12:], bound)))
    assert len(opened["roster"]) == 10
    assert opened["roster"][0][1] == drive.people()[0].code
    assert opened["roster"][0][11] == []
    assert [batch["number"] for batch in opened["batches"]] == ["T-OLD", "T-1"]
    with pytest.raises(InvalidTag):
        AESGCM(stretch_pin("000000", base64.b64decode(asha["salt"]))).decrypt(wrapped[:12], wrapped[12:], bound)
    assert b"Test Person" not in content


def test_the_newest_pack_is_listed_and_given(drive: Drive) -> None:
    phone = drive.phone()
    assert [s["pack_version"] for s in _read(phone, "/sync/v1/packs").json()["sessions"]] == [0]  # type: ignore[attr-defined]
    build_pack(drive.session.session_id, clock.now())
    build_pack(drive.session.session_id, clock.now())
    assert [s["pack_version"] for s in _read(phone, "/sync/v1/packs").json()["sessions"]] == [2]  # type: ignore[attr-defined]


def test_a_phone_reads_its_own_site_only(live_drive: Drive) -> None:
    other = live_drive.sessions[1]
    build_pack(other.session_id, clock.now())
    phone = live_drive.phone()
    status, told = _fetch(phone, other.session_id)
    assert (status, told["problem"]) == (404, "sync.unknown_session")
    answer = _read(phone, f"/sync/v1/sessions/{other.session_id}/changes?cursor=0")
    assert (answer.status_code, answer.json()["problem"]) == (404, "sync.unknown_session")  # type: ignore[attr-defined]


def test_a_phone_cut_off_gets_no_pack(live_drive: Drive) -> None:
    build_pack(live_drive.session.session_id, clock.now())
    phone = live_drive.phone()
    device = Device.objects.get(pk=phone.device.device_id)
    revoke_device(device, by=None, reason="lost", now=clock.now())
    status, told = _fetch(phone, live_drive.session.session_id)
    assert (status, told["problem"]) == (403, "sync.device_revoked")


@pytest.mark.parametrize(
    ("altered", "problem"),
    [
        ({"Doseline-Signature": ""}, "sync.signature_missing"),
        ({"Doseline-Signature": "AAAA"}, "sync.signature_wrong"),
        ({"Doseline-Device": "nobody"}, "sync.unknown_device"),
        ({"Doseline-Device": "00000000-0000-0000-0000-000000000001"}, "sync.unknown_device"),
    ],
)
def test_an_unsigned_read_gets_nothing(drive: Drive, altered: dict[str, str], problem: str) -> None:
    phone = drive.phone()
    headers = phone.device.read_headers("/sync/v1/packs", clock.now()) | altered
    answer = Client().get("/sync/v1/packs", headers=headers)
    assert answer.json()["problem"] == problem
    assert answer.status_code == 401


def test_an_old_signature_is_not_replayed(drive: Drive) -> None:
    from datetime import timedelta

    phone = drive.phone()
    headers = phone.device.read_headers("/sync/v1/packs", clock.now() - timedelta(minutes=6))
    answer = Client().get("/sync/v1/packs", headers=headers)
    assert answer.json()["problem"] == "sync.clock_differs"
    assert answer.json()["clock"]["now"]


def test_phones_of_a_session_share_one_queue(drive: Drive) -> None:
    # given a verifier's and a vaccinator's phone
    verifier, vaccinator = drive.phone(), drive.phone()
    person = drive.people()[0]
    verifier.act("identity_checked", person_id=person.person_id, document="voter_id")
    verifier.push()
    drain()
    # when the vaccinator's asks what happened
    target = f"/sync/v1/sessions/{drive.session.session_id}/changes?cursor=0"
    answer = _read(vaccinator, target).json()  # type: ignore[attr-defined]
    # then it learns who is ready, and a cursor from which nothing is told twice
    assert [(c["person_id"], c["state"]) for c in answer["changes"]] == [(str(person.person_id), "to_vaccinate")]
    target = f"/sync/v1/sessions/{drive.session.session_id}/changes?cursor={answer['cursor']}"
    assert _read(vaccinator, target).json()["changes"] == []  # type: ignore[attr-defined]


def test_a_walk_in_is_known_to_the_teams_other_phones(drive: Drive) -> None:
    # given somebody registered at the entry officer's phone, closed for the team, and somebody by an older app
    entry, vaccinator = drive.phone(), drive.phone()
    sealed = jwe.encrypt_compact({"alg": "ECDH-ES", "enc": "A256GCM"}, b"{}", server_keys().sealing)
    newcomer, other = uuid7(), uuid7()
    entry.act("walk_in_registered", person_id=newcomer, sealed_person=sealed, team_person="Y2xvc2Vk")
    entry.act("walk_in_registered", person_id=other, sealed_person=sealed)
    assert {verdict.verdict for verdict in entry.push()} == {"recorded"}
    drain()
    # then the vaccinator's phone is given what the first closed, as it was
    target = f"/sync/v1/sessions/{drive.session.session_id}/changes?cursor=0"
    changes = {c["person_id"]: c for c in _read(vaccinator, target).json()["changes"]}  # type: ignore[attr-defined]
    assert changes[str(newcomer)]["team_person"] == "Y2xvc2Vk"
    assert "team_person" not in changes[str(other)]


@pytest.mark.parametrize("cursor", ["-1", "x", "", "9" * 30])
def test_a_bad_cursor_is_named(drive: Drive, cursor: str) -> None:
    answer = _read(drive.phone(), f"/sync/v1/sessions/{drive.session.session_id}/changes?cursor={cursor}")
    assert (answer.status_code, answer.json()["problem"]) == (400, "sync.bad_parameter")  # type: ignore[attr-defined]
