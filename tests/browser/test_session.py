# SPDX-License-Identifier: Apache-2.0
"""A whole session in a real Chromium at 360×640, with the server stopped in the middle and started again."""

import re

import psycopg
import pytest
from playwright.sync_api import Browser, Page, expect

from doseline.shared.embedded_postgres import EmbeddedPostgres
from tests.browser.fieldapp import counts, enrol, enrolment_code, officer_page, start, unlock, vaccinate
from tests.browser.server import RealServer

pytestmark = [pytest.mark.browser, pytest.mark.processes]


def _ledger(server: RealServer) -> list[tuple[str, int]]:
    with psycopg.connect(EmbeddedPostgres(server.folder / "postgres").dsn()) as connection:
        return connection.execute("SELECT kind, count(*) FROM fact GROUP BY kind ORDER BY kind").fetchall()


def test_a_session_with_the_server_gone_in_the_middle(browser: Browser, page: Page, server: RealServer) -> None:
    # given an officer who enrols a phone, and a session started on it
    desk = officer_page(browser, server)
    enrol(page, server, enrolment_code(desk, server))
    unlock(page)
    start(page)
    given = [vaccinate(page)]
    expect(page.locator("[data-waiting='0']")).to_be_visible(timeout=20_000)
    # when the server goes away
    server.stop()
    given += [vaccinate(page), vaccinate(page)]
    page.goto(re.sub("#.*", "", page.url) + "#/walkin")
    page.get_by_label("Name").fill("সুমিতা রায়")
    page.get_by_label("Age in years").fill("৪২")
    page.locator(".chip", has_text="Female").click()
    page.get_by_role("button", name="Save walk-in").click()
    expect(page.locator(".readback h1")).to_have_text("সুমিতা রায়")
    # and the phone is opened anew from cold, with nobody to ask
    saved, waiting = counts(page)
    assert waiting > 0
    page.reload()
    expect(page.locator("[data-saved]")).to_be_visible()
    assert counts(page) == (saved, waiting)
    page.goto(re.sub("#.*", "", page.url) + "#/observe")
    expect(page.locator(".stay")).to_have_count(3)
    page.goto(re.sub("#.*", "", page.url) + "#/close")
    page.get_by_role("button", name="Close the session").click()
    expect(page.get_by_text("This session is closed.")).to_be_visible()
    # then everything arrives when the server is back, once
    server.start()
    page.evaluate("dispatchEvent(new Event('online'))")
    expect(page.locator("[data-waiting='0']")).to_be_visible(timeout=60_000)
    facts = dict(_ledger(server))
    assert facts["dose_given"] == 3
    assert facts["walk_in_registered"] == 1
    assert facts["session_closed"] == facts["session_opened"] == 1
    assert sum(facts.values()) == counts(page)[0]
    # and headquarters sees it, on a board that refreshes itself, and in the list behind the number
    desk.goto(f"{server.url}/hq/area/IN.36/")
    expect(desk.locator(".totals a[href$='/doses/'] b")).to_have_text("3", timeout=20_000)
    desk.locator(".totals a[href$='/doses/']").click()
    for code in given:
        expect(desk.get_by_text(code)).to_be_visible(timeout=20_000)
    desk.context.close()
