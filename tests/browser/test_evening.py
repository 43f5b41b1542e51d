# SPDX-License-Identifier: Apache-2.0
"""The evening before, as a desk officer lives it in Chromium: a messy list comes in, sessions are planned, people put into
them and invited, a gateway dies half-way; at the end each of them is told or on the call list, and every number is the
length of its list. On the way each page is looked at by axe and at 320 pixels in Bengali."""

import re
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

import psycopg
import pytest
import xlsxwriter
from playwright.sync_api import Browser, Page, expect

from doseline.shared.embedded_postgres import EmbeddedPostgres
from tests.browser.fieldapp import officer_page
from tests.browser.looks import faults, sticking_out
from tests.browser.server import RealServer

pytestmark = [pytest.mark.browser, pytest.mark.processes]

PEOPLE = 180  # fit on one page of a list
_NAMES = (
    "Mita Sen",
    "Rehana Khatun",
    "Subir Ghosh",
    "Kakali Roy",
    "Anwar Ali",
    "Purnima Murmu",
    "Tapan Kundu",
    "Lakshmi Das",
)


@pytest.fixture(scope="module")
def desk(browser: Browser, server: RealServer) -> Iterator[Page]:
    opened = officer_page(browser, server)
    opened.set_default_timeout(8000)
    yield opened
    opened.context.close()


def _messy_list(path: Path) -> None:
    """As a hospital sends it: titles above the header, dates as Excel has them and as people write them, phones in all forms,
    one person twice, one without a birth date, a tail of blank rows."""
    book = xlsxwriter.Workbook(str(path))
    sheet, day = book.add_worksheet(), book.add_format({"num_format": "dd/mm/yyyy"})
    sheet.write(0, 0, "Rural Hospital: staff for COVID-19 vaccination")
    sheet.write_row(2, 0, ["ক্রমিক", "নাম", "জন্মতারিখ", "লিঙ্গ", "মোবাইল", "Employee ID", "Remarks"])
    for number in range(PEOPLE):
        row, name = number + 3, f"{_NAMES[number % len(_NAMES)]} {chr(65 + number // 26)}{chr(97 + number % 26)}na"
        born = date(1961, 1, 1) + timedelta(days=number * 41)
        phone = f"5{70_000_000 + number * 7_919:09d}"
        sheet.write(row, 0, number + 1)
        sheet.write(row, 1, name)
        if number % 3:
            sheet.write(row, 2, f"{born.day}/{born.month}/{born.year}")
        else:
            sheet.write_datetime(row, 2, born, day)
        sheet.write(row, 3, "মহিলা" if number % 2 else "M")
        sheet.write(row, 4, (f"+91 {phone[:5]} {phone[5:]}", f"0{phone}", phone)[number % 3])
        sheet.write(row, 5, f"RH{number:05d}")
    sheet.write_row(PEOPLE + 3, 1, ["Mita Sen Aana", "1/1/1961", "M", "", "RH00000"])
    sheet.write_row(PEOPLE + 4, 1, ["Nobody Knows", "soon", "F", "", "RH99999"])
    for blank in range(30):
        sheet.write(PEOPLE + 5 + blank, 1, " ")
    book.close()


_seen: list[str] = []


def _look(page: Page, name: str) -> None:
    """Notes what axe finds, and what sticks out at 320 pixels in Bengali."""
    _seen.extend(f"{name}: {one}" for one in faults(page))
    page.set_viewport_size({"width": 320, "height": 640})
    _speak(page, "বাংলা", "bn")
    _seen.extend(f"{name}: {one}" for one in sticking_out(page))
    _speak(page, "English", "en")
    page.set_viewport_size({"width": 1366, "height": 900})


def _speak(page: Page, button: str, language: str) -> None:
    """Changes the page's language, and waits until the page in that language is whole."""
    page.get_by_role("button", name=button).click()
    expect(page.locator("html")).to_have_attribute("lang", language)
    page.wait_for_load_state()


def _number(page: Page, label: str) -> int:
    """The number of a total, by what stands under it."""
    tile = page.locator(".totals li", has=page.get_by_text(label, exact=True))
    return int(re.sub(r"\D", "", tile.locator("b").first.inner_text()))


def _rows(server: RealServer, query: str) -> list[tuple[int, ...]]:
    with psycopg.connect(EmbeddedPostgres(server.folder / "postgres").dsn()) as connection:
        return connection.execute(query.encode()).fetchall()


def _reload_until(page: Page, url: str, text: str | re.Pattern[str]) -> None:
    """Opens the page again and again until it says so: errands work at their own pace."""
    for _look_again in range(150):
        page.goto(url)
        if page.get_by_text(text).count():
            return
        page.wait_for_timeout(200)
    raise AssertionError(f"{url} never says {text}")


def test_the_evening_before(desk: Page, server: RealServer, tmp_path: Path) -> None:
    # a list comes in, its columns are guessed, its rows looked through, and it is applied
    path = tmp_path / "staff.xlsx"
    _messy_list(path)
    desk.goto(f"{server.url}/hq/lists/")
    _look(desk, "lists")
    desk.locator("#file").set_input_files(path)
    desk.locator("#area").select_option("IN.36.725")
    desk.locator("#institution").fill("Rural Hospital")
    desk.get_by_role("button", name="Send the list").click()
    expect(desk.get_by_role("heading", name="What do the columns hold?")).to_be_visible()
    _look(desk, "columns")
    desk.get_by_role("button", name="Read the list").click()
    desk.wait_for_url(re.compile(r"/hq/lists/[0-9a-f-]{36}/"))
    listed = desk.url.split("?")[0]
    _reload_until(desk, listed, "To be looked through")
    _look(desk, "list")
    assert (_number(desk, "New"), _number(desk, "In the list twice"), _number(desk, "Cannot be read")) == (PEOPLE, 1, 1)
    for kind in ("new", "twice", "faulty"):
        desk.goto(f"{listed}rows/{kind}/")
        _look(desk, f"rows {kind}")
    desk.goto(listed)
    desk.get_by_role("button", name="Apply what is decided").click()
    _reload_until(desk, listed, "Everyone the list could add")
    # sessions for tomorrow at every site, and everybody put into them
    tomorrow = date.fromisoformat(_today(desk, server)) + timedelta(days=1)
    desk.goto(f"{server.url}/hq/plan/new/?area=IN.36")
    _look(desk, "new sessions")
    desk.locator("[name=all_sites]").check()
    desk.locator("#first_on").fill(tomorrow.isoformat())
    desk.locator("#last_on").fill(tomorrow.isoformat())
    for weekday in desk.locator("input[name=weekday]").all():
        weekday.check()
    desk.locator("#capacity").fill("100")
    desk.get_by_role("button", name="Make the sessions").click()
    expect(desk.get_by_text("207 sessions made, 0 left out")).to_be_visible()
    _look(desk, "week")
    desk.locator("#first_on").fill(tomorrow.isoformat())
    desk.locator("#last_on").fill(tomorrow.isoformat())
    desk.get_by_role("button", name="Place people").click()
    desk.wait_for_url("**/hq/plan/people/*/")
    _reload_until(desk, desk.url, "without a place before")
    _look(desk, "placing")
    booked = _number(desk, "booked")
    assert booked == PEOPLE
    for page in (
        "/hq/plan/readiness/?area=IN.36",
        "/hq/plan/sites/?area=IN.36",
        "/hq/people/",
        "/hq/people/pairs/",
        "/demo/",
    ):
        desk.goto(server.url + page)
        _look(desk, page)
    # they are invited; half-way, one of the two gateways dies
    reach = f"{server.url}/hq/messages/?area=IN.36&date={tomorrow}"
    desk.goto(f"{server.url}/demo/")
    desk.get_by_role("button", name="Break").first.click()
    desk.goto(reach)
    desk.get_by_role("button", name="Invite everyone booked").click()
    _until_sent(desk, server)
    desk.goto(reach)
    _look(desk, "who was told")
    told, silent = _number(desk, "Told"), _number(desk, "Sent, nothing heard")
    assert told > booked * 0.8
    assert told + silent + _number(desk, "Failed") == booked
    # ten hours before, whoever is not known to have been told is to be called
    evening = tomorrow - timedelta(days=1)
    _set_clock(desk, server, f"{evening}T23:30")
    _until_tried_again(desk, server)
    _set_clock(desk, server, f"{evening}T23:45")
    _until_called(desk, server)
    desk.goto(reach)
    told, to_call = _number(desk, "Told"), _number(desk, "On the call list")
    assert told + to_call == booked
    for label in ("Told", "On the call list", "Everyone booked"):
        count = _number(desk, label)
        desk.get_by_role("link", name=re.compile(label)).first.click()
        assert desk.locator("main tbody tr").count() == count, label
        _look(desk, label)
        desk.goto(reach)
    desk.goto(f"{server.url}/hq/calls/?area=IN.36")
    assert _number(desk, "To call now") == to_call
    _look(desk, "call list")
    desk.get_by_role("button", name="Give me the next person").click()
    _look(desk, "call")
    desk.get_by_role("button", name="Will come").click()
    desk.goto(reach)
    assert (_number(desk, "Told"), _number(desk, "On the call list")) == (told + 1, to_call - 1)
    assert not _seen, "\n".join(_seen)


def _today(page: Page, server: RealServer) -> str:
    """The day the demo lives, as its clock shows it."""
    page.goto(f"{server.url}/demo/")
    return page.locator("#at").input_value()[:10]


def _until_sent(page: Page, server: RealServer) -> None:
    for _look_again in range(300):
        [(waiting,)] = _rows(server, "SELECT count(*) FROM message WHERE purpose = 'invitation' AND due_at IS NOT NULL")
        [(unheard,)] = _rows(server, "SELECT count(*) FROM demo_sms WHERE told_at IS NULL")
        if not waiting and not unheard:
            return
        page.wait_for_timeout(200)
    raise AssertionError("messages still wait")


def _set_clock(page: Page, server: RealServer, at: str) -> None:
    """The demo goes on from another time."""
    page.goto(f"{server.url}/demo/")
    page.locator("#at").fill(at)
    page.get_by_role("button", name="Set the clock").click()


def _until_tried_again(page: Page, server: RealServer) -> None:
    """Whoever did not hear is written to once more, through another gateway, unless there is time for it in the morning; for ten
    minutes that may still arrive."""
    for _look_again in range(400):
        [(again, untried)] = _rows(
            server,
            "SELECT count(*), count(*) FILTER (WHERE tries = 0 AND due_at < created_at + interval '1 hour') FROM message"
            " WHERE purpose = 'invitation' AND level = 1",
        )
        if again and not untried:
            return
        page.wait_for_timeout(200)
    raise AssertionError("nobody is written to again")


def _until_called(page: Page, server: RealServer) -> None:
    """Escalation goes round every fifteen seconds."""
    for _look_again in range(400):
        [(open_calls,)] = _rows(server, "SELECT count(*) FROM call_task WHERE ended_at IS NULL")
        [(untold,)] = _rows(
            server,
            "SELECT count(*) FROM allotment JOIN session USING (session_id) WHERE kind = 'booked' AND told_at IS NULL"
            " AND on_date > (SELECT on_date FROM demo_installation)",
        )
        if open_calls and open_calls == untold:
            return
        page.wait_for_timeout(200)
    raise AssertionError(f"{open_calls} of {untold} on the call list")
