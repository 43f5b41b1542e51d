# SPDX-License-Identifier: Apache-2.0
"""A whole session in a real Chromium at 360×640, with the server stopped in the middle and started again."""

import re

import psycopg
import pytest
from playwright.sync_api import Browser, Page, expect

from doseline.shared.embedded_postgres import EmbeddedPostgres
from tests.browser.fieldapp import counts, enrol, enrolment_code, go, officer_page, start, unlock, vaccinate
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
    go(page, "walkin")
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
    go(page, "observe")
    expect(page.locator(".stay")).to_have_count(3)
    go(page, "close")
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


def test_a_day_with_vials_a_deferral_an_adverse_event_and_counts_that_differ(
    browser: Browser, page: Page, server: RealServer
) -> None:
    # given a session for which two vials came
    desk = officer_page(browser, server)
    enrol(page, server, enrolment_code(desk, server))
    unlock(page)
    start(page)
    go(page, "vials")
    page.get_by_role("button", name="Vials received").click()
    page.get_by_label("How many vials").fill("২")
    page.get_by_role("button", name="Save").click()
    # when one is given a dose whose answers call for care
    code = vaccinate(page, yes="Bleeds easily")
    # and one is put off
    go(page, "queue")
    page.locator("a.person").first.click()
    page.get_by_text("Not given").click()
    page.get_by_role("button", name="Another day").click()
    page.get_by_role("button", name="No day yet").click()
    expect(page.get_by_text("No dose was given here today.")).to_be_visible()
    # and the first faints
    go(page, "observe")
    page.locator(".stay", has_text=code).locator("a.danger").click()
    page.get_by_role("button", name="Save adverse event").click()
    expect(page.get_by_role("alert")).to_contain_text("how bad")
    for chip in ("Serious", "Dizzy", "just now", "To hospital"):
        page.locator(".chip", has_text=chip).first.click()
    page.get_by_role("button", name="Save adverse event").click()
    expect(page.locator(".notice")).to_contain_text("Adverse event saved")
    # and the team counts one dose more than the phone
    go(page, "close")
    doses = page.get_by_label("Doses given, by your count")
    doses.fill(str(int(doses.get_attribute("placeholder") or 0) + 1))
    page.get_by_role("button", name=re.compile("^Close")).click()
    expect(page.locator(".notice")).to_contain_text("why the counts differ")
    for fieldset in page.locator("fieldset.error").all():
        fieldset.locator(".chip", has_text="Not recorded").click()
    with page.expect_download() as download:
        page.get_by_role("button", name=re.compile("^Close")).click()
        page.get_by_role("button", name="Share the day as a picture").click()
    assert download.value.suggested_filename.endswith(".png")
    # then headquarters has all of it, and the event above all
    expect(page.locator("[data-waiting='0']")).to_be_visible(timeout=20_000)
    desk.goto(f"{server.url}/hq/area/IN.36/adverse_events/")
    expect(desk.get_by_text(code)).to_be_visible(timeout=20_000)
    expect(desk.locator("tbody tr").first).to_contain_text("Dizzy")
    desk.goto(f"{server.url}/hq/area/IN.36/variances/")
    expect(desk.locator("tbody tr")).to_have_count(1)
    desk.context.close()
