# SPDX-License-Identifier: Apache-2.0
"""Any other register of a site: the hospital's own book entered person by person, and registers as files."""

from datetime import date, timedelta
from pathlib import Path
from uuid import UUID

import pytest
from django.db import connection
from django.db.models import F

from doseline.followups.commands import drain
from doseline.imports import commands as imports
from doseline.imports.models import ImportFile
from doseline.imports.rules import dose_number
from doseline.paper import commands, layout, open_items, registers, reviews
from doseline.paper.models import OpenItem, ReviewDecision, Sheet, SheetRow
from doseline.people.commands import index_people
from doseline.people.models import Identifier, Person, PersonLink
from doseline.places.models import Site
from doseline.planning import allotting
from doseline.planning.models import Allotment, AllotmentRun, Session
from doseline.shared import clock, sql
from doseline.status.commands import fold_anew
from doseline.vaccines.models import Batch
from tests.drive import Drive, officer
from tests.paper.desk import GIVEN, REFUSED, count_doses, row_of, rows_of


def test_the_hospitals_own_book_is_entered_person_by_person(drive: Drive) -> None:
    # given a book with a name in another script and spelling, and somebody who is on no roster of the session
    desk, page = officer("desk", "desk", "IN.36.725"), f"/hq/paper/session/{drive.session.pk}/register/"
    booked, other = drive.people()[0], drive.people(drive.sessions[1])[0]
    Person.objects.filter(pk=booked.pk).update(name_latin="Sumita Mukherjee", name_local="", born_year=1980)
    index_people([booked.pk])
    # when the name is typed as it stands there, they are found, and nobody is linked
    [sheet, *_more] = commands.make_sheets(drive.session, by=None, now=clock.now())
    found = desk.post(page, {"text": "সুমিতা মুখোপাধ্যায়", "born": "১৯৮০", "keys": "ga", "part": "found"}).content.decode()
    assert booked.code in found
    assert "<html" not in found
    # when both are entered, one keyed wrongly at first
    assert desk.post(page, {"text": "x", "keys": "zz", "person": str(booked.pk)}).status_code == 400
    for person in (booked, other):
        desk.post(page, {"text": "x", "keys": "ga", "person": str(person.pk)})
    # then the booked person's own row has it, and the other has a blank row of their own
    assert count_doses() == 2
    rows = SheetRow.objects.filter(person_id__in=[booked.pk, other.pk], state="entered")
    assert {row.person_id: row.is_blank for row in rows} == {booked.pk: False, other.pk: False}
    assert rows.get(person_id=other.pk).sheet.session_id == drive.session.pk
    # and the sheet nobody brought back is where it was
    sheet.refresh_from_db()
    assert sheet.state == "issued"
    assert officer("ravi", "desk", "IN.36.721").get(page).status_code == 404


def test_a_sites_own_register_as_a_file_becomes_doses(drive: Drive, tmp_path: Path) -> None:
    # given a register a site kept by itself: somebody we know, twice (two doses), somebody new, a date that is none, a line copied
    site, known = drive.session.site, drive.people()[0]
    Person.objects.filter(pk=known.pk).update(
        name_latin="Anjali Das", name_local="", born_on=date(1985, 1, 16), born_year=1985
    )
    index_people([known.pk])
    book = tmp_path / "register.csv"
    book.write_text(
        "Name,Date of Birth,Sex,Employee ID,টিকার তারিখ,Batch No,Vaccine\n"
        "Anjali Das,16/01/1985,F,HW001000,16/01/2021,T-1,Covishield\n"
        "Anjali Das,16/01/1985,F,HW001000,১৩/০২/২০২১,T-1,Covishield\n"
        "Anjali Das,16/01/1985,F,HW001000,13.2.21,T-1,Covishield\n"
        "Rumi Pal,02/03/1990,F,HW777,16/01/2021,,\n"
        "Soma Sen,02/03/1991,F,HW778,31/02/2021,,\n",
        encoding="utf-8",
    )
    Identifier.objects.filter(person=known).update(value="HW001000")
    desk = officer("desk", "desk", "IN.36.725")
    assert site.name in desk.get("/hq/lists/").content.decode()
    with book.open("rb") as file:
        asked = {"file": file, "kind": "doses", "site": str(site.pk), "product": "COVISHIELD", "area": "IN.36.725"}
        assert desk.post("/hq/lists/", asked).status_code == 302
    sent = ImportFile.objects.get()
    assert not imports.choose_columns(sent, columns=sent.columns, month_first=False)
    while imports.work_on_imports():
        pass
    assert "This date does not exist" in desk.get(f"/hq/lists/{sent.pk}/rows/faulty/").content.decode()
    # nothing is recorded before somebody has looked through it
    assert not registers.record_registers()
    # when it is applied, and the errand goes round, and round again
    for _round in (1, 2):
        for state in ("close", "differs", "moves"):
            imports.decide(sent, state=state, decision="take" if state != "close" else "add", by=drive.asha)
        imports.start_applying(ImportFile.objects.get())
        while imports.work_on_imports():
            pass
        while registers.record_registers():
            pass
    # then every dose is on record once, on its own day, with where it is known from
    assert rows_of(
        "SELECT person.name_latin, (roster.given_at AT TIME ZONE 'Asia/Kolkata')::date::text, roster.dose_number, roster.provenance"
        " FROM status.roster JOIN person USING (person_id) WHERE is_counted ORDER BY 1, 2"
    ) == [
        ("Anjali Das", "2021-01-16", 1, "imported"), ("Anjali Das", "2021-02-13", 2, "imported"),
        ("Rumi Pal", "2021-01-16", 1, "imported"),
    ]  # fmt: skip
    assert rows_of("SELECT count(*) FROM status.review_item") == [(0,)]
    assert not any(fold_anew().values())


def test_a_register_that_cannot_be_right_says_so_before_anything_is_recorded(drive: Drive, tmp_path: Path) -> None:
    # given a register without a vaccine chosen, and one that names a vaccine and a batch nobody knows
    book = tmp_path / "register.csv"
    book.write_text(
        "নাম,জন্ম তারিখ,লিঙ্গ,কর্মী আইডি,তারিখ,ব্যাচ,টিকা,ডোজ\n"
        "Rumi Pal,02/03/1990,F,HW777,16/01/2021,NOT-1,কোভিশিল্ড,2\n"
        "Soma Sen,02/03/1991,F,HW778,16/01/2021,,Covisheeld X,1\n",
        encoding="utf-8",
    )
    desk = officer("desk", "state_officer", "IN.36")
    asked = {"kind": "doses", "site": str(drive.session.site_id), "area": "IN.36"}
    with book.open("rb") as file:
        assert "which vaccine" in desk.post("/hq/lists/", asked | {"file": file}).content.decode()
    with book.open("rb") as file:
        assert desk.post("/hq/lists/", asked | {"file": file, "product": "COVISHIELD"}).status_code == 302
    sent = ImportFile.objects.get()
    # then its people belong to the site's district, not to the whole state
    assert sent.org_unit_id == drive.session.site.org_unit_id
    columns = ["name", "born_on", "sex", "id_employer_card", "dose_on", "dose_batch", "dose_product", "dose_number"]
    assert sent.columns == columns
    assert not imports.choose_columns(sent, columns=columns, month_first=False)
    while imports.work_on_imports():
        pass
    # and the wrong vaccine keeps its row out, the unknown batch is named, and the dose is taken without one
    assert "no vaccine of the drive" in desk.get(f"/hq/lists/{sent.pk}/rows/faulty/").content.decode()
    assert "No batch of this vaccine" in desk.get(f"/hq/lists/{sent.pk}/rows/new/").content.decode()
    imports.start_applying(ImportFile.objects.get())
    while imports.work_on_imports():
        pass
    while registers.record_registers():
        pass
    [(body, batch)] = rows_of("SELECT body, batch_id FROM fact WHERE kind = 'dose_given'")
    assert ('"dose_number":2' in body, batch) == (True, None)
    # and it was the second, though the first is on no record: none is due, and a place to come is given up
    drain()
    person = Person.objects.get(name_latin="Rumi Pal")
    page = desk.get(f"/hq/people/{person.pk}/").content.decode()
    assert "an earlier dose is on no record" in page
    assert "Next dose" not in page
    coming = drive.sessions[1]
    coming.on_date, coming.opens_at, coming.closes_at = (
        clock.today() + timedelta(days=40), clock.now() + timedelta(days=40), clock.now() + timedelta(days=40, hours=8),
    )  # fmt: skip
    coming.save()
    Allotment.objects.create(session=coming, person=person, slot_at=coming.opens_at)
    Site.objects.update(latitude=22.57, longitude=88.36)
    AllotmentRun.objects.create(
        drive=coming.drive, org_unit_id="IN.36.725", starts_on=clock.today(), ends_on=coming.on_date, priority_groups=["HCW"],
        asked_at=clock.now(),
    )  # fmt: skip
    while allotting.work_on_allotments():
        pass
    assert not Allotment.objects.filter(person=person).exists()


@pytest.mark.parametrize(
    ("said", "number"),
    [
        ("২", 2),
        ("2nd", 2),
        ("Second dose", 2),
        ("প্রথম", 1),
        ("দ্বিতীয় ডোজ", 2),
        ("दूसरी खुराक", 2),
        ("first second", None),
        ("?", None),
    ],
)
def test_a_register_says_the_dose_in_words(said: str, number: int | None) -> None:
    assert dose_number(said) == number


def _send_register(drive: Drive, folder: Path, *lines: str) -> None:
    """A site's register of doses, looked through and recorded."""
    book = folder / f"{len(lines)}-{ImportFile.objects.count()}.csv"
    header = "Name,Date of Birth,Sex,Employee ID,Date of vaccination,Batch No,Dose"
    book.write_text("\n".join([header, *lines]) + "\n", encoding="utf-8")
    sent = imports.receive_list(
        book, name=book.name, kind="doses", org_unit=drive.session.site.org_unit, institution="", priority_group="HCW",
        by=drive.asha, site=drive.session.site, product_code="COVISHIELD",
    )  # fmt: skip
    assert not imports.choose_columns(sent, columns=sent.columns, month_first=False)
    while imports.work_on_imports():
        pass
    ImportFile.objects.filter(pk=sent.pk, state="held").update(state="review")
    _apply(sent)


def _was_held(drive: Drive, sheet: Sheet, *, days_ago: int) -> None:
    """The session of that sheet, so many days before it was planned."""
    back = timedelta(days=days_ago)
    session = drive.session
    session.on_date, session.opens_at, session.closes_at = (
        session.on_date - back, session.opens_at - back, session.closes_at - back,
    )  # fmt: skip
    session.save()
    Sheet.objects.filter(session=session).update(first_at=F("first_at") - back)
    sheet.refresh_from_db()


def _two_doses_a_week_apart(drive: Drive, sheets: list[Sheet]) -> tuple[Session, SheetRow]:
    """One person given a dose on the sheets of two sessions; the later session, and its row."""
    person = Person.objects.get(pk=row_of(sheets[0], 1).person_id)
    later = drive.sessions[1]
    Allotment.objects.filter(session=later).delete()
    _was_held(drive, sheets[0], days_ago=8)
    commands.enter_rows(sheets[0], [(row_of(sheets[0], 1), dict(GIVEN))], by=drive.asha, way="typed", now=clock.now())
    row = commands.row_for(later, person.pk, by=drive.asha, now=clock.now())
    commands.enter_rows(row.sheet, [(row, dict(GIVEN))], by=drive.asha, way="typed", now=clock.now())
    return later, row


@pytest.fixture
def anjali(drive: Drive, sheets: list[Sheet]) -> Person:
    """Who stands in the first row of the first sheet, as a register writes her down."""
    person = Person.objects.get(pk=row_of(sheets[0], 1).person_id)
    Person.objects.filter(pk=person.pk).update(
        name_latin="Anjali Das", name_local="", born_on=date(1985, 1, 16), born_year=1985
    )
    index_people([person.pk])
    Identifier.objects.filter(person=person).update(value="HW001000")
    return person


_ANJALI = "Anjali Das,16/01/1985,F,HW001000"


def test_a_register_and_a_sheet_that_name_two_batches_are_asked_about(
    drive: Drive, sheets: list[Sheet], anjali: Person, tmp_path: Path
) -> None:
    # given a dose with a serious reaction entered from its sheet, and a register of the site that comes later
    day, entry = f"{drive.session.on_date:%d/%m/%Y}", GIVEN | {"time": str(layout.TIMES - 1), "aefi": "serious"}
    row = row_of(sheets[0], 1)
    commands.enter_rows(sheets[0], [(row, entry)], by=drive.asha, way="typed", now=drive.session.closes_at)
    other = Batch.objects.create(product=drive.session.product, number="OTHER-9", expires_on=date(2030, 1, 1))
    # when it names no batch, it tells of the dose we know: nothing is asked
    _send_register(drive, tmp_path, f"{_ANJALI},{day},,1")
    open_items.find_items()
    assert count_doses() == 1
    assert not OpenItem.objects.filter(kind="contradiction", gone_at=None).exists()
    # when it names another batch, the sheet's word stands, and a person is asked which is right
    _send_register(drive, tmp_path, f"{_ANJALI},{day},{other.number},1")
    counted = "SELECT provenance, batch_id, dose_number, aefi_severity FROM status.roster WHERE is_counted"
    of_the_sheet = ("typed_once", UUID(sheets[0].batches[0]), 1, "serious")
    assert rows_of(counted) == [of_the_sheet]
    open_items.find_items()
    item = OpenItem.objects.get(kind="contradiction", gone_at=None)
    shown = officer("desk", "desk", "IN.36.725").get(f"/hq/paper/row/{item.subject_id}/").content.decode()
    assert "OTHER-9" in shown
    assert "a register" in shown
    # when the register is right about it, its batch stands, and what else the sheet tells stays: the reaction above all
    open_items.decide(item, "phone", by=drive.asha, now=clock.now())
    assert rows_of(counted) == [("imported", other.pk, 1, "serious")]
    # and the sheet's word comes back with the decision
    item.refresh_from_db()
    open_items.take_back(item, by=drive.asha, now=clock.now())
    assert rows_of(counted) == [of_the_sheet]
    item.refresh_from_db()
    open_items.decide(item, "paper", by=drive.asha, now=clock.now())
    assert rows_of(counted) == [of_the_sheet]
    assert not any(fold_anew().values())


def test_a_register_that_says_given_and_a_sheet_that_says_nobody_came_are_asked_about(
    drive: Drive, sheets: list[Sheet], anjali: Person, tmp_path: Path
) -> None:
    # given a row that somebody said is empty, and a register that tells of a dose that day
    commands.enter_rows(sheets[0], [(row_of(sheets[0], 1), {})], by=drive.asha, way="typed", now=clock.now())
    _send_register(drive, tmp_path, f"{_ANJALI},{drive.session.on_date:%d/%m/%Y},,1")
    drain()
    open_items.find_items()
    # then it counts until somebody says that the sheet is right
    item = OpenItem.objects.get(kind="contradiction", gone_at=None)
    assert count_doses() == 1
    open_items.decide(item, "phone", by=drive.asha, now=clock.now())
    assert count_doses() == 1
    item.refresh_from_db()
    open_items.take_back(item, by=drive.asha, now=clock.now())
    item.refresh_from_db()
    open_items.decide(item, "paper", by=drive.asha, now=clock.now())
    assert count_doses() == 0


def test_a_dose_of_a_register_and_its_sheet_has_one_number_however_they_come(
    drive: Drive, sheets: list[Sheet], anjali: Person, tmp_path: Path
) -> None:
    # given a dose on a sheet, late in the day, and the same in a register, first with its batch and then with another
    late, day = str(layout.TIMES - 1), f"{drive.session.on_date:%d/%m/%Y}"
    other = Batch.objects.create(product=drive.session.product, number="OTHER-9", expires_on=date(2030, 1, 1))
    entry = GIVEN | {"time": late}
    commands.enter_rows(
        sheets[0], [(row_of(sheets[0], 1), entry)], by=drive.asha, way="typed", now=drive.session.closes_at
    )
    _send_register(drive, tmp_path, f"{_ANJALI},{day},{other.number},1")
    # then it is her first, whatever is still asked, and hers alone
    numbers = "SELECT dose_number, provenance FROM status.roster WHERE is_counted"
    assert rows_of(numbers) == [(1, "typed_once")]
    # and her first it stays when the sheet's word is taken out altogether
    commands.enter_rows(sheets[0], [(row_of(sheets[0], 1), {})], by=drive.asha, way="typed", now=clock.now())
    assert rows_of(numbers) == [(1, "imported")]
    assert not any(fold_anew().values())


@pytest.mark.parametrize("days", [-1, 1, 10])
def test_a_slip_of_a_registers_date_is_no_other_dose_until_somebody_says_so(
    drive: Drive, sheets: list[Sheet], anjali: Person, tmp_path: Path, days: int
) -> None:
    # given a dose on a sheet, and a register that tells of one a few days off
    _was_held(drive, sheets[0], days_ago=20)
    commands.enter_rows(sheets[0], [(row_of(sheets[0], 1), dict(GIVEN))], by=drive.asha, way="typed", now=clock.now())
    _send_register(drive, tmp_path, f"{_ANJALI},{drive.session.on_date + timedelta(days=days):%d/%m/%Y},,1")
    # then she has had one dose, the next is due, and somebody is asked
    numbers = "SELECT dose_number, provenance FROM status.roster WHERE is_counted ORDER BY given_at"
    assert rows_of(numbers) == [(1, "typed_once")]
    desk, page = officer("desk", "desk", "IN.36.725"), "/hq/area/IN.36.725/reviews/"
    assert "too near to another" in desk.get(page).content.decode()
    [(fact_id,)] = rows_of("SELECT fact_id FROM status.review_item WHERE kind = 'doses_too_near'")
    said = {"fact": str(fact_id), "kind": "doses_too_near", "area": "IN.36.725"}
    stranger = officer("ravi", "desk", "IN.36.721")
    assert stranger.post("/hq/paper/review/", said | {"act": "same_dose", "area": "IN.36.721"}).status_code == 404
    # when it was a dose of its own, it counts, and she is asked about no more
    if days == 10:
        desk.post("/hq/paper/review/", said | {"act": "another_dose"})
        assert rows_of(numbers) == [(1, "typed_once"), (2, "imported")]
    # when it was the same under a wrong date, it is gone
    else:
        desk.post("/hq/paper/review/", said | {"act": "same_dose"})
        assert rows_of(numbers) == [(1, "typed_once")]
    assert rows_of("SELECT count(*) FROM status.review_item") == [(0,)]
    assert (
        "decided already" in desk.post("/hq/paper/review/", said | {"act": "same_dose"}, follow=True).content.decode()
    )
    assert not any(fold_anew().values())


def test_a_register_sent_again_overturns_nothing(
    drive: Drive, sheets: list[Sheet], anjali: Person, tmp_path: Path
) -> None:
    # given a register's dose that the sheet was said to be right about: nobody came
    day = f"{drive.session.on_date:%d/%m/%Y}"
    commands.enter_rows(sheets[0], [(row_of(sheets[0], 1), {})], by=drive.asha, way="typed", now=clock.now())
    _send_register(drive, tmp_path, f"{_ANJALI},{day},,1")
    drain()
    open_items.find_items()
    open_items.decide(OpenItem.objects.get(kind="contradiction"), "paper", by=drive.asha, now=clock.now())
    assert count_doses() == 0
    # when the register comes again, longer, the dose is no news, and neither is that she came
    _send_register(drive, tmp_path, f"{_ANJALI},{day},,1", f"Rumi Pal,02/03/1990,F,HW777,{day},,1")
    assert count_doses() == 1
    open_items.find_items()
    assert not OpenItem.objects.filter(kind="contradiction", gone_at=None, decided_at=None).exists()
    assert rows_of(f"SELECT state, arrived_at FROM status.roster WHERE person_id = '{anjali.pk}'") == [
        ("expected", None)
    ]
    assert rows_of("SELECT count(*) FROM status.review_item") == [(0,)]
    assert not any(fold_anew().values())


def test_a_register_against_an_empty_row_of_a_sheet_that_is_done_with_is_asked_about(
    drive: Drive, sheets: list[Sheet], anjali: Person, tmp_path: Path
) -> None:
    rows: list[tuple[SheetRow, dict[str, str]]] = [(row, {}) for row in sheets[0].rows.all()]
    commands.enter_rows(sheets[0], rows, by=drive.asha, way="typed", now=clock.now())
    drain()
    open_items.find_items()
    sheets[0].refresh_from_db()
    assert sheets[0].state == "reconciled"
    _send_register(drive, tmp_path, f"{_ANJALI},{drive.session.on_date:%d/%m/%Y},,2")
    drain()
    open_items.find_items()
    assert OpenItem.objects.filter(kind="contradiction", subject_id=row_of(sheets[0], 1).pk, gone_at=None).exists()
    # when it is decided, and the row says something else after all, it is asked anew and stays until it is decided
    open_items.decide(_contradiction(), "phone", by=drive.asha, now=clock.now())
    drain()
    open_items.find_items()
    sheets[0].refresh_from_db()
    assert sheets[0].state == "reconciled"
    commands.enter_rows(sheets[0], [(row_of(sheets[0], 1), dict(REFUSED))], by=drive.asha, way="typed", now=clock.now())
    for _run in range(3):
        assert _contradiction().decision == ""


def test_a_dose_on_two_sheets_a_few_days_apart_is_asked_about(drive: Drive, sheets: list[Sheet]) -> None:
    # given somebody with a dose on a sheet, and a blank row of another day's sheet named as them
    person = Person.objects.get(pk=row_of(sheets[0], 1).person_id)
    commands.enter_rows(sheets[0], [(row_of(sheets[0], 1), dict(GIVEN))], by=drive.asha, way="typed", now=clock.now())
    earlier = drive.sessions[1]
    earlier.on_date -= timedelta(days=8)
    earlier.opens_at -= timedelta(days=8)
    earlier.closes_at -= timedelta(days=8)
    earlier.save()
    row = commands.row_for(earlier, person.pk, by=drive.asha, now=clock.now())
    commands.enter_rows(row.sheet, [(row, dict(GIVEN))], by=drive.asha, way="typed", now=clock.now())
    # then one dose counts, and somebody is asked about the other
    assert rows_of("SELECT dose_number FROM status.roster WHERE is_counted") == [(1,)]
    assert rows_of("SELECT kind FROM status.review_item") == [("doses_too_near",)]
    assert not any(fold_anew().values())


def test_a_register_heard_before_its_sheet_leaves_no_trace_of_a_dose_that_does_not_count(
    drive: Drive, sheets: list[Sheet], anjali: Person, tmp_path: Path
) -> None:
    # given a register that tells of her dose under the day before, and then the sheet of the day itself
    _send_register(drive, tmp_path, f"{_ANJALI},{drive.session.on_date - timedelta(days=1):%d/%m/%Y},,1")
    first_doses = "SELECT first_dose_at IS NULL, given_count FROM status.session_tally ORDER BY given_count"
    assert (False, 1) in rows_of(first_doses)
    commands.enter_rows(sheets[0], [(row_of(sheets[0], 1), dict(GIVEN))], by=drive.asha, way="typed", now=clock.now())
    # then the register's does not count, and its session has had none
    assert rows_of(first_doses) == [(True, 0), (False, 1)]
    assert not any(fold_anew().values())


@pytest.mark.parametrize("days_apart", [0, 3])
def test_two_rows_of_one_person_that_tell_of_one_dose_leave_the_second_due(
    drive: Drive, sheets: list[Sheet], days_apart: int
) -> None:
    # given two rows of the register with a dose on one day, or a few days apart, that turn out to be one person
    people = drive.people()[:2]
    for number, person in enumerate(people, start=1):
        assert row_of(sheets[0], number).person_id == person.pk
        commands.enter_rows(
            sheets[0], [(row_of(sheets[0], number), dict(GIVEN))], by=drive.asha, way="typed", now=clock.now()
        )
    drain()
    with connection.cursor() as cursor:
        cursor.execute("UPDATE status.roster SET given_at = given_at - make_interval(days => %s) WHERE person_id = %s",
                       [days_apart, people[1].pk])  # fmt: skip
    PersonLink.objects.create(person=people[1], same_as=people[0], linked_at=clock.now(), linked_by=drive.asha)
    desk = officer("desk", "desk", "IN.36.725")
    for person in people:  # and on either page there is one
        page = desk.get(f"/hq/people/{person.pk}/").content.decode()
        assert "Next dose" in page
        assert ("told twice" in page) == (days_apart > 0)
    Allotment.objects.all().delete()
    Site.objects.update(latitude=22.57, longitude=88.36)
    due = drive.sessions[1]
    due.on_date, due.opens_at, due.closes_at = (
        clock.today() + timedelta(days=30), clock.now() + timedelta(days=30), clock.now() + timedelta(days=30, hours=8),
    )  # fmt: skip
    due.save()
    # when people are placed, whoever counts has a place for the second dose
    AllotmentRun.objects.create(
        drive=due.drive, org_unit_id="IN.36.725", starts_on=clock.today(), ends_on=due.on_date, priority_groups=[],
        asked_at=clock.now(),
    )  # fmt: skip
    while allotting.work_on_allotments():
        pass
    assert list(Allotment.objects.values_list("person", flat=True)) == [people[0].pk]


def test_a_register_that_knows_it_was_the_second_is_heard_beside_the_sheet(
    drive: Drive, sheets: list[Sheet], anjali: Person, tmp_path: Path
) -> None:
    # given a dose on a sheet, which does not say the number, and a register that says it was her second
    commands.enter_rows(sheets[0], [(row_of(sheets[0], 1), dict(GIVEN))], by=drive.asha, way="typed", now=clock.now())
    _send_register(drive, tmp_path, f"{_ANJALI},{drive.session.on_date:%d/%m/%Y},,2")
    # then it is one dose, her second, and its page says that the first is on no record
    assert rows_of("SELECT dose_number, provenance FROM status.roster WHERE is_counted") == [(2, "typed_once")]
    desk = officer("desk", "desk", "IN.36.725")
    assert "an earlier dose is on no record" in desk.get(f"/hq/people/{anjali.pk}/").content.decode()
    assert not any(fold_anew().values())


def test_another_record_against_a_row_that_was_right_is_another_question(
    drive: Drive, sheets: list[Sheet], anjali: Person, tmp_path: Path
) -> None:
    # given a row that says nobody came, and was said to be right against a register
    day = f"{drive.session.on_date:%d/%m/%Y}"
    other = Batch.objects.create(product=drive.session.product, number="OTHER-9", expires_on=date(2030, 1, 1))
    commands.enter_rows(sheets[0], [(row_of(sheets[0], 1), {})], by=drive.asha, way="typed", now=clock.now())
    _send_register(drive, tmp_path, f"{_ANJALI},{day},,1")
    drain()
    open_items.find_items()
    open_items.decide(OpenItem.objects.get(kind="contradiction"), "paper", by=drive.asha, now=clock.now())
    OpenItem.objects.update(decided_at=clock.now() - timedelta(minutes=2))
    # when another register names a batch the first did not
    _send_register(drive, tmp_path, f"{_ANJALI},{day},{other.number},1", f"Rumi Pal,02/03/1990,F,HW777,{day},,1")
    drain()
    open_items.find_items()
    # then somebody is asked again
    assert OpenItem.objects.filter(kind="contradiction", gone_at=None, decided_at=None).exists()


def test_a_dose_of_its_own_goes_with_the_row_that_told_of_it(drive: Drive, sheets: list[Sheet]) -> None:
    # given two doses on two sheets a week apart, said to be two, and then the later row corrected
    _later, row = _two_doses_a_week_apart(drive, sheets)
    [(fact_id,)] = rows_of("SELECT fact_id FROM status.review_item WHERE kind = 'doses_too_near'")
    reviews.decide(fact_id, "doses_too_near", "another_dose", by=drive.asha, now=clock.now())
    assert count_doses() == 2
    row.refresh_from_db()
    commands.enter_rows(row.sheet, [(row, dict(REFUSED))], by=drive.asha, way="typed", now=clock.now())
    # then it is gone, and the second is due again
    assert rows_of("SELECT dose_number FROM status.roster WHERE is_counted") == [(1,)]
    assert rows_of("SELECT count(*) FROM status.review_item") == [(0,)]
    assert not any(fold_anew().values())


def _review(kind: str) -> UUID:
    """The one matter of that kind under review."""
    [(fact_id,)] = rows_of(f"SELECT fact_id FROM status.review_item WHERE kind = '{kind}'")
    return UUID(str(fact_id))


def test_a_registers_second_dose_with_no_first_on_record_is_asked_about(
    drive: Drive, sheets: list[Sheet], anjali: Person, tmp_path: Path
) -> None:
    day, desk = f"{drive.session.on_date:%d/%m/%Y}", officer("desk", "desk", "IN.36.725")
    page, numbers = "/hq/area/IN.36.725/reviews/", "SELECT dose_number FROM status.roster WHERE is_counted"
    # given two doses that a register calls the second, of people whose first is on no record
    _send_register(drive, tmp_path, f"{_ANJALI},{day},,2", f"Rumi Pal,02/03/1990,F,HW777,{day},,2")
    assert rows_of(numbers) == [(2,), (2,)]
    assert desk.get(page).content.decode().count("none before it is on record") == 2
    # when their first were given elsewhere, nobody is asked any more, and the number stays
    [(fact_id,), _] = rows_of("SELECT fact_id FROM status.review_item WHERE kind = 'number_too_high'")
    said = {"fact": str(fact_id), "kind": "number_too_high", "area": "IN.36.725"}
    desk.post("/hq/paper/review/", said | {"act": "earlier_elsewhere", "all": "yes"})
    assert rows_of(numbers) == [(2,), (2,)]
    assert rows_of("SELECT count(*) FROM status.review_item") == [(0,)]
    assert not any(fold_anew().values())
    # when that was wrong for one of them, it is open again, and then it is her first
    decision = ReviewDecision.objects.get(person_id=anjali.pk)
    assert str(decision.pk) in desk.get(page).content.decode()
    stranger = officer("ravi", "desk", "IN.36.725")
    taken = {"decision": str(decision.pk), "area": "IN.36.725", "act": "take_back"}
    assert stranger.post("/hq/paper/review/", taken).status_code == 404
    for _try in range(2):
        desk.post("/hq/paper/review/", taken)
        assert rows_of("SELECT person_id FROM status.review_item") == [(anjali.pk,)]
    desk.post("/hq/paper/review/", said | {"fact": str(_review("number_too_high")), "act": "number_wrong"})
    assert sorted(rows_of(numbers)) == [(1,), (2,)]
    assert rows_of("SELECT count(*) FROM status.review_item") == [(0,)]
    assert not any(fold_anew().values())


def test_a_register_that_says_first_once_more_is_asked_about(
    drive: Drive, sheets: list[Sheet], anjali: Person, tmp_path: Path
) -> None:
    # given a dose on a sheet, and a register that tells of her first 58 days before it
    numbers = "SELECT dose_number, provenance FROM status.roster WHERE is_counted ORDER BY given_at"
    early = f"{drive.session.on_date - timedelta(days=58):%d/%m/%Y}"
    commands.enter_rows(sheets[0], [(row_of(sheets[0], 1), dict(GIVEN))], by=drive.asha, way="typed", now=clock.now())
    _send_register(drive, tmp_path, f"{_ANJALI},{early},,1")
    # then that fits: the sheet does not say which it was
    assert rows_of(numbers) == [(1, "imported"), (2, "typed_once")]
    # but another register's first, 29 days later, is likelier the same told again
    late = f"{drive.session.on_date - timedelta(days=29):%d/%m/%Y}"
    _send_register(drive, tmp_path, f"{_ANJALI},{late},,1", f"Rumi Pal,02/03/1990,F,HW777,{late},,1")
    counted = rows_of(f"SELECT dose_number FROM status.roster WHERE is_counted AND person_id = '{anjali.pk}'")
    assert sorted(counted) == [(1,), (2,)]
    # when it was one of its own, it counts
    reviews.decide(_review("number_too_low"), "number_too_low", "number_wrong", by=drive.asha, now=clock.now())
    drain()
    counted = rows_of(f"SELECT dose_number FROM status.roster WHERE is_counted AND person_id = '{anjali.pk}'")
    assert sorted(counted) == [(1,), (2,), (3,)]
    reviews.take_back(ReviewDecision.objects.get().pk, by=drive.asha, now=clock.now())
    reviews.decide(_review("number_too_low"), "number_too_low", "same_dose", by=drive.asha, now=clock.now())
    drain()
    assert rows_of("SELECT count(*) FROM status.review_item") == [(0,)]
    counted = rows_of(f"SELECT dose_number FROM status.roster WHERE is_counted AND person_id = '{anjali.pk}'")
    assert sorted(counted) == [(1,), (2,)]
    assert not any(fold_anew().values())


def test_what_was_decided_of_a_row_is_taken_back_unless_the_row_moved(drive: Drive, sheets: list[Sheet]) -> None:
    # given two doses on two sheets a week apart, said to be one
    later, row = _two_doses_a_week_apart(drive, sheets)
    reviews.decide(_review("doses_too_near"), "doses_too_near", "same_dose", by=drive.asha, now=clock.now())
    assert count_doses() == 1
    # when the decision is taken back, both stand, and the matter is open
    reviews.take_back(ReviewDecision.objects.get().pk, by=drive.asha, now=clock.now())
    reviews.decide(_review("doses_too_near"), "doses_too_near", "another_dose", by=drive.asha, now=clock.now())
    assert count_doses() == 2
    # when it is taken back once more and said to be one dose after all, nothing is left of her coming twice
    reviews.take_back(ReviewDecision.objects.get(taken_back_at=None).pk, by=drive.asha, now=clock.now())
    reviews.decide(_review("doses_too_near"), "doses_too_near", "same_dose", by=drive.asha, now=clock.now())
    assert rows_of(f"SELECT arrived_at FROM status.roster WHERE session_id = '{later.pk}'") == [(None,)]
    reviews.take_back(ReviewDecision.objects.get(taken_back_at=None).pk, by=drive.asha, now=clock.now())
    reviews.decide(_review("doses_too_near"), "doses_too_near", "another_dose", by=drive.asha, now=clock.now())
    assert count_doses() == 2
    # when the row is corrected meanwhile, the decision went with it
    row.refresh_from_db()
    commands.enter_rows(row.sheet, [(row, dict(REFUSED))], by=drive.asha, way="typed", now=clock.now())
    assert count_doses() == 1
    with pytest.raises(commands.EntryError, match="row_moved"):
        reviews.take_back(ReviewDecision.objects.get(taken_back_at=None).pk, by=drive.asha, now=clock.now())
    assert count_doses() == 1
    [listed] = sql.dicts("situation/review_decisions", {"area": "IN.36", "by": drive.asha.pk})
    assert (listed["decision"], listed["is_overruled"]) == ("another_dose", True)
    assert not any(fold_anew().values())


def test_a_register_that_comes_again_longer_asks_nothing_twice(
    drive: Drive, sheets: list[Sheet], anjali: Person, tmp_path: Path
) -> None:
    # given a line of a register that could be Anjali, and is said to be somebody else
    day = f"{drive.session.on_date:%d/%m/%Y}"
    lines = [f"Anjoli Das,16/01/1985,F,,{day},,1"]
    _send_register(drive, tmp_path, *lines)
    first = ImportFile.objects.get()
    assert first.state == "review"
    imports.decide(first, state="close", decision="add", by=drive.asha)
    _apply(first)
    assert Person.objects.filter(name_latin="Anjoli Das").count() == 1
    # when the register comes again with one line more, only that is new, and her dose is told once
    doses = count_doses()
    _send_register(drive, tmp_path, *lines, f"Rumi Pal,02/03/1990,F,HW777,{day},,1")
    again = ImportFile.objects.exclude(pk=first.pk).get()
    assert again.state == "done"
    assert count_doses() == doses + 1
    assert Person.objects.filter(name_latin="Anjoli Das").count() == 1


def _apply(sent: ImportFile) -> None:
    imports.start_applying(ImportFile.objects.get(pk=sent.pk))
    while imports.work_on_imports():
        pass
    while registers.record_registers():
        pass


def _contradiction() -> OpenItem:
    """The one contradiction that waits, once it has been looked for."""
    drain()
    open_items.find_items()
    return OpenItem.objects.get(kind="contradiction", gone_at=None, decided_at=None)


def _two_batches(drive: Drive, sheet: Sheet, folder: Path) -> OpenItem:
    """What waits when Anjali's row and a register name two batches of one dose."""
    Batch.objects.create(product=drive.session.product, number="OTHER-9", expires_on=date(2030, 1, 1))
    commands.enter_rows(sheet, [(row_of(sheet, 1), dict(GIVEN))], by=drive.asha, way="typed", now=clock.now())
    _send_register(drive, folder, f"{_ANJALI},{drive.session.on_date:%d/%m/%Y},OTHER-9,1")
    return _contradiction()


def test_a_row_that_says_something_else_after_the_decision_is_another_question(
    drive: Drive, sheets: list[Sheet], anjali: Person, tmp_path: Path
) -> None:
    # given a row and a register that name two batches, and the register is said to be right
    item = _two_batches(drive, sheets[0], tmp_path)
    open_items.decide(item, "phone", by=drive.asha, now=clock.now())
    # when the row is corrected to a refusal, that is asked about
    commands.enter_rows(sheets[0], [(row_of(sheets[0], 1), dict(REFUSED))], by=drive.asha, way="typed", now=clock.now())
    assert _contradiction().pk == item.pk
    assert count_doses() == 1
    # and the decision of before can not be taken back over the correction
    OpenItem.objects.filter(pk=item.pk).update(
        decision="phone",
        decided_at=clock.now(),
        decided_by=drive.asha,
        before={"entry": dict(GIVEN), "entry_number": 2},
    )
    with pytest.raises(commands.EntryError, match="row_moved"):
        open_items.take_back(OpenItem.objects.get(pk=item.pk), by=drive.asha, now=clock.now())
    assert row_of(sheets[0], 1).entry == dict(REFUSED)


def test_a_register_overruled_for_a_batch_is_heard_again_when_the_row_tells_of_no_dose(
    drive: Drive, sheets: list[Sheet], anjali: Person, tmp_path: Path
) -> None:
    # given a row and a register that name two batches, and the sheet is said to be right
    open_items.decide(_two_batches(drive, sheets[0], tmp_path), "paper", by=drive.asha, now=clock.now())
    assert count_doses() == 1
    # when the row turns out to tell of no dose, the register's stands, and somebody is asked
    commands.enter_rows(sheets[0], [(row_of(sheets[0], 1), dict(REFUSED))], by=drive.asha, way="typed", now=clock.now())
    assert rows_of("SELECT provenance FROM status.roster WHERE is_counted") == [("imported",)]
    assert _contradiction().subject_id == row_of(sheets[0], 1).pk
    assert not any(fold_anew().values())


def test_linked_rows_are_one_person_on_their_pages_and_to_the_desk(
    drive: Drive, sheets: list[Sheet], anjali: Person, tmp_path: Path
) -> None:
    # given a dose on one row, and a second that a register tells of another row of hers
    _was_held(drive, sheets[0], days_ago=40)
    commands.enter_rows(sheets[0], [(row_of(sheets[0], 1), dict(GIVEN))], by=drive.asha, way="typed", now=clock.now())
    day = f"{drive.session.on_date + timedelta(days=30):%d/%m/%Y}"
    _send_register(drive, tmp_path, f"Rumi Pal,02/03/1990,F,HW777,{day},,2")
    drain()
    desk, other = officer("desk", "desk", "IN.36.725"), Person.objects.get(name_latin="Rumi Pal")
    assert "none before it is on record" in desk.get("/hq/area/IN.36.725/reviews/").content.decode()
    assert "Next dose" in desk.get(f"/hq/people/{anjali.pk}/").content.decode()
    # when they are said to be one
    PersonLink.objects.create(person=other, same_as=anjali, linked_at=clock.now(), linked_by=drive.asha)
    # then she has had both, on either page, and nobody is asked about the second
    assert "none before it is on record" not in desk.get("/hq/area/IN.36.725/reviews/").content.decode()
    for person in (anjali, other):
        page = desk.get(f"/hq/people/{person.pk}/").content.decode()
        assert "Next dose" not in page
        assert "an earlier dose is on no record" not in page


def test_what_waits_for_a_decision_is_on_the_board_of_a_day_without_sessions(
    drive: Drive, anjali: Person, tmp_path: Path
) -> None:
    _send_register(drive, tmp_path, f"{_ANJALI},{drive.session.on_date:%d/%m/%Y},,2")
    drain()
    Session.objects.update(on_date=F("on_date") - timedelta(days=1))
    page = officer("desk", "desk", "IN.36.725").get("/hq/area/IN.36.725/").content.decode()
    assert "No sessions are planned here today" in page
    assert 'href="/hq/area/IN.36.725/reviews/"' in page


def test_a_dose_said_to_be_the_rows_is_heard_again_when_the_row_tells_of_none(
    drive: Drive, sheets: list[Sheet], anjali: Person, tmp_path: Path
) -> None:
    # given a sheet's dose, and a register's of the day before that was said to be the same
    commands.enter_rows(sheets[0], [(row_of(sheets[0], 1), dict(GIVEN))], by=drive.asha, way="typed", now=clock.now())
    _send_register(drive, tmp_path, f"{_ANJALI},{drive.session.on_date - timedelta(days=1):%d/%m/%Y},,1")
    reviews.decide(_review("doses_too_near"), "doses_too_near", "same_dose", by=drive.asha, now=clock.now())
    assert count_doses() == 1
    # when the row turns out to tell of no dose, the register's is the one there was
    commands.enter_rows(sheets[0], [(row_of(sheets[0], 1), dict(REFUSED))], by=drive.asha, way="typed", now=clock.now())
    assert rows_of("SELECT provenance, dose_number FROM status.roster WHERE is_counted") == [("imported", 1)]
    assert not any(fold_anew().values())


def test_a_register_that_says_the_number_later_is_heard(
    drive: Drive, sheets: list[Sheet], anjali: Person, tmp_path: Path
) -> None:
    # given a register that does not say which dose it was, and comes again saying that it was the second
    day = f"{drive.session.on_date:%d/%m/%Y}"
    _send_register(drive, tmp_path, f"{_ANJALI},{day},,")
    numbers = "SELECT dose_number FROM status.roster WHERE is_counted"
    assert rows_of(numbers) == [(1,)]
    _send_register(drive, tmp_path, f"{_ANJALI},{day},,2")
    assert rows_of(numbers) == [(2,)]
    # then it is one dose, asked about once, and what is decided of it stands when it comes once more, or is overruled
    reviews.decide(_review("number_too_high"), "number_too_high", "number_wrong", by=drive.asha, now=clock.now())
    _send_register(drive, tmp_path, f"{_ANJALI},{day},,2", f"Rumi Pal,02/03/1990,F,HW777,{day},,1")
    assert rows_of(f"{numbers} AND person_id = '{anjali.pk}'") == [(1,)]
    assert rows_of("SELECT count(*) FROM status.review_item") == [(0,)]
    assert not any(fold_anew().values())
    commands.enter_rows(sheets[0], [(row_of(sheets[0], 1), dict(REFUSED))], by=drive.asha, way="typed", now=clock.now())
    open_items.decide(_contradiction(), "paper", by=drive.asha, now=clock.now())
    with pytest.raises(commands.EntryError, match="row_moved"):
        reviews.take_back(ReviewDecision.objects.get().pk, by=drive.asha, now=clock.now())


def test_a_number_filled_in_later_takes_the_place_of_none(
    drive: Drive, sheets: list[Sheet], anjali: Person, tmp_path: Path
) -> None:
    # given a dose on a sheet, and a register's of a month later without a number
    _was_held(drive, sheets[0], days_ago=30)
    commands.enter_rows(sheets[0], [(row_of(sheets[0], 1), dict(GIVEN))], by=drive.asha, way="typed", now=clock.now())
    later = f"{clock.now():%d/%m/%Y}"
    _send_register(drive, tmp_path, f"{_ANJALI},{later},,")
    numbers = "SELECT dose_number FROM status.roster WHERE is_counted ORDER BY given_at"
    assert rows_of(numbers) == [(1,), (2,)]
    # when the register says that it was the first, that is asked about, and one answer is enough
    _send_register(drive, tmp_path, f"{_ANJALI},{later},,1")
    reviews.decide(_review("number_too_low"), "number_too_low", "same_dose", by=drive.asha, now=clock.now())
    assert rows_of(numbers) == [(1,)]
    assert rows_of("SELECT count(*) FROM status.review_item") == [(0,)]
    # when it says that it was the second after all, it counts
    _send_register(drive, tmp_path, f"{_ANJALI},{later},,2")
    assert rows_of(numbers) == [(1,), (2,)]
    # and its earlier words are no news
    _send_register(drive, tmp_path, f"{_ANJALI},{later},,1", f"Rumi Pal,02/03/1990,F,HW777,{later},,1")
    assert rows_of(numbers.replace("ORDER", f"AND person_id = '{anjali.pk}' ORDER")) == [(1,), (2,)]
    assert not any(fold_anew().values())


def test_of_two_sheets_the_other_is_heard_again_when_one_tells_of_no_dose(drive: Drive, sheets: list[Sheet]) -> None:
    # given one dose on two sheets, said to be the same
    later, row = _two_doses_a_week_apart(drive, sheets)
    reviews.decide(_review("doses_too_near"), "doses_too_near", "same_dose", by=drive.asha, now=clock.now())
    assert count_doses() == 1
    # when the row that stood turns out to tell of no dose, the other's is the one there was
    first = row_of(sheets[0], 1)
    commands.enter_rows(sheets[0], [(first, dict(REFUSED))], by=drive.asha, way="typed", now=clock.now())
    assert count_doses() == 1
    assert rows_of("SELECT session_id FROM status.roster WHERE is_counted") == [(later.pk,)]
    row.refresh_from_db()
    assert row.fact_ids
    assert not any(fold_anew().values())


def test_a_dose_told_again_by_a_linked_row_takes_no_later_dose_with_it(
    drive: Drive, sheets: list[Sheet], anjali: Person, tmp_path: Path
) -> None:
    # given a person with two doses, and another row of theirs that tells of the first under a date between them
    assert sheets
    days = {ago: f"{drive.session.on_date - timedelta(days=ago):%d/%m/%Y}" for ago in (0, 10, 28)}
    rumi = "Rumi Pal,02/03/1990,F,HW777"
    _send_register(drive, tmp_path, f"{rumi},{days[28]},,", f"{_ANJALI},{days[10]},,")
    _send_register(drive, tmp_path, f"{rumi},{days[0]},,")
    other = Person.objects.get(name_latin="Rumi Pal")
    PersonLink.objects.create(person=other, same_as=anjali, linked_at=clock.now(), linked_by=drive.asha)
    drain()
    # then they have two doses, wherever it is asked
    for person in (anjali, other):
        doses = sql.dicts("register/doses_of", {"person_id": person.pk})
        assert [f"{one['given_at'].astimezone(clock.INDIA):%d/%m/%Y}" for one in doses] == [days[28], days[0]]
    inputs = {
        "area": "IN.36", "drive_id": drive.session.drive_id, "starts_on": clock.today(), "today": clock.today(), "groups": ["HCW"],
        "ends_on": clock.today() + timedelta(days=60),
    }  # fmt: skip
    Allotment.objects.all().delete()
    placed = {row[0] for row in sql.rows("planning/to_place", inputs)}
    assert not placed & {anjali.pk, other.pk}


def test_of_one_dose_under_two_dates_the_desk_says_which(
    drive: Drive, sheets: list[Sheet], anjali: Person, tmp_path: Path
) -> None:
    # given a register that puts the date of a dose right in its next version
    assert sheets
    wrong, right = (drive.session.on_date - timedelta(days=ago) for ago in (1, 0))
    _send_register(drive, tmp_path, f"{_ANJALI},{wrong:%d/%m/%Y},,1")
    _send_register(drive, tmp_path, f"{_ANJALI},{right:%d/%m/%Y},,1")
    counted = "SELECT (given_at AT TIME ZONE 'Asia/Kolkata')::date, dose_number FROM status.roster WHERE is_counted"
    assert rows_of(counted) == [(wrong, 1)]
    # when the desk says that the later date is the right one
    desk = officer("desk", "desk", "IN.36.725")
    page = desk.get("/hq/area/IN.36.725/reviews/").content.decode()
    assert page.count("The same dose, given on") == 2
    said = {"fact": str(_review("doses_too_near")), "kind": "doses_too_near", "area": "IN.36.725", "act": "this_stands"}
    desk.post("/hq/paper/review/", said)
    assert rows_of(counted) == [(right, 1)]
    assert rows_of("SELECT count(*) FROM status.review_item") == [(0,)]
    # and may say so of the other after all
    listed = desk.get("/hq/area/IN.36.725/reviews/").content.decode()
    assert "the other record was wrong" in listed
    desk.post(
        "/hq/paper/review/", {"decision": str(ReviewDecision.objects.get().pk), "area": "IN.36.725", "act": "take_back"}
    )
    assert rows_of("SELECT kind FROM status.review_item") == [("doses_too_near",)]
    assert not any(fold_anew().values())
