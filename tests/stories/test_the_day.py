# SPDX-License-Identifier: Apache-2.0
"""A day at a site besides the doses: vials, questions, adverse events, people put off, and counts that balance at the end."""

import base64
import hashlib
from datetime import time, timedelta
from typing import Any
from uuid import UUID

import pytest
from django.db import connection

from doseline.followups.commands import drain
from doseline.messages import commands as messages
from doseline.people.rules import own_code_of
from doseline.planning.commands import SessionPlan, cancel_session, make_sessions, move_session
from doseline.planning.models import Allotment, Session
from doseline.planning.packs import build_due_packs, build_pack, roster_of
from doseline.rehearsal.device import JournalEntry
from doseline.shared import clock, sql
from doseline.shared.keys import server_keys
from doseline.staff.models import Staff
from doseline.status.commands import fold_anew
from tests.drive import Drive, TestPhone, officer, status_of

COUNTED = {
    "heads": 3, "given": 2, "not_given": 0, "left": 0, "doses": 3, "paper_doses": 0,
    "vials_received": 3, "vials_opened": 1, "vials_wasted": 0, "vials_returned": 2,
}  # fmt: skip


def _rows(statement: str) -> list[tuple[Any, ...]]:
    drain()
    with connection.cursor() as cursor:
        cursor.execute(statement)
        return list(cursor.fetchall())


def _report(phone: TestPhone, person_id: UUID, severity: str = "serious") -> JournalEntry:
    onset_at = clock.now().isoformat()
    return phone.act(
        "aefi_reported",
        person_id=person_id,
        reason=severity,
        symptoms=["breathless"],
        onset_at=onset_at,
        referral="hospital",
    )


def test_vials_are_counted_and_a_mistaken_tap_is_taken_back(drive: Drive) -> None:
    phone, batch = drive.phone(), drive.batch
    # given three vials received, one opened, one opened by mistake and taken back
    phone.act("vials_received", batch_id=batch.batch_id, vial_count=3)
    opened = phone.act("vial_opened", product_code="COVISHIELD", batch_id=batch.batch_id)
    mistaken = phone.act("vial_opened", product_code="COVISHIELD", batch_id=batch.batch_id)
    phone.act("fact_voided", person_id=None, corrects_fact_id=mistaken.fact_id, reason="mistaken_tap")
    # when its last four doses are thrown away and two vials go back
    phone.act("vial_wasted", batch_id=batch.batch_id, reason="open_too_long", vial_fact_id=opened.fact_id, dose_count=4)
    phone.act("vials_returned", batch_id=batch.batch_id, vial_count=2)
    phone.push()
    # then headquarters counts them so, and a rebuild says the same
    tally = (
        "SELECT received_count, opened_count, wasted_count, returned_count, wasted_dose_count FROM status.vial_tally"
    )
    assert _rows(tally) == [(3, 1, 0, 2, 4)]
    assert not any(fold_anew().values())


def test_each_phone_knows_the_vials_of_the_others(drive: Drive) -> None:
    # given two phones of one session, each with vials of its own
    one, other = drive.phone(), drive.phone()
    one.act("vials_received", batch_id=drive.batch.batch_id, vial_count=3)
    one.act("vial_opened", product_code="COVISHIELD", batch_id=drive.batch.batch_id)
    other.act("vial_opened", product_code="COVISHIELD", batch_id=drive.batch.batch_id)
    one.push()
    other.push()
    drain()
    # then each hears of the other's, and headquarters counts all of them
    elsewhere = sql.rows(
        "sync/vials_elsewhere", {"session_id": drive.session.session_id, "device_id": other.device.device_id}
    )
    assert elsewhere == [(3, 1, 0, 0)]
    [batch] = sql.dicts("situation/vials_of", {"session_id": drive.session.session_id})
    assert (batch["received_count"], batch["opened_count"]) == (3, 2)


def _shared(drive: Drive, phone: TestPhone) -> list[tuple[str, int]]:
    """The vials a phone hears of, each with the doses of it that others threw away."""
    inputs = {"session_id": drive.session.session_id, "device_id": phone.device.device_id}
    return [(str(row[0]), row[3]) for row in sql.rows("sync/shared_vials", inputs)]


def test_a_vial_opened_on_one_phone_is_drawn_from_on_another(drive: Drive) -> None:
    # given a vial opened on one phone, and one whose opening was a mistaken tap
    one, other = drive.phone(), drive.phone()
    vial = one.act("vial_opened", product_code="COVISHIELD", batch_id=drive.batch.batch_id)
    mistaken = one.act("vial_opened", product_code="COVISHIELD", batch_id=drive.batch.batch_id)
    one.act("fact_voided", person_id=None, corrects_fact_id=mistaken.fact_id, reason="mistaken_tap")
    one.push()
    # then the other hears of the one vial there is, and the one that opened it needs no telling
    assert _shared(drive, other) == [(str(vial.fact_id), 0)]
    assert _shared(drive, one) == []
    # when the other gives a dose of it
    other.act(
        "dose_given", person_id=drive.people()[0].person_id, product_code="COVISHIELD", batch_id=drive.batch.batch_id,
        vial_fact_id=vial.fact_id, body_site="left_arm", dose_number=1, warnings=[],
    )  # fmt: skip
    other.push()
    drain()
    # then every phone can count that dose against its vial
    [change] = sql.dicts("sync/changes", {"session_id": drive.session.session_id, "cursor": 0, "limit": 9})
    assert str(change["vial_fact_id"]) == str(vial.fact_id)
    # and when both throw away what is left, it is thrown away once, and nobody draws from it any more
    for phone, left in ((other, 9), (one, 8)):
        phone.act(
            "vial_wasted", batch_id=drive.batch.batch_id, reason="session_over", vial_fact_id=vial.fact_id,
            dose_count=left, vial_count=0,
        )  # fmt: skip
        phone.push()
    drain()
    assert _shared(drive, other) == []
    assert _shared(drive, one) == [(str(vial.fact_id), 9)]
    [batch] = sql.dicts("situation/vials_of", {"session_id": drive.session.session_id})
    assert (batch["opened_count"], batch["wasted_dose_count"]) == (1, 9)
    assert not any(fold_anew().values())


def test_a_phone_hears_when_its_vial_was_opened_in_truth(drive: Drive) -> None:
    # given a phone whose clock ran nine hours ahead when it opened a vial, and was put right before it sent
    phone, now = drive.phone(), clock.now()
    vial = phone.act(
        "vial_opened", product_code="COVISHIELD", batch_id=drive.batch.batch_id, at=now + timedelta(hours=9)
    )
    phone.push(now=now)
    # then it hears of its own vial, at the hour headquarters worked out: an old vial is not to pass for fresh
    inputs = {"session_id": drive.session.session_id, "device_id": phone.device.device_id}
    [(fact_id, _batch, opened_at, _wasted)] = sql.rows("sync/shared_vials", inputs)
    assert (fact_id, opened_at) == (vial.fact_id, now)


def test_a_phone_hears_that_another_took_its_dose_back(drive: Drive) -> None:
    # given a dose saved on one phone and taken back on another
    one, other = drive.phone(), drive.phone()
    person = drive.people()[0]
    dose = one.give(person)
    one.push()
    other.act("fact_voided", person_id=person.person_id, corrects_fact_id=dose.fact_id, reason="mistaken_tap")
    other.push()
    drain()
    # then whoever asks hears which record was taken back
    [change] = sql.dicts("sync/changes", {"session_id": drive.session.session_id, "cursor": 0, "limit": 9})
    assert [str(fact_id) for fact_id in change["voided_fact_ids"]] == [str(dose.fact_id)]
    assert change["dose_fact_id"] is None


def test_every_phone_hears_of_a_word_against_a_dose(drive: Drive) -> None:
    # given a dose on one phone, and on another that it was refused, a minute later
    one, other, person, now = drive.phone(), drive.phone(), drive.people()[0], clock.now()
    one.give(person, at=now - timedelta(minutes=2))
    word = other.act("not_given", person_id=person.person_id, reason="refused", at=now - timedelta(minutes=1))
    one.push()
    other.push()
    drain()
    # then both phones are told of both
    [change] = sql.dicts("sync/changes", {"session_id": drive.session.session_id, "cursor": 0, "limit": 9})
    assert (str(change["denied_fact_id"]), change["denied_reason"]) == (str(word.fact_id), "refused")
    assert change["given_at"] is not None
    # until one of the two takes a word back
    one.act("fact_voided", person_id=person.person_id, corrects_fact_id=word.fact_id, reason="mistaken_tap")
    one.push()
    drain()
    [change] = sql.dicts("sync/changes", {"session_id": drive.session.session_id, "cursor": 0, "limit": 9})
    assert change["denied_fact_id"] is None


def test_two_phones_that_take_back_each_others_dose_are_looked_into(drive: Drive) -> None:
    # given one dose recorded on two phones, and each takes back the other's
    one, other = drive.phone(), drive.phone()
    person = drive.people()[0]
    doses = one.give(person), other.give(person)
    for phone, dose in ((other, doses[0]), (one, doses[1])):
        phone.act("fact_voided", person_id=person.person_id, corrects_fact_id=dose.fact_id, reason="mistaken_tap")
    one.push()
    other.push()
    drain()
    # then headquarters is asked whether none was given
    dipa, page = officer("dipa", "district_officer", "IN.36.725"), "/hq/area/IN.36.725/reviews/"
    assert "taken back on both" in dipa.get(page).content.decode()
    assert not any(fold_anew().values())
    # and once one says so, or gives it, nobody is
    one.act("not_given", person_id=person.person_id, reason="refused")
    one.push()
    drain()
    assert "taken back on both" not in dipa.get(page).content.decode()
    # whoever gives and takes back on one phone alone is nobody's business
    for _time in (1, 2):
        dose = one.give(drive.people()[1])
        one.act(
            "fact_voided", person_id=drive.people()[1].person_id, corrects_fact_id=dose.fact_id, reason="mistaken_tap"
        )
    one.push()
    drain()
    assert "taken back on both" not in dipa.get(page).content.decode()
    assert not any(fold_anew().values())


def test_a_session_that_closed_in_balance_differs_once_more_comes_in(drive: Drive) -> None:
    # given a session closed with one dose counted and recorded
    phone, late = drive.phone(), drive.phone()
    phone.give(drive.people()[0])
    counted = COUNTED | {"heads": 1, "given": 1, "doses": 1, "was_counted": True}
    phone.act("session_closed", counted=counted, variances=[])
    phone.push()
    drain()
    dipa, page = officer("dipa", "district_officer", "IN.36.725"), "/hq/area/IN.36.725/variances/"
    assert "Hospital 1" not in dipa.get(page).content.decode()
    # when a phone that was offline brings another
    late.give(drive.people()[1])
    late.push()
    drain()
    # then it stands among the counts that differ
    said = dipa.get(page).content.decode()
    assert "Hospital 1" in said
    assert "Doses recorded since it closed: 1" in said


def test_of_a_walk_in_taken_back_nothing_stands(drive: Drive) -> None:
    phone, person = drive.phone(), drive.people(drive.sessions[1])[0]
    arrived = phone.act("person_arrived", person_id=person.person_id)
    phone.push()
    drain()
    dipa, page = officer("dipa", "district_officer", "IN.36.725"), f"/hq/session/{drive.session.session_id}/"
    assert person.code in dipa.get(page).content.decode()
    phone.act("fact_voided", person_id=person.person_id, corrects_fact_id=arrived.fact_id, reason="mistaken_tap")
    phone.push()
    drain()
    assert person.code not in dipa.get(page).content.decode()


def test_a_variance_is_named_and_listed_at_headquarters(drive: Drive) -> None:
    # given a session that closes with a dose and a head more than are on record
    phone = drive.phone()
    variances = [
        {"of": "heads", "difference": 1, "why": "not_recorded"},
        {"of": "doses", "difference": 1, "why": "not_recorded"},
    ]
    phone.act("session_closed", counted=COUNTED, variances=variances)
    phone.push()
    drain()
    # when Dipa opens the list of counts that differ
    dipa = officer("dipa", "district_officer", "IN.36.725")
    page = dipa.get("/hq/area/IN.36.725/variances/").content.decode()
    # then the site is there with what differs and why
    assert "Hospital 1" in page
    assert page.count("+1") == 2
    assert "Not recorded" in page
    # and its own page says so too
    own = dipa.get(f"/hq/session/{drive.session.session_id}/").content.decode()
    assert "How it closed" in own
    # and Charlie, of another district, sees nothing
    charlie = officer("charlie", "district_officer", "IN.36.721")
    assert charlie.get("/hq/area/IN.36.725/variances/").status_code == 404


def test_who_did_not_come_is_counted_as_the_phones_count_them(drive: Drive) -> None:
    # given a session with somebody vaccinated, somebody marked absent and everybody else not seen
    phone, people = drive.phone(), drive.people()
    phone.give(people[0])
    phone.act("not_given", person_id=people[1].person_id, reason="absent")
    phone.push()
    drain()
    desk = officer("dipa", "district_officer", "IN.36.725")
    page = f"/hq/session/{drive.session.pk}/"
    assert "Did not come" not in desk.get(page).content.decode()
    # when it closes, whoever did not come is a number with its list, marked or not
    phone.act("session_closed", counted=COUNTED)
    phone.push()
    drain()
    assert f"<b>{len(people) - 1}</b><span>Did not come" in desk.get(page).content.decode()
    assert f"Did not come: {len(people) - 1}" in desk.get(f"{page}not_come/").content.decode()


def test_closing_again_is_the_later_word(drive: Drive) -> None:
    phone = drive.phone()
    now = clock.now()
    phone.act("session_closed", at=now - timedelta(minutes=9), counted=COUNTED)
    phone.act("session_closed", at=now, counted=COUNTED | {"doses": 2, "heads": 2})
    phone.push()
    assert _rows("SELECT (counted ->> 'doses')::int FROM status.session_balance") == [(2,)]


def test_a_serious_event_is_listed_and_the_district_is_told_once(drive: Drive) -> None:
    # given a district officer with a phone
    messages.load_texts()
    dipa = officer("dipa", "district_officer", "IN.36.725")
    Staff.objects.filter(username="dipa").update(phone="5000099999")
    phone, person = drive.phone(), drive.people()[0]
    # when a serious event is reported, after a dose that is still only on paper
    _report(phone, person.person_id)
    _report(phone, drive.people()[1].person_id, "minor")
    phone.push()
    assert len(_rows("SELECT FROM message WHERE purpose = 'aefi_alert'")) == 1
    # then she has a message naming the site and the code, and no name
    [(address, body)] = _rows("SELECT address, body FROM message WHERE purpose = 'aefi_alert'")
    assert address == "5000099999"
    assert "Hospital 1" in body
    assert person.code in body
    assert person.name_latin not in body
    # and the board lists both, the gravest first
    page = dipa.get("/hq/area/IN.36.725/adverse_events/").content.decode()
    assert page.index(person.code) < page.index(drive.people()[1].code)
    # and its number is not one among others
    assert '<li class="loud">' in dipa.get("/hq/area/IN.36.725/").content.decode()
    row = status_of(drive.session, person)
    assert row is not None
    assert row["aefi_severity"] == "serious"


def test_an_event_taken_back_is_gone_whichever_came_first(drive: Drive) -> None:
    phone, person = drive.phone(), drive.people()[0]
    event = _report(phone, person.person_id)
    void = phone.act("fact_voided", person_id=person.person_id, corrects_fact_id=event.fact_id, reason="wrong_person")
    phone.push([void])
    drain()
    phone.push([event])
    assert _rows("SELECT FROM status.aefi") == []
    assert not any(fold_anew().values())


def _defer(phone: TestPhone, person_id: UUID, to: Session) -> JournalEntry:
    return phone.act("not_given", person_id=person_id, reason="deferred", to_session_id=to.session_id)


@pytest.fixture
def next_week(drive: Drive) -> Session:
    """A later session at Asha's site with room for one."""
    here = drive.session
    later = here.opens_at + timedelta(days=7)
    return Session.objects.create(
        drive=here.drive, site=here.site, product=here.product, on_date=here.on_date + timedelta(days=7),
        opens_at=later, closes_at=later + timedelta(hours=8), expected_count=0, capacity=1,
    )  # fmt: skip


def test_who_is_put_off_has_a_place_on_another_day(drive: Drive, next_week: Session) -> None:
    phone, (first, second, *_others) = drive.phone(), drive.people()
    # given two people put off to a day with one place
    for person in (first, second):
        phone.act("not_given", person_id=person.person_id, reason="deferred", to_session_id=next_week.session_id)
    phone.push()
    drain()
    # then the first is booked, the second on the reserve list, both told on the spot
    booked = dict(Allotment.objects.filter(session=next_week).values_list("person_id", "kind"))
    assert booked == {first.person_id: "booked", second.person_id: "reserve"}
    assert set(Allotment.objects.filter(session=next_week).values_list("told_how", flat=True)) == {"at_session"}
    next_week.refresh_from_db()
    assert next_week.expected_count == 1
    # and going over the same facts again changes nothing
    assert Session.objects.get(pk=drive.session.pk).expected_count == 10


def test_a_day_planned_while_a_session_goes_on_is_offered_on_its_phones(drive: Drive) -> None:
    # given a session in work, whose pack knows no later day
    build_pack(drive.session.pk, clock.now())
    here = Session.objects.get(pk=drive.session.pk)
    assert here.packs.latest("version").plan_version == here.plan_version
    # when one is planned, called off or moved, the pack is built anew
    day = here.on_date + timedelta(days=7)
    plan = SessionPlan(
        drive=here.drive, sites=[here.site], dates=[day], opens=time(9), closes=time(17), product=here.product, batches=[],
        capacity=50, walk_in_capacity=5,
    )  # fmt: skip
    make_sessions(plan)
    for change in ("made", "moved", "called off"):
        later = Session.objects.get(on_date__gte=day, site=here.site, cancellation=None)
        if change == "moved":
            at = later.opens_at + timedelta(days=1)
            move_session(later, site=later.site, opens_at=at, by=None, reason="site_change", now=clock.now())
        if change == "called off":
            cancel_session(later, by=None, reason="other", now=clock.now())
        before = here.packs.count()
        assert build_due_packs(), change
        assert here.packs.count() == before + 1, change
        assert not build_due_packs()


def test_a_deferral_taken_back_frees_the_place(drive: Drive, next_week: Session) -> None:
    phone, person = drive.phone(), drive.people()[0]
    deferred = phone.act("not_given", person_id=person.person_id, reason="deferred", to_session_id=next_week.session_id)
    phone.push()
    drain()
    phone.act("fact_voided", person_id=person.person_id, corrects_fact_id=deferred.fact_id, reason="mistaken_tap")
    phone.push()
    drain()
    assert not Allotment.objects.filter(session=next_week).exists()
    next_week.refresh_from_db()
    assert next_week.expected_count == 0


def test_who_is_put_off_again_keeps_the_place(drive: Drive, next_week: Session) -> None:
    # given someone put off, taken back, and put off to the same day again, all sent at once
    phone, person = drive.phone(), drive.people()[0]
    first = _defer(phone, person.person_id, next_week)
    phone.act("fact_voided", person_id=person.person_id, corrects_fact_id=first.fact_id, reason="mistaken_tap")
    _defer(phone, person.person_id, next_week)
    phone.push()
    drain()
    # then the place is theirs
    assert Allotment.objects.filter(session=next_week, person=person, kind="booked").exists()
    next_week.refresh_from_db()
    assert next_week.expected_count == 1


def test_nobody_is_booked_into_a_session_that_is_over(drive: Drive) -> None:
    phone, person = drive.phone(), drive.people()[0]
    here = drive.session
    over = Session.objects.create(
        drive=here.drive, site=here.site, product=here.product, on_date=here.on_date - timedelta(days=2),
        opens_at=here.opens_at - timedelta(days=2), closes_at=here.closes_at - timedelta(days=2), expected_count=0,
    )  # fmt: skip
    phone.act("not_given", person_id=person.person_id, reason="deferred", to_session_id=over.session_id)
    phone.push()
    drain()
    assert not Allotment.objects.filter(session=over).exists()


def test_a_dose_attested_by_evidence_makes_today_the_second(drive: Drive) -> None:
    phone, person = drive.phone(), drive.people()[0]
    # given evidence of a dose five weeks ago of which there is no record
    before = clock.now() - timedelta(days=35)
    phone.act("dose_attested", at=before, person_id=person.person_id, product_code="COVISHIELD", reason="slip")
    # when a dose is given today
    phone.give(person)
    phone.push()
    # then it is the second
    row = status_of(drive.session, person)
    assert row is not None
    assert row["dose_number"] == 2
    assert not any(fold_anew().values())


def test_a_record_of_the_same_day_stands_before_what_was_attested(drive: Drive) -> None:
    phone, person = drive.phone(), drive.people()[0]
    before = (clock.now() - timedelta(days=35)).replace(hour=6)  # noon in India: five minutes later is the same day
    phone.act("dose_attested", at=before, person_id=person.person_id, product_code="COVISHIELD", reason="slip")
    phone.act(
        "dose_given", at=before + timedelta(minutes=5), session_id=drive.sessions[1].session_id, person_id=person.person_id,
        product_code="COVISHIELD", batch_id=None, dose_number=1, body_site="left_arm", warnings=[],
    )  # fmt: skip
    phone.give(person)
    phone.push()
    row = status_of(drive.session, person)
    assert row is not None
    assert row["dose_number"] == 2


def test_what_one_phone_asked_the_next_phone_knows(drive: Drive) -> None:
    phone, person = drive.phone(), drive.people()[0]
    phone.act("pre_screened", person_id=person.person_id, reason="put_off", yes=["covid_now"])
    phone.act("consent_given", person_id=person.person_id, reason="written")
    phone.push()
    row = status_of(drive.session, person)
    assert row is not None
    assert (row["screening"], row["consent"]) == ("put_off", "written")


def test_a_persons_own_digits_are_in_the_invitation_and_their_hash_in_the_pack(drive: Drive) -> None:
    messages.load_texts()
    person = drive.people()[0]
    own_code = own_code_of(server_keys().cards, person.person_id)
    messages.compose([drive.session.session_id], "invitation")
    [(body,)] = _rows(f"SELECT body FROM message WHERE person_id = '{person.person_id}'")
    assert f"{person.code} {own_code}" in body
    hashed = hashlib.sha256(f"{drive.session.session_id}\n{person.person_id}\n{own_code}".encode()).digest()[:8]
    in_pack = {one.person_id: one.own_code for one in roster_of(drive.session)}
    assert in_pack[person.person_id] == base64.b64encode(hashed).decode()


def test_a_vial_from_which_more_was_given_than_it_holds_is_named(drive: Drive) -> None:
    # given two phones that drew from one vial without hearing of each other
    one, other = drive.phone(), drive.phone()
    vial = one.act("vial_opened", product_code="COVISHIELD", batch_id=drive.batch.batch_id)
    one.push()
    for phone, people in ((one, drive.people()[:6]), (other, drive.people()[4:])):
        for person in people:
            phone.act(
                "dose_given", person_id=person.person_id, product_code="COVISHIELD", batch_id=drive.batch.batch_id,
                vial_fact_id=vial.fact_id, body_site="left_arm", dose_number=1, warnings=[],
            )  # fmt: skip
        phone.push()
    drain()
    # then its session's page names it, and that two people are to be looked at
    page = officer("dipa", "district_officer", "IN.36.725").get(f"/hq/session/{drive.session.pk}/").content.decode()
    assert "12 doses are written down to it, and it holds 10" in page
    assert "<b>2</b><span>To review" in page
    # and every phone can count all of them, also those of the doses that do not count
    found = sql.dicts("sync/changes", {"session_id": drive.session.session_id, "cursor": 0, "limit": 99})
    told = [one for row in found for one in [row["vial_fact_id"], *(row["doubled_vial_ids"] or [])]]
    assert [str(one) for one in told] == [str(vial.fact_id)] * 12
