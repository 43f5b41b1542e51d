# SPDX-License-Identifier: Apache-2.0
"""Who was really told: each person ends delivered or on the call list, whatever gateways do (F21, F22, F25)."""

import html
import re
from collections import Counter
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
import urllib3
from django.db import connection
from django.test import Client

from doseline.followups.commands import drain
from doseline.messages import commands, queries, rules
from doseline.messages.gateways import missing_settings
from doseline.messages.models import Gateway, Template
from doseline.people.models import ContactPoint, Person, PersonChange, PersonLook
from doseline.planning.commands import cancel_session, move_session
from doseline.planning.models import Allotment, Session, SessionMove
from doseline.shared import clock, sql
from doseline.shared.clock import INDIA
from doseline.shared.ids import with_check_letter
from tests.drive import Drive, build_drive, officer
from tests.gateway import TestGateway, running


@pytest.fixture
def ways(live_db: None) -> Iterator[tuple[TestGateway, TestGateway]]:
    """Two gateways of equal weight, and the texts to begin with."""
    with running() as one, running() as other:
        commands.load_texts()
        for code, gateway in (("one", one), ("other", other)):
            Gateway.objects.create(code=code, kind="http", channel="sms", settings=gateway.settings())
        yield one, other


@pytest.fixture
def tomorrow(ways: object) -> Drive:
    """Sessions that open in 20 hours."""
    return build_drive(opens_in=timedelta(hours=20))


Ways = tuple[TestGateway, TestGateway]


def _states() -> Counter[str]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT state FROM message")
        return Counter(row[0] for row in cursor.fetchall())


def _message(address: str) -> dict[str, Any]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT message_id, state, gateway, tries FROM message WHERE address = %s ORDER BY created_at", [address]
        )
        return dict(zip(("message_id", "state", "gateway", "tries"), cursor.fetchone(), strict=True))


def _send_all(rounds: int = 6) -> None:
    for _round in range(rounds):
        if not commands.send_bulk():
            return


def _receipts(gateway: TestGateway, code: str, status: str = "DELIVRD") -> list[int]:
    """Calls each message's receipt address as the gateway would; the answers' statuses."""
    found = []
    for message in gateway.received:
        path = message["dlr"].split("//", 1)[1].split("/", 1)[1]
        assert f"g={code}" in path
        found.append(Client().get(f"/{path}&status={status}").status_code)
    return found


def _awake(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rules, "is_quiet", lambda _at: False)


def test_everyone_is_invited_in_their_language(tomorrow: Drive, ways: Ways, monkeypatch: pytest.MonkeyPatch) -> None:
    _awake(monkeypatch)
    assert commands.compose([tomorrow.session.session_id], "invitation") == 10
    assert commands.compose([tomorrow.session.session_id], "invitation") == 0
    _send_all()
    received = [*ways[0].received, *ways[1].received]
    assert _states() == {"sent": 10}
    assert len({message["to"] for message in received}) == 10
    assert all("আপনার কোভিড টিকা" in message["text"] and "পরীক্ষা" in message["text"] for message in received)
    assert len(ways[0].received) > 0
    assert len(ways[1].received) > 0
    # accepted is not told
    watch = queries.watch_of("IN.36", tomorrow.session.on_date, clock.now())
    assert (watch.totals["told"], watch.totals["silent"], watch.totals["none"]) == (0, 10, 10)
    # when the receipts come, they are told, and the numbers equal the lists behind them
    assert set(_receipts(ways[0], "one") + _receipts(ways[1], "other")) == {200}
    watch = queries.watch_of("IN.36", tomorrow.session.on_date, clock.now())
    assert watch.totals["told"] == 10
    for kind in queries.NUMBERS:
        assert len(queries.list_of("IN.36", tomorrow.session.on_date, kind)) == watch.totals[kind], kind


@pytest.mark.parametrize("mode", ["refusing", "throttling", "hanging"])
def test_the_other_gateway_takes_over(tomorrow: Drive, ways: Ways, monkeypatch: pytest.MonkeyPatch, mode: str) -> None:
    """F21: down, throttling or hanging, every message is out through the other at the second try, which comes at once."""
    _awake(monkeypatch)
    if mode == "hanging":
        from doseline.messages.gateways import http

        monkeypatch.setattr(http, "_pool", urllib3.PoolManager(retries=False, timeout=0.2))
    ways[0].mode = mode
    commands.compose([tomorrow.session.session_id], "invitation")
    _send_all()
    assert _states() == {"sent": 10}
    assert len(ways[1].received) == 10


def test_a_failing_gateway_loses_its_share_and_gets_it_back() -> None:
    health = rules.GatewayHealth(
        code="a", weight=50, normal_weight=50, errors=51, judged=0, undelivered=0, seconds_since_change=60
    )
    assert rules.shifted_weight(health) == 40
    silent = rules.GatewayHealth(
        code="a", weight=40, normal_weight=50, errors=0, judged=100, undelivered=16, seconds_since_change=90
    )
    assert rules.shifted_weight(silent) == 30
    well = rules.GatewayHealth(
        code="a", weight=30, normal_weight=50, errors=0, judged=100, undelivered=3, seconds_since_change=301
    )
    assert rules.shifted_weight(well) == 35
    empty = rules.GatewayHealth(
        code="a", weight=5, normal_weight=50, errors=99, judged=0, undelivered=0, seconds_since_change=11
    )
    assert rules.shifted_weight(empty) == 0


def test_the_desk_is_told_of_gateways_that_fail() -> None:
    well = {
        "channel": "sms",
        "errors": 0,
        "judged": 99,
        "undelivered": 3,
        "weight": 50,
        "normal_weight": 50,
        "refused": 0,
    }
    recovering, broken = well | {"weight": 5}, well | {"errors": 10}
    silent = recovering | {"undelivered": 40}
    assert queries.sms_trouble([well, well | {"refused": 3}]) == "some"  # it is tried every few minutes alone
    assert queries.sms_trouble([well, recovering]) == ""
    assert queries.sms_trouble([well, broken]) == queries.sms_trouble([silent, well]) == "some"
    assert queries.sms_trouble([silent, broken, well | {"channel": "email"}]) == "all"


def test_a_number_that_does_not_exist_is_not_tried_again(
    tomorrow: Drive, ways: Ways, monkeypatch: pytest.MonkeyPatch
) -> None:
    _awake(monkeypatch)
    ways[0].mode = ways[1].mode = "final"
    commands.compose([tomorrow.session.session_id], "invitation")
    _send_all()
    assert _states() == {"permanent_failure": 10}


def test_receipts_in_any_order_end_right(tomorrow: Drive, ways: Ways, monkeypatch: pytest.MonkeyPatch) -> None:
    """F22: duplicated, reordered, late and forged receipts."""
    _awake(monkeypatch)
    Gateway.objects.filter(code="other").update(is_active=False)
    commands.compose([tomorrow.session.session_id], "invitation")
    _send_all()
    assert _receipts(ways[0], "one", "ENROUTE") == [200] * 10
    assert _receipts(ways[0], "one") == [200] * 10
    assert _receipts(ways[0], "one") == [200] * 10  # again
    assert _receipts(ways[0], "one", "UNDELIV") == [200] * 10  # late and wrong: not news
    assert _states() == {"delivered": 10}
    # a forged one, or one for another gateway, is refused and leaves no trace
    message_id = UUID(ways[0].received[0]["id"])
    token = commands.receipt_token(message_id, "one")
    for query, status in (
        (f"m={message_id}&g=one&t={'0' * 32}&status=1", 403),
        (f"m={message_id}&g=other&t={token}&status=1", 403),
        (f"m=nonsense&g=one&t={token}&status=1", 400),
        (f"m={message_id}&g=one&t={token}&status=77", 400),
    ):
        assert Client().get(f"/messages/v1/receipt?{query}").status_code == status
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM delivery_receipt")
        assert cursor.fetchone()[0] == 30


def test_missing_receipts_time_out(tomorrow: Drive, ways: object, monkeypatch: pytest.MonkeyPatch) -> None:
    _awake(monkeypatch)
    assert ways
    commands.compose([tomorrow.session.session_id], "invitation")
    _send_all()
    with connection.cursor() as cursor:
        cursor.execute("UPDATE message SET sent_at = sent_at - interval '73 hours'")
    sql.run("messages/time_out", {"now": clock.now()})
    assert _states() == {"timed_out": 10}


def test_a_sender_killed_in_the_middle(tomorrow: Drive, ways: Ways, monkeypatch: pytest.MonkeyPatch) -> None:
    """F25: killed between the gateway's yes and our writing it down: taken again when the lease ends, one SMS more at most."""
    _awake(monkeypatch)
    commands.compose([tomorrow.session.session_id], "invitation")

    def die(*_arguments: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as dying:
        dying.setattr(commands, "_settle", die)
        with pytest.raises(KeyboardInterrupt):
            commands.send_bulk()
    assert _states() == {"sending": 10}
    assert not commands.send_bulk()  # still leased
    with connection.cursor() as cursor:
        cursor.execute("UPDATE message SET due_at = due_at - interval '61 seconds'")
    _send_all()
    assert _states() == {"sent": 10}
    sent = Counter(message["to"] for message in [*ways[0].received, *ways[1].received])
    assert set(sent.values()) == {2}


def test_what_is_no_longer_true_is_not_said(tomorrow: Drive, ways: Ways, monkeypatch: pytest.MonkeyPatch) -> None:
    _awake(monkeypatch)
    one, other = tomorrow.sessions
    commands.compose([one.session_id, other.session_id], "invitation")
    # given between composing and sending: one session moves, someone is taken off the other's roster
    move_session(
        one, site=one.site, opens_at=one.opens_at + timedelta(hours=1), by=None, reason="flood", now=clock.now()
    )
    Allotment.objects.filter(session=other).order_by("slot_at")[0].delete()
    _send_all()
    assert _states() == {"cancelled": 11, "sent": 9}
    # then those of the moved session get the new time instead
    assert commands.compose_what_changed()
    assert not commands.compose_what_changed()
    _send_all()
    texts = [message["text"] for message in [*ways[0].received, *ways[1].received]]
    assert sum("বদলেছে" in text for text in texts) == 10


def test_who_has_word_of_a_move_is_not_invited_as_well(tomorrow: Drive, ways: Ways) -> None:
    session = tomorrow.session
    Allotment.objects.filter(session=session).update(told_at=clock.now(), told_how="at_session")
    move_session(
        session, site=session.site, opens_at=session.opens_at + timedelta(hours=1), by=None, reason="x", now=clock.now()
    )
    commands.compose_what_changed()
    assert commands.compose([session.session_id], "invitation") == 0
    assert commands.compose([tomorrow.sessions[1].session_id], "invitation") == 10


def test_sessions_that_never_opened_do_not_spoil_the_forecast(tomorrow: Drive) -> None:
    """Ten are told; a past session of forty that never opened says nothing of who would come."""
    session = tomorrow.session
    Allotment.objects.filter(session=session).update(told_at=clock.now())
    before = queries.watch_of("IN.36", session.on_date, clock.now()).sessions
    past = Session.objects.create(
        drive=session.drive, site=session.site, product_id="COVISHIELD", on_date=session.on_date - timedelta(days=3),
        opens_at=session.opens_at - timedelta(days=3), closes_at=session.closes_at - timedelta(days=3), expected_count=40,
    )  # fmt: skip
    for place in range(40):
        person = Person.objects.create(
            code=with_check_letter(f"Q{place:05d}"), name_latin="Past", sex="other", born_year=1980, priority_group="HCW",
            org_unit_id="IN.36.725", registered_at=clock.now(),
        )  # fmt: skip
        Allotment.objects.create(session=past, person=person, slot_at=past.opens_at, told_at=past.opens_at)
    after = queries.watch_of("IN.36", session.on_date, clock.now()).sessions
    assert [row["forecast"] for row in after] == [row["forecast"] for row in before]


def test_a_cancelled_session_is_told_once(tomorrow: Drive, ways: Ways) -> None:
    cancel_session(tomorrow.session, by=None, reason="no vaccine", now=clock.now())
    assert commands.compose_what_changed()
    _send_all()
    texts = [message["text"] for message in [*ways[0].received, *ways[1].received]]
    assert len(texts) == 10
    assert all("বাতিল" in text for text in texts)


def test_whoever_knew_of_a_cancelled_session_and_has_not_heard_is_called(
    tomorrow: Drive, ways: Ways, monkeypatch: pytest.MonkeyPatch
) -> None:
    # given ten people of whom nine have their invitation, one of them by a number that does not answer any more
    _awake(monkeypatch)
    session = tomorrow.session
    commands.compose([session.session_id], "invitation")
    _send_all()
    arrived = [*ways[0].received, *ways[1].received]
    for message in arrived[:9]:
        _told(message)
    sql.run("messages/time_out", {"now": clock.now()})
    with connection.cursor() as cursor:
        cursor.execute("UPDATE message SET state = 'permanent_failure' WHERE state = 'sent'")
    # when the session is cancelled, and the word arrives with seven
    cancel_session(session, by=None, reason="roof leaks", now=clock.now())
    assert commands.compose_what_changed()
    _send_all()
    told = {message["to"] for message in arrived[:9]}
    word = [
        message
        for message in [*ways[0].received, *ways[1].received]
        if "বাতিল" in message["text"] and message["to"] in told
    ]
    for message in word[:7]:
        _told(message)
    commands.escalate()
    assert queries.calls_left("IN.36", clock.now()) == {}
    _age_messages(minutes=31)
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
    _say(dipa, call, "reached")
    assert dipa.get(f"/hq/messages/session/{session.pk}/?kind=told").content.decode().count("<tr><th scope") == 8
    # even when all of them have another place by now
    Allotment.objects.filter(session=session).delete()
    assert dipa.get(f"/hq/messages/session/{session.pk}/").content.decode().count("<tr><th scope") == 10
    Session.objects.update(opens_at=clock.now() - timedelta(hours=9), closes_at=clock.now() - timedelta(hours=1))
    with connection.cursor() as cursor:
        cursor.execute("UPDATE call_task SET deadline_at = now() - interval '1 minute', claimed_until = NULL")
    commands.escalate()
    assert queries.calls_left("IN.36", clock.now()) == {"reached": 1, "not_called": 1}


def _told(message: dict[str, str]) -> None:
    Client().get(f"/{message['dlr'].split('//', 1)[1].split('/', 1)[1]}&status=DELIVRD")


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


def test_the_clock_escalates_until_someone_calls(ways: Ways, monkeypatch: pytest.MonkeyPatch) -> None:
    _awake(monkeypatch)
    drive = build_drive(opens_in=timedelta(hours=17))
    Allotment.objects.filter(session=drive.sessions[1]).delete()
    Gateway.objects.filter(code="other").update(is_active=False)
    commands.compose([drive.session.session_id], "invitation")
    _send_all()
    assert len(ways[0].received) == 10
    # T-18 h: nothing heard, so the other gateway tries
    Gateway.objects.update(is_active=True)
    _age_messages(minutes=11)
    commands.escalate()
    _send_all()
    assert len(ways[1].received) == 10
    # seven arrive; at T-10 h the other three are to be called
    for message in ways[1].received[:7]:
        Client().get(f"/{message['dlr'].split('//', 1)[1].split('/', 1)[1]}&status=DELIVRD")
    Session.objects.update(opens_at=clock.now() + timedelta(hours=9))
    _age_messages(minutes=11)
    commands.escalate()
    assert queries.calls_left("IN.36", clock.now()) == {"due": 3}
    watch = queries.watch_of("IN.36", drive.session.on_date, clock.now())
    own = next(row for row in watch.sessions if row["session_id"] == drive.session.session_id)
    assert (own["told"], own["to_call"], own["told"] + own["to_call"]) == (7, 3, own["expected_count"])


def test_a_receipt_quicker_than_its_answer_is_still_a_try_of_its_gateway(
    ways: Ways, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A gateway says that it failed before its own yes was written down: the second invitation goes by the other all the same."""
    _awake(monkeypatch)
    drive = build_drive(opens_in=timedelta(hours=17))
    Allotment.objects.filter(session=drive.sessions[1]).delete()
    settle = commands._settle

    def receipts_first(*arguments: Any) -> None:
        _receipts(ways[0], "one", "UNDELIV")
        settle(*arguments)

    monkeypatch.setattr(commands, "_settle", receipts_first)
    Gateway.objects.filter(code="other").update(is_active=False)
    commands.compose([drive.session.session_id], "invitation")
    _send_all(rounds=1)
    assert _states() == {"permanent_failure": 10}
    monkeypatch.setattr(commands, "_settle", settle)
    Gateway.objects.update(is_active=True)
    _age_messages(minutes=11)
    commands.escalate()
    _send_all()
    assert (len(ways[0].received), len(ways[1].received)) == (10, 10)


def _say(caller: Client, call: str, outcome: str, **more: str) -> Any:
    """How a call went, said on its page as it stands."""
    said = re.search(r'name="said" value="([^"]*)"', caller.get(call).content.decode())
    return caller.post(call, {"outcome": outcome, "said": html.unescape(said[1]) if said else ""} | more)


def _calls(statement: str, *inputs: Any) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(statement, list(inputs))
        return list(cursor.fetchall()) if cursor.description else []


def _age_messages(minutes: int) -> None:
    with connection.cursor() as cursor:
        cursor.execute("UPDATE message SET created_at = created_at - make_interval(mins => %s)", [minutes])


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
    assert _say(dipa, first, "no_answer").status_code == 302
    assert _say(ravi, second, "will_come").status_code == 302
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


def test_a_session_moved_back_is_told_of_anew(ways: Ways, monkeypatch: pytest.MonkeyPatch) -> None:
    _awake(monkeypatch)
    # given a session whose people were told of nine, then of eleven
    session = build_drive(opens_in=timedelta(hours=30)).session
    nine = session.opens_at
    commands.compose([session.session_id], "invitation")
    _send_all()
    for opens_at in (nine + timedelta(hours=2), nine):
        move_session(session, site=session.site, opens_at=opens_at, by=None, reason="flood", now=clock.now())
        commands.compose_what_changed()
        _send_all()
    # then everybody has three messages, and the last says nine again
    told = Counter(message["to"] for way in ways for message in way.received)
    assert set(told.values()) == {3}
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FILTER (WHERE NOT is_overtaken), count(*) FROM message")
        assert cursor.fetchone() == (len(told), 3 * len(told))


def test_the_next_call_comes_from_the_area_one_chose(ways: object) -> None:
    assert ways
    drive = build_drive(opens_in=timedelta(hours=9))
    sql.run("messages/make_calls", {"session_ids": [drive.session.session_id], "now": clock.now(), "whom": "all"})
    ravi = officer("ravi", "state_officer", "IN.36")
    first = ravi.post("/hq/calls/", {"area": "IN.36"}).headers["Location"]
    area = re.search(r'name="area" value="([^"]+)"', ravi.get(first).content.decode()).group(1)  # type: ignore[union-attr]
    assert area == "IN.36"
    answer = _say(ravi, first, "reached", more="1", area=area)
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


def test_a_dose_is_thanked_for_once_and_only_if_true(ways: Ways, monkeypatch: pytest.MonkeyPatch) -> None:
    _awake(monkeypatch)
    drive = build_drive()
    phone = drive.phone()
    given = [phone.give(person) for person in drive.people()[:2]]
    phone.push()
    drain()
    phone.act(
        "fact_voided", person_id=drive.people()[1].person_id, corrects_fact_id=given[1].fact_id, reason="mistaken_tap"
    )
    phone.push()
    drain()
    _send_all()
    texts = [message["text"] for message in [*ways[0].received, *ways[1].received]]
    assert len(texts) == 1
    assert "COVISHIELD" in texts[0]
    with connection.cursor() as cursor:
        cursor.execute("SELECT purpose, state FROM message ORDER BY purpose, state")
        assert cursor.fetchall() == [
            ("dose_ack", "cancelled"),
            ("dose_ack", "sent"),
            ("second_dose", "created"),
            ("second_dose", "created"),
        ]


def test_a_code_goes_at_once_and_again_through_the_other(ways: Ways) -> None:
    commands.compose([build_drive(opens_in=timedelta(hours=20)).session.session_id], "invitation")
    commands.send_code("start_code", address="5000099999", code="459831", language="en", site="Hospital 1")
    assert commands.send_codes()
    first = next(way for way in ways if way.received)
    assert first.received[0]["text"].startswith("Your OTP to start the session at Hospital 1 is 459831.")
    assert sum(len(way.received) for way in ways) == 1  # bulk did not go with it
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE message SET created_at = created_at - interval '31 seconds' WHERE purpose = 'start_code'"
        )
    commands.send_codes()
    commands.send_codes()
    assert [len(way.received) for way in ways] == [1, 1]


def test_a_text_that_differs_by_one_byte_is_not_sent(tomorrow: Drive, ways: Ways) -> None:
    template = Template.objects.get(purpose="invitation", language="bn")
    template.registered = template.text.replace("।", "|")
    for name in ("name", "date", "time", "site", "code"):
        template.registered = template.registered.replace(f"{{{name}}}", "{#var#}")
    template.save()
    assert commands.faults_of(template)[0][0] == "differs_from_registered"
    commands.compose([tomorrow.session.session_id], "invitation")
    with connection.cursor() as cursor:
        cursor.execute("SELECT DISTINCT language FROM message")
        assert cursor.fetchall() == [("en",)]
    assert ways


def test_a_demo_never_sends_to_a_real_gateway(ways: Ways, tomorrow: Drive, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clock.clock, "setting", lambda: object())
    assert commands.usable_gateways() == {}
    assert ways
    assert tomorrow


def test_charlie_hears_nothing_of_messages(drive: Drive) -> None:
    charlie = officer("charlie", "vaccinator", "IN")
    meena = officer("meena", "national_officer", "IN")
    for path in (
        "/hq/messages/",
        "/hq/calls/",
        "/hq/lists/",
        "/hq/plan/",
        f"/hq/messages/session/{drive.session.session_id}/",
    ):
        assert charlie.get(path).status_code == 404, path
        assert meena.get(path).status_code == 404, path
        assert Client().get(path).status_code == 302, path


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a" * 160, 1),
        ("a" * 161, 2),
        ("€" * 80, 1),
        ("€" * 81, 2),
        ("ক" * 70, 1),
        ("ক" * 71, 2),
        ("ক" * 135, 3),
        ("", 1),
    ],
)
def test_segments(text: str, expected: int) -> None:
    assert rules.segments(text) == expected


@pytest.mark.parametrize(
    ("value", "cut"),
    [
        ("ব্লক স্বাস্থ্যকেন্দ্র ৩, কলকাতা", "ব্লক স্বাস্থ্যকেন্দ্ ৩, কলকাতা"),
        ("Block Health Centre 3, Kolkata", "Block Health Centre 3, Kolkata"),
        ("Block Health Centre 31, Kolkata North", "Block Health 31, Kolkata North"),
        ("Subrahmanyanaramachandranarayanan", "Subrahmanyanaramachandranaraya"),
    ],
)
def test_long_names_are_cut_between_words(db: None, value: str, cut: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT cut_for_dlt(%s)", [value])
        assert cursor.fetchone()[0] == rules.cut_for_dlt(value) == cut


def test_every_text_to_begin_with_is_shown_with_its_cost(tomorrow: Drive) -> None:
    # given the texts as they come, each with its own variables
    meena, dipa = officer("meena", "national_officer", "IN"), officer("dipa", "district_officer", "IN.36.725")
    # when their page and the page that sends them are opened
    texts, reach = meena.get("/hq/messages/texts/"), dipa.get("/hq/messages/")
    # then both stand
    assert (texts.status_code, reach.status_code) == (200, 200)
    assert "{own_code}" in texts.content.decode()


def test_after_a_move_every_number_still_has_its_list(
    tomorrow: Drive, ways: Ways, monkeypatch: pytest.MonkeyPatch
) -> None:
    _awake(monkeypatch)
    session = tomorrow.session
    # given a session whose people were told, and which was then moved to another hour
    commands.compose([session.session_id], "invitation")
    _send_all()
    for message in [*ways[0].received, *ways[1].received]:
        Client().get(f"/{message['dlr'].split('//', 1)[1].split('/', 1)[1]}&status=DELIVRD")
    assert Allotment.objects.filter(session=session, told_at=None).count() == 0
    move_session(
        session, site=session.site, opens_at=session.opens_at + timedelta(hours=1), by=None, reason="x", now=clock.now()
    )
    # then what was told of the old hour tells nobody of the new one, and the parts make the whole
    own = next(
        row
        for row in queries.watch_of("IN.36", session.on_date, clock.now()).sessions
        if row["session_id"] == session.pk
    )
    parts = {name: own[name] for name in ("told", "silent", "failed", "waiting", "none")}
    assert parts == {"told": 0, "silent": 0, "failed": 0, "waiting": 0, "none": 10}
    for name, count in parts.items():
        assert len(queries.list_of("IN.36", session.on_date, name, session_id=session.pk, limit=99, offset=0)) == count


def test_a_probe_tells_of_its_own_gateway_alone(ways: Ways) -> None:
    # given a gateway that takes nothing, whose probe went out by the other in the end
    build_drive(opens_in=timedelta(hours=20))
    one, other = Gateway.objects.filter(channel="sms").order_by("code")
    one.settings = one.settings | {"probes": [{"region": "Kolkata", "number": "5000000000"}]}
    one.save()
    commands.probe_codes()
    message_id = _probe()
    commands.receive_receipts([(message_id, other.code, "delivered", "")])
    # then it has not arrived by this one; when this one brings it, it has
    assert _probe("arrived_at") is None
    commands.receive_receipts([(message_id, one.code, "delivered", "")])
    assert _probe("arrived_at") is not None


def _probe(column: str = "message_id") -> Any:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {column} FROM code_probe")
        [(value,)] = cursor.fetchall()
    return value


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


def test_a_gateway_without_what_it_needs_is_named() -> None:
    assert missing_settings("http", {"foo": 1}) == ["url", "parameters"]
    assert missing_settings("kannel", ["no object"]) == ["url", "username", "password"]
    assert missing_settings("smtp", {"host": "mail", "sender": "a@b.in"}) == []


def test_word_of_a_move_goes_out_once_and_again_by_another_gateway_when_nobody_heard_it(
    tomorrow: Drive, ways: Ways, monkeypatch: pytest.MonkeyPatch
) -> None:
    # given people who were told, and whose session is moved just when the clock looks who is untold
    _awake(monkeypatch)
    session = tomorrow.session
    commands.compose([session.session_id], "invitation")
    _send_all()
    for message in [*ways[0].received, *ways[1].received]:
        _told(message)
    earlier = session.opens_at - timedelta(hours=3)
    move_session(session, site=session.site, opens_at=earlier, by=None, reason="late", now=clock.now())
    commands.escalate()
    assert commands.compose_what_changed()
    commands.escalate()
    counted = "SELECT purpose, level, count(*), count(DISTINCT person_id) FROM message GROUP BY 1, 2 ORDER BY 1, 2"
    assert _calls(counted) == [("change", 0, 10, 10), ("invitation", 0, 10, 10)]
    # when nobody has heard the word of it, or it was refused, it goes out by the other gateway
    _send_all()
    _calls(
        "UPDATE message SET state = 'permanent_failure' WHERE purpose = 'change' AND right(person_id::text, 1) < '8'"
    )
    _age_messages(minutes=11)
    commands.escalate()
    _send_all()
    assert _calls(counted) == [("change", 0, 10, 10), ("change", 1, 10, 10), ("invitation", 0, 10, 10)]
    ways_used = (
        "SELECT count(DISTINCT message_attempt.gateway) FROM message JOIN message_attempt USING (message_id)"
        " WHERE purpose = 'change' GROUP BY person_id"
    )
    assert _calls(ways_used) == [(2,)] * 10


def test_a_number_that_is_somebody_elses_takes_no_message_and_tells_nobody(
    tomorrow: Drive, ways: Ways, monkeypatch: pytest.MonkeyPatch
) -> None:
    # given somebody whose invitation went to a stranger, who says so on the telephone
    _awake(monkeypatch)
    session, person = tomorrow.session, tomorrow.people()[0]
    number = ContactPoint.objects.get(person=person, kind="phone").value
    commands.compose([session.session_id], "invitation")
    _send_all()
    arrived = {message["to"][-10:]: message for message in [*ways[0].received, *ways[1].received]}
    _age_messages(minutes=11)
    sql.run("messages/make_calls", {"session_ids": [session.session_id], "now": clock.now(), "whom": "all"})
    dipa = officer("dipa", "district_officer", "IN.36.725")
    _calls("DELETE FROM call_task WHERE person_id <> %s", person.pk)
    call = dipa.post("/hq/calls/", {"area": "IN.36.725"}).headers["Location"]
    _say(dipa, call, "wrong_number")
    # when the receipt of that message comes after all, they are still not told, and nothing more goes to that number
    _told(arrived[number])
    place = Allotment.objects.get(session=session, person=person)
    assert (place.told_at, place.told_how) == (None, "")
    before = len(ways[0].received) + len(ways[1].received)
    commands.escalate()
    _send_all()
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
    _calls("DELETE FROM call_task WHERE person_id <> %s", person.pk)
    assert queries.calls_left("IN.36", clock.now()) == {"wrong_number": 1}
    # when somebody knows the right number, they are called by it, and stay on the list until they are reached
    listed = dipa.get("/hq/calls/list/wrong_number/?area=IN.36.725").content.decode()
    assert person.code in listed
    [(call_id,)] = _calls("SELECT call_id FROM call_task")
    dipa.post("/hq/calls/list/wrong_number/", {"call": str(call_id), "phone": "5999900001", "area": "IN.36.725"})
    commands.escalate()
    assert _calls("SELECT outcome, ended_at FROM call_task") == [(None, None)]
    call = dipa.post("/hq/calls/", {"area": "IN.36.725"}).headers["Location"]
    assert "5999900001" in dipa.get(call).content.decode()
    _say(dipa, call, "will_come")
    place.refresh_from_db()
    assert place.told_how == "will_come"


def test_what_was_read_out_must_still_be_so_when_they_say_they_come(ways: object) -> None:
    # given a caller with somebody on the line, while the session is moved
    assert ways
    drive = build_drive(opens_in=timedelta(hours=9))
    sql.run("messages/make_calls", {"session_ids": [drive.session.session_id], "now": clock.now(), "whom": "all"})
    dipa = officer("dipa", "district_officer", "IN.36.725")
    call = dipa.post("/hq/calls/", {"area": "IN.36.725"}).headers["Location"]
    said = re.search(r'name="said" value="([^"]*)"', dipa.get(call).content.decode())
    assert said is not None
    session = drive.session
    later = session.opens_at + timedelta(minutes=30)
    move_session(session, site=session.site, opens_at=later, by=None, reason="late", now=clock.now())
    # then what they were told is not what holds now, and the caller is told so
    answer = dipa.post(call, {"outcome": "will_come", "said": html.unescape(said[1])}, follow=True).content.decode()
    assert "was moved while you called" in answer
    assert not Allotment.objects.exclude(told_how="").exists()
    _say(dipa, call, "will_come")
    assert Allotment.objects.filter(told_how="will_come").count() == 1


def test_nobody_is_given_up_in_the_evening_for_want_of_an_answer(ways: object, monkeypatch: pytest.MonkeyPatch) -> None:
    # given somebody who does not answer three times in an evening
    assert ways
    drive = build_drive(opens_in=timedelta(hours=12))
    evening = clock.now()
    monkeypatch.setattr(rules, "next_morning", lambda _at: evening + timedelta(hours=8))
    sql.run("messages/make_calls", {"session_ids": [drive.session.session_id], "now": evening, "whom": "all"})
    dipa = officer("dipa", "district_officer", "IN.36.725")
    _calls("DELETE FROM call_task WHERE person_id <> %s", drive.people()[-1].pk)
    for _call in range(3):
        _calls("UPDATE call_task SET due_at = %s", evening - timedelta(minutes=1))
        _say(dipa, dipa.post("/hq/calls/", {"area": "IN.36.725"}).headers["Location"], "no_answer")
    # then they are called again in the morning, three times, and then no more
    assert _calls("SELECT ended_at, due_at FROM call_task") == [(None, evening + timedelta(hours=8))]
    monkeypatch.setattr(rules, "next_morning", lambda _at: evening + timedelta(hours=32))
    for _call in range(3):
        _calls("UPDATE call_task SET due_at = %s", evening - timedelta(minutes=1))
        _say(dipa, dipa.post("/hq/calls/", {"area": "IN.36.725"}).headers["Location"], "no_answer")
    assert _calls("SELECT outcome FROM call_task") == [("no_answer",)]


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
    _calls("UPDATE message SET state = 'temporary_failure', due_at = now() + interval '5 minutes'")
    sql.run("messages/make_calls", {"session_ids": [drive.session.session_id], "now": clock.now(), "whom": "all"})
    dipa = officer("dipa", "district_officer", "IN.36.725")
    assert (
        _say(dipa, dipa.post("/hq/calls/", {"area": "IN.36.725"}).headers["Location"], "wrong_number").status_code
        == 302
    )
    assert _calls("SELECT outcome FROM call_task WHERE ended_at IS NOT NULL") == [("wrong_number",)]
    assert _states() == {"cancelled": 1, "temporary_failure": 9}


def test_a_receipt_that_comes_while_the_session_moves_house_tells_nobody(
    tomorrow: Drive, ways: Ways, monkeypatch: pytest.MonkeyPatch
) -> None:
    # given invitations on their way, and a session that moves to another site at the same hour
    _awake(monkeypatch)
    session = tomorrow.session
    commands.compose([session.session_id], "invitation")
    _send_all()
    move_session(
        session, site=tomorrow.sessions[-1].site, opens_at=session.opens_at + timedelta(days=3), by=None, reason="late",
        now=clock.now(),
    )  # fmt: skip
    _calls("UPDATE session SET opens_at = opens_at - interval '3 days' WHERE session_id = %s", session.pk)
    _calls("UPDATE allotment SET slot_at = slot_at - interval '3 days' WHERE session_id = %s", session.pk)
    # when receipts come before word of the move is put together, they tell of the old place
    _receipts(ways[0], "one")
    assert not Allotment.objects.filter(session=session).exclude(told_at=None).exists()
    # and whoever a receipt told in the very moment of the move has not been told either
    Allotment.objects.filter(session=session).update(told_at=clock.now(), told_how="delivered")
    commands.compose_what_changed()
    assert not Allotment.objects.filter(session=session).exclude(told_at=None).exists()
    assert Allotment.objects.filter(session=session, told_how="").exists()


def test_what_was_said_while_calls_are_made_stands(ways: object) -> None:
    # given a call that ended with somebody who cannot come
    assert ways
    drive = build_drive(opens_in=timedelta(hours=9))
    inputs = {"session_ids": [drive.session.session_id], "now": clock.now(), "whom": "all"}
    sql.run("messages/make_calls", inputs)
    dipa = officer("dipa", "district_officer", "IN.36.725")
    _say(dipa, dipa.post("/hq/calls/", {"area": "IN.36.725"}).headers["Location"], "cannot")
    # when calls are made by a look at people from just before
    Allotment.objects.update(told_at=None)
    sql.run("messages/make_calls", inputs)
    # then the word stands
    assert _calls("SELECT count(*) FROM call_task WHERE outcome = 'cannot'") == [(1,)]


def test_of_a_session_nobody_had_heard_of_a_move_is_no_news(tomorrow: Drive, ways: Ways) -> None:
    # given a session whose people have not been written to, that is moved
    session = tomorrow.session
    commands.load_texts()
    move_session(
        session,
        site=session.site,
        opens_at=session.opens_at + timedelta(hours=1),
        by=None,
        reason="late",
        now=clock.now(),
    )
    commands.compose_what_changed()
    assert _states() == {}
    # when they are invited to where it is, that is all they are told
    commands.compose([session.session_id], "invitation")
    commands.compose_what_changed()
    assert _calls("SELECT purpose, count(*) FROM message GROUP BY 1") == [("invitation", 10)]
    # and the next move is news
    move_session(
        session,
        site=session.site,
        opens_at=session.opens_at + timedelta(hours=1),
        by=None,
        reason="late",
        now=clock.now(),
    )
    commands.compose_what_changed()
    assert ("change", 10) in _calls("SELECT purpose, count(*) FROM message GROUP BY 1")


def test_who_did_not_answer_is_called_again_when_the_site_moves(ways: object) -> None:
    assert ways
    drive = build_drive(opens_in=timedelta(hours=9))
    inputs = {"session_ids": [drive.session.session_id], "now": clock.now(), "whom": "all"}
    sql.run("messages/make_calls", inputs)
    _calls("UPDATE call_task SET outcome = 'no_answer', ended_at = now(), tries = 3")
    sql.run("messages/make_calls", inputs)
    assert _calls("SELECT DISTINCT outcome FROM call_task") == [("no_answer",)]
    SessionMove.objects.create(
        session=drive.session, moved_at=clock.now(), reason="late", from_site=drive.sessions[-1].site,
        from_opens_at=drive.session.opens_at,
    )  # fmt: skip
    sql.run("messages/make_calls", inputs)
    assert _calls("SELECT DISTINCT outcome, tries FROM call_task") == [(None, 0)]


@pytest.mark.parametrize(("hours", "waits"), [(20, True), (10, False)])
def test_a_second_try_waits_for_the_morning_where_there_is_time(
    ways: object, monkeypatch: pytest.MonkeyPatch, hours: int, waits: bool
) -> None:
    # given an invitation that has not arrived, at night
    assert ways
    drive = build_drive(opens_in=timedelta(hours=hours))
    ids, now = [drive.session.session_id], clock.now()
    commands.compose(ids, "invitation")
    _age_messages(minutes=20)
    monkeypatch.setattr(rules, "is_quiet", lambda _at: True)
    monkeypatch.setattr(rules, "next_morning", lambda _at: now + timedelta(hours=7))
    # then its second goes out at seven, unless the session opens soon after
    commands.compose(ids, "invitation", level=1, only_untold=True, first_before=now)
    assert _calls("SELECT count(*), bool_and(due_at > %s) FROM message WHERE level = 1", now + timedelta(hours=6)) == [
        (10, waits)
    ]


def test_who_presses_invite_twice_is_told_what_else_there_is(tomorrow: Drive, ways: object) -> None:
    assert ways
    dipa = officer("dipa", "district_officer", "IN.36.725")
    said = {"area": "IN.36.725", "date": tomorrow.session.on_date.isoformat(), "purpose": "invitation"}
    assert "Everybody who can be written to" not in dipa.post("/hq/messages/send/", said, follow=True).content.decode()
    assert "Everybody who can be written to" in dipa.post("/hq/messages/send/", said, follow=True).content.decode()
