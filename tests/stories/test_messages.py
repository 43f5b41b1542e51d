# SPDX-License-Identifier: Apache-2.0
"""Who was really told: each person ends delivered or on the call list, whatever gateways do (F21, F22, F25)."""

import random
from collections import Counter
from datetime import timedelta
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
from doseline.people.models import Person
from doseline.planning.commands import cancel_session, move_session
from doseline.planning.models import Allotment, Session
from doseline.shared import clock, sql
from doseline.shared.ids import with_check_letter
from tests.drive import Drive, build_drive, officer
from tests.messaging import (
    Ways,
    age_messages,
    ask,
    bring_receipts,
    count_states,
    deliver,
    say_of_call,
    send_all,
    stay_awake,
)


def test_everyone_is_invited_in_their_language(tomorrow: Drive, ways: Ways, monkeypatch: pytest.MonkeyPatch) -> None:
    stay_awake(monkeypatch)
    assert commands.compose([tomorrow.session.session_id], "invitation") == 10
    assert commands.compose([tomorrow.session.session_id], "invitation") == 0
    send_all()
    received = [*ways[0].received, *ways[1].received]
    assert count_states() == {"sent": 10}
    assert len({message["to"] for message in received}) == 10
    assert all("আপনার কোভিড টিকা" in message["text"] and "পরীক্ষা" in message["text"] for message in received)
    assert len(ways[0].received) > 0
    assert len(ways[1].received) > 0
    # accepted is not told
    watch = queries.watch_of("IN.36", tomorrow.session.on_date, clock.now())
    assert (watch.totals["told"], watch.totals["silent"], watch.totals["none"]) == (0, 10, 10)
    # when the receipts come, they are told, and the numbers equal the lists behind them
    assert set(bring_receipts(ways[0], "one") + bring_receipts(ways[1], "other")) == {200}
    watch = queries.watch_of("IN.36", tomorrow.session.on_date, clock.now())
    assert watch.totals["told"] == 10
    for kind in queries.NUMBERS:
        assert len(queries.list_of("IN.36", tomorrow.session.on_date, kind)) == watch.totals[kind], kind


@pytest.mark.parametrize("mode", ["refusing", "throttling", "hanging"])
def test_the_other_gateway_takes_over(tomorrow: Drive, ways: Ways, monkeypatch: pytest.MonkeyPatch, mode: str) -> None:
    """F21: down, throttling or hanging, every message is out through the other at the second try, which comes at once."""
    stay_awake(monkeypatch)
    if mode == "hanging":
        from doseline.messages.gateways import http

        monkeypatch.setattr(http, "_pool", urllib3.PoolManager(retries=False, timeout=0.2))
    ways[0].mode = mode
    commands.compose([tomorrow.session.session_id], "invitation")
    send_all()
    assert count_states() == {"sent": 10}
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
    stay_awake(monkeypatch)
    ways[0].mode = ways[1].mode = "final"
    commands.compose([tomorrow.session.session_id], "invitation")
    send_all()
    assert count_states() == {"permanent_failure": 10}


def test_receipts_in_any_order_end_right(tomorrow: Drive, ways: Ways, monkeypatch: pytest.MonkeyPatch) -> None:
    """F22: duplicated, reordered, late and forged receipts."""
    stay_awake(monkeypatch)
    Gateway.objects.filter(code="other").update(is_active=False)
    commands.compose([tomorrow.session.session_id], "invitation")
    send_all()
    assert bring_receipts(ways[0], "one", "ENROUTE") == [200] * 10
    assert bring_receipts(ways[0], "one") == [200] * 10
    assert bring_receipts(ways[0], "one") == [200] * 10  # again
    assert bring_receipts(ways[0], "one", "UNDELIV") == [200] * 10  # late and wrong: not news
    assert count_states() == {"delivered": 10}
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
    stay_awake(monkeypatch)
    assert ways
    commands.compose([tomorrow.session.session_id], "invitation")
    send_all()
    with connection.cursor() as cursor:
        cursor.execute("UPDATE message SET sent_at = sent_at - interval '73 hours'")
    sql.run("messages/time_out", {"now": clock.now()})
    assert count_states() == {"timed_out": 10}


def test_a_sender_killed_in_the_middle(tomorrow: Drive, ways: Ways, monkeypatch: pytest.MonkeyPatch) -> None:
    """F25: killed between the gateway's yes and our writing it down: taken again when the lease ends, one SMS more at most."""
    stay_awake(monkeypatch)
    commands.compose([tomorrow.session.session_id], "invitation")

    def die(*_arguments: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as dying:
        dying.setattr(commands, "_settle", die)
        with pytest.raises(KeyboardInterrupt):
            commands.send_bulk()
    assert count_states() == {"sending": 10}
    assert not commands.send_bulk()  # still leased
    with connection.cursor() as cursor:
        cursor.execute("UPDATE message SET due_at = due_at - interval '61 seconds'")
    send_all()
    assert count_states() == {"sent": 10}
    sent = Counter(message["to"] for message in [*ways[0].received, *ways[1].received])
    assert set(sent.values()) == {2}


def test_what_is_no_longer_true_is_not_said(tomorrow: Drive, ways: Ways, monkeypatch: pytest.MonkeyPatch) -> None:
    stay_awake(monkeypatch)
    one, other = tomorrow.sessions
    commands.compose([one.session_id, other.session_id], "invitation")
    # given between composing and sending: one session moves, someone is taken off the other's roster
    move_session(
        one, site=one.site, opens_at=one.opens_at + timedelta(hours=1), by=None, reason="flood", now=clock.now()
    )
    Allotment.objects.filter(session=other).order_by("slot_at")[0].delete()
    send_all()
    assert count_states() == {"cancelled": 11, "sent": 9}
    # then those of the moved session, who have heard nothing, are invited for the new time instead
    assert commands.compose_what_changed()
    assert not commands.compose_what_changed()
    send_all()
    texts = [message["text"] for message in [*ways[0].received, *ways[1].received]]
    assert (len(texts), sum("বদলেছে" in text for text in texts)) == (19, 0)


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
    send_all()
    texts = [message["text"] for message in [*ways[0].received, *ways[1].received]]
    assert len(texts) == 10
    assert all("বাতিল" in text for text in texts)


def test_the_clock_escalates_until_someone_calls(ways: Ways, monkeypatch: pytest.MonkeyPatch) -> None:
    stay_awake(monkeypatch)
    drive = build_drive(opens_in=timedelta(hours=17))
    Allotment.objects.filter(session=drive.sessions[1]).delete()
    Gateway.objects.filter(code="other").update(is_active=False)
    commands.compose([drive.session.session_id], "invitation")
    send_all()
    assert len(ways[0].received) == 10
    # T-18 h: nothing heard, so the other gateway tries
    Gateway.objects.update(is_active=True)
    age_messages(minutes=11)
    commands.escalate()
    send_all()
    assert len(ways[1].received) == 10
    # seven arrive; at T-10 h the other three are to be called
    for message in ways[1].received[:7]:
        Client().get(f"/{message['dlr'].split('//', 1)[1].split('/', 1)[1]}&status=DELIVRD")
    Session.objects.update(opens_at=clock.now() + timedelta(hours=9))
    age_messages(minutes=11)
    commands.escalate()
    assert queries.calls_left("IN.36", clock.now()) == {"due": 3}
    watch = queries.watch_of("IN.36", drive.session.on_date, clock.now())
    own = next(row for row in watch.sessions if row["session_id"] == drive.session.session_id)
    assert (own["told"], own["to_call"], own["told"] + own["to_call"]) == (7, 3, own["expected_count"])


def test_a_receipt_quicker_than_its_answer_is_still_a_try_of_its_gateway(
    ways: Ways, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A gateway says that it failed before its own yes was written down: the second invitation goes by the other all the same."""
    stay_awake(monkeypatch)
    drive = build_drive(opens_in=timedelta(hours=17))
    Allotment.objects.filter(session=drive.sessions[1]).delete()
    settle = commands._settle

    def receipts_first(*arguments: Any) -> None:
        bring_receipts(ways[0], "one", "UNDELIV")
        settle(*arguments)

    monkeypatch.setattr(commands, "_settle", receipts_first)
    Gateway.objects.filter(code="other").update(is_active=False)
    commands.compose([drive.session.session_id], "invitation")
    send_all(rounds=1)
    assert count_states() == {"permanent_failure": 10}
    monkeypatch.setattr(commands, "_settle", settle)
    Gateway.objects.update(is_active=True)
    age_messages(minutes=11)
    commands.escalate()
    send_all()
    assert (len(ways[0].received), len(ways[1].received)) == (10, 10)


def test_a_session_moved_back_is_told_of_anew(ways: Ways, monkeypatch: pytest.MonkeyPatch) -> None:
    stay_awake(monkeypatch)
    # given a session whose people were told of nine, then of eleven
    session = build_drive(opens_in=timedelta(hours=30)).session
    nine = session.opens_at
    commands.compose([session.session_id], "invitation")
    send_all()
    for opens_at in (nine + timedelta(hours=2), nine):
        move_session(session, site=session.site, opens_at=opens_at, by=None, reason="flood", now=clock.now())
        commands.compose_what_changed()
        send_all()
    # then everybody has three messages, and the last says nine again
    told = Counter(message["to"] for way in ways for message in way.received)
    assert set(told.values()) == {3}
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FILTER (WHERE NOT is_overtaken), count(*) FROM message")
        assert cursor.fetchone() == (len(told), 3 * len(told))


def test_a_dose_is_thanked_for_once_and_only_if_true(ways: Ways, monkeypatch: pytest.MonkeyPatch) -> None:
    stay_awake(monkeypatch)
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
    send_all()
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
    stay_awake(monkeypatch)
    session = tomorrow.session
    # given a session whose people were told, and which was then moved to another hour
    commands.compose([session.session_id], "invitation")
    send_all()
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


def test_a_gateway_without_what_it_needs_is_named() -> None:
    assert missing_settings("http", {"foo": 1}) == ["url", "parameters"]
    assert missing_settings("kannel", ["no object"]) == ["url", "username", "password"]
    assert missing_settings("smtp", {"host": "mail", "sender": "a@b.in"}) == []


def test_word_of_a_move_goes_out_once_and_again_by_another_gateway_when_nobody_heard_it(
    tomorrow: Drive, ways: Ways, monkeypatch: pytest.MonkeyPatch
) -> None:
    # given people who were told, and whose session is moved just when the clock looks who is untold
    stay_awake(monkeypatch)
    session = tomorrow.session
    commands.compose([session.session_id], "invitation")
    send_all()
    for message in [*ways[0].received, *ways[1].received]:
        deliver(message)
    earlier = session.opens_at - timedelta(hours=3)
    move_session(session, site=session.site, opens_at=earlier, by=None, reason="late", now=clock.now())
    commands.escalate()
    assert commands.compose_what_changed()
    commands.escalate()
    counted = "SELECT purpose, level, count(*), count(DISTINCT person_id) FROM message GROUP BY 1, 2 ORDER BY 1, 2"
    assert ask(counted) == [("change", 0, 10, 10), ("invitation", 0, 10, 10)]
    # when nobody has heard the word of it, or it was refused, it goes out by the other gateway
    send_all()
    ask("UPDATE message SET state = 'permanent_failure' WHERE purpose = 'change' AND right(person_id::text, 1) < '8'")
    age_messages(minutes=11)
    commands.escalate()
    send_all()
    assert ask(counted) == [("change", 0, 10, 10), ("change", 1, 10, 10), ("invitation", 0, 10, 10)]
    ways_used = (
        "SELECT count(DISTINCT message_attempt.gateway) FROM message JOIN message_attempt USING (message_id)"
        " WHERE purpose = 'change' GROUP BY person_id"
    )
    assert ask(ways_used) == [(2,)] * 10


def test_a_receipt_that_comes_while_the_session_moves_house_tells_nobody(
    tomorrow: Drive, ways: Ways, monkeypatch: pytest.MonkeyPatch
) -> None:
    # given invitations on their way, and a session that moves to another site at the same hour
    stay_awake(monkeypatch)
    session = tomorrow.session
    commands.compose([session.session_id], "invitation")
    send_all()
    move_session(
        session, site=tomorrow.sessions[-1].site, opens_at=session.opens_at + timedelta(days=3), by=None, reason="late",
        now=clock.now(),
    )  # fmt: skip
    ask("UPDATE session SET opens_at = opens_at - interval '3 days' WHERE session_id = %s", session.pk)
    ask("UPDATE allotment SET slot_at = slot_at - interval '3 days' WHERE session_id = %s", session.pk)
    # when receipts come before word of the move is put together, they tell of the old place
    bring_receipts(ways[0], "one")
    assert not Allotment.objects.filter(session=session).exclude(told_at=None).exists()
    # and whoever a receipt told in the very moment of the move has not been told either
    Allotment.objects.filter(session=session).update(told_at=clock.now(), told_how="delivered")
    commands.compose_what_changed()
    assert not Allotment.objects.filter(session=session).exclude(told_at=None).exists()
    assert Allotment.objects.filter(session=session, told_how="").exists()


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
    assert commands.compose_what_changed()
    assert count_states() == {}
    assert not commands.compose_what_changed()
    # when the time has come, they are invited to where it is, and that is all they are told
    type(session).objects.filter(pk=session.pk).update(opens_at=clock.now() + timedelta(hours=17))
    commands.escalate()
    commands.compose_what_changed()
    assert ask("SELECT purpose, count(*) FROM message GROUP BY 1") == [("invitation", 10)]
    # and the next move is news to those it has reached
    ask("UPDATE message SET state = 'sent', due_at = NULL")
    move_session(
        session,
        site=session.site,
        opens_at=session.opens_at + timedelta(hours=1),
        by=None,
        reason="late",
        now=clock.now(),
    )
    commands.compose_what_changed()
    assert ("change", 10) in ask("SELECT purpose, count(*) FROM message GROUP BY 1")


@pytest.mark.parametrize(("hours", "waits"), [(20, True), (10, False)])
def test_a_second_try_waits_for_the_morning_where_there_is_time(
    ways: object, monkeypatch: pytest.MonkeyPatch, hours: int, waits: bool
) -> None:
    # given an invitation that has not arrived, at night
    assert ways
    drive = build_drive(opens_in=timedelta(hours=hours))
    ids, now = [drive.session.session_id], clock.now()
    commands.compose(ids, "invitation")
    age_messages(minutes=20)
    # while the first still goes by itself there is no second
    assert commands.compose(ids, "invitation", level=1, only_untold=True, first_before=now) == 0
    ask("UPDATE message SET state = 'sent', due_at = NULL")
    monkeypatch.setattr(rules, "is_quiet", lambda _at: True)
    monkeypatch.setattr(rules, "next_morning", lambda _at: now + timedelta(hours=7))
    # then its second goes out at seven, unless the session opens soon after
    commands.compose(ids, "invitation", level=1, only_untold=True, first_before=now)
    assert ask("SELECT count(*), bool_and(due_at > %s) FROM message WHERE level = 1", now + timedelta(hours=6)) == [
        (10, waits)
    ]


def test_who_presses_invite_twice_is_told_what_else_there_is(tomorrow: Drive, ways: object) -> None:
    assert ways
    dipa = officer("dipa", "district_officer", "IN.36.725")
    said = {"area": "IN.36.725", "date": tomorrow.session.on_date.isoformat(), "purpose": "invitation"}
    assert "Everybody who can be written to" not in dipa.post("/hq/messages/send/", said, follow=True).content.decode()
    assert "Everybody who can be written to" in dipa.post("/hq/messages/send/", said, follow=True).content.decode()


def test_a_session_moved_away_and_back_at_once_is_no_news(
    tomorrow: Drive, ways: Ways, monkeypatch: pytest.MonkeyPatch
) -> None:
    # given invitations that have arrived at half of a session's people, and are on their way to the others
    stay_awake(monkeypatch)
    session, at = tomorrow.session, tomorrow.session.opens_at
    commands.compose([session.session_id], "invitation")
    send_all()
    bring_receipts(ways[0], "one")
    told = Allotment.objects.filter(session=session).exclude(told_at=None).count()
    assert 0 < told < 10
    # when it is moved and moved back before anybody is told
    for opens_at in (at + timedelta(hours=1), at):
        move_session(session, site=session.site, opens_at=opens_at, by=None, reason="late", now=clock.now())
    commands.compose_what_changed()
    # then who was told still is, and nobody is told of a change
    assert Allotment.objects.filter(session=session, told_how="delivered").count() == told
    assert ask("SELECT purpose, count(*) FROM message GROUP BY 1") == [("invitation", 10)]
    bring_receipts(ways[1], "other")
    assert Allotment.objects.filter(session=session, told_how="delivered").count() == 10


@pytest.mark.parametrize("has_left", [False, True])
def test_moved_back_before_the_word_of_it_had_left_is_no_news(
    tomorrow: Drive, ways: Ways, monkeypatch: pytest.MonkeyPatch, has_left: bool
) -> None:
    # given invitations that have arrived at half of a session's people, and a move whose word cannot leave, or has left
    stay_awake(monkeypatch)
    session, at = tomorrow.session, tomorrow.session.opens_at
    commands.compose([session.session_id], "invitation")
    send_all()
    bring_receipts(ways[0], "one")
    told = Allotment.objects.filter(session=session).exclude(told_at=None).count()
    for way in ways:
        way.mode = "well" if has_left else "refusing"
    move_session(session, site=session.site, opens_at=at + timedelta(hours=1), by=None, reason="late", now=clock.now())
    commands.compose_what_changed()
    send_all(rounds=2)
    assert Allotment.objects.filter(session=session, told_how="delivered").count() == 0
    # when it is moved back
    move_session(session, site=session.site, opens_at=at, by=None, reason="late", now=clock.now())
    commands.compose_what_changed()
    # then the invitations say what is so, unless people have been told otherwise since
    live = ask("SELECT purpose, count(*) FROM message WHERE NOT is_overtaken GROUP BY 1")
    assert live == [("change" if has_left else "invitation", 10)]
    assert Allotment.objects.filter(session=session, told_how="delivered").count() == (0 if has_left else told)
    bring_receipts(ways[1], "other")
    assert Allotment.objects.filter(session=session, told_how="delivered").count() == (0 if has_left else 10)


def test_to_be_called_is_not_to_have_heard(tomorrow: Drive, ways: object) -> None:
    # given a session whose people are to be called, and nobody has been yet
    assert ways
    commands.load_texts()
    session = tomorrow.session
    commands.call_whom_nothing_reaches([session.session_id])
    # when it is moved, they are invited to where it is
    move_session(
        session,
        site=session.site,
        opens_at=session.opens_at + timedelta(hours=1),
        by=None,
        reason="late",
        now=clock.now(),
    )
    commands.compose_what_changed()
    commands.compose([session.session_id], "invitation")
    assert ask("SELECT purpose, count(*) FROM message GROUP BY 1") == [("invitation", 10)]


def test_a_second_try_waits_for_the_other_gateway(ways: Ways, monkeypatch: pytest.MonkeyPatch) -> None:
    # given invitations that one gateway took, and the other is down
    stay_awake(monkeypatch)
    drive = build_drive(opens_in=timedelta(hours=17))
    Gateway.objects.filter(code="other").update(is_active=False)
    Allotment.objects.filter(session=drive.sessions[1]).delete()
    commands.compose([drive.session.session_id], "invitation")
    send_all()
    Gateway.objects.update(is_active=True)
    Gateway.objects.filter(code="other").update(weight=0)
    ways[1].mode = "refusing"
    age_messages(minutes=11)
    commands.escalate()
    send_all()
    assert (len(ways[0].received), len(ways[1].received)) == (10, 0)
    # when it works again, they go by it
    ways[1].mode = "well"
    ask("UPDATE message SET due_at = now() WHERE state = 'temporary_failure'")
    send_all()
    assert (len(ways[0].received), len(ways[1].received)) == (10, 10)


def test_gateways_are_chosen() -> None:
    chance, both = random.Random(1), [("a", 50), ("b", 50)]
    assert rules.choose_gateway([], [], "", chance) is None
    assert {rules.choose_gateway(both, [], "", chance) for _try in range(50)} == {"a", "b"}
    assert {rules.choose_gateway(both, [], "a", chance) for _try in range(20)} == {"b"}
    assert {rules.choose_gateway(both, ["a"], "b", chance) for _try in range(20)} == {"b"}
    assert {rules.choose_gateway(both, ["b", "a"], "", chance) for _try in range(20)} == {"b"}  # a took the first
    assert rules.choose_gateway([("a", 50)], ["a"], "a", chance) == "a"
    assert rules.choose_gateway([("a", 50), ("b", 0)], ["a"], "", chance) == "b"


def test_the_first_word_anybody_hears_is_an_invitation(
    tomorrow: Drive, ways: Ways, monkeypatch: pytest.MonkeyPatch
) -> None:
    # given invitations that cannot leave, but for one person who is told by telephone
    stay_awake(monkeypatch)
    session, at = tomorrow.session, tomorrow.session.opens_at
    for way in ways:
        way.mode = "refusing"
    commands.compose([session.session_id], "invitation")
    send_all(rounds=2)
    commands.call_whom_nothing_reaches([session.session_id])
    dipa = officer("dipa", "district_officer", "IN.36.725")
    call = dipa.post("/hq/calls/", {"area": "IN.36.725"}).headers["Location"]
    [(told,)] = ask("SELECT person_id FROM call_task WHERE claimed_by IS NOT NULL")
    say_of_call(dipa, call, "will_come")
    # when the session is moved, and back, while they are tried again
    for opens_at in (at + timedelta(hours=1), at):
        move_session(session, site=session.site, opens_at=opens_at, by=None, reason="late", now=clock.now())
        commands.compose_what_changed()
        ask("UPDATE message SET due_at = now() WHERE state = 'temporary_failure'")
        send_all(rounds=2)
    for way in ways:
        way.mode = "well"
    ask("UPDATE message SET due_at = now() WHERE state = 'temporary_failure'")
    send_all()
    # then whoever had not heard is invited, once, and the one who had hears of the change
    went = ask(
        "SELECT purpose, count(*), bool_or(person_id = %s) FROM message WHERE state = 'sent' GROUP BY 1 ORDER BY 1",
        told,
    )
    assert went == [("change", 1, True), ("invitation", 9, False)]
