# SPDX-License-Identifier: Apache-2.0
"""The field app's figures, in Debian's Chromium at 360×640 with the processor slowed six times: tap to "Saved", opening
cold with no server, and the size of the shell."""

import json
import statistics
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from playwright.sync_api import Page, expect, sync_playwright

from tests.bench.registry import Row
from tests.browser.fieldapp import PHONE, enrol, enrolment_code, launch, officer_page, start, unlock
from tests.browser.server import RealServer

if TYPE_CHECKING:
    from tests.bench.house import House

_SLOWER = 6
_DOSES = 40
_OPENINGS = 10
_SHELL = Path(__file__).resolve().parents[2] / "build" / "shell.json"

# Taps "Save dose" and waits, in the page itself, until the notice says so: what the nurse feels, without the driver.
_TAP = """() => new Promise((resolve) => {
  const notices = document.querySelector(".notices");
  const tapped = performance.now();
  new MutationObserver((_, watcher) => {
    if (notices.querySelector(".notice:not(.problem)")) { watcher.disconnect(); resolve(performance.now() - tapped); }
  }).observe(notices, { childList: true, subtree: true, characterData: true });
  [...document.querySelectorAll(".actions .primary")].at(-1).click();
})"""
_WHEN_OPEN = """new MutationObserver((_, watcher) => {
  if (document.querySelector("[data-saved]")) { globalThis.openedMs = performance.now(); watcher.disconnect(); }
}).observe(document, { childList: true, subtree: true });"""


def field_app(_house: "House") -> list[Row]:
    """Rows `saved`, `cold_open` and `shell`. Starts a server of its own; it is stopped for the cold openings."""
    with tempfile.TemporaryDirectory(prefix="doseline-bench-app-") as folder, sync_playwright() as playwright:
        Path(folder).chmod(0o755)
        server = RealServer(Path(folder) / "data", sites=1)
        server.start()
        browser = launch(playwright)
        try:
            page = browser.new_context(**PHONE).new_page()
            enrol(page, server, enrolment_code(officer_page(browser, server), server))
            unlock(page)
            start(page)
            page.context.new_cdp_session(page).send("Emulation.setCPUThrottlingRate", {"rate": _SLOWER})
            taps = [_dose(page, place) for place in range(_DOSES)]
            server.stop()
            openings = [_open_cold(page) for _ in range(_OPENINGS)]
        finally:
            browser.close()
            server.stop()
    return [
        _row("saved", taps, "ms at p95, processor slowed 6×", 100.0),
        _row("cold_open", openings, "ms at p95, no server, processor slowed 6×", 1000.0),
        Row(name="shell", value=_shell_bytes() / 1000, unit="kB gzipped", limit_name="aim", limit=60.0),
    ]


def _dose(page: Page, place: int) -> float:
    page.goto(page.url.split("#")[0] + "#/queue")
    page.locator("a.person").nth(place % 3).click()
    page.get_by_role("button", name="Identity checked").click()
    save, vial = page.get_by_role("button", name="Save dose"), page.locator("section .card").first
    expect(save.or_(vial)).to_be_visible()
    if vial.is_visible():
        vial.click()
    expect(save).to_be_visible()
    expect(page.locator(".notice")).to_have_count(0, timeout=20_000)
    return float(page.evaluate(_TAP))


def _open_cold(page: Page) -> float:
    page.add_init_script(_WHEN_OPEN)
    page.reload()
    expect(page.locator("[data-saved]")).to_be_visible()
    return float(page.evaluate("globalThis.openedMs"))


def _row(name: str, times: list[float], unit: str, aim: float) -> Row:
    cuts = statistics.quantiles(times, n=100, method="inclusive")
    return Row(name=name, value=cuts[94], unit=unit, limit_name="aim", limit=aim, p50_ms=cuts[49], p99_ms=cuts[98])


def _shell_bytes() -> int:
    return int(json.loads(_SHELL.read_text(encoding="utf-8"))["gzipped_bytes"])
