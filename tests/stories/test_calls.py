# SPDX-License-Identifier: Apache-2.0
"""Whom no message reaches is called, by people who do not meet, until each of them has heard (F22, F25)."""

import html
import re
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import connection

from doseline.messages import commands, queries, rules
from doseline.people.models import ContactPoint, Person, PersonChange, PersonLook
from doseline.planning.commands import PlanError, cancel_session, move_session
from doseline.planning.models import Allotment, Session, SessionMove
from doseline.shared import clock, sql
from doseline.shared.clock import INDIA
from tests.drive import Drive, build_drive, officer
from tests.messaging import Ways, age_messages, ask, count_states, deliver, say_of_call, send_all, stay_awake


def test_whoever_knew_of_a_cancelled_session_and_has_not_heard_is_called(
    tomorrow: Drive, ways: Ways, monkeypatch: pytest.MonkeyPatch
) -> None:
    # given ten people of whom nine have their invitation, one of them by a number that does not answer any more
    stay_awake(monkeypatch)
    session = tomorrow.session
    commands.compose([session.session_id], "invitation")
    send_all()
    arrived = [*ways[0].received, *ways[1].received]
    for message in arrived[:9]:
        deliver(message)
    sql.run("messages/time_out", {"now": clock.now()})
    with connection.cursor() as cursor:
        cursor.execute("UPDATE message SET state = 'permanent_failure' WHERE state = 'sent'")
    # when the session is cancelled, and the word arrives with seven
    cancel_session(session, by=None, reason="roof leaks", now=clock.now())
    assert commands.compose_what_changed()
    send_all()
    told = {message["to"] for message in arrived[:9]}
    word = [
        message
        for message in [*ways[0].received, *ways[1].received]
        if "বাতিল" in message["text"] and message["to"] in told
    ]
    for message in word[:7]:
        deliver(message)
    commands.escalate()
    assert queries.calls_left("IN.36", clock.now()) == {}
    age_messages(minutes=31)
    commands.escalate()
    # then the other two are called, and whoever never knew of it is left alone
    assert queries.calls_left("IN.36", clock.now()) == {"due": 2}
    # and every number has its people
    dipa = officer("dipa", "district_officer", "IN.36.725")
    page = dipa.get(f"/hq/messages/?area=IN.36.725&date={session.on_date}").content.decode()
    assert "Cancelled: who knows of it" in page
    for kind, count in (("all", 10), ("told", 7), ("silent", 2), ("never", 1), ("to_call", 2)):
        listed = dipa.get(f"/hq/messages/session/{session.pk}/?kind={kind}").content.decode()
        assert listed.count("<tr><th scope") == count, kind
    # and the caller says that it is cancelled, and nothing of coming
    call = dipa.post("/hq/calls/", {"area": "IN.36.725"}).headers["Location"]
    shown = dipa.get(call).content.decode()
    assert "বাতিল" in shown
    assert "will_come" not in shown
    say_of_call(dipa, call, "reached")
    assert dipa.get(f"/hq/messages/session/{session.pk}/?kind=told").content.decode().count("<tr><th scope") == 8
    # even when all of them have another place by now
    Allotment.objects.filter(session=session).delete()
    assert dipa.get(f"/hq/messages/session/{session.pk}/").content.decode().count("<tr><th scope") == 10
    Session.objects.update(opens_at=clock.now() - timedelta(hours=9), closes_at=clock.now() - timedelta(hours=1))
    with connection.cursor() as cursor:
        cursor.execute("UPDATE call_task SET deadline_at = now() - interval '1 minute', claimed_until = NULL")
    commands.escalate()
    assert queries.calls_left("IN.36", clock.now()) == {"reached": 1, "not_called": 1}


@pytest.mark.parametrize(
    ("opens", "calls"),
    [
        ("07:30", "19:00"),
        ("09:00", "19:00"),
        ("11:59", "19:00"),
        ("12:00", "07:00"),
        ("16:00", "07:00"),
        ("17:00", "07:00"),
        ("18:00", "08:00"),
    ],
)
def test_calls_begin_in_waking_hours(opens: str, calls: str) -> None:
    opens_at = datetime.fromisoformat(f"2021-01-16T{opens}+05:30")
    begin = rules.calls_from(opens_at)
    assert begin.strftime("%H:%M") == calls
    assert timedelta(hours=5) <= opens_at - begin < timedelta(hours=17)


def test_callers_do_not_meet(ways: object) -> None:
    assert ways
    drive = build_drive(opens_in=timedelta(hours=9))
    sql.run("messages/make_calls", {"session_ids": [drive.session.session_id], "now": clock.now(), "whom": "all"})
    dipa, ravi = officer("dipa", "district_officer", "IN.36.725"), officer("ravi", "desk", "IN.36")
    first = dipa.post("/hq/calls/", {"area": "IN.36.725"}).headers["Location"]
    second = ravi.post("/hq/calls/", {"area": "IN.36"}).headers["Location"]
    assert first != second
    assert ravi.get(first).status_code == 409
    # the script is in the person's language, with a number to tap
    page = dipa.get(first).content.decode()
    assert "নমস্কার" in page
    assert 'href="tel:+915' in page
    # a number that turns out wrong is put right, and the call stays in hand
    assert "no phone number" in dipa.post(first, {"phone": "12"}, follow=True).content.decode()
    corrected = dipa.post(first, {"phone": "+91 59999 12345"}, follow=True).content.decode()
    assert 'href="tel:+915999912345"' in corrected
    assert "somebody else" in ravi.post(first, {"phone": "59999 54321"}, follow=True).content.decode()
    change = PersonChange.objects.get(field="phone")
    ContactPoint.objects.create(
        person=change.person, kind="phone", value="5000000001"
    )  # of several, the one put right is called
    assert 'href="tel:+915999912345"' in dipa.get(first).content.decode()
    assert (change.after, change.changed_by and change.changed_by.username) == ("5999912345", "dipa")
    # no answer comes back later, three times; whoever is reached has been told
    assert say_of_call(dipa, first, "no_answer").status_code == 302
    assert say_of_call(ravi, second, "will_come").status_code == 302
    assert queries.calls_left("IN.36", clock.now()) == {"due": 8, "later": 1, "will_come": 1}
    for what, count in (("due", 8), ("later", 1), ("will_come", 1), ("claimed", 0)):
        assert dipa.get(f"/hq/calls/list/{what}/?area=IN.36.725").content.decode().count("<tr><th scope") == count, what
    # who stops gives the call back at once
    third = dipa.post("/hq/calls/", {"area": "IN.36.725"}).headers["Location"]
    assert queries.calls_left("IN.36", clock.now())["claimed"] == 1
    dipa.post(third.split("?")[0] + "release/")
    assert queries.calls_left("IN.36", clock.now())["due"] == 8
    assert Allotment.objects.filter(told_how="will_come").count() == 1
    # somebody else's call cannot be ended
    assert "somebody else" in ravi.post(first, {"outcome": "reached"}, follow=True).content.decode()


def test_whom_no_message_can_reach_is_called_as_soon_as_that_is_known(ways: object) -> None:
    assert ways
    # given a session tomorrow whose people have been written to: one for good in vain, one in vain for now, one without a number
    drive = build_drive(opens_in=timedelta(hours=15))
    lost, failing, numberless = drive.people()[:3]
    ContactPoint.objects.filter(person=numberless).delete()
    commands.escalate()
    with connection.cursor() as cursor:
        for person, state in ((lost, "permanent_failure"), (failing, "temporary_failure")):
            ended = ", due_at = NULL, ended_at = now()" if state == "permanent_failure" else ""
            cursor.execute(f"UPDATE message SET state = %s{ended} WHERE person_id = %s", [state, person.pk])
    # when the clock goes round in the afternoon
    commands.escalate()
    # then the first is on the call list, and the last among those whose number is wanted; nobody else
    with connection.cursor() as cursor:
        cursor.execute("SELECT person_id, outcome FROM call_task")
        assert dict(cursor.fetchall()) == {lost.pk: None, numberless.pk: "no_number"}


def test_a_call_is_made_again_when_what_was_said_in_it_is_no_longer_so(ways: object) -> None:
    assert ways
    # given five people called about a session: reached, coming, needless since a message arrived, and two without a number
    drive = build_drive(opens_in=timedelta(hours=9))
    session = drive.session
    call = {"session_ids": [session.session_id], "now": clock.now(), "whom": "all"}
    reached, coming, needless, numberless, told = drive.people()[:5]
    ContactPoint.objects.filter(person__in=[numberless, told]).delete()
    sql.run("messages/make_calls", call)

    def calls() -> dict[Any, Any]:
        with connection.cursor() as cursor:
            cursor.execute("SELECT person_id, outcome FROM call_task")
            return dict(cursor.fetchall())

    assert calls()[numberless.pk] == "no_number"
    with connection.cursor() as cursor:
        for person, outcome in ((reached, "reached"), (coming, "will_come"), (needless, "not_needed")):
            cursor.execute(
                "UPDATE call_task SET ended_at = now(), tries = 1, outcome = %s WHERE person_id = %s",
                [outcome, person.pk],
            )
    Allotment.objects.filter(person__in=[reached, coming, needless]).update(told_at=clock.now())
    # when nothing has changed, nobody is called again
    before = calls()
    sql.run("messages/make_calls", call)
    assert calls() == before
    # when the session is moved, everybody told is; and when numbers come in, whoever is reached by a message then is not
    move_session(
        session,
        site=session.site,
        opens_at=session.opens_at + timedelta(hours=1),
        by=None,
        reason="flood",
        now=clock.now(),
    )
    ContactPoint.objects.create(person=numberless, kind="phone", value="5830012345")
    Allotment.objects.filter(person=told).update(told_at=clock.now())
    made = commands.call_whom_nothing_reaches([session.session_id])
    sql.run("messages/drop_calls", {"now": clock.now()})
    assert made == len(drive.people()) - 1
    assert {calls()[person.pk] for person in (reached, coming, needless, numberless)} == {None}
    assert calls()[told.pk] == "not_needed"


def test_the_next_call_comes_from_the_area_one_chose(ways: object) -> None:
    assert ways
    drive = build_drive(opens_in=timedelta(hours=9))
    sql.run("messages/make_calls", {"session_ids": [drive.session.session_id], "now": clock.now(), "whom": "all"})
    ravi = officer("ravi", "state_officer", "IN.36")
    first = ravi.post("/hq/calls/", {"area": "IN.36"}).headers["Location"]
    area = re.search(r'name="area" value="([^"]+)"', ravi.get(first).content.decode()).group(1)  # type: ignore[union-attr]
    assert area == "IN.36"
    answer = say_of_call(ravi, first, "reached", more="1", area=area)
    assert answer.headers["Location"].endswith("?area=IN.36")


def test_who_has_no_number_can_be_found_and_given_one(ways: object) -> None:
    assert ways
    drive = build_drive(opens_in=timedelta(hours=9))
    person = drive.people()[0]
    Person.objects.filter(pk=person.pk).update(institution="Rural Hospital")
    ContactPoint.objects.filter(person=person).delete()
    sql.run("messages/make_calls", {"session_ids": [drive.session.session_id], "now": clock.now(), "whom": "all"})
    dipa, ravi = officer("dipa", "district_officer", "IN.36.725"), officer("ravi", "desk", "IN.36.721")
    # given a list by institution, with names, which looking at goes on record
    page = dipa.get("/hq/calls/list/no_number/").content.decode()
    assert "Rural Hospital" in page
    assert person.name_local or person.name_latin in page
    assert PersonLook.objects.filter(person=person, why="call").exists()
    call_id = re.search(r'name="call" value="([^"]+)"', page).group(1)  # type: ignore[union-attr]
    # when somebody gives a number that is none, then one, then one from another district
    answer = dipa.post("/hq/calls/list/no_number/", {"call": call_id, "phone": "12", "area": "IN.36.725"}, follow=True)
    assert "no phone number" in answer.content.decode()
    assert ravi.post("/hq/calls/list/no_number/", {"call": call_id, "phone": "5830012345"}).status_code == 404
    for _twice in (1, 2):
        dipa.post("/hq/calls/list/no_number/", {"call": call_id, "phone": "58300 12345", "area": "IN.36.725"})
    # then they are on no such list any more, but to be called
    assert "Rural Hospital" not in dipa.get("/hq/calls/list/no_number/").content.decode()
    assert ContactPoint.objects.get(person=person).value == "5830012345"
    assert person.code in dipa.get("/hq/calls/list/due/").content.decode()


@pytest.mark.parametrize(("hour", "is_night"), [(21, False), (23, True), (6, True), (7, False)])
def test_a_caller_is_told_that_it_is_night(
    ways: object, monkeypatch: pytest.MonkeyPatch, hour: int, is_night: bool
) -> None:
    assert ways
    drive = build_drive(opens_in=timedelta(hours=9))
    sql.run("messages/make_calls", {"session_ids": [drive.session.session_id], "now": clock.now(), "whom": "all"})
    dipa = officer("dipa", "district_officer", "IN.36.725")
    mine = dipa.post("/hq/calls/", {"area": "IN.36.725"}).headers["Location"]
    monkeypatch.setattr(
        rules, "is_quiet", lambda at, asked=rules.is_quiet: asked(at.astimezone(INDIA).replace(hour=hour))
    )
    assert ("It is night" in dipa.get(mine).content.decode()) is is_night


def test_whom_nothing_reaches_is_called_when_the_desk_says_so_and_never_forgotten(ways: object) -> None:
    assert ways
    # given people booked in three days of whom nobody has had a message
    drive = build_drive(opens_in=timedelta(hours=70))
    dipa = officer("dipa", "district_officer", "IN.36.725")
    asked = {"area": "IN.36.725", "date": drive.session.on_date.isoformat(), "purpose": "call"}
    assert "put on the call list" in dipa.post("/hq/messages/send/", asked, follow=True).content.decode()
    left = queries.calls_left("IN.36", clock.now())
    assert left == {"due": 20}
    # when their time is past and nobody called
    with connection.cursor() as cursor:
        cursor.execute("UPDATE call_task SET tries = 1 WHERE call_id = (SELECT call_id FROM call_task LIMIT 1)")
        cursor.execute("UPDATE call_task SET deadline_at = now() - interval '1 minute'")
    commands.escalate()
    # then that is what is written down, told apart from whoever did not answer, and it can be looked through
    assert queries.calls_left("IN.36", clock.now()) == {"not_called": 19, "no_answer": 1}
    assert dipa.get("/hq/calls/list/not_called/?area=IN.36.725").content.decode().count("<tr><th scope") == 19


def test_a_number_that_is_somebody_elses_takes_no_message_and_tells_nobody(
    tomorrow: Drive, ways: Ways, monkeypatch: pytest.MonkeyPatch
) -> None:
    # given somebody whose invitation went to a stranger, who says so on the telephone
    stay_awake(monkeypatch)
    session, person = tomorrow.session, tomorrow.people()[0]
    number = ContactPoint.objects.get(person=person, kind="phone").value
    commands.compose([session.session_id], "invitation")
    send_all()
    arrived = {message["to"][-10:]: message for message in [*ways[0].received, *ways[1].received]}
    age_messages(minutes=11)
    sql.run("messages/make_calls", {"session_ids": [session.session_id], "now": clock.now(), "whom": "all"})
    dipa = officer("dipa", "district_officer", "IN.36.725")
    ask("DELETE FROM call_task WHERE person_id <> %s", person.pk)
    call = dipa.post("/hq/calls/", {"area": "IN.36.725"}).headers["Location"]
    say_of_call(dipa, call, "wrong_number")
    # when the receipt of that message comes after all, they are still not told, and nothing more goes to that number
    deliver(arrived[number])
    place = Allotment.objects.get(session=session, person=person)
    assert (place.told_at, place.told_how) == (None, "")
    before = len(ways[0].received) + len(ways[1].received)
    commands.escalate()
    send_all()
    later = [*ways[0].received, *ways[1].received][before:]
    assert number not in {message["to"][-10:] for message in later}
    assert queries.calls_left("IN.36", clock.now())["wrong_number"] == 1
    # even when the session is moved meanwhile
    move_session(
        session,
        site=session.site,
        opens_at=session.opens_at - timedelta(hours=1),
        by=None,
        reason="late",
        now=clock.now(),
    )
    sql.run("messages/make_calls", {"session_ids": [session.session_id], "now": clock.now(), "whom": "all"})
    ask("DELETE FROM call_task WHERE person_id <> %s", person.pk)
    assert queries.calls_left("IN.36", clock.now()) == {"wrong_number": 1}
    # when somebody knows the right number, they are called by it, and stay on the list until they are reached
    listed = dipa.get("/hq/calls/list/wrong_number/?area=IN.36.725").content.decode()
    assert person.code in listed
    [(call_id,)] = ask("SELECT call_id FROM call_task")
    dipa.post("/hq/calls/list/wrong_number/", {"call": str(call_id), "phone": "5999900001", "area": "IN.36.725"})
    commands.escalate()
    assert ask("SELECT outcome, ended_at FROM call_task") == [(None, None)]
    call = dipa.post("/hq/calls/", {"area": "IN.36.725"}).headers["Location"]
    assert "5999900001" in dipa.get(call).content.decode()
    say_of_call(dipa, call, "will_come")
    place.refresh_from_db()
    assert place.told_how == "will_come"


@pytest.mark.parametrize("is_late", [False, True])
def test_what_was_read_out_must_still_be_so_when_they_say_they_come(ways: object, is_late: bool) -> None:
    # given a caller with somebody on the line, for longer than a quarter of an hour or not, while the session is moved
    assert ways
    drive = build_drive(opens_in=timedelta(hours=9))
    sql.run("messages/make_calls", {"session_ids": [drive.session.session_id], "now": clock.now(), "whom": "all"})
    dipa = officer("dipa", "district_officer", "IN.36.725")
    call = dipa.post("/hq/calls/", {"area": "IN.36.725"}).headers["Location"]
    said = re.search(r'name="said" value="([^"]*)"', dipa.get(call).content.decode())
    assert said is not None
    if is_late:
        ask("UPDATE call_task SET claimed_until = now() - interval '1 minute'")
    session = drive.session
    later = session.opens_at + timedelta(minutes=30)
    move_session(session, site=session.site, opens_at=later, by=None, reason="late", now=clock.now())
    # then what they were told is not what holds now, and the caller is told so
    answer = dipa.post(call, {"outcome": "will_come", "said": html.unescape(said[1])}, follow=True).content.decode()
    assert "was moved while you called" in answer
    assert not Allotment.objects.exclude(told_how="").exists()
    if is_late:  # anybody may have it by now, this caller too
        call = dipa.post("/hq/calls/", {"area": "IN.36.725"}).headers["Location"]
    say_of_call(dipa, call, "will_come")
    assert Allotment.objects.filter(told_how="will_come").count() == 1


def test_nobody_is_given_up_in_the_evening_for_want_of_an_answer(ways: object, monkeypatch: pytest.MonkeyPatch) -> None:
    # given somebody who does not answer three times in an evening
    assert ways
    drive = build_drive(opens_in=timedelta(hours=12))
    evening = clock.now()
    monkeypatch.setattr(rules, "next_morning", lambda _at: evening + timedelta(hours=8))
    sql.run("messages/make_calls", {"session_ids": [drive.session.session_id], "now": evening, "whom": "all"})
    dipa = officer("dipa", "district_officer", "IN.36.725")
    ask("DELETE FROM call_task WHERE person_id <> %s", drive.people()[-1].pk)
    for _call in range(3):
        ask("UPDATE call_task SET due_at = %s", evening - timedelta(minutes=1))
        say_of_call(dipa, dipa.post("/hq/calls/", {"area": "IN.36.725"}).headers["Location"], "no_answer")
    # then they are called again in the morning, and on the day every two hours, until it is too late for another call
    assert ask("SELECT ended_at, due_at FROM call_task") == [(None, evening + timedelta(hours=8))]
    monkeypatch.setattr(rules, "next_morning", lambda _at: evening + timedelta(hours=32))
    for until, is_over in ((timedelta(hours=3), False), (timedelta(hours=1), False), (timedelta(minutes=10), True)):
        ask("UPDATE call_task SET due_at = %s, deadline_at = %s", evening - timedelta(minutes=1), evening + until)
        say_of_call(dipa, dipa.post("/hq/calls/", {"area": "IN.36.725"}).headers["Location"], "no_answer")
        [(due_at, outcome)] = ask("SELECT due_at, outcome FROM call_task")
        assert outcome == ("no_answer" if is_over else None)
        if until > timedelta(hours=2):
            assert due_at > evening + timedelta(hours=2)
    assert ask("SELECT tries FROM call_task") == [(6,)]


def test_who_does_not_answer_at_night_is_called_again_in_the_morning(
    ways: object, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert ways
    drive = build_drive(opens_in=timedelta(hours=9))
    morning = clock.now() + timedelta(hours=7)
    sql.run("messages/make_calls", {"session_ids": [drive.session.session_id], "now": clock.now(), "whom": "all"})
    dipa = officer("dipa", "district_officer", "IN.36.725")
    monkeypatch.setattr(rules, "is_quiet", lambda _at: True)
    monkeypatch.setattr(rules, "next_morning", lambda _at: morning)
    say_of_call(dipa, dipa.post("/hq/calls/", {"area": "IN.36.725"}).headers["Location"], "no_answer")
    assert ask("SELECT due_at FROM call_task WHERE tries = 1") == [(morning,)]


def test_a_call_given_back_is_not_the_next_one(ways: object) -> None:
    assert ways
    drive = build_drive(opens_in=timedelta(hours=9))
    sql.run("messages/make_calls", {"session_ids": [drive.session.session_id], "now": clock.now(), "whom": "all"})
    dipa = officer("dipa", "district_officer", "IN.36.725")
    first = dipa.post("/hq/calls/", {"area": "IN.36.725"}).headers["Location"].partition("?")[0]
    dipa.post(f"{first}release/", {"area": "IN.36.725"})
    assert dipa.post("/hq/calls/", {"area": "IN.36.725"}).headers["Location"].partition("?")[0] != first


def test_a_wrong_number_with_a_message_still_to_go_is_taken_down(ways: object) -> None:
    # given somebody whose message is being tried again and again, who is called meanwhile at a stranger's
    assert ways
    drive = build_drive(opens_in=timedelta(hours=9))
    commands.compose([drive.session.session_id], "invitation")
    ask("UPDATE message SET state = 'temporary_failure', due_at = now() + interval '5 minutes'")
    sql.run("messages/make_calls", {"session_ids": [drive.session.session_id], "now": clock.now(), "whom": "all"})
    dipa = officer("dipa", "district_officer", "IN.36.725")
    assert (
        say_of_call(
            dipa, dipa.post("/hq/calls/", {"area": "IN.36.725"}).headers["Location"], "wrong_number"
        ).status_code
        == 302
    )
    assert ask("SELECT outcome FROM call_task WHERE ended_at IS NOT NULL") == [("wrong_number",)]
    ask("UPDATE message SET due_at = now()")
    send_all()
    assert count_states() == {"cancelled": 1, "sent": 9}


def test_what_was_said_while_calls_are_made_stands(ways: object) -> None:
    # given a call that ended with somebody who cannot come
    assert ways
    drive = build_drive(opens_in=timedelta(hours=9))
    inputs = {"session_ids": [drive.session.session_id], "now": clock.now(), "whom": "all"}
    sql.run("messages/make_calls", inputs)
    dipa = officer("dipa", "district_officer", "IN.36.725")
    say_of_call(dipa, dipa.post("/hq/calls/", {"area": "IN.36.725"}).headers["Location"], "cannot")
    # when calls are made by a look at people from just before
    Allotment.objects.update(told_at=None)
    sql.run("messages/make_calls", inputs)
    # then the word stands
    assert ask("SELECT count(*) FROM call_task WHERE outcome = 'cannot'") == [(1,)]


def test_who_did_not_answer_is_called_again_when_the_site_moves(ways: object) -> None:
    assert ways
    drive = build_drive(opens_in=timedelta(hours=9))
    inputs = {"session_ids": [drive.session.session_id], "now": clock.now(), "whom": "all"}
    sql.run("messages/make_calls", inputs)
    ask("UPDATE call_task SET outcome = 'no_answer', ended_at = now(), tries = 3")
    sql.run("messages/make_calls", inputs)
    assert ask("SELECT DISTINCT outcome FROM call_task") == [("no_answer",)]
    SessionMove.objects.create(
        session=drive.session, moved_at=clock.now(), reason="late", from_site=drive.sessions[-1].site,
        from_opens_at=drive.session.opens_at,
    )  # fmt: skip
    sql.run("messages/make_calls", inputs)
    assert ask("SELECT DISTINCT outcome, tries FROM call_task") == [(None, 0)]


def test_a_number_put_right_takes_its_messages_with_it(ways: Ways, monkeypatch: pytest.MonkeyPatch) -> None:
    # given a message on its way and another still to go, to a number that the caller is told is another by now
    stay_awake(monkeypatch)
    drive = build_drive(opens_in=timedelta(hours=9))
    ids = [drive.session.session_id]
    commands.compose(ids, "invitation")
    send_all()
    sql.run("messages/make_calls", {"session_ids": ids, "now": clock.now(), "whom": "failing"})
    age_messages(minutes=20)
    sql.run("messages/make_calls", {"session_ids": ids, "now": clock.now(), "whom": "all"})
    commands.compose(ids, "reminder")
    dipa = officer("dipa", "district_officer", "IN.36.725")
    call = dipa.post("/hq/calls/", {"area": "IN.36.725"}).headers["Location"]
    [(person_id,)] = ask("SELECT person_id FROM call_task WHERE claimed_by IS NOT NULL")
    old = ContactPoint.objects.get(person=person_id, kind="phone").value
    dipa.post(call, {"phone": "5999900002"})
    say_of_call(dipa, call, "no_answer")
    # then the receipt from the old one tells nobody, and nothing more goes there
    arrived = {message["to"][-10:]: message for message in [*ways[0].received, *ways[1].received]}
    deliver(arrived[old])
    assert Allotment.objects.get(session=drive.session, person=person_id).told_at is None
    before = [len(way.received) for way in ways]
    send_all()
    later = {message["to"][-10:] for way, seen in zip(ways, before, strict=True) for message in way.received[seen:]}
    assert old not in later
    assert "5999900002" in later  # what was still to go went to the right one
    assert len(later) == 10


def test_a_receipt_from_the_old_number_is_forgotten_when_the_number_is_put_right(
    ways: Ways, monkeypatch: pytest.MonkeyPatch
) -> None:
    # given a caller with somebody on the line whose message arrives just now, at a number that is not theirs
    stay_awake(monkeypatch)
    drive = build_drive(opens_in=timedelta(hours=9))
    ids = [drive.session.session_id]
    commands.compose(ids, "invitation")
    send_all()
    age_messages(minutes=11)
    sql.run("messages/make_calls", {"session_ids": ids, "now": clock.now(), "whom": "all"})
    dipa = officer("dipa", "district_officer", "IN.36.725")
    call = dipa.post("/hq/calls/", {"area": "IN.36.725"}).headers["Location"]
    [(person_id,)] = ask("SELECT person_id FROM call_task WHERE claimed_by IS NOT NULL")
    old = ContactPoint.objects.get(person=person_id, kind="phone").value
    deliver(next(message for way in ways for message in way.received if message["to"][-10:] == old))
    place = Allotment.objects.get(session=drive.session, person=person_id)
    assert place.told_how == "delivered"
    # when the number is put right, that has told them nothing: they are still to be called, and are invited there, once
    dipa.post(call, {"phone": "5999900002"})
    place.refresh_from_db()
    assert (place.told_at, place.told_how) == (None, "")
    say_of_call(dipa, call, "no_answer")
    for _round in range(2):
        commands.escalate()
        send_all()
    assert ask("SELECT ended_at FROM call_task WHERE person_id = %s", person_id) == [(None,)]
    assert [m["to"][-10:] for way in ways for m in way.received].count("5999900002") == 1
    deliver(next(m for way in ways for m in way.received if m["to"].endswith("5999900002")))
    place.refresh_from_db()
    assert place.told_how == "delivered"


def test_who_cannot_come_is_not_reminded(ways: object, monkeypatch: pytest.MonkeyPatch) -> None:
    assert ways
    stay_awake(monkeypatch)
    drive = build_drive(opens_in=timedelta(hours=9))
    person = drive.people()[0]
    Allotment.objects.filter(session=drive.session, person=person).update(told_at=clock.now(), told_how="cannot")
    commands.compose([drive.session.session_id], "reminder")
    assert ask("SELECT count(*), bool_or(person_id = %s) FROM message", person.pk) == [(9, False)]
    # nor is who says so once the reminder waits to go
    Allotment.objects.filter(session=drive.session, person=drive.people()[1]).update(told_how="cannot")
    send_all()
    assert count_states() == {"sent": 8, "cancelled": 1}


def test_a_session_called_off_while_somebody_is_on_the_line(ways: object) -> None:
    # given a caller who has read out where to come, and a session that is cancelled meanwhile
    assert ways
    drive = build_drive(opens_in=timedelta(hours=9))
    sql.run("messages/make_calls", {"session_ids": [drive.session.session_id], "now": clock.now(), "whom": "all"})
    dipa = officer("dipa", "district_officer", "IN.36.725")
    call = dipa.post("/hq/calls/", {"area": "IN.36.725"}).headers["Location"]
    cancel_session(drive.session, by=None, reason="no vaccine", now=clock.now())
    # then they are not written down as coming, and nobody reads it out any more
    said = dipa.post(call, {"outcome": "will_come"}, follow=True).content.decode()
    assert "The session was cancelled while you called" in said
    assert not Allotment.objects.filter(told_how="will_come").exists()
    assert "The session was cancelled." in dipa.get(call).content.decode()
    # and the next call is somebody else's, if anybody's
    assert "/hq/calls/" in dipa.post("/hq/calls/", {"area": "IN.36.725"}).headers["Location"]
    assert ask("SELECT count(*) FROM call_task WHERE claimed_by IS NOT NULL") == [(0,)]
    with pytest.raises(PlanError, match="called_off"):
        move_session(
            drive.session, site=drive.session.site, opens_at=drive.session.opens_at, by=None, reason="", now=clock.now()
        )
