# SPDX-License-Identifier: Apache-2.0
"""Fault F13 on a phone: the power goes right after "Saved". CUTS=50 cuts more often."""

import os

import pytest
from playwright.sync_api import BrowserContext, Page, Playwright, expect

from tests.browser.fieldapp import ARGUMENTS, PHONE, counts, enrol, enrolment_code, start, unlock, vaccinate
from tests.browser.server import RealServer
from tests.faults.power import Disk, disk_with_power

pytestmark = [pytest.mark.browser, pytest.mark.processes]
CUTS = int(os.environ.get("CUTS", "3"))


def test_a_phone_keeps_every_saved_dose_through_power_cuts(
    playwright: Playwright, desk: Page, server: RealServer
) -> None:
    # given a phone with the session open, its network gone
    with disk_with_power(512) as disk:
        context, page = _open_phone(playwright, disk)
        enrol(page, server, enrolment_code(desk, server))
        unlock(page)
        start(page)
        address = page.url
        disk.settle()
        given = []
        for _cut in range(CUTS):
            context.set_offline(True)
            # when the power goes right after a dose was called saved
            given.append(vaccinate(page))
            saved = counts(page)[0]
            disk.cut()
            # then the phone opens without a network, and every record is there
            context, page = _open_phone(playwright, disk)
            context.set_offline(True)
            page.goto(address.split("#")[0])
            expect(page.locator("#search")).to_be_visible()
            assert counts(page)[0] >= saved
        # and all of them reach the ledger, one chain
        context.set_offline(False)
        page.evaluate("dispatchEvent(new Event('online'))")
        expect(page.locator("[data-waiting='0']")).to_be_visible(timeout=30_000)
        page.locator("#search").fill(given[0])
        expect(page.locator("a.person")).to_contain_text("Observing")
        context.close()


def _open_phone(playwright: Playwright, disk: Disk) -> tuple[BrowserContext, Page]:
    """Chromium with all its memory on the disk."""
    profile = disk.path / "profile"
    for left in profile.glob("Singleton*"):  # says a browser still runs: that one has no power
        left.unlink()
    context = playwright.chromium.launch_persistent_context(
        str(profile), executable_path="/usr/bin/chromium", args=ARGUMENTS, **PHONE
    )
    page = context.pages[0]
    page.set_default_timeout(15_000)
    return context, page
