# SPDX-License-Identifier: Apache-2.0
"""Asha gives a second dose on a slip and photographs it; Ravi, who settles the person's record, sees what she saw. Charlie sees
nothing."""

import io
from datetime import timedelta
from typing import Any
from uuid import UUID

from django.test import Client
from PIL import Image

from doseline.followups.commands import drain
from doseline.paper.models import Evidence
from doseline.paper.scans import purge_scans
from doseline.people.models import Person, PersonLook
from doseline.planning.models import Session
from doseline.rehearsal.device import JournalEntry
from doseline.shared import clock
from tests.drive import Drive, TestPhone, officer


def _photo(shade: int = 200) -> bytes:
    file = io.BytesIO()
    Image.new("L", (300, 200), shade).save(file, "JPEG")
    return file.getvalue()


def _attest(phone: TestPhone, person: Person) -> JournalEntry:
    before = clock.now() - timedelta(days=35)
    return phone.act("dose_attested", at=before, person_id=person.person_id, product_code="COVISHIELD", reason="slip")


def _send(phone: TestPhone, fact_id: UUID, picture: bytes) -> Any:
    target = f"/sync/v1/evidence/{fact_id}"
    headers = phone.device.ask_headers(target, picture, clock.now())
    return Client().post(target, picture, content_type="image/jpeg", headers=headers)


def test_what_was_shown_is_seen_by_the_district_and_by_nobody_else(drive: Drive) -> None:
    # given a dose attested by a slip, and the slip's photo, which came before its fact
    phone, person = drive.phone(), drive.people()[0]
    fact = _attest(phone, person)
    answer = _send(phone, fact.fact_id, _photo())
    assert (answer.status_code, answer.json()["problem"]) == (200, "")
    ravi = officer("ravi", "district_officer", drive.session.site.org_unit_id)
    address = f"/hq/paper/evidence/{fact.fact_id}.jpg"
    assert ravi.get(address).status_code == 404  # the fact itself is not here yet
    # when the fact is recorded
    phone.push()
    drain()
    # then Ravi finds it on the person's page, and the look goes on record
    page = ravi.get(f"/hq/people/{person.pk}/").content.decode()
    assert "Earlier dose, on evidence: Paper slip" in page
    assert address in page
    seen = ravi.get(address)
    assert seen["Content-Type"] == "image/jpeg"
    assert Image.open(io.BytesIO(seen.content)).size == (300, 200)
    assert PersonLook.objects.filter(person=person, why="evidence").count() == 1
    # and nobody else does
    charlie = officer("charlie", "vaccinator", "IN")
    elsewhere = officer("rina", "district_officer", "IN.36.721")
    assert charlie.get(address).status_code == elsewhere.get(address).status_code == 404
    assert Client().get(address).status_code == 302


def test_a_photo_by_another_phone_attests_nothing(drive: Drive) -> None:
    phone, other, person = drive.phone(), drive.phone(), drive.people()[0]
    fact = _attest(phone, person)
    phone.push()
    _send(other, fact.fact_id, _photo(10))
    ravi = officer("ravi", "district_officer", drive.session.site.org_unit_id)
    assert ravi.get(f"/hq/paper/evidence/{fact.fact_id}.jpg").status_code == 404
    # nor does it keep the phone's own out
    _send(phone, fact.fact_id, _photo(200))
    shown = ravi.get(f"/hq/paper/evidence/{fact.fact_id}.jpg").content
    assert Image.open(io.BytesIO(shown)).getpixel((5, 5)) > 150  # type: ignore[operator]


def test_the_first_photo_stays_and_is_let_go_when_its_time_is_over(drive: Drive) -> None:
    phone, person = drive.phone(), drive.people()[0]
    fact = _attest(phone, person)
    phone.push()
    for shade in (200, 10):
        assert _send(phone, fact.fact_id, _photo(shade)).status_code == 200
    assert Evidence.objects.count() == 1
    ravi = officer("ravi", "district_officer", drive.session.site.org_unit_id)
    shown = ravi.get(f"/hq/paper/evidence/{fact.fact_id}.jpg").content
    assert Image.open(io.BytesIO(shown)).getpixel((5, 5)) > 150  # type: ignore[operator]
    Evidence.objects.update(purge_at=clock.now() - timedelta(seconds=1))
    purge_scans()
    assert not Evidence.objects.exists()


def test_what_is_no_picture_is_named(drive: Drive) -> None:
    phone, person = drive.phone(), drive.people()[0]
    answer = _send(phone, _attest(phone, person).fact_id, b"not a picture")
    assert answer.status_code == 200
    assert answer.json()["problem"]
    assert answer.json()["sentence"]
    assert not Evidence.objects.exists()


def test_two_doses_of_one_person_lead_to_the_person(drive: Drive) -> None:
    # given two phones that gave one person a dose each on one day
    person = drive.people()[0]
    for phone in (drive.phone(), drive.phone()):
        phone.give(person)
        phone.push()
    drain()
    # then the desk's list of what to review leads to the person, and there both are seen
    ravi = officer("ravi", "district_officer", drive.session.site.org_unit_id)
    area = drive.session.site.org_unit_id
    assert f"/hq/people/{person.pk}/" in ravi.get(f"/hq/area/{area}/reviews/").content.decode()
    page = ravi.get(f"/hq/people/{person.pk}/").content.decode()
    assert page.count("Dose given · COVISHIELD") == 2
    # and it stands there on later days too: a sheet entered late doubles a dose of last week
    Session.objects.update(on_date=drive.session.on_date - timedelta(days=9))
    assert f"/hq/people/{person.pk}/" in ravi.get(f"/hq/area/{area}/reviews/").content.decode()
    # headquarters sees the code, and no way to the name
    meena = officer("meena", "national_officer", "IN")
    assert f"/hq/people/{person.pk}/" not in meena.get("/hq/area/IN/reviews/").content.decode()
