# SPDX-License-Identifier: Apache-2.0
"""The start ladder (F23): any rung opens the session, each is judged again here, and the district settles what proved
little. Asha is at the site, Dipa has the district, Charlie may see nothing."""

import base64
import json
import re
from datetime import timedelta
from typing import Any

import pytest
from allauth.mfa.totp.internal.auth import TOTP, format_hotp_value, hotp_value, yield_hotp_counters_from_time
from django.core.cache import cache
from django.db import connection
from django.test import Client

from doseline.followups.commands import drain
from doseline.messages import commands as messages
from doseline.messages.models import Gateway
from doseline.planning.models import SessionStaff, SessionStart, StartAnswer
from doseline.planning.packs import build_pack, start_permit
from doseline.planning.starts import card_codes, card_of, renew_card, voice_answer
from doseline.shared import clock
from doseline.staff.models import Staff
from doseline.sync import views
from doseline.sync.devices import DeviceBook
from tests.drive import Drive, TestPhone, build_drive, officer


@pytest.fixture(autouse=True)
def _fresh(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(views, "_devices", DeviceBook())
    cache.clear()


def _ask(phone: TestPhone, what: str, language: str = "en", **question: Any) -> tuple[int, dict[str, Any]]:
    """A question in the phone's name, over HTTP."""
    target = f"/sync/v1/sessions/{phone.session.pk}/{what}"
    body = json.dumps(question, default=str).encode()
    headers = phone.device.ask_headers(target, body, clock.now())
    answer = Client().post(
        target, body, content_type="application/json", headers=headers | {"Accept-Language": language}
    )
    return answer.status_code, answer.json()


def _started(phone: TestPhone) -> SessionStart:
    drain()
    return SessionStart.objects.get(session=phone.session)


def _last_message() -> tuple[str, str]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT address, body FROM message ORDER BY created_at DESC, message_id DESC LIMIT 1")
        return cursor.fetchone()  # type: ignore[no-any-return]


def _code_in(body: str) -> str:
    found = re.search(r"[0-9]{6}", body)
    assert found is not None
    return found.group()


# --- Rung 2: a second phone ------------------------------------------------------------------------------------------


def test_a_second_phone_starts_with_what_the_first_passed_on(live_drive: Drive) -> None:
    # given two phones of a site, of which one has the session
    first, second = live_drive.phone(), live_drive.phone()
    permit = _permit(first)
    handed = first.device.sign(b"doseline-hand-v1\n" + str(first.session.pk).encode())
    # when the other starts with it
    second.act("session_opened", rung="second_phone", permit=permit, handed=handed)
    # then the start counts and is known for what it was
    assert [v.verdict for v in second.push()] == ["recorded"]
    started = _started(second)
    assert (started.rung, started.proof, started.needs_settling) == ("second_phone", "proven", False)


def test_a_permit_that_was_not_passed_on_is_held(live_drive: Drive) -> None:
    first, thief = live_drive.phone(), live_drive.phone()
    permit = _permit(first)
    forged = thief.device.sign(b"doseline-hand-v1\n" + str(first.session.pk).encode())
    thief.act("session_opened", rung="second_phone", permit=permit, handed=forged)
    thief.act("session_opened", rung="permit", permit=permit)
    thief.act("session_opened", rung="code", permit=permit)
    assert [(v.verdict, v.problem) for v in thief.push()] == [("held", "sync.permit_invalid")] * 3


def test_a_permit_does_not_leave_its_site(live_drive: Drive) -> None:
    first, elsewhere = live_drive.phone(), live_drive.phone(live_drive.sessions[1])
    elsewhere.session = first.session
    handed = first.device.sign(b"doseline-hand-v1\n" + str(first.session.pk).encode())
    elsewhere.act("session_opened", rung="second_phone", permit=_permit(first), handed=handed)
    assert [v.verdict for v in elsewhere.push()] == ["held"]


def _permit(phone: TestPhone) -> str:
    device = phone.device
    return start_permit(
        phone.session, device_id=device.device_id, device_key=device.public_key, staff_ids=[phone.staff.pk]
    )


# --- Rung 3: a one-time code -----------------------------------------------------------------------------------------


@pytest.fixture
def coded(live_db: None) -> TestPhone:
    """Asha's phone, with a mobile number and a mailbox of her own, and gateways for both."""
    drive = build_drive()
    messages.load_texts()
    for channel in ("sms", "email"):
        Gateway.objects.create(code=f"one-{channel}", kind="http", channel=channel)
    Staff.objects.filter(pk=drive.asha.pk).update(phone="5000099999", email="asha@example.org")
    return drive.phone()


def test_a_code_by_sms_buys_a_permit_once(coded: TestPhone) -> None:
    # given a code asked for in Bengali
    status, told = _ask(coded, "code", "bn", staff_id=coded.staff.pk, channel="sms")
    assert (status, told["address_tail"]) == (200, "9999")
    address, body = _last_message()
    assert address == "5000099999"
    code = _code_in(body)
    # when it is typed
    status, bought = _ask(coded, "code/check", staff_id=coded.staff.pk, code=code)
    # then the session starts, and the same code buys nothing more
    assert status == 200
    coded.act("session_opened", rung="code", permit=bought["permit"])
    assert [v.verdict for v in coded.push()] == ["recorded"]
    assert _started(coded).rung == "code"
    assert _ask(coded, "code/check", staff_id=coded.staff.pk, code=code)[1]["problem"] == "start.code_wrong"


def test_a_code_by_email(coded: TestPhone) -> None:
    status, told = _ask(coded, "code", staff_id=coded.staff.pk, channel="email")
    assert (status, told["address_tail"]) == (200, "mple.org")
    assert _last_message()[0] == "asha@example.org"


def test_five_wrong_codes_and_the_right_one_is_worth_nothing(coded: TestPhone) -> None:
    _ask(coded, "code", staff_id=coded.staff.pk, channel="sms")
    code = _code_in(_last_message()[1])
    wrong = f"{(int(code) + 1) % 10**6:06d}"
    for _try in range(5):
        assert _ask(coded, "code/check", staff_id=coded.staff.pk, code=wrong)[0] == 403
    assert _ask(coded, "code/check", staff_id=coded.staff.pk, code=code)[1]["problem"] == "start.code_wrong"


def test_a_code_is_for_its_person_phone_and_ten_minutes(coded: TestPhone, monkeypatch: pytest.MonkeyPatch) -> None:
    ravi = Staff.objects.create(username="site-ravi", password="!")
    _ask(coded, "code", staff_id=coded.staff.pk, channel="sms")
    code = _code_in(_last_message()[1])
    assert _ask(coded, "code/check", staff_id=ravi.pk, code=code)[1]["problem"] == "start.not_of_the_team"
    SessionStaff.objects.create(session=coded.session, staff=ravi, role="verifier")
    assert _ask(coded, "code/check", staff_id=ravi.pk, code=code)[1]["problem"] == "start.code_wrong"
    assert _ask(coded, "code", staff_id=ravi.pk, channel="sms")[1]["problem"] == "start.no_address"
    later = clock.now() + timedelta(minutes=11)
    monkeypatch.setattr(clock.clock, "now", lambda: later)
    status, told = _ask_at(coded, later, "code/check", staff_id=coded.staff.pk, code=code)
    assert (status, told["problem"]) == (403, "start.code_wrong")


def _ask_at(phone: TestPhone, at: Any, what: str, **question: Any) -> tuple[int, dict[str, Any]]:
    target, body = f"/sync/v1/sessions/{phone.session.pk}/{what}", json.dumps(question, default=str).encode()
    answer = Client().post(
        target, body, content_type="application/json", headers=phone.device.ask_headers(target, body, at)
    )
    return answer.status_code, answer.json()


def test_codes_are_not_sent_without_end(coded: TestPhone) -> None:
    told = [_ask(coded, "code", staff_id=coded.staff.pk, channel="sms") for _time in range(7)]
    assert [status for status, _answer in told] == [200] * 6 + [429]
    assert told[-1][1]["problem"] == "start.asked_too_often"


def test_a_code_that_nobody_can_send_is_not_said_to_be_on_its_way(coded: TestPhone) -> None:
    Gateway.objects.update(is_active=False)
    status, told = _ask(coded, "code", staff_id=coded.staff.pk, channel="sms")
    assert (status, told["problem"]) == (503, "start.cannot_send")


def test_a_question_nobody_can_read_is_named_as_that(coded: TestPhone) -> None:
    status, told = _ask(coded, "code", staff_id="nobody", channel="pigeon")
    assert (status, told["problem"]) == (400, "start.unreadable")


def test_an_authenticator_needs_no_message(coded: TestPhone) -> None:
    secret = "JBSWY3DPEHPK3PXP"
    TOTP.activate(coded.staff, secret)
    counter = next(iter(yield_hotp_counters_from_time()))
    code = format_hotp_value(hotp_value(secret, counter))
    status, bought = _ask(coded, "code/check", staff_id=coded.staff.pk, code=code, is_app=True)
    assert status == 200
    assert bought["permit"]
    assert _ask(coded, "code/check", staff_id=coded.staff.pk, code="000000", is_app=True)[0] == 403


def test_a_question_that_is_not_the_phones_is_refused(coded: TestPhone) -> None:
    target = f"/sync/v1/sessions/{coded.session.pk}/code"
    signed = json.dumps({"staff_id": str(coded.staff.pk), "channel": "sms"}).encode()
    headers = coded.device.ask_headers(target, signed, clock.now())
    other = signed.replace(b"sms", b"email")
    assert Client().post(target, other, content_type="application/json", headers=headers).status_code == 401
    assert Client().post(target, signed, content_type="application/json").status_code == 401


# --- Rung 4: a voice -------------------------------------------------------------------------------------------------


def test_an_officer_reads_the_answer_out(live_drive: Drive) -> None:
    # given a phone that shows a challenge, and Dipa at the desk
    build_pack(live_drive.session.pk, clock.now())
    phone, session = live_drive.phone(), live_drive.session
    dipa = officer("dipa", "district_officer", "IN.36.725")
    # when she types the digits, as they may be heard, in Bengali
    page = dipa.post(f"/hq/plan/session/{session.pk}/voice/", {"challenge": "১২৩৪ ৫৬৭৮"}).content.decode()
    # then the page shows the answer the phone expects, and the call is written down
    key = bytes(session.start_secret.voice_key)
    answer = voice_answer(key, "12345678", phone.device.device_id, session.on_date.isoformat())
    assert f"{answer[:4]} {answer[4:]}" in page
    assert StartAnswer.objects.get().challenge == "12345678"
    # and a start with it proves itself
    phone.act("session_opened", rung="voice", challenge="12345678", answer=answer)
    assert [v.verdict for v in phone.push()] == ["recorded"]
    assert (_started(phone).proof, _started(phone).needs_settling) == ("proven", False)


def test_a_made_up_answer_is_recorded_and_shown(live_drive: Drive) -> None:
    build_pack(live_drive.session.pk, clock.now())
    phone = live_drive.phone()
    phone.act("session_opened", rung="voice", challenge="12345678", answer="AAAA AAAA")
    assert [v.verdict for v in phone.push()] == ["recorded"]
    assert (_started(phone).proof, _started(phone).needs_settling) == ("unproven", True)


def test_an_answer_nobody_gave_proves_nothing(live_drive: Drive) -> None:
    """Whoever has the pack open could work the answer out: it counts only with a call that was written down."""
    build_pack(live_drive.session.pk, clock.now())
    phone, session = live_drive.phone(), live_drive.session
    right = voice_answer(
        bytes(session.start_secret.voice_key), "12345678", phone.device.device_id, session.on_date.isoformat()
    )
    phone.act("session_opened", rung="voice", challenge="12345678", answer=right)
    assert [v.verdict for v in phone.push()] == ["recorded"]
    assert (_started(phone).proof, _started(phone).needs_settling) == ("unproven", True)


def test_a_challenge_is_eight_digits(live_drive: Drive) -> None:
    dipa = officer("dipa", "district_officer", "IN.36.725")
    told = dipa.post(f"/hq/plan/session/{live_drive.session.pk}/voice/", {"challenge": "1234"})
    assert told.status_code == 400
    assert not StartAnswer.objects.exists()


# --- Rung 5: the sealed card -----------------------------------------------------------------------------------------


def test_a_cards_code_starts_once_and_tells_the_district(live_drive: Drive) -> None:
    # given a printed card
    codes = card_codes(card_of(live_drive.session))
    assert len(set(codes)) == 10
    assert card_codes(card_of(live_drive.session)) == codes  # printing again prints the same
    first, second = live_drive.phone(), live_drive.phone()
    # when two phones use one code
    now = clock.now()
    first.act("session_opened", rung="card", card_code=codes[3], at=now - timedelta(minutes=2))
    second.act("session_opened", rung="card", card_code=codes[3].lower(), at=now)
    first.push()
    second.push()
    drain()
    # then both started, the second one is seen through, and both wait for the district
    starts = {start.device_id: start for start in SessionStart.objects.all()}
    assert starts[first.device.device_id].proof == "proven"
    assert starts[second.device.device_id].proof == "reused"
    assert all(start.needs_settling for start in starts.values())
    dipa = officer("dipa", "district_officer", "IN.36.725")
    board = dipa.get("/hq/area/IN.36.725/starts/").content.decode()
    assert board.count("Sealed card") == 2
    assert "This code was used before" in board


def test_a_renewed_card_makes_the_old_one_worthless(live_drive: Drive) -> None:
    old = card_codes(card_of(live_drive.session))
    fresh = card_codes(renew_card(live_drive.session))
    assert not set(old) & set(fresh)
    phone = live_drive.phone()
    phone.act("session_opened", rung="card", card_code=old[0])
    phone.push()
    assert _started(phone).proof == "unproven"


# --- Rung 6: two persons ---------------------------------------------------------------------------------------------


def test_two_persons_start_provisionally_until_the_district_ratifies(live_drive: Drive) -> None:
    # given a session that two persons started, with a reason
    phone, session = live_drive.phone(), live_drive.session
    bina = Staff.objects.create(username="bina", password="!", display_name="Bina")
    phone.act("session_opened", rung="break_glass", second_staff_id=str(bina.pk), why="flood, no card")
    phone.give(live_drive.people()[0])
    assert {v.verdict for v in phone.push()} == {"recorded"}
    started = _started(phone)
    assert (started.proof, started.second_staff_id, started.why) == ("provisional", bina.pk, "flood, no card")
    # when Dipa opens the session's page, it says so; and when she ratifies it, no more
    dipa = officer("dipa", "district_officer", "IN.36.725")
    page = f"/hq/session/{session.pk}/"
    assert "Provisional until the district ratifies it" in dipa.get(page).content.decode()
    assert "Ratify" in dipa.get(page).content.decode()
    doses = "/hq/area/IN.36.725/doses/"
    assert dipa.get(doses).content.decode().count("▲ Provisional") == 1
    assert dipa.post(f"/hq/plan/start/{started.pk}/settle/").status_code == 302
    assert "▲ Provisional" not in dipa.get(doses).content.decode()
    assert "Ratify" not in dipa.get(page).content.decode()
    started.refresh_from_db()
    assert started.settled_by is not None
    settled_at = started.settled_at
    dipa.post(f"/hq/plan/start/{started.pk}/settle/")
    started.refresh_from_db()
    assert started.settled_at == settled_at


def test_who_may_not_settle_or_answer(live_drive: Drive) -> None:
    phone = live_drive.phone()
    phone.act("session_opened", rung="break_glass", second_staff_id=None, why="x")
    phone.push()
    started = _started(phone)
    settle, voice = f"/hq/plan/start/{started.pk}/settle/", f"/hq/plan/session/{live_drive.session.pk}/voice/"
    howrah, charlie = officer("hari", "district_officer", "IN.36.721"), Client()
    for who in (howrah, charlie):
        assert who.post(settle).status_code in (302, 403, 404)
        assert who.get(voice).status_code in (302, 403, 404)
    started.refresh_from_db()
    assert started.settled_at is None


def test_the_pack_holds_what_checks_the_ladder_offline(live_drive: Drive) -> None:
    from doseline.planning.packs import _content

    ladder = _content(live_drive.session).ladder
    assert base64.b64decode(ladder.voice_key) == bytes(live_drive.session.start_secret.voice_key)
    assert len(ladder.card.hashes) == 10
