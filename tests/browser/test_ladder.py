# SPDX-License-Identifier: Apache-2.0
"""Six phones of one site start its session in six ways, each as the person at the site would, with no network where the way
needs none; headquarters then has every start with its proof, and the two it must look into."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest
from playwright.sync_api import Browser, Page, expect

from doseline.planning import starts
from doseline.planning.models import StartCard
from doseline.shared.embedded_postgres import EmbeddedPostgres
from doseline.shared.keys import ServerKeys
from tests.browser.fieldapp import PHONE, PIN, enrol, enrolment_code, officer_page, unlock
from tests.browser.server import RealServer

pytestmark = [pytest.mark.browser, pytest.mark.processes]


@pytest.fixture
def desk(browser: Browser, server: RealServer) -> Iterator[Page]:
    page = officer_page(browser, server)
    yield page
    page.context.close()


def _rows(server: RealServer, query: str) -> list[tuple[Any, ...]]:
    with psycopg.connect(EmbeddedPostgres(server.folder / "postgres").dsn()) as connection:
        return connection.execute(query.encode()).fetchall()


def _phone(browser: Browser, server: RealServer, desk: Page) -> Page:
    """A phone of the site with the session on it, unlocked, before the start."""
    page = browser.new_context(**PHONE).new_page()
    page.set_default_timeout(10_000)
    enrol(page, server, enrolment_code(desk, server))
    return page


def _open_ladder(page: Page, way: str) -> None:
    """By the link an app shows when the permit does not hold."""
    unlock(page)
    page.get_by_role("link", name="Start another way").click()
    page.get_by_role("link", name=way).click()


def _expect_started(page: Page) -> None:
    expect(page.locator("#search")).to_be_visible()
    expect(page.locator(".notice")).to_contain_text("Session started")


def test_six_ways_to_start(
    browser: Browser, desk: Page, server: RealServer, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    # given six phones with the session on them; only the first keeps its network
    by_code, by_voice, by_card, by_two, giver, taker = phones = [_phone(browser, server, desk) for _ in range(6)]
    for phone in phones[1:5]:
        phone.context.set_offline(True)
    [(session_id,)] = _rows(server, "SELECT DISTINCT session_id FROM session JOIN device USING (site_id)")

    # when the first asks for a code, which comes to the demo's phones
    _open_ladder(by_code, "One-time code")
    by_code.get_by_role("button", name="Send it by SMS").click()
    expect(by_code.get_by_text("A code is on its way")).to_be_visible()
    [(number,)] = _rows(server, "SELECT address FROM message WHERE purpose = 'start_code'")
    code = None
    for _look in range(200):
        desk.goto(f"{server.url}/demo/phones/?number={number}")
        code = re.search(r"\b\d{6}\b", desk.locator("main").inner_text())
        if code is not None:
            break
    assert code is not None
    by_code.get_by_label("Code, 6 digits").fill(code[0])
    by_code.get_by_role("button", name="Start session").click()
    _expect_started(by_code)

    # the second calls the district: its challenge is read out, the answer read back
    _open_ladder(by_voice, "Call the district")
    expect(by_voice.locator(".spoken")).to_have_text(re.compile(r"\d{4} \d{4}"))
    challenge = by_voice.locator(".spoken").inner_text()
    desk.goto(f"{server.url}/hq/plan/session/{session_id}/voice/")
    desk.get_by_label("The eight digits on their phone").fill(challenge)
    desk.get_by_role("button", name="Show the answer").click()
    label = re.search(r"Phone 1 \(\d\)", by_voice.locator(".soft").first.inner_text())
    assert label is not None
    answer = desk.get_by_role("row", name=label[0]).locator("td").inner_text()
    field = by_voice.get_by_label("The eight letters they read back")
    field.fill("AAAA AAAA")
    by_voice.get_by_role("button", name="Start session").click()
    expect(by_voice.get_by_role("alert")).to_contain_text("not right")
    field.fill(answer.lower())
    by_voice.get_by_role("button", name="Start session").click()
    _expect_started(by_voice)

    # the third opens the envelope
    keys = ServerKeys(server.folder / "keys")
    monkeypatch.setattr(starts, "server_keys", lambda: keys)
    card_code = starts.card_codes(StartCard(session_id=session_id, generation=1))[3]
    _open_ladder(by_card, "Sealed card")
    by_card.get_by_label("Code").fill(card_code[:-1])
    by_card.get_by_role("button", name="Start session").click()
    expect(by_card.get_by_role("alert")).to_contain_text("11 letters or digits")
    by_card.get_by_label("Code").fill(f"{card_code[:4]} {card_code[4:8]} {card_code[8:]}".lower())
    by_card.get_by_role("button", name="Start session").click()
    _expect_started(by_card)

    # the fourth asks a second person
    _open_ladder(by_two, "Two of us")
    by_two.locator(".choice").first.click()
    by_two.get_by_label("Their PIN, 6 digits").fill(PIN)
    by_two.get_by_label("Why can it not be started otherwise?").fill("No envelope, nobody answers")
    by_two.get_by_role("button", name="Start session").click()
    _expect_started(by_two)

    # the fifth starts by the permit of its pack, and passes the session on to a sixth, which has none
    taker.context.set_offline(True)
    taker.evaluate(
        """async () => { const db = await new Promise((done) => { const asked = indexedDB.open("doseline");
        asked.onsuccess = () => done(asked.result); }); const change = db.transaction("packs", "readwrite");
        change.objectStore("packs").clear(); await new Promise((done) => { change.oncomplete = done; }); }"""
    )
    taker.reload()
    expect(taker.locator(".card")).to_have_count(0)
    unlock(giver)
    giver.get_by_role("button", name="Start session").click()
    _expect_started(giver)
    giver.goto(re.sub("#.*", "", giver.url) + "#/more")
    giver.get_by_role("link", name="Pass it on").click()
    expect(giver.locator(".qr svg")).to_be_visible()
    with giver.expect_download() as download:
        giver.get_by_role("button", name="Send it as a file").click()
    carried = tmp_path / "session.txt"
    download.value.save_as(carried)
    taker.goto(re.sub("#.*", "", taker.url) + "#/take")
    taker.get_by_label("A file the other phone sent").set_input_files(carried)
    expect(taker.locator(".notice")).to_contain_text("on this phone")
    unlock(taker)
    taker.get_by_role("button", name="Start session").click()
    _expect_started(taker)

    # then every start arrives, with its rung, and those without proof are on the list to look into
    for phone in phones:
        phone.context.set_offline(False)
        phone.evaluate("dispatchEvent(new Event('online'))")
    for phone in phones:
        expect(phone.locator("[data-waiting='0']")).to_be_visible(timeout=60_000)
    for _look in range(60):  # until all that came is followed up
        desk.goto(f"{server.url}/hq/session/{session_id}/")
        if desk.get_by_text("Two persons, without proof").count():
            break
        desk.wait_for_timeout(500)
    expect(desk.get_by_text("Two persons, without proof").first).to_be_visible()
    judged: dict[str, str] = dict(_rows(server, "SELECT rung, proof FROM session_start"))
    assert judged == {
        "permit": "proven", "second_phone": "proven", "code": "proven", "voice": "proven", "card": "proven",
        "break_glass": "provisional",
    }  # fmt: skip
    for phone in phones:
        phone.context.close()
