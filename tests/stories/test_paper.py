# SPDX-License-Identifier: Apache-2.0
"""A session held on paper: sheets are printed, filled with a pen, photographed and come out as facts; what is doubtful is asked about
once; nothing is counted twice, whatever comes in twice; and who may see nothing sees nothing."""

import io
import random
from datetime import timedelta
from typing import Any

import cv2
import numpy as np
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from PIL import Image

from doseline.followups.commands import drain
from doseline.paper import commands, layout, rules
from doseline.paper.models import OpenItem, Scan, Sheet, SheetRow
from doseline.people.models import Person
from doseline.shared import clock
from doseline.staff.models import Staff
from doseline.status.commands import fold_anew
from tests.drive import Drive, officer, status_of
from tests.paper.ink import Picture, draw_page, mark_rows, spoil

GIVEN = {"came": "yes", "identity": "yes", "given": "yes", "batch": "A", "arm": "left_arm", "aefi": "none", "time": "2"}
REFUSED = {"came": "yes", "identity": "yes", "reason": "refused", "time": "3"}


def _rows(statement: str) -> list[tuple[Any, ...]]:
    drain()
    with connection.cursor() as cursor:
        cursor.execute(statement)
        return list(cursor.fetchall())


def _doses() -> int:
    return int(_rows("SELECT count(*) FROM status.roster WHERE is_counted")[0][0])


@pytest.fixture
def sheets(drive: Drive) -> list[Sheet]:
    """The first session's sheets: ten people, and blank rows."""
    return commands.make_sheets(drive.session, by=None, now=clock.now())


def _photo(
    sheet: Sheet, said: dict[int, dict[str, str]], level: str = "easy", seed: int = 1, language: str = "en"
) -> bytes:
    """A photo of a sheet as printed, with these rows filled in."""
    picture = draw_page(sheet, language)
    chance = random.Random(seed)
    mark_rows(picture, said, chance)
    return _jpeg(spoil(picture, level, chance))


def _jpeg(picture: Picture) -> bytes:
    return bytes(cv2.imencode(".jpg", picture, [cv2.IMWRITE_JPEG_QUALITY, 85])[1].tobytes())


def _send(drive: Drive, content: bytes, name: str = "photo.jpg") -> Scan:
    scan, _is_new = commands.receive_scan(
        content, name=name, org_unit=drive.session.site.org_unit, by=drive.asha, now=clock.now()
    )
    while commands.read_scans():
        pass
    scan.refresh_from_db()
    return scan


def _row(sheet: Sheet, number: int) -> SheetRow:
    return SheetRow.objects.get(sheet=sheet, number=number)


def test_sheets_are_made_once_and_grow_with_the_roster(drive: Drive, sheets: list[Sheet]) -> None:
    # given ten people booked: their rows, and at least ten blank ones
    rows = SheetRow.objects.filter(sheet__in=sheets)
    assert rows.filter(is_blank=False).count() == 10
    assert rows.filter(is_blank=True).count() >= commands.BLANK_ROWS_MIN
    assert len({sheet.code for sheet in sheets}) == len(sheets)
    # when they are printed again, and after one more is booked
    assert commands.make_sheets(drive.session, by=None, now=clock.now()) == sheets
    newcomer = drive.people(drive.sessions[1])[0]
    drive.session.roster.create(person=newcomer, slot_at=drive.session.opens_at)
    grown = commands.make_sheets(drive.session, by=None, now=clock.now())
    # then nothing printed has changed, and the newcomer is on a sheet of their own
    assert grown[: len(sheets)] == sheets
    assert SheetRow.objects.get(sheet=grown[-1], number=1).person_id == newcomer.pk


@pytest.mark.parametrize("language", ["en", "bn", "hi"])
def test_a_photographed_sheet_comes_out_as_facts(drive: Drive, sheets: list[Sheet], language: str) -> None:
    # given a sheet filled in: eight vaccinated, one refused, one who did not come; and a photo of it
    said = dict.fromkeys(range(1, 9), GIVEN) | {9: REFUSED}
    scan = _send(drive, _photo(sheets[0], said, "normal", language=language))
    assert (scan.state, scan.pages.get().problem) == ("read", "")
    # then every row is read, and certain
    assert [_row(sheets[0], number).state for number in range(1, 11)] == ["certain"] * 10
    # when the desk confirms all of it at once
    rows = [(row, row.reading) for row in SheetRow.objects.filter(sheet=sheets[0], is_blank=False)]
    commands.enter_rows(sheets[0], rows, by=drive.asha, way="roster_scan", now=clock.now())
    # then the doses stand on record under the written time, with where they came from
    assert _doses() == 8
    status = status_of(drive.session, Person.objects.get(pk=_row(sheets[0], 1).person_id))
    assert status is not None
    assert status["state"] == "done"
    assert _rows("SELECT DISTINCT provenance, mode FROM fact") == [("roster_scan", "paper")]
    assert _rows("SELECT DISTINCT given_at FROM fact WHERE kind = 'dose_given'") == [
        (rules.given_at(GIVEN, sheets[0].first_at, drive.session.opens_at),)
    ]
    assert not any(fold_anew().values())


def test_the_same_again_changes_nothing(drive: Drive, sheets: list[Sheet]) -> None:
    photo = _photo(sheets[0], {1: GIVEN})
    _send(drive, photo)
    row = _row(sheets[0], 1)
    commands.enter_rows(sheets[0], [(row, row.reading)], by=drive.asha, way="roster_scan", now=clock.now())
    [(before,)] = _rows("SELECT count(*) FROM fact")
    # when the file comes again, another photo of the sheet comes, and the row is confirmed again
    assert (
        commands.receive_scan(photo, name="again", org_unit=drive.session.site.org_unit, by=None, now=clock.now())[1]
        is False
    )
    _send(drive, _photo(sheets[0], {1: GIVEN}, "normal", 2))
    commands.enter_rows(sheets[0], [(row, dict(GIVEN))], by=drive.asha, way="typed", now=clock.now())
    # then nothing is recorded anew
    assert _rows("SELECT count(*) FROM fact") == [(before,)]
    assert _doses() == 1


def test_a_row_entered_otherwise_replaces_what_was_said(drive: Drive, sheets: list[Sheet]) -> None:
    row = _row(sheets[0], 1)
    commands.enter_rows(sheets[0], [(row, dict(GIVEN))], by=drive.asha, way="typed", now=clock.now())
    assert _doses() == 1
    commands.enter_rows(sheets[0], [(row, dict(REFUSED))], by=drive.asha, way="typed", now=clock.now())
    assert _doses() == 0
    assert _rows("SELECT state, not_given_reason FROM status.roster") == [("not_given", "refused")]
    commands.enter_rows(sheets[0], [(row, dict(GIVEN))], by=drive.asha, way="typed", now=clock.now())
    assert _doses() == 1
    assert not any(fold_anew().values())


def test_a_dose_on_phone_and_paper_is_one(drive: Drive, sheets: list[Sheet]) -> None:
    # given a dose the phone recorded, in whichever order the sheet comes in
    phone, person = drive.phone(), Person.objects.get(pk=_row(sheets[0], 1).person_id)
    batch = str(drive.batch.pk)
    place = layout.BATCHES[sheets[0].batches.index(batch)]
    commands.enter_rows(
        sheets[0], [(_row(sheets[0], 1), GIVEN | {"batch": place})], by=drive.asha, way="typed", now=clock.now()
    )
    phone.act(
        "dose_given", person_id=person.pk, product_code="COVISHIELD", batch_id=drive.batch.pk, dose_number=1, body_site="left_arm",
        warnings=[],
    )  # fmt: skip
    phone.push()
    # then it counts once, nobody has to look, and the phone's word stands
    assert _doses() == 1
    assert _rows("SELECT provenance, doubled_fact_ids FROM status.roster") == [("device", [])]
    assert _rows("SELECT count(*) FROM status.review_item") == [(0,)]
    assert not any(fold_anew().values())


def test_phone_and_paper_that_contradict_are_decided_by_a_person(drive: Drive, sheets: list[Sheet]) -> None:
    # given a person the phone says refused, and the sheet says was vaccinated
    phone, row = drive.phone(), _row(sheets[0], 1)
    phone.act("not_given", person_id=row.person_id, reason="refused")
    phone.push()
    Sheet.objects.update(state="received")
    commands.enter_rows(sheets[0], [(row, dict(GIVEN))], by=drive.asha, way="typed", now=clock.now())
    drain()
    commands.find_items()
    # then it is on the list of what is open, claimed by one and decided for the phone
    item = OpenItem.objects.get(kind="contradiction")
    ravi = Staff.objects.create(username="ravi", display_name="Ravi", password="!")
    assert commands.claim(item.pk, by=drive.asha, now=clock.now())
    assert not commands.claim(item.pk, by=ravi, now=clock.now())
    assert commands.claim(item.pk, by=ravi, now=clock.now() + timedelta(minutes=11))
    commands.decide(item, "phone", by=ravi, now=clock.now())
    assert _doses() == 0
    # and the decision can be taken back and made otherwise
    item.refresh_from_db()
    commands.take_back(item)
    commands.enter_rows(sheets[0], [(_row(sheets[0], 1), dict(GIVEN))], by=ravi, way="typed", now=clock.now())
    commands.decide(item, "paper", by=ravi, now=clock.now())
    assert _doses() == 1
    assert _rows("SELECT not_given_reason FROM status.roster") == [(None,)]
    commands.find_items()
    item.refresh_from_db()
    assert item.gone_at is not None


def test_two_people_where_the_drive_asks_for_two(drive: Drive, sheets: list[Sheet]) -> None:
    ravi = Staff.objects.create(username="ravi", display_name="Ravi", password="!")
    drive.session.drive.second_check = True
    drive.session.drive.save()
    same, other = _row(sheets[0], 1), _row(sheets[0], 2)
    commands.enter_rows(
        sheets[0], [(same, dict(GIVEN)), (other, dict(GIVEN))], by=drive.asha, way="typed", now=clock.now()
    )
    # one word, or the same person's word twice, is not enough
    commands.enter_rows(sheets[0], [(same, dict(GIVEN))], by=drive.asha, way="typed", now=clock.now())
    assert _doses() == 0
    # the second person's is; where it differs, the row waits for a decision
    commands.enter_rows(sheets[0], [(same, dict(GIVEN)), (other, dict(REFUSED))], by=ravi, way="typed", now=clock.now())
    assert _doses() == 1
    assert _rows("SELECT DISTINCT provenance FROM fact") == [("typed_twice",)]
    assert _row(sheets[0], 2).state == "differs"
    commands.enter_rows(sheets[0], [(_row(sheets[0], 2), dict(REFUSED))], by=ravi, way="typed", now=clock.now())
    assert _row(sheets[0], 2).state == "entered"


def test_doubts_go_to_a_person_and_two_photos_help_or_differ(drive: Drive, sheets: list[Sheet]) -> None:
    # given a row with two reasons marked, and one in faint pencil
    picture = draw_page(sheets[0], "en")
    chance = random.Random(3)
    mark_rows(picture, {1: GIVEN, 2: REFUSED}, chance)
    mark_rows(picture, {2: {"reason": "unwell"}}, chance)
    mark_rows(picture, {3: GIVEN}, chance, ink=205)
    _send(drive, _jpeg(spoil(picture, "easy", chance)))
    assert [_row(sheets[0], number).state for number in (1, 2, 3)] == ["certain", "doubtful", "doubtful"]
    assert ["reason", "two_marks"] in _row(sheets[0], 2).doubts
    # when the pencil is gone over in ink and photographed again, and the first row now says something else
    picture = draw_page(sheets[0], "en")
    mark_rows(picture, {1: GIVEN | {"batch": "B"}, 3: GIVEN}, chance)
    _send(drive, _jpeg(spoil(picture, "easy", chance)))
    # then the pencilled row is settled, and the contradiction is asked about
    assert _row(sheets[0], 3).state == "certain"
    assert ["batch", "photos_differ"] in _row(sheets[0], 1).doubts


def _nothing() -> Picture:
    return np.full((1200, 900), 220, np.uint8)


def test_each_bad_picture_says_what_to_do_and_stops_no_other(drive: Drive, sheets: list[Sheet]) -> None:
    desk = officer("desk", "desk", "IN.36.725")
    good = _photo(sheets[0], {1: GIVEN})
    pdf = io.BytesIO()
    pages = [Image.open(io.BytesIO(_jpeg(_nothing()))), Image.open(io.BytesIO(good))]
    pages[0].save(pdf, "PDF", save_all=True, append_images=pages[1:])
    turned: Any = cv2.imdecode(np.frombuffer(_photo(sheets[1], {1: REFUSED}), np.uint8), cv2.IMREAD_GRAYSCALE)
    upside_down = _jpeg(cv2.rotate(turned, cv2.ROTATE_180))
    files = [
        SimpleUploadedFile("hello.jpg", b"hello, this is no picture"), SimpleUploadedFile("empty.jpg", b""),
        SimpleUploadedFile("two.pdf", pdf.getvalue()), SimpleUploadedFile("turned.jpg", upside_down),
    ]  # fmt: skip
    answer = desk.post("/hq/paper/", {"file": files}, follow=True)
    said = answer.content.decode()
    assert "neither a picture nor a PDF" in said
    assert "2 files are here" in said
    while commands.read_scans():
        pass
    scan = Scan.objects.get(name="two.pdf")
    assert [page.problem for page in scan.pages.order_by("number")] == ["not_a_sheet", ""]
    assert "none of its six black squares" in desk.get(f"/hq/paper/scan/{scan.pk}/").content.decode()
    assert _row(sheets[0], 1).state == "certain"
    assert _row(sheets[1], 1).reading["reason"] == "refused"
