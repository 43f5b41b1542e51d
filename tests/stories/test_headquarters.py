# SPDX-License-Identifier: Apache-2.0
"""Promises 5 and 6: one truth on the board, and least sight."""

import re
from datetime import timedelta

import pytest
from django.test import Client

from doseline.followups.commands import drain
from doseline.places.models import OrgUnit, Site
from doseline.shared import clock
from doseline.shared.words import time_of_day
from doseline.situation.commands import refresh_stops
from doseline.situation.queries import load_board
from doseline.staff.commands import add_officer
from doseline.sync import commands as sync
from tests.drive import Drive, TestPhone, officer


def _beat(phone: TestPhone, minutes_ago: float = 0, **said: object) -> None:
    body = phone.device.push_body([], clock.now(), **said)
    opened = sync.open_push(phone.known(), body, phone.device.push_headers(body)["Doseline-Signature"], clock.now())
    sync.note_contact({phone.device.device_id: (clock.now() - timedelta(minutes=minutes_ago), opened.push)})


def _states() -> list[str]:
    drain()
    board = load_board(area="IN.36", on_date=clock.today(), now=clock.now())
    return sorted(session.state for session in board.sessions)


def test_a_site_falls_silent_stalls_and_closes(drive: Drive) -> None:
    phone = drive.phone()
    # given nothing opened an hour after the plan
    assert _states() == ["late", "late"]
    # when it starts, it goes
    phone.start(at=clock.now() - timedelta(minutes=20))
    phone.push()
    _beat(phone)
    assert _states() == ["late", "stalled"]
    phone.give(drive.people()[0])
    phone.push()
    _beat(phone)
    assert _states() == ["going", "late"]
    # when it is not heard for a quarter of an hour, it is silent
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("UPDATE device_contact SET heard_at = heard_at - interval '16 minutes'")
    assert _states() == ["late", "silent"]
    phone.act("session_closed")
    phone.push()
    assert _states() == ["closed", "late"]


def test_twenty_minutes_of_stop_are_seen_with_their_cause(drive: Drive) -> None:
    # given doses with twenty minutes between two of them, and a call for help in between
    phone, start = drive.phone(), clock.now() - timedelta(minutes=50)
    phone.start(at=start)
    phone.give(drive.people()[0], at=start + timedelta(minutes=5))
    phone.act("trouble_reported", at=start + timedelta(minutes=9), reason="no_vaccine")
    phone.give(drive.people()[1], at=start + timedelta(minutes=25))
    phone.give(drive.people()[2], at=start + timedelta(minutes=30))
    phone.push()
    drain()
    # when headquarters looks
    refresh_stops()
    board = load_board(area="IN", on_date=clock.today(), now=clock.now())
    # then the stop has its minutes and its cause
    assert ("no_vaccine", 20) in [(stop.cause, stop.minutes(clock.now())) for stop in board.stops]


def test_every_number_of_a_session_and_an_hour_opens_its_people(drive: Drive) -> None:
    # given doses in one hour of a session
    phone, people = drive.phone(), drive.people()
    phone.start()
    at = clock.now()
    for person in people[:3]:
        phone.give(person, at=at)
    phone.push()
    drain()
    dipa = officer("dipa", "district_officer", "IN.36.725")
    # then each number of the session's page leads to as many people
    page = dipa.get(f"/hq/session/{drive.session.pk}/").content.decode()
    for kind in ("doses", "expected", "arrived", "not_given", "walk_ins", "observing"):
        assert f'href="{kind}/"' in page
    assert dipa.get(f"/hq/session/{drive.session.pk}/doses/").context["total"] == 3
    # and each hour of the board to those of that hour
    hour = at.astimezone(clock.INDIA).hour
    for asked, count in ((hour, 3), ((hour + 12) % 24, 0), ("x", 3)):
        assert dipa.get(f"/hq/area/IN.36.725/doses/?hour={asked}").context["total"] == count
    # and the site's page to its sessions; who has no business there finds nothing
    assert f"/hq/session/{drive.session.pk}/" in dipa.get(f"/hq/site/{drive.session.site_id}/").content.decode()
    charlie = officer("charlie", "district_officer", "IN.36.721")
    for path in (f"session/{drive.session.pk}/doses", f"site/{drive.session.site_id}", "area/IN.36.725/sheets"):
        assert charlie.get(f"/hq/{path}/").status_code == 404
    assert dipa.get("/hq/area/IN.36.725/sheets/").status_code == 200


def test_a_morning_on_paper_is_no_stop_and_stops_nobody(drive: Drive) -> None:
    # given doses of the hours before a phone was opened, two of them at the planned opening, told by a sheet in half-hours
    from django.db import connection

    opens_at, phone, people = drive.session.opens_at, drive.phone(), drive.people()
    for place, minutes in enumerate((0, 0, 30)):
        phone.give(people[place], at=opens_at + timedelta(minutes=minutes))
    phone.start(at=opens_at + timedelta(minutes=45))
    phone.give(people[3], at=opens_at + timedelta(minutes=47))
    phone.push()
    drain()
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE status.roster SET provenance = 'scanned' WHERE given_at < %s", [opens_at + timedelta(minutes=40)]
        )
    # when headquarters looks, again and again
    for _look in range(2):
        refresh_stops()
        board = load_board(area="IN", on_date=clock.today(), now=clock.now())
        # then the late phone is said, and no half-hour of the sheet is a stop
        assert [(stop.cause, stop.minutes(clock.now())) for stop in board.stops if stop.ended_at] == [
            ("late_start", 45)
        ]
    # and whatever the facts say, two stops that begin together stop nobody
    with connection.cursor() as cursor:
        cursor.execute("UPDATE status.roster SET provenance = 'device'")
        cursor.execute("UPDATE stop_progress SET status_seq = 0")
    refresh_stops()


def test_every_number_is_the_length_of_its_list(drive: Drive) -> None:
    phone = drive.phone()
    phone.start()
    people = drive.people()
    for person in people[:5]:
        phone.act("person_arrived", person_id=person.person_id)
        phone.give(person, batch=drive.batch)
    phone.act("observation_ended", person_id=people[0].person_id, reason="released")
    phone.act("not_given", person_id=people[6].person_id, reason="unwell")
    second = drive.phone()
    second.give(people[1])
    second.push()
    phone.push()
    drain()
    ravi = officer("ravi", "state_officer", "IN.36")
    page = ravi.get("/hq/area/IN.36/").content.decode()
    shown = {kind: int(n) for kind, n in re.findall(r'href="/hq/area/IN\.36/(\w+)/"><b>([\d,]+)</b>', page)}
    assert shown["doses"] == 5
    assert shown["reviews"] == 1
    for kind, number in shown.items():
        listed = ravi.get(f"/hq/area/IN.36/{kind}/").content.decode()
        total = re.search(r"<h1>[^<]*: ([\d,]+)</h1>", listed)
        assert total is not None, kind
        assert int(total[1]) == number, kind
        if kind not in ("on_phones",):
            assert listed.count('<th scope="row">') == number, kind


def test_trouble_that_a_site_reports_is_seen(drive: Drive) -> None:
    phone = drive.phone()
    phone.start()
    phone.act("trouble_reported", reason="crowd")
    phone.push()
    drain()
    ravi = officer("ravi", "state_officer", "IN.36")
    assert 'href="/hq/area/IN.36/troubles/"><b>1</b>' in ravi.get("/hq/area/IN.36/").content.decode()
    assert "Crowd" in ravi.get("/hq/area/IN.36/troubles/").content.decode()
    assert "Trouble: Crowd" in ravi.get(f"/hq/session/{drive.session.pk}/").content.decode()


def test_what_a_phone_still_holds_is_counted(drive: Drive) -> None:
    # given a phone that says it wrote seven facts, of which three came
    phone = drive.phone()
    for person in drive.people()[:7]:
        phone.give(person)
    phone.push(phone.device.journal[:3])
    _beat(phone)
    drain()
    # then headquarters sees that four are still on it
    board = load_board(area="IN.36.725", on_date=clock.today(), now=clock.now())
    assert board.total("missing_count") == 4
    # and an empty phone (its storage cleared) does not make the gap smaller
    _beat(phone, last_seq=0, waiting_count=0)
    board = load_board(area="IN.36.725", on_date=clock.today(), now=clock.now())
    assert board.total("missing_count") == 4


def test_nothing_is_sent_twice_when_nothing_changed(drive: Drive) -> None:
    assert drive
    meena = officer("meena", "national_officer", "IN")
    first = meena.get("/hq/area/IN/?part=board")
    again = meena.get("/hq/area/IN/?part=board", headers={"If-None-Match": first["ETag"]})
    assert (first.status_code, again.status_code, again.content) == (200, 304, b"")


def test_names_stay_at_the_site(drive: Drive) -> None:
    phone = drive.phone()
    phone.give(drive.people()[0])
    phone.push()
    drain()
    meena = officer("meena", "national_officer", "IN")
    for path in (
        f"/hq/session/{drive.session.session_id}/",
        "/hq/area/IN.36/doses/",
        "/hq/area/IN.36/expected/",
    ):
        page = meena.get(path).content.decode()
        assert drive.people()[0].code in page
        assert "Test Person" not in page
        assert "পরীক্ষা" not in page


@pytest.mark.parametrize(
    ("area", "status"),
    [("IN.36.725", 200), ("IN.36", 404), ("IN", 404), ("IN.36.721", 404), ("IN.36.7", 404)],
)
def test_a_district_sees_its_own_district(drive: Drive, area: str, status: int) -> None:
    assert drive
    dipa = officer("dipa", "district_officer", "IN.36.725")
    assert dipa.get(f"/hq/area/{area}/").status_code == status


def test_charlie_may_see_nothing(drive: Drive) -> None:
    charlie = officer("charlie", "vaccinator", "IN")
    paths = ["/hq/", "/hq/area/IN/", "/hq/area/IN/doses/", f"/hq/session/{drive.session.session_id}/"]
    paths.append(f"/hq/site/{drive.session.site_id}/phones/")
    for path in paths:
        assert charlie.get(path).status_code == 404, path
        answer = Client().get(path)
        assert (answer.status_code, answer["Location"].split("?")[0]) == (302, "/account/login/"), path


def test_a_second_factor_is_asked_for_before_anything(drive: Drive) -> None:
    assert drive
    meena = add_officer(
        username="meena",
        password="a long enough one",
        display_name="M",
        role="national_officer",
        area=OrgUnit.objects.get(code="IN"),
    )
    client = Client()
    client.force_login(meena)
    assert client.get("/hq/")["Location"] == "/account/2fa/"


def test_an_officer_enrols_and_cuts_off_a_phone(drive: Drive) -> None:
    dipa = officer("dipa", "district_officer", "IN.36.725")
    path = f"/hq/site/{drive.session.site_id}/phones/"
    page = dipa.post(path).content.decode()
    code = re.search(r'<p class="code">([0-9A-Z]{4} [0-9A-Z]{4})</p>', page)
    assert code is not None
    phone = drive.phone()
    answer = dipa.post(f"/hq/phone/{phone.device.device_id}/revoke/", {"reason": "lost"}, follow=True)
    assert answer.status_code == 200
    assert phone.known().is_revoked


def test_the_pages_speak_three_languages(drive: Drive) -> None:
    assert drive
    ravi = officer("ravi", "state_officer", "IN.36")
    for language, word in (("en", "West Bengal"), ("bn", "পশ্চিমবঙ্গ")):
        page = ravi.get("/hq/area/IN.36/", headers={"Accept-Language": language}).content.decode()
        assert f'lang="{language}"' in page
        assert f"<h1>{word} " in page


def test_the_map_leads_where_the_trouble_is(drive: Drive) -> None:
    # given a site whose place is known, late by an hour
    Site.objects.filter(pk=drive.session.site_id).update(latitude=22.57, longitude=88.36)
    meena = officer("meena", "national_officer", "IN")
    # then the nation shows its state as late, and the state shows the site where it stands
    nation = meena.get("/hq/area/IN/?part=board").content.decode()
    assert re.search(r'<a href="/hq/area/IN\.36/" aria-label="West Bengal: Late 2 / 2">.*?<g class="late">', nation)
    assert nation.count('<g class="nothing">') == 36
    state = meena.get("/hq/area/IN.36/?part=board").content.decode()
    dots = re.findall(rf'<a href="/hq/session/{drive.session.session_id}/" aria-label="[^"]+"><title>', state)
    assert len(dots) == 1


def test_every_number_says_how_old_it_is(drive: Drive) -> None:
    phone = drive.phone()
    phone.start()
    phone.push()
    _beat(phone)
    drain()
    page = officer("ravi", "state_officer", "IN.36").get("/hq/area/IN.36/").content.decode()
    heard = time_of_day(clock.now())
    totals = re.search(r'<ul class="totals">.*?</ul>', page, re.S)
    assert totals is not None
    ages = re.findall(r'<small class="as-of">([\d:]+), 1 site missing</small>', totals[0])
    assert len(ages) == totals[0].count("<li")
    assert set(ages) <= {heard, time_of_day(clock.now() - timedelta(minutes=1))}
