# SPDX-License-Identifier: Apache-2.0
"""Promises 1 and 2: a dose that was given is recorded, once, and never lost."""

import json
from datetime import timedelta
from pathlib import Path

import pytest
from django.db import connection

from doseline.followups.commands import drain
from doseline.shared import clock
from doseline.status.commands import fold_anew, rebuild_status
from tests.drive import Drive, officer, status_of


def _fact_count() -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM fact")
        return int(cursor.fetchone()[0])


def test_it_works(drive: Drive) -> None:
    # given Asha's phone with the session started
    phone, person = drive.phone(), drive.people()[0]
    phone.start()
    # when she gives a dose and the phone finds a network
    phone.give(person, batch=drive.batch)
    verdicts = phone.push()
    # then both facts are in the ledger and headquarters sees the dose
    assert [v.verdict for v in verdicts] == ["recorded", "recorded"]
    row = status_of(drive.session, person)
    assert row is not None
    assert row["state"] == "observing"
    assert row["dose_number"] == 1


def test_a_lost_answer_changes_nothing(drive: Drive) -> None:
    # given an upload whose answer was lost
    phone = drive.phone()
    entry = phone.give(drive.people()[0])
    phone.push([entry])
    # when the phone sends the same again
    again = phone.push([entry])
    # then it is told so, and nothing counts twice
    assert [v.verdict for v in again] == ["already_recorded"]
    assert _fact_count() == 1


def test_two_phones_record_the_same_person(drive: Drive) -> None:
    # given two phones without a network
    first, second = drive.phone(), drive.phone()
    person = drive.people()[0]
    at = clock.now()
    early = first.give(person, at=at - timedelta(minutes=3))
    late = second.give(person, at=at)
    # when both send, the later one first
    second.push()
    first.push()
    row = status_of(drive.session, person)
    # then both facts are kept, the earlier counts, and one review item says so
    assert _fact_count() == 2
    assert row is not None
    assert row["dose_fact_id"] == early.fact_id
    with connection.cursor() as cursor:
        cursor.execute("SELECT fact_id, other_fact_id FROM status.review_item")
        assert cursor.fetchall() == [(late.fact_id, early.fact_id)]


def test_undo_is_a_correction(drive: Drive) -> None:
    # given a dose saved by a mistaken tap
    phone, person = drive.phone(), drive.people()[0]
    mistaken = phone.give(person)
    # when it is taken back
    phone.act("fact_voided", person_id=person.person_id, corrects_fact_id=mistaken.fact_id, reason="mistaken_tap")
    phone.push()
    # then the ledger keeps both, and the person is expected again
    row = status_of(drive.session, person)
    assert _fact_count() == 2
    assert row is not None
    assert row["state"] == "expected"
    assert row["dose_fact_id"] is None


def test_an_expired_batch_is_recorded_all_the_same(drive: Drive) -> None:
    phone, person = drive.phone(), drive.people()[0]
    phone.give(person, batch=drive.expired_batch)
    assert [v.verdict for v in phone.push()] == ["recorded"]


def test_second_dose_is_numbered_from_the_person(drive: Drive) -> None:
    # given a first dose a month ago at another site, sent late
    phone, other = drive.phone(), drive.phone(drive.sessions[1])
    person = drive.people()[0]
    phone.give(person)
    phone.push()
    other.give(person, at=clock.now() - timedelta(days=29))
    # when the older dose arrives last
    other.push()
    # then today's is dose two all the same
    row = status_of(drive.session, person)
    assert row is not None
    assert row["dose_number"] == 2


def test_status_equals_the_ledger_folded_anew(drive: Drive) -> None:
    phone = drive.phone()
    phone.start()
    for person in drive.people()[:4]:
        phone.act("person_arrived", person_id=person.person_id)
        phone.give(person, batch=drive.batch)
    phone.act("not_given", person_id=drive.people()[5].person_id, reason="refused")
    phone.act("not_given", person_id=drive.people()[6].person_id, reason="absent")
    phone.act("trouble_reported", reason="no_vaccine")
    phone.push()
    drain()
    with connection.cursor() as cursor:
        cursor.execute("SELECT given_count, not_given_count, absent_count, arrived_count FROM status.session_tally")
        assert cursor.fetchall() == [(4, 1, 1, 4)]
    # and each number at headquarters is the length of the list behind it
    desk = officer("desk", "desk", "IN.36.725")
    for kind, count in (("doses", 4), ("not_given", 1), ("absent", 1)):
        page = desk.get(f"/hq/session/{drive.session.pk}/{kind}/").content.decode()
        assert page.count('<tr><th scope="row">') == count, kind
    assert not any(fold_anew().values())


def test_rebuilding_finds_no_difference_and_finds_a_made_one(live_drive: Drive) -> None:
    phone = live_drive.phone()
    phone.start()
    for person in live_drive.people()[:3]:
        phone.give(person)
    phone.push()
    assert not any(rebuild_status().values())
    with connection.cursor() as cursor:
        cursor.execute("UPDATE status.session_tally SET given_count = given_count + 1")
    assert rebuild_status()["session_tally"] == 2
    rebuild_status(swap=True)
    assert not any(rebuild_status().values())


def test_nobody_can_change_or_delete_a_fact(drive: Drive) -> None:
    from django.db import ProgrammingError, transaction

    phone = drive.phone()
    phone.give(drive.people()[0])
    phone.push()
    for statement in ("UPDATE fact SET given_at = now()", "DELETE FROM fact", "DELETE FROM hold"):
        with (
            pytest.raises(ProgrammingError, match="permission denied"),
            transaction.atomic(),
            connection.cursor() as cursor,
        ):
            cursor.execute(statement)


def test_a_dose_given_under_any_warning_is_read(drive: Drive) -> None:
    # given every warning a phone may show before a dose
    cases = json.loads((Path(__file__).parents[2] / "contract" / "cases" / "dose.json").read_text(encoding="utf-8"))[
        "cases"
    ]
    known = {warning for case in cases for warning in case["expect"]["warnings"]} | {"medical_officer_agreed"}
    assert {"age_below_minimum", "batch_expired", "interval_early", "other_product_before"} <= known
    # when a dose is saved under each
    phone = drive.phone()
    for person, warning in zip(drive.people(), sorted(known), strict=False):
        phone.act(
            "dose_given", person_id=person.pk, product_code="COVISHIELD", batch_id=drive.batch.pk, dose_number=1,
            body_site="left_arm", warnings=[warning],
        )  # fmt: skip
    # then all of them are recorded
    assert {verdict.verdict for verdict in phone.push()} == {"recorded"}


def _decide(kind: str, decision: str) -> None:
    """The desk's word on the one matter of that kind, on the list of what is to review."""
    drain()
    with connection.cursor() as cursor:
        cursor.execute("SELECT fact_id FROM status.review_item WHERE kind = %s", [kind])
        [(fact_id,)] = cursor.fetchall()
    desk, said = officer("desk", "desk", "IN.36.725"), {"fact": str(fact_id), "kind": kind, "area": "IN.36.725"}
    assert f'value="{decision}"' in desk.get("/hq/area/IN.36.725/reviews/").content.decode()
    assert "Noted" in desk.post("/hq/paper/review/", said | {"act": decision}, follow=True).content.decode()
    drain()
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM status.review_item")
        assert cursor.fetchone() == (0,)
    assert not any(fold_anew().values())


@pytest.mark.parametrize(("decision", "state"), [("one_given", "observing"), ("none_given", "not_given")])
def test_two_phones_that_took_back_each_others_dose_are_asked_about(drive: Drive, decision: str, state: str) -> None:
    # given two phones that gave a dose to one person with no network, and each took back the other's
    person, phones = drive.people()[0], [drive.phone(), drive.phone()]
    given = [phone.give(person, batch=drive.batch) for phone in phones]
    for phone, other in zip(phones, reversed(given), strict=True):
        phone.act("fact_voided", person_id=person.pk, corrects_fact_id=other.fact_id, reason="mistaken_tap")
        phone.push()
    # then the desk is asked, and what it says holds
    _decide("all_taken_back", decision)
    row = status_of(drive.session, person)
    assert row is not None
    assert row["state"] == state


@pytest.mark.parametrize(("decision", "state"), [("dose_stands", "observing"), ("dose_falls", "not_given")])
def test_a_dose_and_another_phones_later_refusal_are_asked_about(drive: Drive, decision: str, state: str) -> None:
    # given a dose on one phone, and a refusal on another that knew nothing of it
    person, one, other = drive.people()[0], drive.phone(), drive.phone()
    now = clock.now()
    one.give(person, batch=drive.batch, at=now - timedelta(minutes=20))
    other.act("not_given", at=now - timedelta(minutes=5), person_id=person.pk, reason="refused")
    one.push()
    other.push()
    # then the dose counts, as it was given, until the desk says which is so
    _decide("given_and_not", decision)
    row = status_of(drive.session, person)
    assert row is not None
    assert row["state"] == state


def test_a_refusal_that_was_followed_by_a_dose_is_no_question(drive: Drive) -> None:
    person, one, other = drive.people()[0], drive.phone(), drive.phone()
    now = clock.now()
    other.act("not_given", at=now - timedelta(minutes=20), person_id=person.pk, reason="refused")
    other.push()
    one.give(person, batch=drive.batch, at=now - timedelta(minutes=5))
    one.push()
    drain()
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM status.review_item")
        assert cursor.fetchone() == (0,)
