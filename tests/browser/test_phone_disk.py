# SPDX-License-Identifier: Apache-2.0
"""A phone whose disk is a real one of its own: the power goes right after "Saved" (F13; CUTS=50 cuts more often), and the disk is
full (F15)."""

import os

import pytest
from playwright.sync_api import BrowserContext, Page, Playwright, expect

from tests.browser.fieldapp import ARGUMENTS, PHONE, counts, enrol, enrolment_code, go, start, unlock, vaccinate
from tests.browser.server import RealServer
from tests.faults.power import Disk, disk_with_power

pytestmark = [pytest.mark.browser, pytest.mark.processes]
CUTS = int(os.environ.get("CUTS", "3"))


def test_a_phone_keeps_every_saved_dose_through_power_cuts(
    playwright: Playwright, desk: Page, server: RealServer
) -> None:
    # given a phone with the session open, its network gone
    with disk_with_power(512) as disk:
        context, page = _phone_in_session(playwright, disk, desk, server)
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
        codes = ", ".join(f"'{code}'" for code in given)
        given_once = (
            f"SELECT count(*) FROM fact JOIN person USING (person_id) WHERE kind = 'dose_given' AND code IN ({codes})"
        )
        assert server.rows(given_once) == [(CUTS,)]
        assert server.rows("SELECT count(*) FROM hold") == [(0,)]
        context.close()


def test_a_phone_whose_disk_is_full_says_so_before_saved(
    playwright: Playwright, desk: Page, server: RealServer
) -> None:
    # given a phone with the session open, and not a block left on its disk
    with disk_with_power(256) as disk:
        context, page = _phone_in_session(playwright, disk, desk, server)
        vaccinate(page)
        before = counts(page)[0]
        filler = disk.fill()
        # when doses go on, until one finds no room any more
        said = page.locator(".notice.problem")
        for _person in range(60):
            go(page, "queue")
            page.locator("a.person").first.click()
            page.get_by_role("button", name="Identity checked").click()
            save = page.get_by_role("button", name="Save dose")
            expect(save.or_(said)).to_be_visible()
            if said.is_visible():
                break
            save.click()
            expect(page.locator(".notice")).to_be_visible()
            if said.is_visible():
                break
        # then it says that this one is not saved and what to do, and nothing that was called saved is gone
        expect(said).to_contain_text("NOT saved")
        expect(said).to_contain_text("on paper")
        assert counts(page)[0] >= before
        # and it goes on once there is room, as soon as the store is open again: a tap before that says once more that it is not saved
        filler.unlink()
        saved, checked = counts(page)[0], page.get_by_role("button", name="Identity checked")
        go(page, "queue")
        page.locator("a.person").nth(3).click()
        expect(checked).to_be_visible()
        for _tap in range(40):
            checked.click()
            page.wait_for_timeout(500)
            if not checked.is_visible():
                break
        page.get_by_role("button", name="Save dose").click()
        expect(page.locator(".notice")).to_contain_text("Dose saved")
        assert counts(page)[0] > saved
        page.evaluate("dispatchEvent(new Event('online'))")
        expect(page.locator("[data-waiting='0']")).to_be_visible(timeout=30_000)
        context.close()


def _phone_in_session(
    playwright: Playwright, disk: Disk, desk: Page, server: RealServer
) -> tuple[BrowserContext, Page]:
    context, page = _open_phone(playwright, disk)
    enrol(page, server, enrolment_code(desk, server))
    unlock(page)
    start(page)
    return context, page


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
