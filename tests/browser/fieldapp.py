# SPDX-License-Identifier: Apache-2.0
"""How a nurse uses the field app, in words the tests share."""

import json
import os
import re
import signal
import urllib.request
from contextlib import suppress
from pathlib import Path
from typing import Any

import segno
from playwright.sync_api import Browser, BrowserContext, Page, Playwright, expect
from playwright.sync_api import TimeoutError as PlaywrightTimeoutError

from tests.browser.server import RealServer

PHONE: dict[str, Any] = {"viewport": {"width": 360, "height": 640}, "has_touch": True, "locale": "en-IN"}
DESK: dict[str, Any] = {"viewport": {"width": 1366, "height": 900}, "locale": "en-IN"}
PIN = "202101"
_FILM_WIDTH, _FILM_HEIGHT = 640, 480
ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--no-first-run",
]


def launch(playwright: Playwright, *, film: Path | None = None, **how: Any) -> Browser:
    """Debian's Chromium, headless. Its camera plays `film`, which need not be there yet."""
    camera = [
        "--use-fake-ui-for-media-stream",
        "--use-fake-device-for-media-stream",
        f"--use-file-for-fake-video-capture={film}",
    ]
    arguments = [*ARGUMENTS, *(camera if film else [])]
    return playwright.chromium.launch(executable_path="/usr/bin/chromium", args=arguments, **how)


def film_of(text: str, path: Path) -> None:
    """A few frames of a QR code in the middle of a grey room, as Chromium's fake camera plays them (Y4M)."""
    modules = [list(row) for row in segno.make(text, error="m", micro=False).matrix]
    scale = 300 // len(modules)
    side = scale * len(modules)
    left, top = (_FILM_WIDTH - side) // 2, (_FILM_HEIGHT - side) // 2
    luma = bytearray(b"\x96" * (_FILM_WIDTH * _FILM_HEIGHT))
    for y in range(-4 * scale, side + 4 * scale):
        for x in range(-4 * scale, side + 4 * scale):
            is_inside = 0 <= x < side and 0 <= y < side
            dark = is_inside and modules[y // scale][x // scale]
            luma[(top + y) * _FILM_WIDTH + left + x] = 20 if dark else 235
    frame = b"FRAME\n" + bytes(luma) + b"\x80" * (_FILM_WIDTH * _FILM_HEIGHT // 2)
    path.write_bytes(f"YUV4MPEG2 W{_FILM_WIDTH} H{_FILM_HEIGHT} F10:1 Ip A1:1 C420\n".encode() + frame * 5)


def officer_page(
    browser: Browser, server: RealServer, username: str = "ravi", *, host: str = "127.0.0.1", **how: Any
) -> Page:
    """A desk logged in as one of the demo's officers, with password and the code the demo page shows."""
    url = server.url.replace("127.0.0.1", host)
    page = browser.new_context(**(how or DESK)).new_page()
    page.set_default_timeout(60_000)
    page.goto(f"{url}/demo/")
    row = page.locator("tr", has=page.get_by_text(username, exact=True))
    password, code = row.locator("code").nth(1).inner_text(), row.locator("code.big").inner_text()
    page.goto(f"{url}/account/login/?next=/hq/")
    page.locator("input[name=login]").fill(username)
    page.locator("input[name=password]").fill(password)
    page.locator("main form button.primary").click()
    page.locator("input[name=code]").fill(code)
    page.locator("main form button[type=submit]").first.click()
    page.wait_for_url("**/hq/area/**")
    return page


def enrolment_code(desk: Page, server: RealServer) -> str:
    """A code for one phone at the site that is left to a person."""
    desk.goto(f"{server.url}/demo/")
    desk.locator(".steps a[href*='/phones/']").click()
    desk.locator("main form button.primary").click()
    return desk.locator(".code").inner_text().replace(" ", "")


def enrol(page: Page, server: RealServer, code: str) -> None:
    """The phone joins and waits until the session is on it and the shell is kept."""
    page.goto(f"{server.url}/app/#enrol={code}")
    page.get_by_role("button", name="Enrol").click()
    expect(page.locator(".card").first).to_be_visible()
    page.evaluate("navigator.serviceWorker.ready.then(() => true)")


def unlock(page: Page, role: str = "Vaccinator") -> None:
    """Opens the first session with a name and a PIN."""
    page.locator(".card").first.click()
    page.locator(".choice", has_text=role).click()
    page.locator("input[type=password]").fill(PIN)
    page.get_by_role("button", name="Open").click()


def start(page: Page) -> None:
    """Starts the session, unless another phone of the site already did and this one has just learned it."""
    button, search = page.get_by_role("button", name="Start session"), page.locator("#search")
    expect(button.or_(search)).to_be_visible()
    with suppress(PlaywrightTimeoutError):
        button.click(timeout=2_000)
    expect(search).to_be_visible()


def vaccinate(page: Page, place: int = 0, yes: str = "") -> str:
    """Takes someone expected through identity and dose, answering `yes` to one question; returns their code. Who turns out to
    have been taken by another phone, whose news comes in meanwhile, is left for the next."""
    checked = page.get_by_role("button", name="Identity checked")
    for _person in range(4):
        go(page, "queue")
        page.locator("a.person").nth(place).click()
        code = page.locator("dt:has-text('Code') + dd").inner_text()
        with suppress(PlaywrightTimeoutError):
            checked.click(timeout=3_000)
            break
    save, vial = page.get_by_role("button", name="Save dose"), page.locator("section .card").first
    expect(save.or_(vial)).to_be_visible()
    if vial.is_visible():
        with suppress(PlaywrightTimeoutError):  # gone by itself when the phone's other tab has opened one
            vial.click(timeout=2_000)
    if yes:
        page.locator(".chip", has_text=yes).click()
    save.click()
    expect(page.locator(".notice")).to_contain_text("Dose saved")
    return code


def go(page: Page, screen: str) -> None:
    """Opens one of the app's screens."""
    page.goto(re.sub("#.*", "", page.url) + f"#/{screen}")


def all_sent(page: Page) -> None:
    """Returns once everything the phone recorded has its verdict."""
    page.evaluate("dispatchEvent(new Event('online'))")
    expect(page.locator("[data-waiting='0']")).to_be_visible(timeout=30_000)


def second_phone(browser: Browser, desk: Page, server: RealServer) -> Page:
    """Another phone of the site, in the session that the first has started."""
    other = browser.new_context(**PHONE).new_page()
    other.set_default_timeout(10_000)
    enrol(other, server, enrolment_code(desk, server))
    unlock(other)
    expect(other.locator("#search")).to_be_visible()
    return other


def open_phone(playwright: Playwright, folder: Path) -> tuple[BrowserContext, Page]:
    """Chromium with a memory of its own that outlives it."""
    for left in folder.glob("Singleton*"):  # says that a browser still runs
        left.unlink()
    context = playwright.chromium.launch_persistent_context(
        str(folder), executable_path="/usr/bin/chromium", args=ARGUMENTS, **PHONE
    )
    context.set_default_timeout(15_000)
    return context, context.pages[0]


def kill_browser(folder: Path) -> None:
    """kill -9 for every process of the browser whose memory is in `folder`."""
    for line in Path("/proc").glob("[0-9]*/cmdline"):
        with suppress(OSError):
            if f"--user-data-dir={folder}" in line.read_text().replace("\0", " "):
                os.kill(int(line.parent.name), signal.SIGKILL)


def counts(page: Page) -> tuple[int, int]:
    """(saved, waiting) as the state line says."""
    line = page.locator("[data-saved]")
    return int(line.get_attribute("data-saved") or -1), int(line.get_attribute("data-waiting") or -1)


def get_json(url: str) -> Any:
    """The JSON at an address."""
    with urllib.request.urlopen(url, timeout=10) as answer:
        return json.loads(answer.read())
