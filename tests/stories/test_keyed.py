# SPDX-License-Identifier: Apache-2.0
"""Sheets keyed in, row by row: what is typed by mistake changes nothing, and no row is forgotten."""

from doseline.paper import commands, layout, open_items, queries
from doseline.paper.models import OpenItem, Sheet
from doseline.planning.models import Session
from doseline.shared import clock
from tests.drive import Drive, officer
from tests.paper.desk import GIVEN, count_doses, row_of, rows_of


def test_a_letter_of_a_batch_the_sheet_does_not_have_is_not_keyed(drive: Drive, sheets: list[Sheet]) -> None:
    desk, page = officer("desk", "desk", "IN.36.725"), f"/hq/paper/sheet/{sheets[0].pk}/keyed/"
    letter = "abcd"[len(sheets[0].batches)]
    answer = desk.post(page, {"keys": f"1 g{letter}"})
    assert (answer.status_code, "no batch of that letter" in answer.content.decode()) == (400, True)
    assert count_doses() == 0


def test_a_slip_of_a_digit_takes_nobodys_dose_away(drive: Drive, sheets: list[Sheet]) -> None:
    # given a row keyed in as given, and the same number typed by mistake for another row
    desk, page = officer("desk", "desk", "IN.36.725"), f"/hq/paper/sheet/{sheets[0].pk}/keyed/"
    assert desk.post(page, {"keys": "1 g"}).status_code == 302
    answer = desk.post(page, {"keys": "1 r"})
    # then nothing is replaced until the hand says so
    assert "entered already" in answer.content.decode()
    assert count_doses() == 1
    assert desk.post(page, {"keys": "=1 r"}).status_code == 302
    assert count_doses() == 0


def test_nothing_on_a_sheet_happened_after_it_was_entered(drive: Drive, sheets: list[Sheet]) -> None:
    row, now = row_of(sheets[0], 1), clock.now()
    last = str(layout.TIMES - 1)
    Session.objects.filter(pk=drive.session.pk).update(opens_at=now)
    Sheet.objects.filter(pk=sheets[0].pk).update(first_at=now)
    sheets[0].refresh_from_db()
    commands.enter_rows(sheets[0], [(row, GIVEN | {"time": last})], by=drive.asha, way="typed", now=now)
    [(latest,)] = rows_of("SELECT max(given_at) FROM fact")
    assert latest <= now


def test_a_blank_row_is_not_forgotten_when_a_sheet_is_keyed(drive: Drive, sheets: list[Sheet]) -> None:
    # given a sheet with people and blank rows, of which everybody printed has been keyed in
    desk = officer("desk", "desk", "IN.36.725")
    sheet = next(
        sheet
        for sheet in sheets
        if sheet.rows.filter(is_blank=False).exists() and sheet.rows.filter(is_blank=True).exists()
    )
    page = f"/hq/paper/sheet/{sheet.pk}/keyed/"
    printed = sheet.rows.filter(is_blank=False).count()
    for row in sheet.rows.filter(is_blank=False):
        assert desk.post(page, {"keys": f"{row.number} ga"}).status_code == 302
    # then it is not done with: perhaps somebody is written in the blank rows, and the board counts them as waiting
    blank = list(sheet.rows.filter(is_blank=True).order_by("number"))
    sheet.refresh_from_db()
    assert sheet.state == "received"
    assert queries.standing(["IN.36.725"], clock.now()).waiting_count == len(blank)
    open_items.find_items()
    assert OpenItem.objects.filter(kind="rows", subject_id=sheet.pk, gone_at=None).exists()
    # when one of them is named and keyed in, and somebody says that nobody else stands there
    commands.name_walk_in(blank[0], person_id=drive.people(drive.sessions[1])[0].pk)
    desk.post(page, {"keys": f"{blank[0].number} ga"})
    assert f"{len(blank) - 1} blank row" in desk.get(page).content.decode()
    desk.post(page, {"act": "nobody_else"})
    # then all is entered, once, and nobody is asked any more
    sheet.refresh_from_db()
    assert sheet.state == "entered"
    assert count_doses() == printed + 1
    assert "blank row wait" not in desk.get(page).content.decode()
    assert queries.standing(["IN.36.725"], clock.now()).waiting_count == 0


def test_a_walk_in_named_after_nobody_else_was_said_waits_again(drive: Drive, sheets: list[Sheet]) -> None:
    # given a sheet of blank rows of which somebody said that nobody stands there
    desk, sheet = officer("desk", "desk", "IN.36.725"), Sheet.objects.exclude(rows__is_blank=False).get()
    desk.post(f"/hq/paper/sheet/{sheet.pk}/keyed/", {"act": "nobody_else"})
    sheet.refresh_from_db()
    assert sheet.state == "entered"
    # when one of the rows turns out to name somebody
    row = row_of(sheet, 3)
    said = {"act": "new", "name": "Rumi Das", "born_year": "1980", "sex": "female", "seen": queries.seen_of(row)}
    desk.post(f"/hq/paper/row/{row.pk}/", said)
    # then the sheet waits for what that row says, and the dose keyed in is theirs
    sheet.refresh_from_db()
    assert (sheet.state, row_of(sheet, 3).state) == ("received", "open")
    assert (
        "letter" not in desk.post(f"/hq/paper/sheet/{sheet.pk}/keyed/", {"keys": "3 ga"}, follow=True).content.decode()
    )
    sheet.refresh_from_db()
    assert (sheet.state, count_doses()) == ("entered", 1)


def test_two_letters_for_one_batch_are_not_taken(drive: Drive, sheets: list[Sheet]) -> None:
    assert drive
    page = f"/hq/paper/sheet/{sheets[0].pk}/keyed/"
    assert officer("desk", "desk", "IN.36.725").post(page, {"keys": "1 gab"}).status_code == 400
    assert count_doses() == 0
