# SPDX-License-Identifier: Apache-2.0
"""A slip's QR held before the phone's camera finds its person: a real decoder on a real (made-up) video."""

import re
from pathlib import Path

import pytest
from playwright.sync_api import Playwright, expect

from tests.browser.fieldapp import PHONE, enrol, enrolment_code, film_of, launch, officer_page, start, unlock
from tests.browser.server import RealServer

pytestmark = [pytest.mark.browser, pytest.mark.processes]


def test_a_slip_is_scanned(playwright: Playwright, server: RealServer, tmp_path: Path) -> None:
    film = tmp_path / "slip.y4m"
    browser = launch(playwright, film=film)
    # given the slip of someone on the roster
    desk = officer_page(browser, server)
    desk.goto(f"{server.url}/demo/")
    code = desk.locator(".slips b").nth(2).inner_text()
    film_of(f"DOSELINE:P:{code}", film)
    phone = browser.new_context(**PHONE).new_page()
    enrol(phone, server, enrolment_code(desk, server))
    unlock(phone)
    start(phone)
    # when it is held before the camera
    phone.get_by_role("link", name=re.compile("Scan")).click()
    # then their name stands there to be read back
    expect(phone.locator("dt:has-text('Code') + dd")).to_have_text(code, timeout=20_000)
    browser.close()
