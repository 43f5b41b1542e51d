# SPDX-License-Identifier: Apache-2.0
"""Facts that travel in someone's pocket: sealed, unread, counted once."""

import re
from datetime import timedelta
from html import escape

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client

from doseline.shared import clock
from doseline.shared.problems import ProblemError, sentence
from doseline.sync.commands import take_carried
from tests.drive import Drive, officer, status_of


def _recorded() -> list[tuple[str, str | None]]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT kind, clock_doubt FROM fact ORDER BY device_seq")
        return list(cursor.fetchall())


def test_the_desk_hands_in_what_it_cannot_read(drive: Drive) -> None:
    # given a phone that had no network all day, and a file of its records on Dipa's desk in the evening
    phone, person = drive.phone(), drive.people()[0]
    phone.start()
    phone.give(person)
    text = phone.device.carry(clock.now())
    assert person.person_id.hex not in text.replace("-", "")
    dipa = officer("dipa", "district_officer", "IN.36.725")
    # when she takes it in, twice
    pages = [
        dipa.post("/hq/carried/", {"files": SimpleUploadedFile("records.txt", text.encode())}).content.decode()
        for _time in range(2)
    ]
    # then the dose is recorded once, and the page says of both times what came of it
    assert [kind for kind, _doubt in _recorded()] == ["session_opened", "dose_given"]
    assert "2 new records" in pages[0]
    assert "2 that we had already" in pages[1]
    row = status_of(drive.session, person)
    assert row is not None
    assert row["state"] == "observing"
    # and when the phone finds a network after all, it hears its own verdicts
    assert {verdict.verdict for verdict in phone.push()} == {"already_recorded"}


def test_days_on_the_way_say_nothing_of_the_phones_clock(drive: Drive) -> None:
    phone = drive.phone()
    given_at = clock.now() - timedelta(days=3)
    phone.give(drive.people()[0], at=given_at)
    take_carried(phone.device.carry(given_at), clock.now())
    assert _recorded() == [("dose_given", None)]


def test_a_second_file_of_a_longer_day_brings_only_what_is_new(drive: Drive) -> None:
    phone, people = drive.phone(), drive.people()
    phone.give(people[0])
    first = phone.device.carry(clock.now())
    phone.give(people[1])
    second = phone.device.carry(clock.now())
    # carried in the other order
    assert take_carried(second, clock.now())[1] == {"recorded": 2}
    assert take_carried(first, clock.now())[1] == {"already_recorded": 1}


@pytest.mark.parametrize("spoil", ["", "hello", "cut", "changed"])
def test_what_is_no_such_file_is_refused_in_words(drive: Drive, spoil: str) -> None:
    phone = drive.phone()
    phone.give(drive.people()[0])
    text = phone.device.carry(clock.now())
    text = {"cut": text[:-40], "changed": text[:-9] + "AAAAAAAAA"}.get(spoil, spoil)
    with pytest.raises(ProblemError, match=re.escape("carried.unreadable")):
        take_carried(text, clock.now())
    assert _recorded() == []


def test_at_most_twenty_files_at_a_time_and_the_rest_are_named(drive: Drive) -> None:
    drive.phone()
    files = [SimpleUploadedFile(f"records-{number}.txt", b"x") for number in range(21)]
    page = officer("dipa", "district_officer", "IN.36.725").post("/hq/carried/", {"files": files}).content.decode()
    assert page.count(escape(sentence("carried.too_many"))) == 1
    assert page.count(escape(sentence("carried.unreadable"))) == 20


def test_another_phone_hands_it_in(drive: Drive) -> None:
    # given Asha's phone without a network, and a colleague's with one
    phone, other = drive.phone(), drive.phone()
    phone.give(drive.people()[0])
    body = b'{"sealed":"' + phone.device.carry(clock.now()).encode() + b'"}'
    # when the colleague's phone hands the records in
    headers = other.device.ask_headers("/sync/v1/carried", body, clock.now())
    answer = Client().post("/sync/v1/carried", body, content_type="application/json", headers=headers)
    # then they are recorded under Asha's phone
    assert answer.json()["verdicts"] == {"recorded": 1}
    with connection.cursor() as cursor:
        cursor.execute("SELECT device_id FROM fact")
        assert cursor.fetchone() == (phone.device.device_id,)


@pytest.mark.django_db
def test_who_is_not_logged_in_may_not_hand_in() -> None:
    assert Client().post("/hq/carried/").status_code == 302
