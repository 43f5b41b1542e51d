# SPDX-License-Identifier: Apache-2.0
"""A session held on paper: sheets are printed, filled with a pen, photographed and come out as facts; what is doubtful is asked about
once; nothing is counted twice, whatever comes in twice; and who may see nothing sees nothing."""

import io
import random
import zlib
from datetime import timedelta
from typing import Any

import cv2
import numpy as np
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from PIL import Image

from doseline.followups.commands import drain
from doseline.messages.commands import inbound_token
from doseline.paper import commands, layout, open_items, queries, rules, scans
from doseline.paper.models import OpenItem, Scan, Sheet, SheetRow, Tally
from doseline.people.commands import index_people
from doseline.people.models import Person, PersonLook
from doseline.places.models import Site
from doseline.planning import allotting
from doseline.planning.commands import cancel_session
from doseline.planning.models import Allotment, AllotmentRun
from doseline.planning.packs import roster_of
from doseline.planning.wording import next_dose
from doseline.shared import clock
from doseline.situation.queries import load_board
from doseline.staff.models import Staff
from doseline.status.commands import fold_anew
from doseline.vaccines.models import Batch
from tests.drive import Drive, officer, status_of
from tests.paper.desk import GIVEN, REFUSED, count_doses, jpeg_of, photo_of, row_of, rows_of, send_picture
from tests.paper.ink import Picture, copied, draw_page, mark_rows, spoil


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
    scan = send_picture(drive, photo_of(sheets[0], said, "normal", language=language))
    assert (scan.state, scan.pages.get().problem) == ("read", "")
    # then every row is read, and certain
    assert [row_of(sheets[0], number).state for number in range(1, 11)] == ["certain"] * 10
    # when the desk confirms all of it at once
    rows = [(row, row.reading) for row in SheetRow.objects.filter(sheet=sheets[0], is_blank=False)]
    commands.enter_rows(sheets[0], rows, by=drive.asha, way="roster_scan", now=clock.now())
    # then the doses stand on record under the written time, with where they came from
    assert count_doses() == 8
    status = status_of(drive.session, Person.objects.get(pk=row_of(sheets[0], 1).person_id))
    assert status is not None
    assert status["state"] == "done"
    assert rows_of("SELECT DISTINCT provenance, mode FROM fact") == [("roster_scan", "paper")]
    assert rows_of("SELECT DISTINCT given_at FROM fact WHERE kind = 'dose_given'") == [
        (rules.given_at(GIVEN, sheets[0].first_at, drive.session.opens_at, clock.now()),)
    ]
    assert not any(fold_anew().values())


def test_the_same_again_changes_nothing(drive: Drive, sheets: list[Sheet]) -> None:
    photo = photo_of(sheets[0], {1: GIVEN})
    send_picture(drive, photo)
    row = row_of(sheets[0], 1)
    commands.enter_rows(sheets[0], [(row, row.reading)], by=drive.asha, way="roster_scan", now=clock.now())
    [(before,)] = rows_of("SELECT count(*) FROM fact")
    # when the file comes again, another photo of the sheet comes, and the row is confirmed again
    assert (
        scans.receive_scan(photo, name="again", org_unit=drive.session.site.org_unit, by=None, now=clock.now())[1]
        is False
    )
    send_picture(drive, photo_of(sheets[0], {1: GIVEN}, "normal", 2))
    commands.enter_rows(sheets[0], [(row, dict(GIVEN))], by=drive.asha, way="typed", now=clock.now())
    # then nothing is recorded anew
    assert rows_of("SELECT count(*) FROM fact") == [(before,)]
    assert count_doses() == 1


def test_a_row_entered_otherwise_replaces_what_was_said(drive: Drive, sheets: list[Sheet]) -> None:
    row = row_of(sheets[0], 1)
    commands.enter_rows(sheets[0], [(row, dict(GIVEN))], by=drive.asha, way="typed", now=clock.now())
    assert count_doses() == 1
    commands.enter_rows(sheets[0], [(row, dict(REFUSED))], by=drive.asha, way="typed", now=clock.now())
    assert count_doses() == 0
    assert rows_of("SELECT state, not_given_reason FROM status.roster") == [("not_given", "refused")]
    commands.enter_rows(sheets[0], [(row, dict(GIVEN))], by=drive.asha, way="typed", now=clock.now())
    assert count_doses() == 1
    assert not any(fold_anew().values())


def test_a_dose_on_phone_and_paper_is_one(drive: Drive, sheets: list[Sheet]) -> None:
    # given a dose the phone recorded, in whichever order the sheet comes in
    phone, person = drive.phone(), Person.objects.get(pk=row_of(sheets[0], 1).person_id)
    batch = str(drive.batch.pk)
    place = layout.BATCHES[sheets[0].batches.index(batch)]
    commands.enter_rows(
        sheets[0], [(row_of(sheets[0], 1), GIVEN | {"batch": place})], by=drive.asha, way="typed", now=clock.now()
    )
    phone.act(
        "dose_given", person_id=person.pk, product_code="COVISHIELD", batch_id=drive.batch.pk, dose_number=1, body_site="left_arm",
        warnings=[],
    )  # fmt: skip
    phone.push()
    # then it counts once, nobody has to look, and the phone's word stands
    assert count_doses() == 1
    assert rows_of("SELECT provenance, doubled_fact_ids FROM status.roster") == [("device", [])]
    assert rows_of("SELECT count(*) FROM status.review_item") == [(0,)]
    assert not any(fold_anew().values())


def test_phone_and_paper_that_contradict_are_decided_by_a_person(drive: Drive, sheets: list[Sheet]) -> None:
    # given a person the phone says refused, and the sheet says was vaccinated
    phone, row = drive.phone(), row_of(sheets[0], 1)
    phone.act("not_given", person_id=row.person_id, reason="refused")
    phone.push()
    Sheet.objects.update(state="received")
    commands.enter_rows(sheets[0], [(row, dict(GIVEN))], by=drive.asha, way="typed", now=clock.now())
    drain()
    open_items.find_items()
    # then it is on the list of what is open, both sides stand beside each other, claimed by one and decided for the phone
    item = OpenItem.objects.get(kind="contradiction")
    shown = officer("desk", "desk", "IN.36.725").get(f"/hq/paper/row/{row.pk}/").content.decode()
    assert "Another record says" in shown
    assert "Refused" in shown
    assert 'value="phone"' in shown
    ravi = Staff.objects.create(username="ravi", display_name="Ravi", password="!")
    assert open_items.claim(item.pk, by=drive.asha, now=clock.now())
    # what one has in hand another does not settle on the row's own page
    seen = queries.seen_of(row_of(sheets[0], 1))
    settling = {group.field: GIVEN.get(group.field, "") for group in layout.GROUPS} | {"act": "settle", "seen": seen}
    answer = officer("desk2", "desk", "IN.36.725").post(f"/hq/paper/row/{row.pk}/", settling | {"batch": "B"})
    assert "in hand" in answer.content.decode()
    assert row_of(sheets[0], 1).entry == rules.clean_entry(GIVEN)
    assert not open_items.claim(item.pk, by=ravi, now=clock.now())
    assert open_items.claim(item.pk, by=ravi, now=clock.now() + timedelta(minutes=11))
    open_items.decide(item, "phone", by=ravi, now=clock.now())
    assert count_doses() == 0
    # and the decision can be taken back, with what it took, and made otherwise
    item.refresh_from_db()
    open_items.take_back(item, by=ravi, now=clock.now())
    assert count_doses() == 1
    item.refresh_from_db()
    open_items.decide(item, "paper", by=ravi, now=clock.now())
    assert count_doses() == 1
    assert rows_of("SELECT not_given_reason FROM status.roster") == [(None,)]
    # even that is taken back: the refusal stands again, beside the dose
    item.refresh_from_db()
    open_items.take_back(item, by=ravi, now=clock.now())
    assert rows_of("SELECT count(*) FROM fact WHERE kind = 'not_given' AND NOT EXISTS (SELECT FROM fact AS void"
                 " WHERE void.corrects_fact_id = fact.fact_id)") == [(1,)]  # fmt: skip
    item.refresh_from_db()
    open_items.decide(item, "phone", by=ravi, now=clock.now())
    assert count_doses() == 0
    # nobody loses both words by being decided about once more
    OpenItem.objects.update(decided_at=None, decision="")
    item.refresh_from_db()
    with pytest.raises(commands.EntryError, match="nothing_against"):
        open_items.decide(item, "paper", by=ravi, now=clock.now())
    open_items.find_items()
    item.refresh_from_db()
    assert item.gone_at is not None


def test_two_people_where_the_drive_asks_for_two(drive: Drive, sheets: list[Sheet]) -> None:
    ravi = Staff.objects.create(username="ravi", display_name="Ravi", password="!")
    drive.session.drive.refresh_from_db()
    page, asked = f"/hq/paper/session/{drive.session.pk}/", {"act": "second_check", "is_on": "yes"}
    assert (
        officer("desk", "desk", "IN.36.725").post(page, asked).status_code == 404
    )  # a district does not decide for the state's drive
    officer("state", "state_officer", "IN.36").post(page, asked)
    same, other = row_of(sheets[0], 1), row_of(sheets[0], 2)
    commands.enter_rows(
        sheets[0], [(same, dict(GIVEN)), (other, dict(GIVEN))], by=drive.asha, way="typed", now=clock.now()
    )
    # one word, or the same person's word twice, is not enough
    commands.enter_rows(sheets[0], [(same, dict(GIVEN))], by=drive.asha, way="typed", now=clock.now())
    assert count_doses() == 0
    # and though no picture of the sheet ever came, its rows stand in the queue
    open_items.find_items()
    assert [item.subject_id for item in OpenItem.objects.filter(kind="rows", gone_at=None)] == [sheets[0].pk]
    # the second person's is; where it differs, the row waits for a decision
    commands.enter_rows(sheets[0], [(same, dict(GIVEN)), (other, dict(REFUSED))], by=ravi, way="typed", now=clock.now())
    assert count_doses() == 1
    assert rows_of("SELECT DISTINCT provenance FROM fact") == [("typed_twice",)]
    assert row_of(sheets[0], 2).state == "differs"
    open_items.find_items()
    assert OpenItem.objects.filter(kind="differs", gone_at=None).exists()
    commands.enter_rows(sheets[0], [(row_of(sheets[0], 2), dict(REFUSED))], by=ravi, way="typed", now=clock.now())
    assert row_of(sheets[0], 2).state == "entered"


def test_doubts_go_to_a_person_and_two_photos_help_or_differ(drive: Drive, sheets: list[Sheet]) -> None:
    # given a row with two reasons marked, and one in faint pencil
    picture = draw_page(sheets[0], "en")
    chance = random.Random(3)
    mark_rows(picture, {1: GIVEN, 2: REFUSED}, chance)
    mark_rows(picture, {2: {"reason": "unwell"}}, chance)
    mark_rows(picture, {3: GIVEN}, chance, ink=205)
    send_picture(drive, jpeg_of(spoil(picture, "easy", chance)))
    assert [row_of(sheets[0], number).state for number in (1, 2, 3)] == ["certain", "doubtful", "doubtful"]
    assert ["reason", "two_marks"] in row_of(sheets[0], 2).doubts
    # when the pencil is gone over in ink and photographed again, and the first row now says something else
    picture = draw_page(sheets[0], "en")
    mark_rows(picture, {1: GIVEN | {"batch": "B"}, 3: GIVEN}, chance)
    send_picture(drive, jpeg_of(spoil(picture, "easy", chance)))
    # then the pencilled row is settled, and the contradiction is asked about
    assert row_of(sheets[0], 3).state == "certain"
    assert ["batch", "photos_differ"] in row_of(sheets[0], 1).doubts


def _nothing() -> Picture:
    return np.full((1200, 900), 220, np.uint8)


def test_each_bad_picture_says_what_to_do_and_stops_no_other(drive: Drive, sheets: list[Sheet]) -> None:
    desk = officer("desk", "desk", "IN.36.725")
    good = photo_of(sheets[0], {1: GIVEN})
    pdf = io.BytesIO()
    pages = [Image.open(io.BytesIO(jpeg_of(_nothing()))), Image.open(io.BytesIO(good))]
    pages[0].save(pdf, "PDF", save_all=True, append_images=pages[1:])
    turned: Any = cv2.imdecode(np.frombuffer(photo_of(sheets[1], {1: REFUSED}), np.uint8), cv2.IMREAD_GRAYSCALE)
    upside_down = jpeg_of(cv2.rotate(turned, cv2.ROTATE_180))
    files = [
        SimpleUploadedFile("hello.jpg", b"hello, this is no picture"), SimpleUploadedFile("empty.jpg", b""),
        SimpleUploadedFile("two.pdf", pdf.getvalue()), SimpleUploadedFile("turned.jpg", upside_down),
    ]  # fmt: skip
    answer = desk.post("/hq/paper/", {"file": files}, follow=True)
    said = answer.content.decode()
    assert "neither a picture nor a PDF" in said
    assert "2 files are here" in said
    while scans.read_scans():
        pass
    scan = Scan.objects.get(name="two.pdf")
    assert [page.problem for page in scan.pages.order_by("number")] == ["not_a_sheet", ""]
    assert "none of its six black squares" in desk.get(f"/hq/paper/scan/{scan.pk}/").content.decode()
    assert row_of(sheets[0], 1).state == "certain"
    assert row_of(sheets[1], 1).reading["reason"] == "refused"


def _earlier(drive: Drive, days: int) -> None:
    """Moves the first session so many days back."""
    session = drive.session
    session.opens_at -= timedelta(days=days)
    session.closes_at -= timedelta(days=days)
    session.on_date -= timedelta(days=days)
    session.save()


def test_nobody_waits_for_paper_to_get_a_second_dose(drive: Drive) -> None:
    # given a session four weeks ago, held on paper, whose sheet came back and was never entered
    _earlier(drive, 25)
    [sheet, *_others] = commands.make_sheets(drive.session, by=None, now=clock.now())
    send_picture(drive, photo_of(sheet, {1: GIVEN, 2: REFUSED}))
    vaccinated = Person.objects.get(pk=row_of(sheet, 1).person_id)
    Person.objects.filter(pk=vaccinated.pk).update(
        priority_group="other"
    )  # no group of those whose first doses are planned
    # then its rows stand at the top of what is open, in red, by the days left to the next dose
    open_items.find_items()
    [item, *_more] = queries.open_items(["IN.36.725"], drive.asha.pk, clock.now(), 10)
    assert (item["kind"], item["days_left"], item["colour"]) == ("rows", 3, "red")
    # when the second doses are planned
    last = drive.sessions[1]
    last.on_date, last.opens_at, last.closes_at = (
        clock.today() + timedelta(days=5), clock.now() + timedelta(days=5), clock.now() + timedelta(days=5, hours=8),
    )  # fmt: skip
    last.save()
    last.roster.all().delete()
    Site.objects.update(latitude=22.57, longitude=88.36)
    run = AllotmentRun.objects.create(
        drive=last.drive, org_unit_id="IN.36.725", starts_on=clock.today(), ends_on=clock.today() + timedelta(days=10),
        priority_groups=["HCW"], asked_at=clock.now(),
    )  # fmt: skip
    while allotting.work_on_allotments(lambda: False):
        pass
    run.refresh_from_db()
    assert run.state == "done"
    # then the person is on the roster, and the phone at the site knows that their dose is still on paper
    expected = {person.person_id: person.on_paper for person in roster_of(last)}
    assert expected[vaccinated.pk] == drive.session.on_date.isoformat()
    # and so does whoever works from the printed pack or a sheet
    made = commands.make_sheets(last, by=None, now=clock.now())
    rows = {row.code: row for page in queries.drawn(made, "en")[1] for row in page.rows}
    assert rows[vaccinated.code].dose == "Dose 2"
    assert [next_dose(person) for person in roster_of(last) if person.person_id == vaccinated.pk] == ["Dose 2"]
    assert next_dose(roster_of(drive.session)[0]) == ""
    # and once the row is entered, it says so no more
    row = row_of(sheet, 1)
    commands.enter_rows(sheet, [(row, row.reading)], by=drive.asha, way="roster_scan", now=clock.now())
    drain()
    assert {person.person_id: person.on_paper for person in roster_of(last)}[vaccinated.pk] == ""


def test_rows_a_picture_shows_nothing_of_protect_the_second_dose_too(drive: Drive) -> None:
    # given a sheet of four weeks ago whose picture shows the upper rows alone
    _earlier(drive, 25)
    [sheet, *_others] = commands.make_sheets(drive.session, by=None, now=clock.now())
    send_picture(drive, _half(photo_of(sheet, {1: GIVEN, 2: REFUSED, 10: GIVEN})))
    hidden, refused = row_of(sheet, 10), row_of(sheet, 2)
    assert (hidden.state, hidden.reading) == ("doubtful", {})
    # then whoever stands in the others may have had a dose, and whoever plainly had none not
    last = drive.sessions[1]
    for row in (hidden, refused):
        Allotment.objects.create(session=last, person_id=row.person_id, slot_at=last.opens_at)
    expected = {person.person_id: person.on_paper for person in roster_of(last)}
    assert expected[hidden.person_id] == drive.session.on_date.isoformat()
    assert expected[refused.person_id] == ""


def _half(jpeg: bytes) -> bytes:
    """The upper six tenths of a picture."""
    picture = cv2.imdecode(np.frombuffer(jpeg, np.uint8), cv2.IMREAD_GRAYSCALE)
    assert picture is not None
    return jpeg_of(picture[: picture.shape[0] * 6 // 10])


def test_a_site_with_no_phone_at_all_is_on_paper_once_it_tells_anything(drive: Drive) -> None:
    # given a session four weeks ago of which no phone ever spoke, and whose sheets are not back
    _earlier(drive, 25)
    sheets = commands.make_sheets(drive.session, by=None, now=clock.now())
    printed = Person.objects.get(pk=row_of(sheets[0], 1).person_id)
    assert queries.standing(["IN.36.725"], clock.now()).on_paper_count == 0
    # when its day comes by SMS
    assert commands.take_tally(f"S {sheets[0].code} G 7 N 1", way="sms", by=None, now=clock.now())
    # then it is on paper, and its people are not taken for people without a dose
    stands = queries.standing(["IN.36.725"], clock.now())
    assert stands.on_paper_count == 1
    # and each number of the page leads to the sessions it counts
    desk = officer("desk", "desk", "IN.36.725")
    assert desk.get("/hq/paper/?only=on_paper").content.decode().count(f"/hq/paper/session/{drive.session.pk}/") == 1
    listed = queries.sessions_at_work(["IN.36.725"], clock.now())
    assert sum(one["out_count"] for one in listed) == stands.out_count
    # and the list behind the numbers is of the sessions they count: not of every session that has sheets
    commands.make_sheets(drive.sessions[1], by=None, now=clock.now())
    listed = queries.sessions_at_work(["IN.36.725"], clock.now())
    assert [one["session_id"] for one in listed] == [drive.session.pk]
    assert sum(one["out_count"] for one in listed) == stands.out_count
    [state] = [one.state for one in load_board(area="IN.36.725", on_date=drive.session.on_date, now=clock.now()).sessions
               if one.session_id == drive.session.pk]  # fmt: skip
    assert state == "paper"
    Allotment.objects.create(session=drive.sessions[1], person=printed, slot_at=clock.now(), allotted_at=clock.now())
    expected = {person.person_id: person.on_paper for person in roster_of(drive.sessions[1])}
    assert expected[printed.pk] == drive.session.on_date.isoformat()


def test_a_row_corrected_after_all_was_done_is_compared_with_the_phone_again(drive: Drive, sheets: list[Sheet]) -> None:
    # given a sheet that is done with, one of whose people the phone says refused
    phone, row = drive.phone(), row_of(sheets[0], 1)
    phone.act("not_given", person_id=row.person_id, reason="refused")
    phone.push()
    numbers = [one.number for one in sheets[0].rows.filter(is_blank=False)]
    words = [(row_of(sheets[0], number), dict(REFUSED if number == 1 else GIVEN)) for number in numbers]
    commands.enter_rows(sheets[0], words, by=drive.asha, way="typed", now=clock.now())
    commands.say_nobody_else(sheets[0], by=drive.asha, now=clock.now())
    drain()
    open_items.find_items()
    sheets[0].refresh_from_db()
    assert sheets[0].state == "reconciled"
    # when the row is corrected to a dose
    commands.enter_rows(sheets[0], [(row_of(sheets[0], 1), dict(GIVEN))], by=drive.asha, way="typed", now=clock.now())
    drain()
    open_items.find_items()
    # then somebody is asked which of the two it was
    assert OpenItem.objects.filter(kind="contradiction", subject_id=row.pk, gone_at=None).exists()


def test_a_tally_by_message_counts_until_the_rows_arrive(drive: Drive, sheets: list[Sheet]) -> None:
    asked = f"/messages/v1/inbound?g=kannel&t={inbound_token('kannel')}&text="
    # given a message anybody could have sent, and one that is not understood
    assert Client().get(f"/messages/v1/inbound?g=kannel&t=guess&text=S {sheets[0].code} G 1").status_code == 403
    assert "Not understood" in Client().get(asked + "hello").content.decode()
    assert Tally.objects.count() == 0
    # when the site tells its day
    told = Client().get(f"{asked}s {sheets[0].code[:4].lower()} {sheets[0].code[4:].lower()} g2 n 1 w0")
    assert "given 2, not given 1" in told.content.decode()
    assert "far more" not in told.content.decode()
    # then the difference to what is entered is open work, and so are the sheets that are not back
    drive.session.closes_at = clock.now() - timedelta(minutes=1)
    drive.session.save()
    drain()
    open_items.find_items()
    kinds = [item.kind for item in OpenItem.objects.filter(gone_at=None)]
    assert (kinds.count("tally"), kinds.count("missing_sheet")) == (1, len(sheets))
    # a second word that says less leaves the rest of the first as it was
    assert Client().get(f"{asked}S {sheets[0].code} G 3.").status_code == 200
    latest = Tally.objects.order_by("said_at").last()
    assert latest is not None
    assert (latest.given, latest.not_given) == (3, 1)
    # a digit too many is asked about
    assert "far more than the 100 doses planned" in Client().get(f"{asked}S {sheets[0].code} G 201").content.decode()
    assert Client().get(f"{asked}S {sheets[0].code} G2,N1").status_code == 200
    # when the rows are in and one sheet is said to be lost, what is open goes
    for number in (1, 2):
        commands.enter_rows(
            sheets[0], [(row_of(sheets[0], number), dict(GIVEN))], by=drive.asha, way="typed", now=clock.now()
        )
    assert commands.hand_over(sheets[1], "lost", by=drive.asha, place="", now=clock.now())
    drain()
    open_items.find_items()
    left = [item.kind for item in OpenItem.objects.filter(gone_at=None)]
    assert "tally" not in left
    assert left.count("missing_sheet") == len(sheets) - 2  # one is lost, one is in somebody's hand
    assert left.count("rows") == 1


def test_who_has_no_business_here_sees_nothing(drive: Drive, sheets: list[Sheet]) -> None:
    send_picture(drive, photo_of(sheets[0], {1: GIVEN}))
    row, scan = row_of(sheets[0], 1), Scan.objects.get()
    pages = [
        f"/hq/paper/session/{drive.session.pk}/", f"/hq/paper/session/{drive.session.pk}/sheets.pdf", f"/hq/paper/scan/{scan.pk}/",
        f"/hq/paper/sheet/{sheets[0].pk}/", f"/hq/paper/sheet/{sheets[0].pk}/picture.png", f"/hq/paper/sheet/{sheets[0].pk}/keyed/",
        f"/hq/paper/row/{row.pk}/", f"/hq/paper/row/{row.pk}/picture.jpg",
    ]  # fmt: skip
    ours, neighbour = officer("desk", "desk", "IN.36.725"), officer("ravi", "desk", "IN.36.721")
    watcher = officer("mina", "national_officer", "IN")
    for page in pages:
        assert ours.get(page).status_code == 200, page
        assert neighbour.get(page).status_code == 404, page
        assert watcher.get(page).status_code == 404, page
        assert Client().get(page).status_code == 302, page
    assert sheets[0].session.site.name not in neighbour.get("/hq/paper/").content.decode()
    # looking at a sheet with names goes on the record of those people
    assert PersonLook.objects.filter(person_id=row.person_id, why="sheet").exists()


def test_who_stands_in_a_blank_row_is_said_by_a_person(drive: Drive, sheets: list[Sheet]) -> None:
    # given two blank rows filled in: somebody of the register, and somebody new
    desk = officer("desk", "desk", "IN.36.725")
    blank = list(SheetRow.objects.filter(is_blank=True).order_by("sheet__number", "number"))
    sheet = blank[0].sheet
    numbers = [row.number for row in blank if row.sheet_id == sheet.pk][:2]
    send_picture(drive, photo_of(sheet, dict.fromkeys(numbers, GIVEN)))
    known, new = (row_of(sheet, number) for number in numbers)
    assert ["person", "who"] in known.doubts

    # then it is not entered before somebody has said who stands there
    def form(*rows: SheetRow) -> dict[str, Any]:
        said: dict[str, Any] = {"right": [str(row.number) for row in rows]}
        for row in rows:
            row.refresh_from_db()
            said |= {f"{row.number}-{group.field}": GIVEN.get(group.field, "") for group in layout.GROUPS}
            said[f"{row.number}-seen"] = queries.seen_of(row)
        return said

    ticked = form(known)
    assert (
        "First say who stands in it" in desk.post(f"/hq/paper/sheet/{sheet.pk}/", ticked, follow=True).content.decode()
    )
    # when the register is asked, it proposes and links nobody by itself
    person = drive.people(drive.sessions[1])[0]
    Person.objects.filter(pk=person.pk).update(name_latin="Sumita Mukherjee", name_local="", born_year=1980)
    index_people([person.pk])
    typed = {"act": "search", "name": "Sumita Mukhopadhyay", "born_year": "১৯৮০", "sex": "female"}
    found = desk.post(f"/hq/paper/row/{known.pk}/", typed).content.decode()
    assert person.code in found
    desk.post(f"/hq/paper/row/{known.pk}/", {"act": f"same:{person.pk}", "seen": queries.seen_of(known)})
    named = typed | {"act": "new", "name": "Rumi Das", "phone": "5830012345", "seen": queries.seen_of(new)}
    desk.post(f"/hq/paper/row/{new.pk}/", named)
    desk.post(f"/hq/paper/sheet/{sheet.pk}/", form(known, new))
    # then one dose is the known person's, and the other's is a walk-in's, with the code printed in the row
    assert count_doses() == 2
    assert Person.objects.get(code=new.code).name_latin == "Rumi Das"
    assert rows_of(f"SELECT count(*) FROM fact WHERE kind = 'dose_given' AND person_id = '{person.pk}'") == [(1,)]


def test_who_stands_in_a_row_and_what_it_says_are_asked_once(drive: Drive, sheets: list[Sheet]) -> None:
    # given blank rows filled in: one plainly, one without an arm
    desk = officer("desk", "desk", "IN.36.725")
    sheet = sheets[-1]
    blanks = [row.number for row in sheet.rows.filter(is_blank=True).order_by("number")[:3]]
    send_picture(drive, photo_of(sheet, dict.fromkeys(blanks, GIVEN)))
    known, new, moved = (row_of(sheet, number) for number in blanks)
    person = drive.people(drive.sessions[1])[0]
    assert "Entered with who it is" in desk.get(f"/hq/paper/row/{known.pk}/").content.decode()

    def form(row: SheetRow, **more: str) -> dict[str, str]:
        fields = {group.field: row.reading.get(group.field, "") for group in layout.GROUPS}
        return {"name": "Rumi Das", "born_year": "1980", "sex": "female", "seen": queries.seen_of(row)} | fields | more

    # when the desk looks for somebody, what it changed of the marks stands there as it left it
    late = {"time": layout.GROUPS[[group.field for group in layout.GROUPS].index("time")].values[-1]}
    found = desk.post(f"/hq/paper/row/{new.pk}/", form(new, act="search", **late)).content.decode()
    assert f'name="time" value="{late["time"]}" checked' in found
    # and when it says who, the row is entered with it; what cannot be leaves both undone
    desk.post(f"/hq/paper/row/{known.pk}/", form(known, act=f"same:{person.pk}"))
    desk.post(f"/hq/paper/row/{new.pk}/", form(new, act="new", **late))
    assert row_of(sheet, blanks[0]).state == row_of(sheet, blanks[1]).state == "entered"
    assert (row_of(sheet, blanks[1]).entry or {})["time"] == late["time"]
    assert count_doses() == 2
    refused = desk.post(
        f"/hq/paper/row/{moved.pk}/", form(moved, act="new", name="Mina Das", reason="refused")
    ).content.decode()
    assert 'role="alert"' in refused
    assert "Mina Das" in refused
    assert (row_of(sheet, blanks[2]).state, row_of(sheet, blanks[2]).walk_in_sealed) == ("doubtful", "")
    # and a row that moved on meanwhile is looked at again
    desk.post(f"/hq/paper/row/{moved.pk}/", form(moved, act="new", seen="another"))
    assert row_of(sheet, blanks[2]).walk_in_sealed == ""
    assert count_doses() == 2


def test_sheets_change_hands_by_their_codes(drive: Drive, sheets: list[Sheet]) -> None:
    # given two sheets whose patterns are scanned one after another, one of them twice, and a code that is none
    desk, page = officer("desk", "desk", "IN.36.725"), "/hq/paper/hand-over/"
    scanned = (
        f"DOSELINE:F:1:{sheets[0].code}\n{sheets[1].code[:4].lower()} {sheets[1].code[4:]}\n{sheets[0].code} NONSENSE"
    )
    told = desk.post(page, {"codes": scanned, "act": "received", "place": "Block office"}).content.decode()
    # then both are back, with where, and each line has its answer
    assert [Sheet.objects.get(pk=sheet.pk).state for sheet in sheets[:2]] == ["received", "received"]
    assert {event.place for event in sheets[0].events.filter(kind="received")} == {"Block office"}
    assert "no sheet of your area" in told
    assert "this was said before" in desk.post(page, {"codes": sheets[0].code, "act": "received"}).content.decode()
    assert "further along" in desk.post(page, {"codes": sheets[0].code, "act": "lost"}).content.decode()
    # and another district's desk moves nothing
    ravi = officer("ravi", "desk", "IN.36.721")
    assert "no sheet of your area" in ravi.post(page, {"codes": sheets[-1].code, "act": "lost"}).content.decode()
    assert Sheet.objects.get(pk=sheets[-1].pk).state == ("received" if len(sheets) == 2 else "issued")


def test_a_sheet_of_another_area_goes_to_its_own_queue(drive: Drive, sheets: list[Sheet]) -> None:
    # given a sheet of one district, sent in by the desk of another
    ravi = officer("ravi", "desk", "IN.36.721")
    ravi.post("/hq/paper/", {"file": [SimpleUploadedFile("theirs.jpg", photo_of(sheets[0], {1: GIVEN}))]})
    while scans.read_scans():
        pass
    # then what was read is there, and the sender is told so, without a way in
    assert row_of(sheets[0], 1).state == "certain"
    told = ravi.get(f"/hq/paper/scan/{Scan.objects.get().pk}/").content.decode()
    assert "another area" in told
    assert f"/hq/paper/sheet/{sheets[0].pk}/" not in told


def test_half_a_page_is_told_of_where_people_look(drive: Drive, sheets: list[Sheet]) -> None:
    # given the upper half of a sheet, of which the code can be read and too few marks seen
    whole = cv2.imdecode(np.frombuffer(photo_of(sheets[0], {1: GIVEN}), np.uint8), cv2.IMREAD_GRAYSCALE)
    assert whole is not None
    scan = send_picture(drive, jpeg_of(whole[: whole.shape[0] * 2 // 5].astype(np.uint8)))
    page = scan.pages.get()
    assert (page.sheet_id, page.problem != "") == (sheets[0].pk, True)
    # then the sheet is here, its page stands among those to look at, with its picture
    sheets[0].refresh_from_db()
    assert sheets[0].state == "received"
    desk = officer("desk", "desk", "IN.36.725")
    assert scan.name in desk.get("/hq/paper/open/").content.decode()
    told = desk.get(f"/hq/paper/scan/{scan.pk}/").content.decode()
    assert f"/hq/paper/scan/{scan.pk}/0.jpg" in told
    assert desk.get(f"/hq/paper/scan/{scan.pk}/0.jpg")["Content-Type"] == "image/jpeg"
    assert officer("ravi", "desk", "IN.36.721").get(f"/hq/paper/scan/{scan.pk}/0.jpg").status_code == 404
    # when the whole page comes, the half one is settled by itself
    send_picture(drive, photo_of(sheets[0], {1: GIVEN}), "whole.jpg")
    assert scan.name not in desk.get("/hq/paper/open/").content.decode()


def test_a_letter_the_sheet_does_not_have_and_a_smudge_nobody_made_are_settled(
    drive: Drive, sheets: list[Sheet]
) -> None:
    # given a row marked with a batch the sheet has no name for, and a stain in a blank row
    blank = SheetRow.objects.filter(sheet=sheets[0], is_blank=True).order_by("number")[0]
    send_picture(drive, photo_of(sheets[0], {1: GIVEN | {"batch": "D"}, blank.number: {"reason": "unwell"}}))
    desk, row = officer("desk", "desk", "IN.36.725"), row_of(sheets[0], 1)
    assert ["batch", "no_such_batch"] in row.doubts
    shown = desk.get(f"/hq/paper/sheet/{sheets[0].pk}/").content.decode()
    assert 'name="1-batch" value="D" checked' in shown
    # then the dose is entered as it stands there, without a batch
    form = {"right": ["1"], "1-seen": queries.seen_of(row)} | {
        f"1-{group.field}": (GIVEN | {"batch": "D"}).get(group.field, "") for group in layout.GROUPS
    }
    assert "1 rows are entered" in desk.post(f"/hq/paper/sheet/{sheets[0].pk}/", form, follow=True).content.decode()
    assert rows_of("SELECT batch_id FROM fact WHERE kind = 'dose_given'") == [(None,)]
    # and once the desk says which batches were written there by hand, the dose has its own
    session = drive.session
    for number in ("HAND-1", "HAND-2", "HAND-3")[: len(layout.BATCHES) - len(sheets[0].batches)]:
        named = Batch.objects.create(product_id=session.product_id, number=number, expires_on=session.on_date)
        desk.post(f"/hq/paper/sheet/{sheets[0].pk}/", {"act": "batch", "batch": str(named.pk)})
    standing = "SELECT number FROM status.roster JOIN batch USING (batch_id) WHERE given_at IS NOT NULL"
    drain()
    assert rows_of(standing) == [(named.number,)]
    assert [len(sheet.batches) for sheet in session.sheets.all()] == [4] * len(sheets)
    # and the blank row is said to be nobody's
    blank.refresh_from_db()
    assert "Nobody stands here" in desk.get(f"/hq/paper/row/{blank.pk}/").content.decode()
    desk.post(f"/hq/paper/row/{blank.pk}/", {"act": "nobody", "seen": queries.seen_of(blank)})
    blank.refresh_from_db()
    assert blank.state == "empty"


def test_a_form_that_is_old_overwrites_nothing(drive: Drive, sheets: list[Sheet]) -> None:
    # given a sheet open on two desks
    send_picture(drive, photo_of(sheets[0], {1: GIVEN}))
    one, other = officer("one", "desk", "IN.36.725"), officer("other", "desk", "IN.36.725")
    page, row = f"/hq/paper/sheet/{sheets[0].pk}/", row_of(sheets[0], 1)
    form = {"right": ["1"], "1-seen": queries.seen_of(row)} | {
        f"1-{group.field}": GIVEN.get(group.field, "") for group in layout.GROUPS
    }
    # when one corrects the batch and enters it, and the other then sends the form as it was
    assert "1 rows are entered" in one.post(page, form | {"1-batch": "B"}, follow=True).content.decode()
    assert "changed this row meanwhile" in other.post(page, form, follow=True).content.decode()
    # then the correction stands; a form without the row's fields, or with a value no sheet has, is no word either
    assert (row_of(sheets[0], 1).entry or {})["batch"] == "B"
    row = row_of(sheets[0], 2)
    for wrong in ({}, {f"2-{group.field}": "" for group in layout.GROUPS} | {"2-time": "99"}):
        one.post(page, {"right": ["2"], "2-seen": queries.seen_of(row)} | wrong)
        assert row_of(sheets[0], 2).state == "certain"


def test_what_is_done_with_is_looked_at_again(drive: Drive, sheets: list[Sheet]) -> None:
    # given a sheet wholly entered and reconciled
    send_picture(drive, photo_of(sheets[0], {1: GIVEN}))
    rows = [(row, row.reading) for row in SheetRow.objects.filter(sheet=sheets[0], is_blank=False)]
    commands.enter_rows(sheets[0], rows, by=drive.asha, way="roster_scan", now=clock.now())
    drain()
    open_items.find_items()
    assert Sheet.objects.get(pk=sheets[0].pk).state == "reconciled"
    # when a phone that was away all day says of somebody on it that they refused
    phone = drive.phone()
    phone.act("not_given", person_id=row_of(sheets[0], 1).person_id, reason="refused")
    phone.push()
    drain()
    open_items.find_items()
    # then the two are put beside each other; and so is a later picture that says something else
    assert OpenItem.objects.filter(kind="contradiction", gone_at=None).count() == 1
    send_picture(drive, photo_of(sheets[0], {1: GIVEN, 3: GIVEN}, seed=9))
    open_items.find_items()
    assert OpenItem.objects.filter(kind="photo", gone_at=None).count() == 1
    # a sheet said to be lost, and found, is entered like any other
    assert commands.hand_over(sheets[1], "lost", by=drive.asha, place="", now=clock.now())
    send_picture(drive, photo_of(sheets[1], {1: GIVEN}, seed=4))
    assert Sheet.objects.get(pk=sheets[1].pk).state == "received"


def test_a_page_nobody_marked_is_asked_about(drive: Drive, sheets: list[Sheet]) -> None:
    send_picture(drive, photo_of(sheets[0], {}))
    assert {row_of(sheets[0], number).state for number in range(1, 11)} == {"doubtful"}
    assert row_of(sheets[0], 1).doubts == [["row", "nothing_marked"]]


def test_one_person_in_two_rows_is_decided_without_losing_the_dose(drive: Drive, sheets: list[Sheet]) -> None:
    # given somebody with a row of their own: nobody can put them into a blank one too
    own, blank = (
        row_of(sheets[0], 1),
        SheetRow.objects.filter(sheet__in=sheets, is_blank=True).order_by("sheet__number", "number")[0],
    )
    with pytest.raises(commands.EntryError, match="has_a_row"):
        commands.name_walk_in(blank, person_id=own.person_id)
    with pytest.raises(commands.EntryError, match="not_blank"):
        commands.name_walk_in(own, person_id=blank.person_id)
    # and a blank row nobody was named in takes no dose
    with pytest.raises(commands.EntryError, match="who"):
        commands.enter_rows(blank.sheet, [(blank, dict(GIVEN))], by=drive.asha, way="typed", now=clock.now())
    # when it happened all the same, each row with another batch
    SheetRow.objects.filter(pk=blank.pk).update(person_id=own.person_id, is_blank=False)
    blank.refresh_from_db()
    Sheet.objects.update(state="received")
    commands.enter_rows(own.sheet, [(own, dict(GIVEN))], by=drive.asha, way="typed", now=clock.now())
    commands.enter_rows(blank.sheet, [(blank, GIVEN | {"batch": "B"})], by=drive.asha, way="typed", now=clock.now())
    drain()
    open_items.find_items()
    # then it is a question of two rows, not of a phone, and dropping one leaves the other's dose
    items = list(OpenItem.objects.filter(gone_at=None, kind__in=("twice", "contradiction")))
    assert [item.kind for item in items] == ["twice", "twice"]
    open_items.decide(items[0], "drop", by=drive.asha, now=clock.now())
    assert count_doses() == 1


BOMB = zlib.compress(b"0 0 m 500 700 l S\n" * 3_000_000)


def test_a_pdf_made_to_fill_the_memory_is_named_and_passed_over(drive: Drive) -> None:
    parts = (
        b"<</Type/Catalog/Pages 2 0 R>>", b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
        b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 99595 99842]/Contents 4 0 R>>",
        b"<</Length %d/Filter/FlateDecode>>stream\n" % len(BOMB) + BOMB + b"\nendstream",
    )  # fmt: skip
    body, places = b"%PDF-1.4\n", []
    for number, part in enumerate(parts, start=1):
        places.append(len(body))
        body += b"%d 0 obj\n" % number + part + b"\nendobj\n"
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    body += (
        b"xref\n0 5\n0000000000 65535 f \n"
        + table
        + b"trailer<</Size 5/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF" % len(body)
    )
    scan = send_picture(drive, body, "bomb.pdf")
    assert (scan.state, [page.problem for page in scan.pages.all()]) == ("read", ["picture_too_large"])
    # and a page that killed its reader time after time is left out, however it did it
    Scan.objects.update(state="reading", pages_read=0, attempts=5, worked_on_until=None)
    while scans.read_scans():
        pass
    assert scan.pages.get().problem == "page_broken"


def test_a_page_taken_for_another_sheet_is_taken_off_it(drive: Drive, sheets: list[Sheet]) -> None:
    # given the second sheet's picture, and a page of the first whose code was typed as the second's
    own = send_picture(drive, photo_of(sheets[1], {1: GIVEN}), "own.jpg").pages.get()
    hidden = draw_page(sheets[0], "en")
    mark_rows(hidden, dict.fromkeys(range(1, 11), REFUSED), random.Random(2))
    wrong = send_picture(drive, jpeg_of(hidden), "wrong.jpg").pages.get()
    scans.unname_page(wrong, clock.now())
    wrong.refresh_from_db()
    assert scans.name_page(wrong, sheets[1].code, clock.now()) == sheets[1]
    ravi = officer("ravi", "district_officer", "IN.36.725")
    commands.enter_rows(sheets[1], [(row_of(sheets[1], 2), {})], by=drive.asha, way="roster_scan", now=clock.now())
    # when the desk says so
    answer = ravi.post(f"/hq/paper/scan/{wrong.scan_id}/", {"page": wrong.number, "act": "other_sheet"}, follow=True)
    # then what it proposed is gone, what the sheet's own picture says stands, and what a person entered is theirs to correct
    assert "1 row was entered from it already" in answer.content.decode()
    first = row_of(sheets[1], 1)
    assert (first.reading.get("given"), first.page_id) == ("yes", own.pk)
    assert "photos_differ" not in str(first.doubts)
    assert row_of(sheets[1], 3).state == "open"
    # and the page, given its right code, proposes where it belongs
    wrong.refresh_from_db()
    assert scans.name_page(wrong, sheets[0].code, clock.now()) == sheets[0]
    assert row_of(sheets[0], 1).reading["reason"] == "refused"


def test_a_refused_row_keeps_what_was_said_of_it(drive: Drive, sheets: list[Sheet]) -> None:
    # given two rows read from a photo
    send_picture(drive, photo_of(sheets[0], {1: GIVEN, 2: GIVEN}))
    ravi = officer("ravi", "district_officer", "IN.36.725")
    rows = [row_of(sheets[0], 1), row_of(sheets[0], 2)]
    empty = {group.field: "" for group in layout.GROUPS}
    said = [empty | GIVEN | {"reason": "refused", "arm": "right_arm"}, empty | GIVEN]
    form: dict[str, Any] = {"right": ["1", "2"]}
    for row, values in zip(rows, said, strict=True):
        form |= {f"{row.number}-{name}": value for name, value in values.items()}
        form[f"{row.number}-seen"] = queries.seen_of(row)
    # when one is corrected to what cannot be, and the other is right
    answer = ravi.post(f"/hq/paper/sheet/{sheets[0].pk}/", form)
    # then the right one is entered, and the other stands there as it was said, still ticked
    assert answer.status_code == 400
    assert row_of(sheets[0], 2).state == "entered"
    [shown] = [shown for shown in answer.context["rows"] if shown.row.number == 1]
    assert (shown.values["arm"], shown.values["reason"]) == ("right_arm", "refused")


def test_what_is_added_after_a_row_was_entered_is_asked_about_once(drive: Drive, sheets: list[Sheet]) -> None:
    # given a dose photographed at noon and entered; a reaction, and a dose crossed out for a reason, were marked after that
    picture, chance = draw_page(sheets[0], "en"), random.Random(11)
    mark_rows(picture, {1: GIVEN, 2: GIVEN, 3: GIVEN}, chance)
    noon = jpeg_of(spoil(picture.copy(), "easy", chance))
    mark_rows(picture, {1: {"aefi": "serious"}, 2: {"reason": "unwell"}}, chance)
    evening = [jpeg_of(spoil(picture.copy(), "easy", chance)) for _photo in (1, 2)]
    send_picture(drive, noon)
    for number in (1, 2, 3):
        row = row_of(sheets[0], number)
        commands.enter_rows(sheets[0], [(row, row.reading)], by=drive.asha, way="roster_scan", now=clock.now())
    # when the sheet is photographed again in the evening
    send_picture(drive, evening[0], "evening.jpg")
    # then both are asked about, and the third is not
    open_items.find_items()
    assert set(OpenItem.objects.filter(kind="photo", gone_at=None).values_list("subject_id", flat=True)) == {
        row_of(sheets[0], 1).pk, row_of(sheets[0], 2).pk,
    }  # fmt: skip
    # and once the entry was said to be right, another photo of the same ink asks nothing
    for item in OpenItem.objects.filter(kind="photo"):
        open_items.decide(item, "keep", by=drive.asha, now=clock.now())
    send_picture(drive, evening[1], "again.jpg")
    assert [row_of(sheets[0], number).doubts for number in (1, 2, 3)] == [[], [], []]
    # and the word taken back leaves it open, however often it is looked for
    item = OpenItem.objects.filter(kind="photo").latest("decided_at")
    open_items.take_back(item, by=drive.asha, now=clock.now())
    open_items.find_items()
    item.refresh_from_db()
    assert (item.gone_at, item.decided_at) == (None, None)


def test_two_sheets_on_one_picture_are_told_apart_from_one(drive: Drive, sheets: list[Sheet]) -> None:
    # given a photo of two sheets side by side
    pages = [draw_page(sheet, "en") for sheet in sheets[:2]]
    mark_rows(pages[1], {1: GIVEN}, random.Random(2))
    scan = send_picture(
        drive, jpeg_of(np.hstack([pages[0], np.full((pages[0].shape[0], 80), 120, np.uint8), pages[1]]))
    )
    # then it says so, and no row of either is read
    assert scan.pages.get().problem == "two_sheets"
    assert not SheetRow.objects.exclude(state="open").exists()


def test_on_a_pale_photocopy_of_pencil_nobody_stayed_away_unasked(drive: Drive, sheets: list[Sheet]) -> None:
    # given a sheet filled in light pencil, copied twice, and one row in ink
    picture, chance = draw_page(sheets[0], "en"), random.Random(4)
    mark_rows(picture, dict.fromkeys(range(1, 9), GIVEN), chance, ink=172)
    mark_rows(picture, {9: GIVEN}, chance)
    send_picture(drive, jpeg_of(spoil(copied(picture, chance), "normal", chance)))
    # then the row in ink is read, and every other waits for a person
    states = [row_of(sheets[0], number).state for number in range(1, 11)]
    assert states == ["doubtful"] * 8 + ["certain", "doubtful"]


def test_sheets_of_a_cancelled_session_say_so(drive: Drive, sheets: list[Sheet]) -> None:
    cancel_session(drive.session, by=None, reason="flood", now=clock.now())
    desk = officer("desk", "desk", "IN.36.725")
    for page in (f"session/{drive.session.pk}/", f"sheet/{sheets[0].pk}/", f"sheet/{sheets[0].pk}/keyed/"):
        assert "This session was cancelled: flood" in desk.get(f"/hq/paper/{page}").content.decode(), page


def test_a_tally_of_an_unknown_sheet_is_told_apart_from_one_not_understood(drive: Drive) -> None:
    assert drive
    asked = f"/messages/v1/inbound?g=kannel&t={inbound_token('kannel')}&text="
    assert "no sheet ABCD1234" in Client().get(f"{asked}S abcd 1234 G 7").content.decode()


def test_a_sheet_of_blank_rows_in_which_nobody_stands_is_done_with(drive: Drive, sheets: list[Sheet]) -> None:
    # given a sheet of blank rows alone, that nobody was written into
    sheet = Sheet.objects.exclude(rows__is_blank=False).get()
    # when its picture comes
    send_picture(drive, photo_of(sheet, {}))
    # then it is done with, and nothing waits since then
    sheet.refresh_from_db()
    assert sheet.state == "entered"
    standing = queries.standing(["IN.36.725"], clock.now())
    assert (standing.waiting_count, standing.oldest_at) == (0, None)
    # and one on which somebody is found after all waits again
    send_picture(drive, photo_of(sheet, {1: GIVEN}))
    sheet.refresh_from_db()
    assert sheet.state == "received"
    assert queries.standing(["IN.36.725"], clock.now()).waiting_count == 1
