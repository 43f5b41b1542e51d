# SPDX-License-Identifier: Apache-2.0
"""The field app's figures, in Debian's Chromium at 360×640 with the processor slowed six times and a 2G network: tap to "Saved",
opening cold with no server, opening a session of 300, a change of hands, taps to a dose by card and by QR, a day without a network
sent once there is one, and the size of the shell."""

import json
import re
import statistics
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING

import psycopg
from playwright.sync_api import CDPSession, Page, expect, sync_playwright

from doseline.shared.embedded_postgres import EmbeddedPostgres
from doseline.shared.ids import read_code
from tests.bench.registry import Row
from tests.browser.fieldapp import PHONE, PIN, enrol, enrolment_code, film_of, launch, officer_page, start, unlock
from tests.browser.server import RealServer

if TYPE_CHECKING:
    from tests.bench.house import House

_SLOWER = 6
_DOSES = 40
_OPENINGS = 10
_ROSTER = 300
_CHANGES_OF_HANDS = 5
_DOSES_OFFLINE = 100
_2G = {"offline": False, "latency": 300, "downloadThroughput": 250_000 / 8, "uploadThroughput": 50_000 / 8}
_SHELL = Path(__file__).resolve().parents[2] / "build" / "shell.json"

# Taps "Save dose" and waits, in the page itself, until the notice says so: what the nurse feels, without the driver.
_TAP = """() => new Promise((resolve, reject) => {
  const notices = document.querySelector(".notices");
  const tapped = performance.now();
  new MutationObserver((_, watcher) => {
    if (notices.querySelector(".notice:not(.problem)")) { watcher.disconnect(); resolve(performance.now() - tapped); }
    if (notices.querySelector(".notice.problem")) { watcher.disconnect(); reject(new Error("it was not saved")); }
  }).observe(notices, { childList: true, subtree: true, characterData: true });
  [...document.querySelectorAll(".actions .primary")].at(-1).click();
})"""
_WHEN_OPEN = """new MutationObserver((_, watcher) => {
  if (document.querySelector("a.person")) { console.debug(`opened ${performance.now()}`); watcher.disconnect(); }
}).observe(document, { childList: true, subtree: true });"""
# The same for a tap that ends with the queue in sight.
_UNTIL_QUEUE = """(selector) => new Promise((resolve) => {
  const tapped = performance.now();
  new MutationObserver((_, watcher) => {
    if (document.querySelector("a.person")) { watcher.disconnect(); resolve(performance.now() - tapped); }
  }).observe(document, { childList: true, subtree: true });
  document.querySelector(selector).click();
})"""
_COUNT_TAPS = """() => {
  globalThis.taps = 0;
  if (globalThis.isCounting) return;
  globalThis.isCounting = true;
  addEventListener("pointerdown", () => { globalThis.taps += 1; }, true);
  addEventListener("keydown", () => { globalThis.taps += 1; }, true);
}"""
# 300 people on one roster: the demo's hundred, and each of them twice more under other names for things.
_MORE_PEOPLE = """
CREATE TEMP TABLE more AS
    SELECT person.*, allotment.session_id, allotment.slot_at FROM person JOIN allotment USING (person_id)
    CROSS JOIN generate_series(1, 3) ORDER BY allotment.slot_at LIMIT %d;
UPDATE more SET person_id = gen_random_uuid(), code = upper(substr(md5(random()::text), 1, 8));
INSERT INTO allotment (allotment_id, session_id, person_id, slot_at, kind, told_at, told_how)
    SELECT gen_random_uuid(), session_id, person_id, slot_at, 'booked', slot_at, 'delivered' FROM more;
UPDATE session SET plan_version = plan_version + 1, capacity = 400, expected_count = (SELECT count(*) FROM allotment);
ALTER TABLE more DROP COLUMN session_id, DROP COLUMN slot_at;
"""


def field_app(_house: "House") -> list[Row]:
    """The rows of this page. Starts a server of its own; it is stopped for the cold openings."""
    with tempfile.TemporaryDirectory(prefix="doseline-bench-app-") as folder, sync_playwright() as playwright:
        Path(folder).chmod(0o755)
        server = RealServer(Path(folder) / "data", sites=1)
        server.start()
        film = Path(folder) / "slip.y4m"
        browser = launch(playwright, film=film)
        try:
            _lengthen_roster(server)
            page = browser.new_context(**PHONE).new_page()
            page.set_default_timeout(60_000)
            desk = officer_page(browser, server)
            enrol(page, server, enrolment_code(desk, server))
            unlock(page)
            start(page)
            slowed = page.context.new_cdp_session(page)
            slowed.send("Emulation.setCPUThrottlingRate", {"rate": _SLOWER})
            slowed.send("Network.emulateNetworkConditions", _2G)
            taps = [_dose(page, place) for place in range(_DOSES)]
            last_four = _taps_by_last_four(page)
            by_qr = _taps_by_qr(page, film)
            changes = [_change_hands(page) for _ in range(_CHANGES_OF_HANDS)]
            return_seconds = _return(page, slowed)
            server.stop()
            page.goto(page.url.split("#")[0] + "#/queue")
            page.add_init_script(_WHEN_OPEN)
            openings = [_open_cold(page) for _ in range(_OPENINGS)]
        finally:
            browser.close()
            server.stop()
    return [
        _row("saved", taps, "ms at p95, processor slowed 6×, 2G", 100.0),
        _row("cold_open", openings, f"ms at p95, {_ROSTER} people, no server, processor slowed 6×", 1000.0),
        _row("change_hands", changes, "ms at p95, lock and unlock, processor slowed 6×", 3000.0),
        Row(name="taps_last_four", value=last_four, unit="taps from queue to saved", limit_name="aim", limit=7.0),
        Row(name="taps_qr", value=by_qr, unit="taps from queue to saved, by QR", limit_name="aim", limit=3.0),
        Row(
            name="return_2g",
            value=return_seconds,
            unit=f"s until {_DOSES_OFFLINE} doses given offline are in, 2G",
            limit_name="aim",
            limit=120.0,
        ),
        Row(name="shell", value=_shell_bytes() / 1000, unit="kB gzipped", limit_name="aim", limit=60.0),
    ]


def _lengthen_roster(server: RealServer) -> None:
    """Before any phone comes; returns when the new pack is built."""
    dsn = EmbeddedPostgres(server.folder / "postgres").dsn()
    with psycopg.connect(dsn) as database:
        [(have,)] = database.execute("SELECT count(*) FROM allotment").fetchall()
        database.execute((_MORE_PEOPLE % (_ROSTER - have)).encode())
        database.execute("INSERT INTO person SELECT * FROM more")
        database.commit()
        for _look in range(600):
            newest = "bool_or(pack.plan_version >= session.plan_version)"
            built = f"SELECT {newest} FROM session JOIN session_pack AS pack USING (session_id)"
            if database.execute(built.encode()).fetchall() == [(True,)]:
                return
            time.sleep(0.1)
    raise RuntimeError("the longer roster's pack was not built in a minute")


def _taps_by_last_four(page: Page) -> float:
    """Someone whose card ends in digits that nobody else's does, from the queue to "Saved": each touch and each key counted."""
    page.goto(page.url.split("#")[0] + "#/queue")
    rows = [re.findall(r"…(\d{4})", text) for text in page.locator("a.person").all_inner_texts()]
    tails = [found[0] for found in rows if found]
    only = next(tail for tail in tails if tails.count(tail) == 1)
    page.evaluate(_COUNT_TAPS)
    page.locator("#search").tap()
    page.keyboard.type(only)
    expect(page.locator(".readback")).to_be_visible()
    page.get_by_role("button", name="Identity checked").tap()
    page.get_by_role("button", name="Save dose").tap()
    expect(page.locator(".notice")).to_contain_text("Dose saved")
    return float(page.evaluate("globalThis.taps"))


def _taps_by_qr(page: Page, film: Path) -> float:
    """Someone with a slip, from the queue to "Saved": each touch counted; holding the slip before the camera is none."""
    for place in range(5, 40):
        page.goto(page.url.split("#")[0] + "#/queue")
        page.locator("a.person").nth(place).click()
        code = page.locator("dt:has-text('Code') + dd").inner_text()
        if read_code(code) == code:  # most of the longer roster have codes no slip can have
            film_of(f"DOSELINE:P:{code}", film)
            break
    page.goto(page.url.split("#")[0] + "#/more")
    page.goto(page.url.split("#")[0] + "#/queue")
    page.evaluate(_COUNT_TAPS)
    page.get_by_role("link", name=re.compile("Scan")).tap()
    expect(page.locator(".readback")).to_be_visible()
    page.get_by_role("button", name="Identity checked").tap()
    page.get_by_role("button", name="Save dose").tap()
    expect(page.locator(".notice")).to_contain_text("Dose saved")
    return float(page.evaluate("globalThis.taps"))


def _return(page: Page, slowed: CDPSession) -> float:
    """Fault F5: a hundred people vaccinated without a network; seconds from the network's return, at 2G, until nothing waits."""
    slowed.send("Emulation.setCPUThrottlingRate", {"rate": 1})
    slowed.send("Network.emulateNetworkConditions", _2G | {"offline": True})
    for place in range(_DOSES_OFFLINE):
        _dose(page, place)
    slowed.send("Emulation.setCPUThrottlingRate", {"rate": _SLOWER})
    slowed.send("Network.emulateNetworkConditions", _2G)
    returned = time.monotonic()
    page.evaluate("dispatchEvent(new Event('online'))")
    expect(page.locator("[data-waiting='0']")).to_be_visible(timeout=300_000)
    return time.monotonic() - returned


def _change_hands(page: Page) -> float:
    """What the phone itself takes of it: from "Lock" to the names, and from "Open" to the queue."""
    page.goto(page.url.split("#")[0] + "#/more")
    lock = page.get_by_text("Lock, or change hands")
    expect(lock).to_be_visible()
    locked = page.evaluate(
        """() => new Promise((resolve) => {
          const tapped = performance.now();
          new MutationObserver((_, watcher) => {
            if (document.querySelector(".choice")) { watcher.disconnect(); resolve(performance.now() - tapped); }
          }).observe(document, { childList: true, subtree: true });
          [...document.querySelectorAll("button.card")].find((card) => card.innerText.startsWith("Lock")).click();
        })"""
    )
    page.locator(".choice", has_text="Vaccinator").click()
    page.locator("input[type=password]").fill(PIN)
    return float(locked) + float(page.evaluate(_UNTIL_QUEUE, "form .primary"))


def _dose(page: Page, place: int) -> float:
    page.goto(page.url.split("#")[0] + "#/queue")
    page.locator("a.person").nth(place % 3).click()
    page.get_by_role("button", name="Identity checked").click()
    save, vial = page.get_by_role("button", name="Save dose"), page.locator("section .card").first
    expect(save.or_(vial)).to_be_visible()
    if save.is_visible() and page.locator(".vial.over").count():
        page.get_by_role("button", name="Open a new vial").click()
        expect(vial).to_be_visible()
    if vial.is_visible():
        vial.click()
    expect(save).to_be_visible()
    expect(page.locator(".notice")).to_have_count(0, timeout=20_000)
    return float(page.evaluate(_TAP))


def _open_cold(page: Page) -> float:
    """From nothing to the queue with people in it. The page says when itself: a driver that looks is work on the slowed processor."""
    with page.expect_console_message(lambda message: message.text.startswith("opened ")) as opened:
        page.reload(wait_until="commit")
    return float(opened.value.text.removeprefix("opened "))


def _row(name: str, times: list[float], unit: str, aim: float) -> Row:
    cuts = statistics.quantiles(times, n=100, method="inclusive")
    return Row(name=name, value=cuts[94], unit=unit, limit_name="aim", limit=aim, p50_ms=cuts[49], p99_ms=cuts[98])


def _shell_bytes() -> int:
    return int(json.loads(_SHELL.read_text(encoding="utf-8"))["gzipped_bytes"])
