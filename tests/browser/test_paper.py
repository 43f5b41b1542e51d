# SPDX-License-Identifier: Apache-2.0
"""Paper in a real Chromium: a phone photographs a sheet with no network, headquarters gets it, and the desk enters its rows with
the keyboard; a sheet is keyed in; the tally comes by telephone."""

import random
import re
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pypdfium2
import pytest
from playwright.sync_api import Page, expect

from tests.browser.fieldapp import go
from tests.browser.server import RealServer
from tests.paper.ink import DPI, Picture, mark_rows, spoil

pytestmark = [pytest.mark.browser, pytest.mark.processes]
GIVEN = {"came": "yes", "identity": "yes", "given": "yes", "batch": "A", "arm": "left_arm", "aefi": "none", "time": "2"}


def _session(server: RealServer) -> str:
    """The session whose phones the demo leaves to a person."""
    return str(server.rows("SELECT session_id FROM session JOIN device USING (site_id) LIMIT 1")[0][0])


def _printed(desk: Page, server: RealServer, session: str, page: int) -> Any:
    """One of a session's sheets as the printer lays it on the table."""
    made = desk.request.get(f"{server.url}/hq/paper/session/{session}/sheets.pdf?language=bn")
    assert made.ok
    with pypdfium2.PdfDocument(made.body()) as pdf:
        bitmap = pdf[page].render(scale=DPI / 72, grayscale=True)
        return np.ascontiguousarray(bitmap.to_numpy().reshape(bitmap.height, bitmap.width, -1)[:, :, 0])


def _badly_held(picture: Picture) -> list[tuple[str, Picture, str]]:
    """The page with a thumb over its lower left square, and from far aside."""
    height, width = picture.shape
    thumb = picture.copy()
    cv2.ellipse(thumb, (0, round(height * 0.97)), (round(width * 0.12), round(height * 0.06)), 20, 0, 360, 110, -1)
    far = np.array([(width * 0.22, 0), (width * 0.78, 0), (width, height), (0, height)], np.float32)
    corners = np.array([(0, 0), (width, 0), (width, height), (0, height)], np.float32)
    aslant = cv2.warpPerspective(picture, cv2.getPerspectiveTransform(corners, far), (width, height), borderValue=150)
    return [("thumb.jpg", thumb, "six black squares"), ("aslant.jpg", aslant, "from the side")]


def test_a_sheet_photographed_offline_is_entered_by_keyboard(
    phone: Page, desk: Page, server: RealServer, tmp_path: Path
) -> None:
    # given a phone that went over to paper, and a sheet filled in with a pen: three vaccinated, one with two marks
    session = _session(server)
    picture, chance = _printed(desk, server, session, 1), random.Random(5)
    mark_rows(picture, {1: GIVEN, 2: GIVEN, 3: GIVEN | {"batch": "B"}, 4: GIVEN}, chance)
    mark_rows(picture, {4: {"batch": "B"}}, chance)
    photo = tmp_path / "sheet.jpg"
    cv2.imwrite(str(photo), spoil(picture, "normal", chance))
    dark = tmp_path / "dark.jpg"
    cv2.imwrite(str(dark), (picture * 0.2).astype(np.uint8))
    go(phone, "more")
    phone.get_by_role("button", name="Work on paper").click()
    expect(phone.get_by_text("Sheets of this session")).to_be_visible()
    phone.context.set_offline(True)
    # when it is photographed in the dark, the phone says so at once; taken again, it is kept until there is a network
    phone.locator("input[type=file]").set_input_files(dark)
    expect(phone.get_by_role("alert")).to_contain_text("too dark")
    for name, spoilt, says in _badly_held(picture):
        cv2.imwrite(str(tmp_path / name), spoilt)
        phone.locator("input[type=file]").set_input_files(tmp_path / name)
        expect(phone.get_by_role("alert")).to_contain_text(says)
    phone.locator("input[type=file]").set_input_files(photo)
    expect(phone.get_by_text("It is sent when there is a network")).to_be_visible()
    phone.context.set_offline(False)
    phone.evaluate("dispatchEvent(new Event('online'))")
    # then what was read of it is said on the phone
    expect(phone.get_by_text(re.compile(r"Sheet 2 read: 15 rows, 1 for somebody"))).to_be_visible(timeout=30_000)
    # and the desk finds it, most pressing first, and enters it with the keyboard alone
    desk.goto(f"{server.url}/hq/paper/open/?kind=rows")
    for _look in range(60):
        if desk.get_by_text("Rows to enter: 15").count():
            break
        desk.wait_for_timeout(500)
        desk.reload()
    desk.get_by_role("row", name="Rows to enter: 15").get_by_role("link", name="Enter").click()
    row = desk.locator("#row-4")
    expect(row).to_contain_text("Batch: two marks")
    expect(row.locator("input:focus")).to_have_count(1)
    desk.keyboard.press("ArrowLeft")
    expect(row.locator("input[name=right]")).to_be_checked()
    desk.keyboard.press("Enter")
    expect(desk.get_by_role("button", name="Enter what is ticked")).to_be_focused()
    desk.keyboard.press("Enter")
    expect(desk.get_by_role("status")).to_contain_text("15 rows are entered")
    entered = "SELECT count(*) FROM fact WHERE provenance = 'roster_scan' AND kind = 'dose_given'"
    assert server.rows(entered) == [(4,)]


def test_a_sheet_is_keyed_in_and_the_tally_told(desk: Page, server: RealServer) -> None:
    # given the third sheet, which nobody photographed
    session = _session(server)
    [(sheet, code)] = server.rows(f"SELECT sheet_id, code FROM sheet WHERE session_id = '{session}' AND number = 3")
    desk.goto(f"{server.url}/hq/paper/sheet/{sheet}/keyed/")
    # when it is keyed in, row by row, with one slip
    expect(desk.locator("#keys")).to_be_focused()
    for keys in ("1 ga", "2 gb 10:30", "3 r", "4 -", "5 zz", "6 ga"):  # as fast as one types, waiting for nothing
        desk.keyboard.type(keys)
        desk.keyboard.press("Enter")
    # then the slip is named and back in the field, and those before it are entered
    expect(desk.get_by_role("alert")).to_contain_text("3 ga (given, batch A)")
    expect(desk.locator("#keys")).to_have_value("5 zz")
    expect(desk.locator("#row-2")).to_contain_text("10:30")
    expect(desk.locator("#row-3")).to_contain_text("Refused")
    expect(desk.locator("#row-4")).to_contain_text("Did not come")
    expect(desk.locator("#row-6")).not_to_contain_text("Entered")
    # and once it is put right, what was typed after it is entered too
    desk.locator("#keys").fill("5 ga")
    desk.keyboard.press("Enter")
    for row in (5, 6):
        expect(desk.locator(f"#row-{row}")).to_contain_text("Entered")
    expect(desk.locator("#keys")).to_have_value("")
    # and the day's four numbers are noted beside what is entered
    desk.goto(f"{server.url}/hq/paper/session/{session}/")
    desk.get_by_label("Given", exact=True).fill("43")
    desk.get_by_role("button", name="Note it").click()
    expect(desk.get_by_role("status")).to_contain_text("Noted")
    expect(desk.get_by_text("given 43, not given 0")).to_be_visible()
    assert code
