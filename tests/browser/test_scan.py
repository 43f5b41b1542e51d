# SPDX-License-Identifier: Apache-2.0
"""A slip's QR held before the phone's camera finds its person: a real decoder on a real (made-up) video."""

import re
from pathlib import Path

import pytest
import segno
from playwright.sync_api import Playwright, expect

from tests.browser.fieldapp import ARGUMENTS, PHONE, enrol, enrolment_code, officer_page, start, unlock
from tests.browser.server import RealServer

pytestmark = [pytest.mark.browser, pytest.mark.processes]
WIDTH, HEIGHT = 640, 480


def _film(text: str, path: Path) -> None:
    """A few frames of a QR code in the middle of a grey room, as Chromium's fake camera plays them (Y4M)."""
    modules = [list(row) for row in segno.make(text, error="m", micro=False).matrix]
    scale = 300 // len(modules)
    side = scale * len(modules)
    left, top = (WIDTH - side) // 2, (HEIGHT - side) // 2
    luma = bytearray(b"\x96" * (WIDTH * HEIGHT))
    for y in range(-4 * scale, side + 4 * scale):
        for x in range(-4 * scale, side + 4 * scale):
            is_inside = 0 <= x < side and 0 <= y < side
            dark = is_inside and modules[y // scale][x // scale]
            luma[(top + y) * WIDTH + left + x] = 20 if dark else 235
    frame = b"FRAME\n" + bytes(luma) + b"\x80" * (WIDTH * HEIGHT // 2)
    path.write_bytes(f"YUV4MPEG2 W{WIDTH} H{HEIGHT} F10:1 Ip A1:1 C420\n".encode() + frame * 5)


def test_a_slip_is_scanned(playwright: Playwright, server: RealServer, tmp_path: Path) -> None:
    film = tmp_path / "slip.y4m"
    camera = ["--use-fake-ui-for-media-stream", "--use-fake-device-for-media-stream"]
    browser = playwright.chromium.launch(
        executable_path="/usr/bin/chromium", args=[*ARGUMENTS, *camera, f"--use-file-for-fake-video-capture={film}"]
    )
    # given the slip of someone on the roster
    desk = officer_page(browser, server)
    desk.goto(f"{server.url}/demo/")
    code = desk.locator(".slips b").nth(2).inner_text()
    _film(f"DOSELINE:P:{code}", film)
    phone = browser.new_context(**PHONE).new_page()
    enrol(phone, server, enrolment_code(desk, server))
    unlock(phone)
    start(phone)
    # when it is held before the camera
    phone.get_by_role("link", name=re.compile("Scan")).click()
    # then their name stands there to be read back
    expect(phone.locator("dt:has-text('Code') + dd")).to_have_text(code, timeout=20_000)
    browser.close()
