# SPDX-License-Identifier: Apache-2.0
"""Bad input, as a broken or hostile phone sends it: each fault has its name, and no fault is anyone else's."""

import hashlib
import json
import random
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from django.db import connection

from doseline.people import wire as people_wire
from doseline.rehearsal.device import SimulatedDevice
from doseline.shared import clock
from doseline.shared.ids import uuid7
from doseline.shared.problems import ProblemError
from doseline.sync import commands as sync
from doseline.sync import wire
from tests.drive import Drive, TestPhone, status_of


def _problem_of(phone: TestPhone, body: bytes, signature: str | None = None) -> str:
    with pytest.raises(ProblemError) as raised:
        sync.open_push(
            phone.known(),
            body,
            signature or phone.device.push_headers(body)["Doseline-Signature"],
            clock.now(),
        )
    return raised.value.problem.code


def _altered(phone: TestPhone, drive: Drive, **changes: Any) -> bytes:
    """An upload of one dose with some of its fields changed, signed by the phone as if it meant it."""
    entry = phone.give(drive.people()[0])
    fact = {**json.loads(entry.text), **changes}
    entry.text = json.dumps(fact)
    return phone.device.push_body([entry], clock.now())


def test_a_cut_body_is_refused_whole(drive: Drive) -> None:
    phone = drive.phone()
    phone.give(drive.people()[0])
    body = phone.device.push_body(phone.device.unsent(), clock.now())
    for cut in range(0, len(body), 7):
        assert _problem_of(phone, body[:cut]) == "sync.unreadable_batch"


def test_a_flipped_bit_is_seen(drive: Drive) -> None:
    phone = drive.phone()
    phone.give(drive.people()[0])
    body = phone.device.push_body(phone.device.unsent(), clock.now())
    signature = phone.device.push_headers(body)["Doseline-Signature"]
    for place in range(0, len(body), 11):
        flipped = body[:place] + bytes([body[place] ^ 4]) + body[place + 1 :]
        assert _problem_of(phone, flipped, signature) == "sync.signature_wrong"


@pytest.mark.parametrize(
    "body",
    [b"", b"null", b"[]", b"{}", b'{"facts":[]}', b"\xff\xfe", b'{"sent_at":"yesterday"}', b"[" * 5000],
)
def test_what_is_no_upload_is_named(drive: Drive, body: bytes) -> None:
    assert _problem_of(drive.phone(), body) == "sync.unreadable_batch"


def test_another_phones_signature_is_wrong(drive: Drive) -> None:
    first, second = drive.phone(), drive.phone()
    body = first.device.push_body([], clock.now())
    assert _problem_of(first, body, second.device.push_headers(body)["Doseline-Signature"]) == "sync.signature_wrong"
    assert _problem_of(first, body, "not base64!") == "sync.signature_wrong"


def test_too_many_facts(drive: Drive) -> None:
    phone = drive.phone()
    for _number in range(sync.FACTS_MAX + 1):
        phone.act("person_arrived", person_id=drive.people()[0].person_id)
    assert _problem_of(phone, phone.device.push_body(phone.device.unsent(), clock.now())) == "sync.too_many_facts"


def test_one_bad_fact_in_a_hundred(drive: Drive) -> None:
    # given a hundred facts, one of which is garbage
    phone = drive.phone()
    for _number in range(100):
        phone.act("person_arrived", person_id=drive.people()[0].person_id)
    entries = phone.device.unsent()
    body = phone.device.push_body(entries, clock.now()).replace(
        entries[49].text.encode(), b'{"kind":"person_arrived","x":"\xff"}'
    )
    # when it is sent
    verdicts = phone.push_bytes(body)
    # then ninety-nine are in, the next after the gap too, and one is kept apart
    assert [v.verdict for v in verdicts].count("recorded") == 99
    assert verdicts[49] == ("refused", "sync.unreadable_fact")


@pytest.mark.parametrize(
    ("changes", "verdict", "problem"),
    [
        ({"kind": "dose_teleported"}, "held", "sync.unknown_kind"),
        ({"device_seq": 0}, "refused", "sync.unreadable_fact"),
        ({"previous_hash": "short"}, "refused", "sync.unreadable_fact"),
        ({"product_code": "<script>"}, "refused", "sync.unreadable_fact"),
        ({"given_at": "2021-01-16 morning"}, "refused", "sync.unreadable_fact"),
        ({"given_at": "2021-01-16T10:00:00"}, "refused", "sync.unreadable_fact"),
        ({"given_at": "1970-01-01T00:00:00Z"}, "held", "sync.time_absurd"),
        ({"given_at": "0001-01-01T00:00:00Z"}, "held", "sync.time_absurd"),
        ({"given_at": "9999-12-31T23:59:59Z"}, "held", "sync.time_in_future"),
        ({"session_id": str(UUID(int=5))}, "held", "ledger.unknown_session"),
        ({"person_id": str(UUID(int=6))}, "held", "ledger.unknown_person"),
        ({"device_id": str(UUID(int=7))}, "refused", "sync.foreign_device"),
    ],
)
def test_a_faulty_fact_has_its_name(drive: Drive, changes: dict[str, Any], verdict: str, problem: str) -> None:
    phone = drive.phone()
    body = _altered(phone, drive, **changes)
    assert phone.push_bytes(body) == [(verdict, problem)]
    # and again: held once, answered the same
    assert phone.push_bytes(body) == [(verdict, problem)]
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*), min(problem) FROM hold")
        assert cursor.fetchone() == (1, problem)


def test_same_name_other_words(drive: Drive) -> None:
    phone = drive.phone()
    entry = phone.give(drive.people()[0])
    phone.push([entry])
    entry.text = entry.text.replace("left_arm", "right_arm")
    assert phone.push_bytes(phone.device.push_body([entry], clock.now())) == [("held", "ledger.fact_conflict")]


def test_same_name_twice_in_one_upload(drive: Drive) -> None:
    phone = drive.phone()
    entry = phone.give(drive.people()[0])
    other = entry.text.replace("left_arm", "right_arm")
    body = phone.device.push_body([entry, entry], clock.now())
    assert [v.verdict for v in phone.push_bytes(body)] == ["recorded", "already_recorded"]
    body = phone.device.push_body([entry], clock.now()).replace(entry.text.encode(), f"{other},{entry.text}".encode())
    assert [v.verdict for v in phone.push_bytes(body)] == ["held", "already_recorded"]


def test_the_same_number_for_two_facts(drive: Drive) -> None:
    phone = drive.phone()
    entry = phone.give(drive.people()[0])
    phone.push([entry])
    entry.text = entry.text.replace(str(entry.fact_id), str(uuid7()))
    assert phone.push_bytes(phone.device.push_body([entry], clock.now())) == [("held", "ledger.sequence_reused")]


@pytest.mark.parametrize("order", [(0, 1), (1, 0)])
def test_a_broken_chain_is_held_in_either_order(drive: Drive, order: tuple[int, int]) -> None:
    phone = drive.phone()
    phone.act("person_arrived", person_id=drive.people()[0].person_id)
    phone.device.previous_hash = "ab" * 32
    phone.act("person_arrived", person_id=drive.people()[1].person_id)
    verdicts = [phone.push([phone.device.journal[place]])[0] for place in order]
    assert verdicts == [("recorded", None), ("held", "ledger.chain_broken")]


def test_a_replayed_permit_is_held(drive: Drive) -> None:
    # given another phone's start, copied
    phone, thief = drive.phone(), drive.phone()
    permit = json.loads(phone.start().text)["permit"]
    thief.act("session_opened", rung="permit", permit=permit)
    thief.act("session_opened", rung="permit", permit="eyJhbGciOiJub25lIn0..")
    assert thief.push() == [("held", "sync.permit_invalid")] * 2


def test_a_cut_off_phone_is_heard_but_held(drive: Drive) -> None:
    from doseline.staff.commands import revoke_device
    from doseline.staff.models import Device

    phone = drive.phone()
    phone.give(drive.people()[0])
    revoke_device(Device.objects.get(pk=phone.device.device_id), by=None, reason="lost", now=clock.now())
    assert phone.push() == [("held", "sync.device_revoked")]


def test_a_dose_before_its_walk_in_is_placed_when_the_walk_in_comes(drive: Drive) -> None:
    # given a walk-in and their dose, sent the wrong way round
    phone, person_id = drive.phone(), uuid7()
    walk_in = phone.act("walk_in_registered", person_id=person_id, sealed_person=_sealed())
    dose = phone.act(
        "dose_given",
        person_id=person_id,
        product_code="COVISHIELD",
        batch_id=None,
        dose_number=1,
        body_site="left_arm",
        warnings=[],
    )
    assert phone.push([dose]) == [("held", "ledger.unknown_person")]
    assert phone.push([walk_in])[0].verdict == "recorded"
    # then the hold places itself, and the person has a name
    from doseline.people.models import Person

    row = status_of(drive.session, _Id(person_id))  # type: ignore[arg-type]
    assert row is not None
    assert row["state"] == "observing"
    assert Person.objects.get(pk=person_id).name_latin == "Rumi"
    assert phone.push([dose])[0].verdict == "already_recorded"


def test_enrolment_codes_are_checked_and_limited(drive: Drive) -> None:
    import base64

    from django.test import Client

    key = base64.b64encode(SimulatedDevice(random.Random(1)).public_key).decode()
    client = Client()
    asked = {"code": "ABCD1234", "public_key": key, "label": "x"}
    answer = client.post("/sync/v1/enrol", b"{", content_type="application/json")
    assert (answer.status_code, answer.json()["problem"]) == (400, "enrol.unreadable")
    for _try in range(20):
        answer = client.post("/sync/v1/enrol", asked, content_type="application/json")
        assert (answer.status_code, answer.json()["problem"]) == (403, "enrol.code_unknown")
    answer = client.post("/sync/v1/enrol", asked, content_type="application/json")
    assert (answer.status_code, answer.json()["problem"]) == (429, "enrol.too_many_tries")
    assert drive


@pytest.mark.parametrize("key", ["", "AAAA", "not base64"])
def test_enrolment_wants_a_usable_key(drive: Drive, key: str) -> None:
    code = sync.make_enrolment_code(site=drive.session.site, made_by=None, now=clock.now())
    with pytest.raises(ProblemError) as raised:
        sync.enrol(wire.Enrol(code=code, public_key=key, label="x"), clock.now())
    assert raised.value.problem.code == "enrol.key_unusable"


def test_a_clock_a_year_ahead_is_set_right(drive: Drive) -> None:
    # given a phone whose clock is a year ahead, and whose app has run since the dose
    phone, now = drive.phone(), datetime.now(UTC)
    wrong = now + timedelta(days=365)
    entry = phone.give(drive.people()[0], at=wrong - timedelta(minutes=10))
    entry.text = entry.text.replace('"mono_ms":null', '"mono_ms":1000.0')
    # when it sends
    phone.push([entry], now=now, sent_at=wrong, mono_ms=601_000.0, boot_id="rehearsal")
    # then the dose lies ten minutes ago, and says that it was corrected
    with connection.cursor() as cursor:
        cursor.execute("SELECT given_at, clock_doubt FROM fact")
        given_at, doubt = cursor.fetchone()
    assert doubt == "corrected"
    assert abs(given_at - (now - timedelta(minutes=10))) < timedelta(seconds=1)


def test_a_clock_a_day_behind_without_uptime_is_estimated(drive: Drive) -> None:
    phone, now = drive.phone(), datetime.now(UTC)
    behind = now - timedelta(days=1)
    phone.give(drive.people()[0], at=behind - timedelta(minutes=5))
    phone.push(now=now, sent_at=behind)
    with connection.cursor() as cursor:
        cursor.execute("SELECT given_at, clock_doubt FROM fact")
        given_at, doubt = cursor.fetchone()
    assert doubt == "estimated"
    assert abs(given_at - (now - timedelta(minutes=5))) < timedelta(seconds=1)


def test_acts_by_a_clock_that_was_put_right_meanwhile_keep_their_order(drive: Drive) -> None:
    # given a phone that ran nine hours ahead for a dose and its observation, was put right, and opened anew before the next dose
    phone, now, people = drive.phone(), clock.now(), drive.people()
    ahead = now + timedelta(hours=9)
    phone.act("person_arrived", person_id=people[0].person_id, at=now - timedelta(minutes=58))
    wrong = phone.give(people[0], at=ahead - timedelta(minutes=50))
    phone.act("observation_ended", person_id=people[0].person_id, reason="released", at=ahead - timedelta(minutes=20))
    sure = phone.give(people[1], at=now - timedelta(minutes=15))
    sure.text = sure.text.replace('"mono_ms":null', '"mono_ms":1000.0').replace('"rehearsal"', '"later"')
    phone.device.journal[-1] = sure
    # when all of it is sent
    verdicts = phone.push(now=now, mono_ms=901_000.0, boot_id="later")
    # then nothing is held, what came before the certain act lies before it, and the thirty minutes between are thirty
    assert {verdict.verdict for verdict in verdicts} == {"recorded"}
    with connection.cursor() as cursor:
        cursor.execute("SELECT kind, given_at, clock_doubt FROM fact ORDER BY device_seq")
        found = cursor.fetchall()
    assert [doubt for _kind, _at, doubt in found] == [None, "estimated", "estimated", None]
    times = [at for _kind, at, _doubt in found]
    assert times == sorted(times)
    assert times[2] - times[1] == timedelta(minutes=30)
    assert times[3] - times[2] < timedelta(seconds=1)
    assert wrong.fact_id != sure.fact_id


def test_a_clock_of_nineteen_seventy_holds_nothing_up(drive: Drive) -> None:
    # given a phone whose battery had run out, and that was set right before it sent
    phone, now = drive.phone(), clock.now()
    phone.give(drive.people()[0], at=datetime(1970, 1, 1, 0, 30, tzinfo=UTC))
    # then its dose counts, at the time it came
    assert [verdict.verdict for verdict in phone.push(now=now)] == ["recorded"]
    with connection.cursor() as cursor:
        cursor.execute("SELECT given_at, clock_doubt FROM fact")
        assert cursor.fetchone() == (now, "estimated")


class _Id:
    def __init__(self, person_id: UUID) -> None:
        self.person_id = person_id


def _sealed() -> str:
    import msgspec
    from joserfc import jwe

    from doseline.shared.keys import server_keys

    details = people_wire.WalkInPerson(code="V000000", name="Rumi", born_year=1970, sex="female")
    return jwe.encrypt_compact(
        {"alg": "ECDH-ES", "enc": "A256GCM"}, msgspec.json.encode(details), server_keys().sealing
    )


@pytest.mark.parametrize(
    ("kind", "particulars", "spoil"),
    [
        ("vial_opened", {"product_code": "COVISHIELD"}, ('"rehearsal"', '"\\u0000"')),
        ("session_closed", {}, ('"mono_ms":null', '"mono_ms":null,"later":1e200000')),
        (
            "aefi_reported",
            {"reason": "minor", "symptoms": ["fever"], "onset_at": "2021-01-16T10:00:00+20:00"},
            ("", ""),
        ),
    ],
)
def test_json_that_postgresql_cannot_read_is_refused_and_stops_nobody(
    drive: Drive, kind: str, particulars: dict[str, Any], spoil: tuple[str, str]
) -> None:
    # given a fact that is JSON and that jsonb or timestamptz would refuse, between two good ones
    phone, person = drive.phone(), drive.people()[0]
    if kind == "vial_opened":
        particulars = particulars | {"batch_id": drive.batch.batch_id}
    if kind == "aefi_reported":
        particulars = particulars | {"person_id": person.person_id}
    phone.act("person_arrived", person_id=person.person_id)
    odd = phone.act(kind, **particulars)
    odd.text = odd.text.replace(*spoil) if spoil[0] else odd.text
    phone.device.previous_hash = hashlib.sha256(odd.text.encode()).hexdigest()
    phone.give(person)
    # when they are sent
    verdicts = phone.push()
    # then it alone is refused, and the fold goes on
    assert [verdict.verdict for verdict in verdicts] == ["recorded", "refused", "recorded"]
    row = status_of(drive.session, person)
    assert row is not None
    assert row["state"] == "observing"
