# SPDX-License-Identifier: Apache-2.0
"""Takes pictures of the real screens into docs/screens/: `make screens`. The demo's sites live half their day first."""

import random
import re
import tempfile
from pathlib import Path

import cv2
import numpy as np
import psycopg
import pypdfium2
from playwright.sync_api import Browser, Page, expect, sync_playwright

from doseline.shared.embedded_postgres import EmbeddedPostgres
from tests.browser.fieldapp import PHONE, enrol, enrolment_code, launch, officer_page, start, unlock, vaccinate
from tests.browser.server import RealServer
from tests.paper.ink import DPI, mark_rows, spoil

FOLDER = Path(__file__).parents[2] / "docs" / "screens"
LANGUAGES = {"en": "English", "bn": "বাংলা"}


def main() -> None:
    """Builds a demo, plays it to half past eleven, and takes every picture."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="doseline-screens-") as folder, sync_playwright() as playwright:
        Path(folder).chmod(0o755)
        server = RealServer(Path(folder) / "data", sites=207)
        server.start()
        browser = launch(playwright)
        try:
            desk = officer_page(browser, server)
            phone = _phone(browser, server, enrolment_code(desk, server))
            server.run("play", "--url", server.url, "--speed", "600", "--until", "11:30")
            _take_desk(desk, server, "desk")
            _take_list(desk, server)
            _take_paper(desk, server)
            _take_field_app(phone)
            small = officer_page(browser, server, "dipa", **PHONE)
            _picture(small, "phone-board-en")
        finally:
            browser.close()
            server.stop()


def _phone(browser: Browser, server: RealServer, code: str) -> Page:
    page = browser.new_context(**PHONE, device_scale_factor=2).new_page()
    page.set_default_timeout(60_000)
    page.goto(f"{server.url}/app/")
    _picture(page, "phone-enrol-en")
    enrol(page, server, code)
    return page


def _take_desk(desk: Page, server: RealServer, prefix: str) -> None:
    places = {
        "home": "/",
        "board": "/hq/area/IN.36/",
        "district": "/hq/area/IN.36.725/",
        "stops": "/hq/area/IN.36/stops/",
        "doses": "/hq/area/IN.36.725/doses/",
        "plan": "/hq/plan/?area=IN.36.725",
        "readiness": f"/hq/plan/readiness/?area=IN.36.725&date={_today(desk, server)}",
        "messages": f"/hq/messages/?area=IN.36.725&date={_today(desk, server)}",
        "api": "/api/",
    }
    for code, name in LANGUAGES.items():
        desk.get_by_role("button", name=name).click()
        for place, path in places.items():
            desk.goto(server.url + path)
            desk.wait_for_timeout(300)
            _picture(desk, f"{prefix}-{place}-{code}")
        desk.goto(f"{server.url}/hq/area/IN.36/")
        desk.locator("a.tile.stalled, a.tile.silent, a.tile.slow").first.click()
        _picture(desk, f"{prefix}-session-{code}")
    desk.get_by_role("button", name="English").click()


def _today(desk: Page, server: RealServer) -> str:
    desk.goto(f"{server.url}/demo/")
    return desk.locator("#at").input_value()[:10]


def _take_list(desk: Page, server: RealServer) -> None:
    """A list as it is looked through: some new, some with a fault."""
    rows = ["Name,Date of birth,Gender,Mobile", "Mita Sen,16/01/1985,F,58300 12345", "রেহানা খাতুন,১৬/০২/১৯৯০,মহিলা,৫৮৩০০১২৩৪৬",
            "Soma Sen,31/02/1980,F,58300 12347"]  # fmt: skip
    desk.goto(f"{server.url}/hq/lists/")
    desk.locator("#file").set_input_files(
        {"name": "health-centre.csv", "mimeType": "text/csv", "buffer": "\n".join(rows).encode()}
    )
    desk.locator("main form button.primary").click()
    _picture(desk, "desk-columns-en")
    desk.locator("main form button.primary").click()
    expect(desk.get_by_text("To be looked through")).to_be_visible(timeout=60_000)
    _picture(desk, "desk-list-en")
    desk.goto(f"{desk.url.split('?')[0]}rows/faulty/")
    _picture(desk, "desk-faulty-en")


def _take_paper(desk: Page, server: RealServer) -> None:
    """A sheet as it is printed, and as its photo is looked through: one row with two marks."""
    with psycopg.connect(EmbeddedPostgres(server.folder / "postgres").dsn()) as database:
        found = database.execute("SELECT session_id FROM sheet WHERE number = 2 ORDER BY sheet_id LIMIT 1").fetchone()
    assert found is not None
    printed = desk.request.get(f"{server.url}/hq/paper/session/{found[0]}/sheets.pdf?language=bn").body()
    with pypdfium2.PdfDocument(printed) as pdf:
        bitmap = pdf[1].render(scale=DPI / 72, grayscale=True)
        picture = np.ascontiguousarray(bitmap.to_numpy().reshape(bitmap.height, bitmap.width, -1)[:, :, 0])
    cv2.imwrite(str(FOLDER / "sheet-bn.png"), cv2.resize(picture, None, fx=0.6, fy=0.6, interpolation=cv2.INTER_AREA))
    chance = random.Random(11)
    given = {
        "came": "yes",
        "identity": "yes",
        "given": "yes",
        "batch": "A",
        "arm": "left_arm",
        "aefi": "none",
        "time": "3",
    }
    mark_rows(picture, dict.fromkeys((1, 2, 4, 5, 7, 8), given), chance)
    mark_rows(picture, {2: {"batch": "B"}}, chance)
    photo = cv2.imencode(".jpg", spoil(picture, "normal", chance))[1].tobytes()
    desk.goto(f"{server.url}/hq/paper/")
    desk.locator("#file").set_input_files({"name": "IMG_2041.jpg", "mimeType": "image/jpeg", "buffer": photo})
    desk.locator("main form button.primary").click()
    expect(desk.locator("[data-state=read]")).to_be_visible(timeout=60_000)
    desk.goto(f"{server.url}/hq/paper/open/?kind=rows")
    for _look in range(60):
        if desk.locator("td a.button").count():
            break
        desk.wait_for_timeout(1_000)
        desk.reload()
    _picture(desk, "desk-open-en")
    desk.locator("td a.button").first.click()
    desk.wait_for_timeout(1_500)
    _picture(desk, "desk-sheet-en")


def _take_field_app(phone: Page) -> None:
    app = re.sub("#.*", "", phone.url)
    _picture(phone, "phone-sessions-en")
    phone.locator(".card").first.click()
    _picture(phone, "phone-unlock-en")
    phone.goto(f"{app}#/sessions")
    unlock(phone)
    expect(phone.get_by_role("button", name="Start session")).to_be_visible()
    _picture(phone, "phone-start-en")
    phone.goto(f"{app}#/start/ways")
    phone.wait_for_timeout(500)
    _picture(phone, "phone-ladder-en")
    phone.goto(f"{app}#/queue")
    start(phone)
    for _dose in range(3):
        vaccinate(phone)
    _picture(phone, "phone-saved-en")
    for code, name in LANGUAGES.items():
        phone.goto(f"{app}#/more")
        phone.get_by_role("button", name=name).click()
        for screen in ("queue", "observe", "more", "walkin", "close", "sheet"):
            phone.goto(f"{app}#/{screen}")
            phone.wait_for_timeout(200)
            _picture(phone, f"phone-{screen}-{code}")
        phone.goto(f"{app}#/queue")
        phone.locator("a.person").first.click()
        _picture(phone, f"phone-person-{code}")
        phone.locator(".actions .primary").click()
        phone.wait_for_timeout(3000)
        _picture(phone, f"phone-dose-{code}")


def _picture(page: Page, name: str) -> None:
    page.screenshot(timeout=60_000, path=FOLDER / f"{name}.png")


if __name__ == "__main__":
    main()
