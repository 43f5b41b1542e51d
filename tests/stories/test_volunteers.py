# SPDX-License-Identifier: Apache-2.0
"""Sana, a volunteer, and her brother Imran help with a photographed sheet: one row at a time, each row one person's, and
nothing else of the sheet or of anybody."""

import pytest
from django.test import Client

from doseline.paper import commands, layout, open_items, queries, scans
from doseline.paper.models import Sheet, SheetRow
from doseline.people.models import PersonLook
from doseline.planning.models import Drive as PlannedDrive
from doseline.shared import clock
from tests.drive import Drive, officer, status_of
from tests.paper.desk import GIVEN, REFUSED, photo_of

ROWS = "/hq/paper/rows/"


@pytest.fixture
def sheet(drive: Drive) -> Sheet:
    """A sheet that came in as a photo: three given, one of them with two batches marked; one refused; the others stayed away."""
    found = commands.make_sheets(drive.session, by=None, now=clock.now())[0]
    two_marks = GIVEN | {"batch": "A"}
    picture = photo_of(found, {1: GIVEN, 2: two_marks, 3: GIVEN, 4: REFUSED})
    scans.receive_scan(picture, name="photo.jpg", org_unit=drive.session.site.org_unit, by=drive.asha, now=clock.now())
    while scans.read_scans():
        pass
    SheetRow.objects.filter(sheet=found, number=2).update(state="doubtful", doubts=[["batch", "two_marks"]])
    open_items.find_items()
    return found


def _in_hand(client: Client) -> SheetRow | None:
    page = client.get(ROWS)
    assert page.status_code == 200
    return page.context["row"]  # type: ignore[no-any-return]


def _say(client: Client, row: SheetRow, said: dict[str, str] | None = None, act: str = "right") -> str:
    """Says what a row says (what was read of it, unless `said`); the page that comes after."""
    values = {group.field: "" for group in layout.GROUPS} | (row.reading if said is None else said)
    form = values | {"row": str(row.pk), "seen": queries.seen_of(row), "act": act}
    return client.post(ROWS, form, follow=True).content.decode()


def test_a_volunteer_enters_row_by_row_the_doubtful_first(drive: Drive, sheet: Sheet) -> None:
    sana = officer("sana", "volunteer", "IN.36.725")
    # given a volunteer who logs in: headquarters is the next row
    assert sana.get("/hq/", follow=True).redirect_chain[-1][0] == ROWS
    row = _in_hand(sana)
    assert row is not None
    assert row.number == 2
    # when she says what she sees, row by row
    _say(sana, row, GIVEN | {"batch": "A"})
    entered = 1
    while (row := _in_hand(sana)) is not None:
        _say(sana, row)
        entered += 1
    # then everybody on the sheet is entered, under her name
    assert entered == 10
    assert not SheetRow.objects.filter(sheet=sheet, is_blank=False).exclude(state__in=("entered", "empty")).exists()
    given = status_of(drive.session, drive.people()[1])
    assert given is not None
    assert given["given_at"] is not None
    assert {row.entered_by.username for row in SheetRow.objects.filter(sheet=sheet, state="entered")} == {"sana"}  # type: ignore[union-attr]
    # and whom she looked at is on record
    assert PersonLook.objects.filter(looked_by__username="sana").values("person").distinct().count() == 10


def test_a_volunteer_sees_the_row_in_hand_and_nothing_else(drive: Drive, sheet: Sheet) -> None:
    sana = officer("sana", "volunteer", "IN.36.725")
    row = _in_hand(sana)
    assert row is not None
    other = SheetRow.objects.filter(sheet=sheet, page__isnull=False).exclude(pk=row.pk).first()
    assert other is not None
    assert sana.get(f"{ROWS}{row.pk}.jpg")["Content-Type"] == "image/jpeg"
    for path in (
        f"{ROWS}{other.pk}.jpg", f"/hq/paper/row/{row.pk}/", f"/hq/paper/row/{row.pk}/picture.jpg", f"/hq/paper/sheet/{sheet.pk}/",
        "/hq/paper/", "/hq/paper/open/", f"/hq/paper/session/{sheet.session_id}/", "/hq/people/", f"/hq/people/{row.person_id}/",
        "/hq/area/IN.36.725/", "/hq/plan/", "/hq/lists/", "/hq/messages/", "/hq/calls/",
    ):  # fmt: skip
        assert sana.get(path).status_code == 404, path
    # a row that is not in hand is not entered
    assert "meanwhile" in _say(sana, other)
    other.refresh_from_db()
    assert other.state not in ("entered", "empty")
    # nobody of another area is asked, and who is nobody here sees nothing
    rina, charlie = officer("rina", "volunteer", "IN.36.721"), officer("charlie", "vaccinator", "IN")
    assert _in_hand(rina) is None
    assert charlie.get(ROWS).status_code == 404
    assert Client().get(ROWS).status_code == 302


def test_two_volunteers_never_have_the_same_row(drive: Drive, sheet: Sheet) -> None:
    sana, imran = (officer(name, "volunteer", "IN.36.725") for name in ("sana", "imran"))
    first, second = _in_hand(sana), _in_hand(imran)
    assert first is not None
    assert second is not None
    assert first.pk != second.pk
    again = _in_hand(sana)  # looking again is still the same row
    assert again is not None
    assert again.pk == first.pk


def test_what_a_volunteer_cannot_read_waits_for_the_desk(drive: Drive, sheet: Sheet) -> None:
    sana = officer("sana", "volunteer", "IN.36.725")
    row = _in_hand(sana)
    assert row is not None
    _say(sana, row, act="not_readable")
    after = _in_hand(sana)
    assert after is not None
    assert after.pk != row.pk
    ravi = officer("ravi", "district_officer", "IN.36.725")
    assert "a helper could not read it" in ravi.get(f"/hq/paper/sheet/{sheet.pk}/").content.decode()


def test_a_second_volunteer_does_not_see_the_first_ones_word(drive: Drive, sheet: Sheet) -> None:
    # given a drive that asks for two people
    PlannedDrive.objects.update(second_check=True)
    sana, imran = (officer(name, "volunteer", "IN.36.725") for name in ("sana", "imran"))
    row = _in_hand(sana)
    assert row is not None
    _say(sana, row, GIVEN | {"batch": "A"})
    SheetRow.objects.exclude(pk=row.pk).update(page=None)
    assert _in_hand(sana) is None  # her own word is not hers to check
    # when the other one's turn comes for that row
    page = imran.get(ROWS)
    # then they see an empty form, and with the same word the row is entered
    assert (page.context["row"].pk, page.context["is_second"], page.context["values"]) == (row.pk, True, {})
    _say(imran, page.context["row"], GIVEN | {"batch": "A"})
    row.refresh_from_db()
    assert (row.state, row.provenance) == ("entered", "roster_scan")
