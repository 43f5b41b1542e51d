# SPDX-License-Identifier: Apache-2.0
"""The field app as Chromium really runs it: killed right after "Saved" (F12), found faults of accessibility, small screens,
three languages, wrong PINs, hand-over."""

import os
import re
from pathlib import Path

import pytest
from playwright.sync_api import Page, Playwright, expect

from tests.browser.fieldapp import (
    PIN,
    counts,
    enrol,
    enrolment_code,
    go,
    kill_browser,
    open_phone,
    start,
    unlock,
    vaccinate,
)
from tests.browser.looks import faults, sticking_out
from tests.browser.server import RealServer

pytestmark = [pytest.mark.browser, pytest.mark.processes]
SCREENS = ("queue", "observe", "board", "more", "walkin", "vials", "reserve", "close", "sessions")


def test_killed_right_after_saved(playwright: Playwright, desk: Page, server: RealServer, tmp_path: Path) -> None:
    profile = tmp_path / "profile"
    rounds = int(os.environ.get("KILLS", "3"))
    saved = 0
    for turn in range(rounds + 1):
        _context, page = open_phone(playwright, profile)
        if turn == 0:
            enrol(page, server, enrolment_code(desk, server))
            unlock(page)
            start(page)
        else:
            page.goto(f"{server.url}/app/#/queue")
            expect(page.locator("[data-saved]")).to_be_visible()
            assert counts(page)[0] >= saved, "a fact that was Saved is gone"
        vaccinate(page, turn)
        saved = counts(page)[0]
        kill_browser(profile)  # the moment it said "Saved"


def test_axe_finds_nothing_in_the_app(phone: Page) -> None:
    vaccinate(phone)
    for screen in (*SCREENS, "scan"):
        go(phone, screen)
        phone.wait_for_timeout(150)
        assert faults(phone) == [], screen
    go(phone, "observe")
    phone.locator(".stay a.danger").first.click()
    expect(phone.get_by_role("button", name="Save adverse event")).to_be_visible()
    assert faults(phone) == []
    go(phone, "queue")
    phone.locator("a.person").first.click()
    assert faults(phone) == []
    phone.get_by_role("button", name="Identity checked").click()
    expect(phone.get_by_role("button", name="Save dose")).to_be_visible()
    assert faults(phone) == []


def test_axe_finds_nothing_at_headquarters(desk: Page, server: RealServer) -> None:
    for path in (
        "/",
        "/demo/",
        "/hq/area/IN.36/",
        "/hq/area/IN.36/doses/",
        "/hq/area/IN.36/late/",
        "/api/",
        "/account/2fa/",
    ):
        desk.goto(server.url + path)
        assert faults(desk) == [], path


def test_nothing_sticks_out_at_320_pixels(phone: Page, desk: Page, server: RealServer) -> None:
    phone.set_viewport_size({"width": 320, "height": 568})
    for name in ("English", "বাংলা", "हिन्दी"):
        go(phone, "more")
        phone.get_by_role("button", name=name).click()
        for letters in ("18px", "36px"):  # as it comes, and twice as large
            phone.evaluate(f"document.documentElement.style.fontSize = '{letters}'")
            for screen in SCREENS:
                go(phone, screen)
                assert sticking_out(phone) == [], (screen, name, letters)
        phone.evaluate("document.documentElement.style.fontSize = ''")
    size = desk.viewport_size
    desk.set_viewport_size({"width": 320, "height": 568})
    for path in ("/", "/demo/", "/hq/area/IN.36/", "/hq/area/IN.36/doses/", "/account/2fa/"):
        desk.goto(server.url + path)
        assert desk.evaluate("document.documentElement.scrollWidth") <= 320, path
    desk.set_viewport_size(size or {"width": 1366, "height": 900})


def test_search_by_name_in_either_script_and_by_last_four(phone: Page) -> None:
    go(phone, "queue")
    # in one look: the list moves while the phone learns what others did
    who = "row => [row.querySelector('.who b').innerText, row.querySelector('.who span').innerText, row.innerText]"
    latin, local, text = phone.locator("a.person").first.evaluate(who)
    tail = re.search(r"…(\d{4})", text)
    assert tail is not None
    for typed in (latin.lower(), local, local.split()[0], tail[1][-3:]):
        phone.locator("#search").fill(typed)
        expect(phone.locator("a.person", has_text=latin).first).to_be_visible()
    phone.locator("#search").fill(tail[1])  # one person's four digits lead straight to them
    found = phone.locator("a.person", has_text=latin).first.or_(phone.locator(".readback h1", has_text=latin))
    expect(found).to_be_visible()
    go(phone, "queue")
    phone.locator("#search").fill("nobody of that name")
    expect(phone.get_by_text("They can be a walk-in")).to_be_visible()


def test_undo_takes_a_dose_back(phone: Page) -> None:
    vaccinate(phone)
    phone.get_by_role("button", name="Undo").click()
    expect(phone.locator(".notice")).to_contain_text("Taken back")
    expect(phone.locator(".readback .state")).to_contain_text("To vaccinate")


def test_changing_hands_loses_nothing(phone: Page) -> None:
    # given records on the phone, and the vaccinator gone
    vaccinate(phone)
    before = counts(phone)[0]
    go(phone, "more")
    phone.get_by_text("Lock, or change hands").click()
    # when the next one mistypes, then opens it
    phone.locator(".choice", has_text="Observer").click()
    phone.locator("input[type=password]").fill("999999")
    phone.get_by_role("button", name="Open").click()
    expect(phone.get_by_role("alert")).to_contain_text("not right")
    assert counts(phone)[0] == before
    phone.locator("input[type=password]").fill(PIN)
    phone.get_by_role("button", name="Open").click()
    # then the queue is as it was
    expect(phone.locator("#search")).to_be_visible()
    assert counts(phone)[0] == before


def test_ten_wrong_pins_wait_and_keep_everything(phone: Page) -> None:
    vaccinate(phone)
    before = counts(phone)[0]
    go(phone, "more")
    phone.get_by_text("Lock, or change hands").click()
    phone.locator(".choice", has_text="Vaccinator").click()
    for _try in range(10):
        phone.locator("input[type=password]").fill("000000")
        phone.get_by_role("button", name="Open").click()
        expect(phone.locator("input[type=password]")).to_have_value("")
    expect(phone.get_by_role("alert")).to_contain_text("Wait five minutes")
    assert counts(phone)[0] == before


def test_no_request_on_the_way_of_a_dose(phone: Page) -> None:
    """Whatever the phone fetches, it is never before "Saved" that it waits for it: with every request hanging, a dose is
    saved all the same."""
    phone.context.route("**/sync/**", lambda _route: None)
    vaccinate(phone)
    assert counts(phone)[1] > 0
    phone.context.unroute_all(behavior="ignoreErrors")
