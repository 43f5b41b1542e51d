# SPDX-License-Identifier: Apache-2.0
"""The plan of a drive: sessions in bulk, people put into them, what changes afterwards, packs by the clock, on paper, and what
is not ready in time."""

import gzip
import json
import re
from datetime import date, timedelta
from typing import Any

import msgspec
import pytest
from django.db import connection
from django.test import Client
from joserfc import jws

from doseline.followups.commands import drain
from doseline.people.models import Person
from doseline.places.models import OrgUnit, Site, SiteClosure
from doseline.planning import allotting, commands, packs, queries
from doseline.planning.models import Allotment, AllotmentRun, PackPrint, Session, SessionPack, UnplacedPerson
from doseline.planning.printing import pack_pdf
from doseline.shared import clock, sql
from doseline.shared.ids import uuid7, with_check_letter
from doseline.shared.keys import server_keys
from doseline.staff.models import RoleGrant
from doseline.vaccines.models import Batch
from tests.drive import Drive, officer


@pytest.fixture
def desk(drive: Drive) -> Client:
    """Dipa at the desk of Kolkata; the drive's own people have no place yet."""
    Allotment.objects.all().delete()
    Session.objects.all().delete()
    for number, place in enumerate(((22.57, 88.36), (22.60, 88.40)), start=1):
        Site.objects.filter(name=f"Hospital {number}").update(
            latitude=place[0], longitude=place[1], institution=f"Hospital {number}"
        )
    return officer("dipa", "district_officer", "IN.36.725")


def _form(**more: Any) -> dict[str, Any]:
    first = clock.today() + timedelta(days=1)
    return {
        "area": "IN.36.725", "site": [str(site.pk) for site in Site.objects.order_by("name")], "first_on": first.isoformat(),
        "last_on": (first + timedelta(days=1)).isoformat(), "opens": "09:00", "closes": "17:00", "product": "COVISHIELD",
        "capacity": "12", "walk_in_capacity": "2",
    } | more  # fmt: skip


def _plan(desk: Client, **more: Any) -> list[Session]:
    assert desk.post("/hq/plan/new/", _form(**more)).status_code == 302
    return list(Session.objects.order_by("on_date", "site__name"))


def _allot(desk: Client, days: int = 2) -> AllotmentRun:
    first = clock.today() + timedelta(days=1)
    last = first + timedelta(days=days - 1)
    asked = {"area": "IN.36.725", "first_on": first.isoformat(), "last_on": last.isoformat(), "group": ["HCW"]}
    page = desk.post("/hq/plan/people/", asked)
    while allotting.work_on_allotments():
        pass
    run = AllotmentRun.objects.latest("asked_at")
    assert run.state == "done"
    assert page.headers["Location"].endswith(f"{run.pk}/")
    return run


def _people(count: int, **more: Any) -> list[Person]:
    return Person.objects.bulk_create(
        Person(
            code=with_check_letter(f"P{more.get('institution', 'X')[-1]}{place:05d}"), name_latin=f"Person {place}", sex="female",
            born_year=1980, priority_group="HCW", org_unit_id="IN.36.725", registered_at=clock.now(), **more,
        )
        for place in range(count)
    )  # fmt: skip


def test_sessions_are_made_in_bulk_where_nothing_stands_against_it(desk: Client) -> None:
    closed = Site.objects.get(name="Hospital 2")
    SiteClosure.objects.create(site=closed, on_date=clock.today() + timedelta(days=1), reason="election")
    RoleGrant.objects.create(staff=_asha(), role="vaccinator", site=Site.objects.get(name="Hospital 1"))
    sessions = _plan(desk)
    assert [(s.site.name, (s.on_date - clock.today()).days) for s in sessions] == [
        ("Hospital 1", 1), ("Hospital 1", 2), ("Hospital 2", 2)
    ]  # fmt: skip
    assert [member.staff for member in sessions[0].team.all()] == [_asha()]
    _plan(desk)  # a second press makes nothing
    assert Session.objects.count() == 3
    # the week is planned once more seven days on, with the same hours and room
    desk.post("/hq/plan/copy/", {"area": "IN.36.725", "from": _monday(sessions[0].on_date).isoformat()})
    copied = Session.objects.filter(on_date=sessions[0].on_date + timedelta(days=7)).get()
    assert (copied.capacity, copied.walk_in_capacity, copied.closes_at - copied.opens_at) == (12, 2, timedelta(hours=8))
    assert [member.staff for member in copied.team.all()] == [_asha()]


def _asha() -> Any:
    from doseline.staff.models import Staff

    return Staff.objects.get(username="asha")


def _monday(day: date) -> date:
    return day - timedelta(days=day.weekday())


@pytest.mark.parametrize(
    ("wrong", "says"),
    [
        ({"closes": "08:00"}, "must close after it opens"), ({"capacity": "0"}, "capacity of at least one"),
        ({"capacity": "x"}, "cannot be read"), ({"site": []}, "at least one site"), ({"first_on": "2001-01-01"}, "No day is left"),
        ({"weekday": ["9"]}, "No day is left"),
    ],
)  # fmt: skip
def test_a_plan_that_cannot_be_is_refused_in_words(desk: Client, wrong: dict[str, Any], says: str) -> None:
    answer = desk.post("/hq/plan/new/", _form(**wrong))
    assert answer.status_code == 400
    assert says in answer.content.decode()
    assert not Session.objects.exists()


def test_a_refused_plan_keeps_what_was_filled_in(desk: Client) -> None:
    """Dipa had taken one site of two and three days of seven; only the hours were wrong."""
    taken, other = Site.objects.filter(org_unit_id="IN.36.725").order_by("name")[:2]
    filled = _form(site=[str(taken.pk)], weekday=["0", "2", "6"], opens="10:30", closes="08:00", capacity="77")
    page = desk.post("/hq/plan/new/", filled).content.decode()
    assert f'value="{taken.pk}" checked' in page
    assert f'value="{other.pk}">' in page
    ticked = [day for day in range(7) if f'name="weekday" value="{day}" checked' in page]
    assert ticked == [0, 2, 6]
    for value in (filled["first_on"], filled["last_on"], "10:30", "08:00", "77"):
        assert f'value="{value}"' in page


def test_another_state_whose_number_begins_alike_is_not_touched(desk: Client) -> None:
    """IN.3 is not the beginning of IN.36."""
    OrgUnit.objects.create(code="IN.3", level="state", parent_id="IN", cowin_id=3, name="Assam")
    other = officer("anita", "state_officer", "IN.3")
    page = other.get("/hq/plan/new/?area=IN.3").content.decode()
    assert "Hospital 1" not in page
    assert other.post("/hq/plan/new/", _form(area="IN.3")).status_code == 400
    assert other.get("/hq/plan/sites/?area=IN.3").content.decode().count("Hospital") == 0


def test_people_go_to_their_own_institution_and_not_all_on_one_day(desk: Client) -> None:
    """Twenty of the drive's people and four of Hospital 1's: their own house first, its shifts spread over the days, nobody
    twice; who finds no room waits on a reserve list or is shown with the reason."""
    Person.objects.all().delete()
    own = _people(16, institution="Hospital 1")
    _people(30, institution="Clinic 9")
    _plan(desk)
    run = _allot(desk)
    booked = list(Allotment.objects.filter(kind="booked").select_related("session__site"))
    assert len({place.person_id for place in booked}) == len(booked) == 40
    assert (run.people_count, run.placed_count) == (46, 40)
    of_own = [place.session for place in booked if place.person_id in {person.pk for person in own}]
    assert {session.site.name for session in of_own} == {"Hospital 1"}
    per_day = [sum(session.on_date == day for session in of_own) for day in {session.on_date for session in of_own}]
    assert sorted(per_day) == [8, 8]
    reserve = Allotment.objects.filter(kind="reserve").count()
    unplaced = UnplacedPerson.objects.filter(run=run)
    assert reserve + unplaced.count() == 6 == run.reserve_count + unplaced.count()
    # and each number has its list
    desk = officer("desk", "desk", "IN.36.725")
    for kind, count in (("booked", run.placed_count), ("reserve", run.reserve_count)):
        page = desk.get(f"/hq/plan/people/{run.pk}/?placed={kind}").content.decode()
        assert page.count('<tr><th scope="row">') == count > 0, kind
    assert {one.reason for one in unplaced} <= {"full"}
    for session in Session.objects.all():
        booked_here = session.roster.filter(kind="booked")
        assert booked_here.count() == session.expected_count <= session.capacity - session.walk_in_capacity
        for place in booked_here:
            assert session.opens_at <= place.slot_at < session.closes_at
    page = desk.get(f"/hq/plan/people/{run.pk}/").content.decode()
    assert "40" in page


def test_a_new_plan_moves_as_few_as_possible(desk: Client) -> None:
    Person.objects.all().delete()
    _people(36)
    sessions = _plan(desk)
    _allot(desk)
    before = dict(Allotment.objects.filter(kind="booked").values_list("person_id", "session_id"))
    # one session shrinks by five places; it alone gives five people up, everybody else stays
    Session.objects.filter(pk=sessions[0].pk).update(capacity=7)
    _allot(desk)
    after = dict(Allotment.objects.filter(kind="booked").values_list("person_id", "session_id"))
    moved = {person for person in before if after.get(person) != before[person]}
    assert len(moved) == len([p for p, s in before.items() if s == sessions[0].pk]) - 5
    assert all(before[person] == sessions[0].pk for person in moved)
    assert len(after) == 35  # 5 + 3 × 10


def test_who_is_expected_today_is_not_placed_again_tomorrow(desk: Client) -> None:
    Person.objects.all().delete()
    here, *_others = _people(8)
    sessions = _plan(desk)
    site = Site.objects.create(name="School", org_unit_id="IN.36.725", pincode="700002")
    now = Session.objects.create(
        drive=sessions[0].drive, site=site, product_id="COVISHIELD", on_date=clock.today(), opens_at=clock.now(),
        closes_at=clock.now() + timedelta(hours=4), expected_count=1,
    )  # fmt: skip
    Allotment.objects.create(session=now, person=here, slot_at=now.opens_at)
    assert _allot(desk).people_count == 7


def test_a_run_cut_off_goes_on_and_places_nobody_twice(desk: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    Person.objects.all().delete()
    _people(40)
    _plan(desk)
    monkeypatch.setattr(allotting, "_WRITTEN_AT_ONCE", 10)
    run = allotting.ask_for_allotment(
        drive=Session.objects.first().drive, area="IN.36.725", starts_on=clock.today(),  # type: ignore[union-attr]
        ends_on=clock.today() + timedelta(days=3), groups=["HCW"], by=None,
    )  # fmt: skip
    allotting.work_on_allotments(lambda: True)  # told to stop: one batch, then down
    assert 0 < Allotment.objects.count() < 40
    run.refresh_from_db()
    assert run.state == "writing"
    while allotting.work_on_allotments():
        pass
    run.refresh_from_db()
    assert run.state == "done"
    assert Allotment.objects.filter(kind="booked").count() == 40
    assert Allotment.objects.values("person").distinct().count() == 40


def test_who_lives_far_from_every_session_is_shown_with_the_reason(desk: Client) -> None:
    Person.objects.all().delete()
    _people(3)
    Person.objects.update(org_unit_id="IN.36.721")  # Howrah has no site, and no place known
    _plan(desk)
    asked = allotting.ask_for_allotment(
        drive=Session.objects.first().drive, area="IN.36", starts_on=clock.today(),  # type: ignore[union-attr]
        ends_on=clock.today() + timedelta(days=3), groups=["HCW"], by=None,
    )  # fmt: skip
    while allotting.work_on_allotments():
        pass
    assert queries.unplaced_by_reason(asked.pk) == [("no_session_near", 3)]
    ravi = officer("ravi", "state_officer", "IN.36")
    assert "No session within 60 km" in ravi.get(f"/hq/plan/people/{asked.pk}/").content.decode()
    assert desk.get(f"/hq/plan/people/{asked.pk}/").status_code == 404  # a run of the state, not of Kolkata


def test_a_moved_session_takes_its_people_along(desk: Client) -> None:
    Person.objects.all().delete()
    _people(8)
    _plan(desk, last_on=(clock.today() + timedelta(days=1)).isoformat())
    _allot(desk, days=1)
    first = Session.objects.order_by("-expected_count")[0]
    told = first.roster.order_by("slot_at").first()
    assert told is not None
    Allotment.objects.filter(session=first).update(told_at=clock.now(), told_how="delivered")
    other = Site.objects.create(name="School", org_unit_id="IN.36.725", pincode="700002")
    to = (first.opens_at + timedelta(days=1, hours=1)).astimezone(clock.INDIA).strftime("%Y-%m-%dT%H:%M")
    url = f"/hq/plan/session/{first.pk}/"
    desk.post(url, {"act": "move", "site": str(other.pk), "opens_at": to, "reason": "flood"})
    first.refresh_from_db()
    assert (first.site, first.on_date) == (other, clock.today() + timedelta(days=2))
    moved = Allotment.objects.get(pk=told.pk)
    assert moved.slot_at == told.slot_at + timedelta(days=1, hours=1)
    assert moved.told_at is None  # what they were told is true no more
    # onto a day on which that site has a session already it cannot go
    second = Session.objects.exclude(pk=first.pk).get()
    taken = {"act": "move", "site": str(other.pk), "opens_at": to, "reason": "flood"}
    page = desk.post(f"/hq/plan/session/{second.pk}/", taken, follow=True).content.decode()
    assert "has a session on that day already" in page


def test_nothing_is_planned_into_the_past(desk: Client) -> None:
    session = _plan(desk)[0]
    url, site = f"/hq/plan/session/{session.pk}/", str(session.site.pk)
    yesterday = (clock.now() - timedelta(days=1)).strftime("%Y-%m-%dT%H:%M")
    page = desk.post(url, {"act": "move", "site": site, "opens_at": yesterday, "reason": "x"}, follow=True)
    assert "That time is past" in page.content.decode()
    before = Session.objects.count()
    monday = _monday(session.on_date)
    asked = {"area": "IN.36.725", "from": monday.isoformat(), "to": (monday - timedelta(days=14)).isoformat()}
    assert "0 sessions made" in desk.post("/hq/plan/copy/", asked, follow=True).content.decode()
    assert Session.objects.count() == before
    for wrong, says in (({}, "at least one priority group"), ({"group": "HCW"}, "lies before the first")):
        form = {"area": "IN.36.725", "first_on": "2031-02-01", "last_on": "2031-01-01"} | wrong
        assert says in desk.post("/hq/plan/people/", form, follow=True).content.decode()


def test_a_site_page_sent_twice_makes_one_member_and_says_what_is_wrong(desk: Client) -> None:
    site = Site.objects.get(name="Hospital 1")
    url = f"/hq/plan/site/{site.pk}/"
    form = {"act": "staff", "new_id": str(uuid7()), "name": "Mita", "role": "observer", "phone": "12ab"}
    assert "no phone number" in desk.post(url, form).content.decode()
    assert re.search(r'class="code">\d{6}<', desk.post(url, form | {"phone": "58300 12345"}).content.decode())
    desk.post(url, form | {"phone": "58300 12345"})
    [grant] = RoleGrant.objects.filter(site=site, role="observer")
    assert grant.staff.phone == "5830012345"
    planned = next(session for session in _plan(desk) if session.site_id == site.pk)
    day = planned.on_date.isoformat()
    page = desk.post(url, {"act": "closure", "on_date": day, "reason": "election"}).content.decode()
    assert "A session is planned there" in page
    # then the session is not taken for an ordinary one anywhere, and nobody more is put into it
    area = site.org_unit_id
    assert "Site closed" in desk.get(f"/hq/plan/?area={area}&week={day}").content.decode()
    assert "election" in desk.get(f"/hq/plan/session/{planned.pk}/").content.decode()
    [own] = [
        one for one in queries.readiness_of(area, planned.on_date, clock.now()) if one.session["site_id"] == site.pk
    ]
    assert ("site_open", False) in own.checks
    inputs = {"area": area, "drive_id": planned.drive_id, "starts_on": planned.on_date, "ends_on": planned.on_date}
    assert planned.pk not in [row[0] for row in sql.rows("planning/rooms", inputs)]


def test_a_cancelled_session_sets_its_people_free_for_the_next_plan(desk: Client) -> None:
    Person.objects.all().delete()
    _people(10)
    _plan(desk)
    _allot(desk)
    lost = Session.objects.order_by("-expected_count")[0]
    assert lost.roster.filter(kind="booked").exists()
    desk.post(f"/hq/plan/session/{lost.pk}/", {"act": "cancel", "reason": "no vaccine"})
    page = desk.get(
        f"/hq/session/{lost.pk}/", follow=True
    ).content.decode()  # there is no day to look at, only the plan
    assert "no vaccine" in page
    assert "Print the pack" not in page
    lost.cancellation.cancelled_at -= timedelta(minutes=2)  # by then they have been written to
    lost.cancellation.save()
    _allot(desk)
    assert not lost.roster.exists()
    assert Allotment.objects.filter(kind="booked").count() == 10


# --- Packs ------------------------------------------------------------------------------------------------------------


def _opens_in(session: Session, hours: float) -> None:
    session.opens_at = clock.now() + timedelta(hours=hours)
    session.closes_at = session.opens_at + timedelta(hours=8)
    session.save()


def _manifest(pack: SessionPack) -> dict[str, Any]:
    opened = jws.deserialize_compact(pack.manifest, server_keys().signing, algorithms=["ES256"])
    found: dict[str, Any] = json.loads(opened.payload)
    return found


def test_packs_are_built_frozen_and_amended_by_the_clock(drive: Drive) -> None:
    session, other = drive.sessions
    _opens_in(session, 40)
    _opens_in(other, 60)
    while packs.build_due_packs():
        pass
    assert not SessionPack.objects.exists()  # T-40 h
    _opens_in(session, 35)
    while packs.build_due_packs():
        pass
    first = SessionPack.objects.get(session=session)
    assert not first.is_frozen
    # nothing changed, nothing to build; a changed plan is a new version with a key of its own
    assert not packs.build_due_packs()
    Session.objects.filter(pk=session.pk).update(plan_version=session.plan_version + 1)
    assert packs.build_due_packs()
    # within twelve hours a change is a delta: the frozen pack's key, so that whoever works in it can take it in
    _opens_in(session, 11)
    gone, newcomer = drive.people(session)[0], drive.people(other)[0]
    session.roster.filter(person=gone).delete()
    Allotment.objects.filter(person=newcomer).delete()
    Allotment.objects.create(session=session, person=newcomer, slot_at=session.opens_at)
    Session.objects.filter(pk=session.pk).update(plan_version=session.plan_version + 2)
    assert packs.build_due_packs()
    newest = SessionPack.objects.filter(session=session).latest("version")
    frozen = SessionPack.objects.filter(session=session, is_frozen=False).latest("version")
    assert newest.is_frozen
    wrapped = [{m["staff_id"]: m["wrapped_key"] for m in _manifest(pack)["team"]} for pack in (frozen, newest)]
    assert packs._key_of(newest) == packs._key_of(frozen)
    assert wrapped[0].keys() == wrapped[1].keys()
    content = packs._decrypt(packs._key_of(newest), bytes(newest.content), session.session_id)
    said = msgspec.json.decode(gzip.decompress(content))
    assert (said["added"], said["removed"]) == ([newcomer.code], [gone.code])


def _readiness(session: Session) -> queries.Readiness:
    found = queries.readiness_of("IN.36.725", session.on_date, clock.now())
    return next(one for one in found if one.session["session_id"] == session.pk)


def test_a_team_cannot_be_at_two_sessions_at_once(drive: Drive) -> None:
    # given Asha, whom the plan has at two sites at the same time
    for session in drive.sessions:
        row = _readiness(session)
        assert row.session["busy_roles"] == ["vaccinator"]
        assert ("team", False) in row.checks
    dipa = officer("dipa", "district_officer", "IN.36.725")
    assert (
        "Vaccinator: elsewhere then"
        in dipa.get(f"/hq/plan/readiness/?area=IN.36.725&date={drive.session.on_date}").content.decode()
    )
    # when one of the sessions is called off, or moved to another day
    commands.cancel_session(drive.sessions[1], by=None, reason="no_staff", now=clock.now())
    # then she is where she is wanted
    assert _readiness(drive.session).session["busy_roles"] == []


def test_no_pack_on_a_phone_or_on_paper_by_ten_hours_before_is_an_alarm(drive: Drive) -> None:
    session = drive.session
    for hours, is_alarm in ((11, False), (9.5, True)):
        _opens_in(session, hours)
        row = _readiness(session)
        assert row.is_alarm is is_alarm
        assert not row.is_ready
    dipa = officer("dipa", "district_officer", "IN.36.725")
    assert dipa.get(f"/hq/plan/session/{session.pk}/pack.pdf?language=bn").content.startswith(b"%PDF-")
    assert PackPrint.objects.get().session == session
    row = _readiness(session)
    assert not row.is_alarm
    charlie = Client()
    assert charlie.get(f"/hq/plan/session/{session.pk}/pack.pdf").status_code == 302
    howrah = officer("hari", "district_officer", "IN.36.721")
    assert howrah.get(f"/hq/plan/session/{session.pk}/pack.pdf").status_code == 404


@pytest.mark.parametrize("language", ["en", "bn", "hi"])
def test_the_pack_on_paper_has_every_page_it_needs(drive: Drive, language: str) -> None:
    """Ten people and ten blank rows fit a page; the sealed card has one of its own."""
    made = pack_pdf(drive.session, language)
    assert len(re.findall(rb"/Type\s*/Page\b", made)) == 2
    assert len(made) < 300_000


def test_a_batch_is_entered_and_one_of_another_vaccine_refused(desk: Client) -> None:
    # given a vaccine of which no batch is known yet
    form = {
        "area": "IN.36.725",
        "product": "COVAXIN",
        "number": " 37F20 ",
        "expires_on": (clock.today() + timedelta(days=90)).isoformat(),
    }
    assert desk.post("/hq/plan/batches/", form | {"expires_on": "2019-01-01"}).status_code == 400
    page = desk.post("/hq/plan/batches/", form, follow=True).content.decode()
    assert "37F20" in page
    batch = Batch.objects.get(product_id="COVAXIN", number="37F20")
    # then a session of another vaccine does not silently go without it
    refused = desk.post("/hq/plan/new/", _form(batch=[str(batch.pk)]))
    assert (refused.status_code, "of another vaccine" in refused.content.decode()) == (400, True)
    assert desk.post("/hq/plan/new/", _form(batch=[str(batch.pk)], product="COVAXIN")).status_code == 302
    assert officer("vik", "volunteer", "IN.36.725").get("/hq/plan/batches/").status_code in (302, 403, 404)


def test_a_pack_that_is_not_due_is_neither_there_nor_missing(drive: Drive) -> None:
    session = drive.session
    _opens_in(session, 70)
    checks = dict(_readiness(session).checks)
    assert (checks["pack"], checks["fetched"]) == (None, None)
    _opens_in(session, 20)
    assert dict(_readiness(session).checks)["pack"] is False


def test_who_found_no_place_is_counted_on_the_plan(desk: Client) -> None:
    _people(30)
    _plan(desk, site=[str(Site.objects.order_by("name")[0].pk)], capacity="5", walk_in_capacity="0")
    run = _allot(desk)
    assert run.unplaced_count == UnplacedPerson.objects.filter(run=run).count() > 0
    assert "without a place" in desk.get("/hq/plan/?area=IN.36.725").content.decode()


def test_a_place_of_no_use_for_the_second_dose_is_given_up_for_one_that_is(drive: Drive) -> None:
    """Lists from paper come late: whoever turns out to have had a first dose may hold a place for another."""
    # given five people who hold places in the days to come: of another vaccine, too early, in reserve, right, and right but to wait
    other, early, reserve, right, gone = drive.people()[:5]
    Allotment.objects.filter(person__in=[other, early, reserve, right, gone]).delete()
    covaxin, soon, due = (
        _one_more(drive, days, code) for days, code in ((5, "COVAXIN"), (1, "COVISHIELD"), (6, "COVISHIELD"))
    )
    for session, person, kind in (
        (covaxin, other, "booked"), (soon, early, "booked"), (due, reserve, "reserve"), (due, right, "booked"),
        (covaxin, gone, "booked"),
    ):  # fmt: skip
        Allotment.objects.create(session=session, person=person, kind=kind, slot_at=session.opens_at)
        Session.objects.filter(pk=session.pk).update(expected_count=session.roster.filter(kind="booked").count())
    kept = Allotment.objects.get(person=right)
    # when first doses of 25 days ago come in for all but one
    drive.session.opens_at -= timedelta(days=25)
    drive.session.closes_at -= timedelta(days=25)
    drive.session.on_date -= timedelta(days=25)
    drive.session.save()
    phone = drive.phone()
    phone.start(drive.session.opens_at)
    for person in (other, early, reserve, right):
        phone.give(person, at=drive.session.opens_at + timedelta(hours=1))
    assert {verdict.verdict for verdict in phone.push()} == {"recorded"}
    drain()
    Site.objects.update(latitude=22.57, longitude=88.36)
    desk = officer("dipa", "district_officer", "IN.36.725")
    _allot(desk, days=9)
    # then the three are booked where their dose is given, once it may be, and hold nothing else
    for person in (other, early, reserve):
        assert [(one.session_id, one.kind) for one in Allotment.objects.filter(person=person, session__on_date__gt=clock.today())] == [
            (due.pk, "booked")
        ]  # fmt: skip
    # the fourth keeps the very same place, and so does whoever has had no dose
    assert Allotment.objects.get(person=right, session__on_date__gt=clock.today()).pk == kept.pk
    assert Allotment.objects.get(person=gone).session_id == covaxin.pk
    for session in (covaxin, soon, due):
        session.refresh_from_db()
        assert session.expected_count == session.roster.filter(kind="booked").count()
    # and once more changes nothing
    before = set(Allotment.objects.values_list("pk", flat=True))
    _allot(desk, days=9)
    assert set(Allotment.objects.values_list("pk", flat=True)) == before


def test_a_second_dose_has_the_place_of_a_first_one_nobody_was_told_of(drive: Drive) -> None:
    # given two sessions to come, the first full of first doses, one of whom has been told and one written to
    Allotment.objects.all().delete()
    people = _people(4)
    full, later = _one_more(drive, 4, "COVISHIELD"), _one_more(drive, 8, "COVAXIN")
    told, written, late, second = people
    for place, person in enumerate((told, written, late)):
        Allotment.objects.create(
            session=full, person=person, kind="booked", slot_at=full.opens_at, told_at=clock.now() if person == told else None,
            allotted_at=clock.now() + timedelta(minutes=place),
        )  # fmt: skip
    Session.objects.filter(pk=full.pk).update(capacity=3, expected_count=3)
    Session.objects.filter(pk=later.pk).update(capacity=100)
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO message (message_id, purpose, channel, language, address, body, segments, level, tries, state, person_id,"
            " session_id, created_at, sent_at, not_after) VALUES (gen_random_uuid(), 'invitation', 'sms', 'en', '5830012345', 'x', 1,"
            " 0, 1, 'sent', %s, %s, now(), now(), now() + interval '1 day')",
            [written.pk, full.pk],
        )
    # when somebody's first dose of 25 days ago comes in, whose second may be given from the day before the first session on
    _first_dose(drive, second, 25)
    Site.objects.update(latitude=22.57, longitude=88.36)
    run = _allot(officer("dipa", "district_officer", "IN.36.725"), days=9)
    # then they have the place of whoever was neither told nor written to, who comes four days later instead
    assert list(full.roster.filter(kind="booked").order_by("person").values_list("person", flat=True)) == sorted(
        [told.pk, written.pk, second.pk]
    )
    assert [(one.session_id, one.kind) for one in Allotment.objects.filter(person=late)] == [(later.pk, "booked")]
    full.refresh_from_db()
    assert (full.expected_count, run.gave_way_count) == (3, 1)
    assert run.people_count == run.placed_count + run.reserve_count + run.unplaced.count()


def _first_dose(drive: Drive, person: Person, days_ago: int) -> None:
    """A dose of the drive's vaccine in its first session, held so many days ago."""
    drive.session.opens_at -= timedelta(days=days_ago)
    drive.session.closes_at -= timedelta(days=days_ago)
    drive.session.on_date -= timedelta(days=days_ago)
    drive.session.save()
    phone = drive.phone()
    phone.start(drive.session.opens_at)
    phone.give(person, at=drive.session.opens_at + timedelta(hours=1))
    assert {verdict.verdict for verdict in phone.push()} == {"recorded"}
    drain()


def _one_more(drive: Drive, days: int, product: str) -> Session:
    """A session of the drive in so many days, at a site of its own."""
    last = drive.session
    site = Site.objects.create(name=f"Site {days}", org_unit_id="IN.36.725")
    opens_at = clock.now() + timedelta(days=days)
    return Session.objects.create(
        drive=last.drive, site=site, product_id=product, on_date=clock.today() + timedelta(days=days), opens_at=opens_at,
        closes_at=opens_at + timedelta(hours=8), expected_count=0, capacity=20, walk_in_capacity=0,
    )  # fmt: skip


def test_second_doses_without_a_session_of_their_vaccine_warn(drive: Drive) -> None:
    # given a first dose of 25 days ago, and only another vaccine in the days when the second is due
    Allotment.objects.all().delete()
    person = _people(1)[0]
    _first_dose(drive, person, 25)
    _one_more(drive, 5, "COVAXIN")
    Site.objects.update(latitude=22.57, longitude=88.36)
    desk = officer("dipa", "district_officer", "IN.36.725")
    run = _allot(desk, days=9)
    # then the page of the run says so before all else
    page = desk.get(f"/hq/plan/people/{run.pk}/").content.decode()
    assert "Some people whose second dose is due have no place" in page
    assert "?reason=second_no_session" in page
    assert person.code in desk.get(f"/hq/plan/people/{run.pk}/?reason=second_no_session").content.decode()


def test_second_doses_are_kept_a_place_without_anybody_asking(drive: Drive) -> None:
    # given first doses of 25 days ago, that came in late, and no session to come but one that is full for others
    Allotment.objects.all().delete()
    person = _people(1)[0]
    _first_dose(drive, person, 25)
    Site.objects.update(latitude=22.57, longitude=88.36)

    def go_round() -> None:
        allotting.keep_second_doses()
        while allotting.work_on_allotments():
            pass

    desk, other = officer("dipa", "district_officer", "IN.36.725"), officer("hari", "district_officer", "IN.36.721")
    assert "no place for it" not in desk.get("/hq/plan/").content.decode()
    # when the errand has gone round, twice, the plan says so, and the list behind it names them, in their own district alone
    go_round()
    go_round()
    assert "1 person&#x27;s second dose is due" in desk.get("/hq/plan/").content.decode().replace("'", "&#x27;")
    assert person.code in desk.get("/hq/plan/second/").content.decode()
    assert person.code not in other.get("/hq/plan/second/").content.decode()
    # and when a session of their vaccine is planned, they are booked there; nobody else is
    due = _one_more(drive, 5, "COVISHIELD")
    Site.objects.update(latitude=22.57, longitude=88.36)
    go_round()
    assert list(due.roster.values_list("person", "kind")) == [(person.pk, "booked")]
    assert "no place for it" not in desk.get("/hq/plan/").content.decode()
    assert AllotmentRun.objects.filter(is_automatic=True).count() <= 2
    # and when that session is full of first doses nobody was told of, one of them gives way, and is placed anew, however it waits
    first, more = _people(2, institution="Y")
    full, later = _one_more(drive, 6, "COVISHIELD"), _one_more(drive, 7, "COVAXIN")
    Allotment.objects.filter(person=person).delete()
    Session.objects.filter(pk=due.pk).delete()
    Session.objects.filter(pk=full.pk).update(capacity=1, expected_count=1)
    Allotment.objects.create(session=full, person=first, kind="booked", slot_at=full.opens_at)
    waits = Allotment.objects.create(session=full, person=more, kind="reserve", slot_at=full.opens_at)
    Site.objects.update(latitude=22.57, longitude=88.36)
    go_round()
    assert list(full.roster.order_by("kind").values_list("person", "kind")) == [
        (person.pk, "booked"),
        (more.pk, "reserve"),
    ]
    assert list(later.roster.values_list("person", "kind")) == [(first.pk, "booked")]
    assert Allotment.objects.filter(pk=waits.pk, kind="reserve").exists()  # nobody asked for whoever waits


def test_who_was_vaccinated_before_the_planned_opening_stays_on_the_roster(drive: Drive) -> None:
    # given a team that starts twenty minutes early, and gives doses: one person's first, one's last
    first, last = drive.people()[:2]
    _first_dose(drive, last, 40)
    early = drive.sessions[1]
    Allotment.objects.filter(person__in=[first, last]).update(session=early)
    Session.objects.filter(pk=early.pk).update(
        site=drive.session.site,
        opens_at=clock.now() + timedelta(minutes=20),
        closes_at=clock.now() + timedelta(hours=8),
    )
    phone = drive.phone(early)
    phone.start()
    for person in (first, last):
        phone.give(person, batch=drive.batch)
    phone.push()
    drain()
    booked = set(early.roster.values_list("person", flat=True))
    # when plans are made, by themselves and by an officer from today on
    Site.objects.update(latitude=22.57, longitude=88.36)
    allotting.keep_second_doses()
    AllotmentRun.objects.create(
        drive=drive.session.drive, org_unit_id="IN.36.725", starts_on=clock.today(), ends_on=clock.today() + timedelta(days=9),
        priority_groups=["HCW"], asked_at=clock.now(),
    )  # fmt: skip
    while allotting.work_on_allotments():
        pass
    # then nobody has gone from the roster of today
    assert set(early.roster.values_list("person", flat=True)) >= booked >= {first.pk, last.pk}


def test_the_form_for_new_sessions_chooses_no_site_and_the_vaccine_planned_last(desk: Client) -> None:
    _plan(desk)
    page = desk.get("/hq/plan/new/?area=IN.36.725").content.decode()
    assert '<option value="COVISHIELD" selected>' in page
    assert not re.search(r'name="site"[^>]*checked', page)


def test_a_site_gets_its_coordinates_later(drive: Drive) -> None:
    dipa = officer("dipa", "district_officer", "IN.36.725")
    site = drive.session.site
    type(site).objects.filter(pk=site.pk).update(latitude=None, longitude=None)
    assert "no coordinates" in dipa.get("/hq/plan/sites/?area=IN.36.725").content.decode()
    assert "This site has no coordinates" in dipa.get(f"/hq/plan/site/{site.pk}/").content.decode()
    for latitude in ("91", "north", "nan", ""):
        wrong = dipa.post(f"/hq/plan/site/{site.pk}/", {"act": "place", "latitude": latitude, "longitude": "88.36"})
        assert "leave both empty" in wrong.content.decode()
    dipa.post(
        f"/hq/plan/site/{site.pk}/",
        {"act": "place", "latitude": "২২.৫৭", "longitude": "88,36", "institution": "Ward 3"},
    )
    site.refresh_from_db()
    assert (float(site.latitude or 0), float(site.longitude or 0), site.institution) == (22.57, 88.36, "Ward 3")
    page = dipa.get(f"/hq/plan/site/{site.pk}/").content.decode()
    assert "This site has no coordinates" not in page
    assert 'value="22.57' in page
