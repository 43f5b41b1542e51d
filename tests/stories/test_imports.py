# SPDX-License-Identifier: Apache-2.0
"""Lists come as messy as they come; every row is read, or says what is wrong with it and what to do."""

from collections import Counter
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
import xlsxwriter
from allauth.mfa.models import Authenticator
from django.test import Client

from doseline.imports import commands, queries, staging, wording
from doseline.imports.models import ImportFile
from doseline.imports.sources import SourceError
from doseline.people.models import ContactPoint, Identifier, Person, PersonChange
from doseline.places.models import OrgUnit
from doseline.shared import clock, sql
from doseline.staff.commands import add_officer
from doseline.staff.models import Staff
from tests.drive import Drive

HEAD = "Sl No,Name of HCW,Date of Birth,Gender,Mobile No.,Employee ID,Facility Name,District\n"
MESSY = [
    "1,Anjali Das,16/01/1985,F,+91 58300 12345,HW 0001,Rural Hospital,Kolkata",
    "2,অর্পিতা চক্রবর্তী,১৬/০২/১৯৯০,মহিলা,৫৮৩০০১২৩৪৬,HW0002,Rural Hospital,কলকাতা",
    "3,Sunil Mondal / সুনীল মণ্ডল,1979-12-30,Male,058300 12347,HW-0003,,",
    '4,"Khatun, Yasmin",31063,female,5830012348.0,HW0004,Rural Hospital,725',
    "5,,01/01/1980,F,5830012349,HW0005,,Kolkata",
    "6,Rina Pal,31/02/1980,F,5830012350,HW0006,,Kolkata",
    "7,Rina Pal,01/02/1980,F,9.83E+09,HW0007,,Kolkata",
    "8,Soma Sen,01/02/1980,X,5830012351,HW0008,,Kolkata",
    "9,Soma Sen,01/02/1980,F,58300,HW0009,,Atlantis",
    "10,Anjali Das,16-01-85,F,5830012345,HW0001,Rural Hospital,Kolkata",
    "11,,,,,,,",
    "12,  , ,,,,, ",
    "",
]


@pytest.fixture
def dipa(drive: Drive) -> Staff:
    assert drive
    return add_officer(
        username="dipa", password="x" * 12, display_name="Dipa", role="district_officer",
        area=OrgUnit.objects.get(code="IN.36.725"),
    )  # fmt: skip


def _send(path: Path, dipa: Staff, kind: str = "people", name: str = "") -> ImportFile:
    return commands.receive_list(
        path, name=name or path.name, kind=kind, org_unit=OrgUnit.objects.get(code="IN.36.725"), institution="",
        priority_group="HCW", by=dipa,
    )  # fmt: skip


def _read(sent: ImportFile, columns: list[str] | None = None) -> ImportFile:
    assert commands.choose_columns(sent, columns=columns or sent.columns, month_first=sent.month_first) == []
    assert commands.work_on_imports()
    sent.refresh_from_db()
    return sent


def _apply(sent: ImportFile) -> ImportFile:
    commands.start_applying(sent)
    assert commands.work_on_imports()
    sent.refresh_from_db()
    return sent


def _rows(sent: ImportFile) -> list[dict[str, Any]]:
    return [
        row
        for state in ("faulty", "twice", "new", "same", "differs", "moves", "close")
        for row in sql.dicts("imports/rows_page", {"import_id": sent.pk, "kind": state, "limit": 10_000, "after": 0})
    ]


def _counts(sent: ImportFile) -> Counter[str]:
    return Counter(row["state"] for row in _rows(sent))


def _write(folder: Path, text: str, name: str = "list.csv", encoding: str = "utf-8") -> Path:
    path = folder / name
    path.write_bytes(text.encode(encoding))
    return path


def test_a_messy_list_is_understood(dipa: Staff, tmp_path: Path) -> None:
    sent = _send(_write(tmp_path, "Health workers of Kolkata\n\n" + HEAD + "\n".join(MESSY)), dipa)
    assert sent.columns == ["", "name", "born_on", "sex", "phone", "id_employer_card", "institution", "district"]
    assert sent.header_row == 2
    read = _read(sent)
    assert read.state == "review"
    assert _counts(sent) == {"new": 5, "faulty": 4, "twice": 1}
    faults = {
        row["row_number"]: [code for _, _, code in row["problems"]] for row in _rows(sent) if row["state"] == "faulty"
    }
    assert faults == {
        5: ["name_missing"], 6: ["date_unreadable"], 8: ["sex_unknown"],
        9: ["phone_unreadable", "area_unknown"],
    }  # fmt: skip
    # when it is applied, the good rows become people with all they said
    done = _apply(read)
    assert done.state == "done"
    anjali = Person.objects.get(name_latin="Anjali Das")
    assert (anjali.born_on, anjali.sex, anjali.institution, anjali.org_unit_id) == (
        date(1985, 1, 16), "female", "Rural Hospital", "IN.36.725",
    )  # fmt: skip
    assert ContactPoint.objects.get(person=anjali).value == "5830012345"
    assert Identifier.objects.get(person=anjali).value == "HW0001"
    arpita = Person.objects.get(name_local="অর্পিতা চক্রবর্তী")
    assert (arpita.born_on, ContactPoint.objects.get(person=arpita).value) == (date(1990, 2, 16), "5830012346")
    sunil = Person.objects.get(name_latin="Sunil Mondal")
    assert (sunil.name_local, sunil.born_on) == ("সুনীল মণ্ডল", date(1979, 12, 30))
    assert Person.objects.get(name_latin="Khatun, Yasmin").born_on == date(1985, 1, 16)
    change = PersonChange.objects.get(person=anjali)
    assert (change.import_id, change.row_number, change.field) == (
        sent.pk,
        4,
        "registered",
    )  # as the spreadsheet counts


def test_a_code_has_one_sentence() -> None:
    tables: list[dict[str, Any]] = [
        wording.FAULTS,
        wording.REFUSALS,
        wording.FIELDS,
        wording.KINDS,
        wording.REASONS,
        wording.STATES,
        wording.OUTCOMES,
    ]
    counts = Counter(code for table in tables for code in table)
    assert [code for code, count in counts.items() if count > 1] == []


def test_the_same_list_again_changes_nothing(dipa: Staff, tmp_path: Path) -> None:
    path = _write(tmp_path, HEAD + "\n".join(MESSY[:4]))
    _apply(_read(_send(path, dipa)))
    before = list(Person.objects.order_by("pk").values()), ContactPoint.objects.count(), PersonChange.objects.count()
    again = _read(_send(path, dipa))
    assert _counts(again) == {"same": 4}
    assert _apply(again).state == "done"
    assert (
        list(Person.objects.order_by("pk").values()),
        ContactPoint.objects.count(),
        PersonChange.objects.count(),
    ) == before


def test_a_list_whose_reader_was_killed_is_taken_up_at_once(dipa: Staff, tmp_path: Path) -> None:
    # given a list that a process which is no more was reading a moment ago
    sent = _send(_write(tmp_path, HEAD + "\n".join(MESSY[:4])), dipa)
    assert commands.choose_columns(sent, columns=sent.columns, month_first=sent.month_first) == []
    ImportFile.objects.update(worked_on_until=clock.now() + timedelta(minutes=1))
    assert not commands.work_on_imports()
    # when Doseline is started again on its own database
    sql.run("errands/take_up_again")
    # then nobody waits for that lease to end
    assert commands.work_on_imports()
    sent.refresh_from_db()
    assert (sent.state, len(_rows(sent))) == ("review", 4)


def test_what_differs_waits_for_a_word(dipa: Staff, tmp_path: Path) -> None:
    _apply(_read(_send(_write(tmp_path, HEAD + MESSY[0]), dipa)))
    OrgUnit.objects.create(code="IN.36.725.1", level="block", parent_id="IN.36.725", name="Ward 1")
    changed = "1,Anjali Das,16/01/1985,F,58300 99999,HW0001,District Hospital,Kolkata"
    sent = _read(_send(_write(tmp_path, HEAD + changed), dipa))
    row = _rows(sent)[0]
    assert row["state"] == "moves"
    assert row["differences"] == {
        "institution": ["Rural Hospital", "District Hospital"],
        "phone": ["5830012345", "5830099999"],
    }
    # given no word, applying leaves the person as they were and the row waiting
    assert _apply(sent).state == "review"
    anjali = Person.objects.get(name_latin="Anjali Das")
    assert anjali.institution == "Rural Hospital"
    # when the list's word is taken, all of it is
    commands.decide(sent, state="moves", decision="take", by=dipa)
    assert _apply(sent).state == "done"
    anjali.refresh_from_db()
    assert anjali.institution == "District Hospital"
    assert sorted(ContactPoint.objects.filter(person=anjali).values_list("value", flat=True)) == [
        "5830012345",
        "5830099999",
    ]
    fields = set(PersonChange.objects.filter(person=anjali, import_id=sent.pk).values_list("field", "before", "after"))
    assert fields == {
        ("institution", "Rural Hospital", "District Hospital"), ("phone", "5830012345", "5830099999"),
    }  # fmt: skip


def test_a_person_changed_since_is_looked_at_again(dipa: Staff, tmp_path: Path) -> None:
    _apply(_read(_send(_write(tmp_path, HEAD + MESSY[0]), dipa)))
    sent = _read(_send(_write(tmp_path, HEAD + MESSY[0].replace("Rural", "District")), dipa))
    commands.decide(sent, state="moves", decision="take", by=dipa)
    # given someone else changes the person between review and commit
    Person.objects.filter(name_latin="Anjali Das").update(institution="Elsewhere", version=7)
    assert _apply(sent).state == "review"
    assert Person.objects.get(name_latin="Anjali Das").institution == "Elsewhere"
    # then the row waits for a word again, as what it is now, and with that word it is applied
    [row] = _rows(sent)
    assert (row["state"], row["outcome"], row["decision"]) == ("moves", None, None)
    assert row["differences"]["institution"] == ["Elsewhere", "District Hospital"]
    commands.decide(sent, state="moves", decision="take", by=dipa)
    assert _apply(sent).state == "done"
    assert Person.objects.get(name_latin="Anjali Das").institution == "District Hospital"


def test_namesakes_far_apart_in_one_list_are_all_added(dipa: Staff, tmp_path: Path) -> None:
    # given two people of one name and age, with phones of their own, too far apart to be applied in one batch
    head = "Name,Age,Gender,Mobile No.,Facility Name,District\n"
    between = "".join(f"Person {n:05d},{20 + n % 50},F,,Hospital,Kolkata\n" for n in range(2_100))
    rows = f"Anjali Das,36,F,5830012345,One,Kolkata\n{between}Anjali Das,36,F,5830099999,Two,Kolkata\n"
    sent = _apply(_read(_send(_write(tmp_path, head + rows), dipa)))
    # then both are in the register, and nothing of the list is left
    assert sent.state == "done"
    assert Person.objects.filter(name_latin="Anjali Das").count() == 2


def test_somebody_who_came_meanwhile_is_met_in_the_review(dipa: Staff, tmp_path: Path) -> None:
    # given a list read but not applied, and another that brings one of its people first
    late = _read(_send(_write(tmp_path, HEAD + MESSY[0]), dipa))
    _apply(_read(_send(_write(tmp_path, HEAD + MESSY[0] + "\n" + MESSY[1], "first.csv"), dipa)))
    # when it is applied
    assert _apply(late).state == "done"
    # then the row is what it is now: the same as the register, and nobody is there twice
    assert [(row["state"], row["outcome"]) for row in _rows(late)] == [("same", "left")]
    assert Person.objects.filter(name_latin="Anjali Das").count() == 1


def test_the_same_bytes_again_are_the_same_people_however_little_is_said(dipa: Staff, tmp_path: Path) -> None:
    # given a list that says no more than name, age and phone, sent a second time after it was applied
    path = _write(tmp_path, "Name,Age,Gender,Mobile No.,District\nAnjali Das,36,F,5830012345,Kolkata\n")
    _apply(_read(_send(path, dipa)))
    again = _read(_send(path, dipa))
    # then its people are known, without anybody's word
    assert _counts(again) == {"same": 1}
    assert _apply(again).state == "done"
    assert Person.objects.filter(name_latin="Anjali Das").count() == 1
    # and the first list does not take the second for an earlier one
    desk = _desk(dipa)
    first = ImportFile.objects.order_by("sent_at")[0]
    assert "The very same file" not in desk.get(f"/hq/lists/{first.pk}/").content.decode()
    # given the list anew with a line more: one by one they are close matches, and one word settles the likely ones
    more = _write(tmp_path, path.read_text(encoding="utf-8") + "Rumi Pal,30,F,12,Kolkata\n", "more.csv")
    sent = _read(_send(more, dipa))
    assert _counts(sent) == {"close": 1, "new": 1}
    page = f"/hq/lists/{sent.pk}/rows/likely/"
    assert "1 is the same person" in desk.get(page).content.decode()
    assert "1 row decided." in desk.post(page, {"choice": "likely"}, follow=True).content.decode()
    # and who is taken without a phone is counted and listed
    assert "no phone number" in desk.get(f"/hq/lists/{sent.pk}/rows/noted/").content.decode()
    assert _apply(sent).state == "done"
    assert Person.objects.filter(name_latin="Anjali Das").count() == 1


def test_namesakes_can_both_be_kept(dipa: Staff, tmp_path: Path) -> None:
    _apply(_read(_send(_write(tmp_path, HEAD + MESSY[0]), dipa)))
    twin = "1,Anjali Das,16/01/1985,F,58300 55555,,Other Hospital,Kolkata"
    sent = _read(_send(_write(tmp_path, HEAD + twin), dipa))
    row = _rows(sent)[0]
    assert row["state"] == "close"
    assert row["candidates"][0]["reasons"][:2] == ["name_same", "born_same"]
    commands.decide(sent, state="close", decision="add", by=dipa, rows=[1])
    assert _apply(sent).state == "done"
    assert Person.objects.filter(name_latin="Anjali Das").count() == 2


def test_the_likeliest_close_matches_come_first(dipa: Staff, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    _apply(_read(_send(_write(tmp_path, HEAD + MESSY[0]), dipa)))
    # given a weak match before a strong one, a row a page
    rows = [
        "1,Anjali Das,1985,F,58300 44444,,Other Hospital,Kolkata",
        "2,Anjali Das,16/01/1985,F,58300 55555,,Other Hospital,Kolkata",
    ]
    sent = _read(_send(_write(tmp_path, HEAD + "\n".join(rows)), dipa))
    assert _counts(sent) == {"close": 2}
    monkeypatch.setattr(queries, "ROWS_PER_PAGE", 1)
    desk, page = _desk(dipa), f"/hq/lists/{sent.pk}/rows/close/"
    first, second = desk.get(page).content.decode(), desk.get(f"{page}?after=1").content.decode()
    assert ("58300 55555" in first or "5830055555" in first, "5830044444" in second) == (True, True)
    assert "Next rows" in first
    assert "Next rows" not in second


def test_headers_in_two_languages_years_for_dates_and_two_people_in_a_cell(dipa: Staff, tmp_path: Path) -> None:
    text = "নাম / Name of Beneficiary,DOB (জন্মতারিখ),লিঙ্গ\nRina Pal,1977,F\n"
    text += "Rina Paul / Md Salim Chatterjee,1978,F\nরিনা পাল / Rina Pal,1979,F\n"
    sent = _send(_write(tmp_path, text), dipa)
    assert sent.columns == ["name", "born_on", "sex"]
    _read(sent)
    rows = {row["row_number"]: row for row in _rows(sent)}
    assert (rows[1]["born_on"], rows[1]["born_year"]) == (None, 1977)
    assert [code for _, _, code in rows[2]["problems"]] == ["two_people"]
    assert (rows[3]["name_latin"], rows[3]["name_local"]) == ("Rina Pal", "রিনা পাল")


def test_what_somebody_said_of_a_header_is_remembered(dipa: Staff, tmp_path: Path) -> None:
    head = "Worker,Came into the world,Gender\n"
    first = _send(_write(tmp_path, head + "Rina Pal,01/02/1980,F\n"), dipa)
    assert first.columns == ["", "", "sex"]
    _read(first, ["name", "born_on", "sex"])
    second = _send(_write(tmp_path, "What is wrong," + head + "x,Soma Pal,01/02/1981,F\n", name="second.csv"), dipa)
    assert second.columns == ["", "name", "born_on", "sex"]


def test_a_list_without_a_header_loses_nobody(dipa: Staff, tmp_path: Path) -> None:
    """Its first person's workplace is called like a column of ours: somebody says that there is no header."""
    sent = _send(_write(tmp_path, "Rina Pal,01/02/1980,F,Facility Name\nSoma Pal,01/02/1981,F,Facility Name\n"), dipa)
    assert sent.header_row == 0
    commands.choose_columns(sent, columns=["name", "born_on", "sex", ""], month_first=False, has_header=False)
    while commands.work_on_imports():
        pass
    assert _counts(sent) == {"new": 2}


def test_a_list_is_finished_without_what_waits(dipa: Staff, tmp_path: Path) -> None:
    """Once some of it is in the register it cannot be cancelled; what still waits for a word can be left out."""
    _apply(
        _read(_send(_write(tmp_path, HEAD + "1,Rina Pal,01/02/1980,F,5830012345,HW1,Rural Hospital,Kolkata\n"), dipa))
    )
    again = _send(_write(tmp_path, HEAD + "1,Rina Pal,01/02/1980,F,5830099999,HW1,Rural Hospital,Kolkata\n"
                         "2,Soma Sen,05/06/1985,F,5830088888,HW2,Rural Hospital,Kolkata\n", name="second.csv"), dipa)  # fmt: skip
    part = _apply(_read(again))
    assert (part.state, part.rows_staged) == ("review", 2)
    client = _desk(dipa)
    page = client.get(f"/hq/lists/{part.pk}/").content.decode()
    assert "Applied, but for what waits" in page
    assert "Cancel this list" not in page
    assert client.post(f"/hq/lists/{part.pk}/cancel/").status_code == 404
    client.post(f"/hq/lists/{part.pk}/finish/")
    while commands.work_on_imports():
        pass
    part.refresh_from_db()
    assert part.state == "done"
    assert ContactPoint.objects.filter(value="5830099999").count() == 0


def _desk(staff: Staff) -> Client:
    Authenticator.objects.create(user=staff, type=Authenticator.Type.TOTP, data={"secret": "not used here"})
    client = Client()
    client.force_login(staff)
    return client


def test_a_wrong_file_is_held_whole(dipa: Staff, tmp_path: Path) -> None:
    rows = [f"{n},Person{'abcdefghijkl'[n]} Das,0{n % 9 + 1}/01/1985,F,583001{n:04d},HW9{n:03d},," for n in range(12)]
    sent = _read(_send(_write(tmp_path, HEAD + "\n".join(rows)), dipa, kind="changes"))
    assert (sent.state, sent.problem) == ("held", "wrong_file")
    people = Person.objects.count()
    assert not commands.work_on_imports()
    assert Person.objects.count() == people


def test_a_list_goes_on_where_it_was_cut_off(dipa: Staff, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(staging, "READ_AT_ONCE", 2)
    monkeypatch.setattr(commands, "_APPLIED_AT_ONCE", 2)
    sent = _send(_write(tmp_path, HEAD + "\n".join(MESSY)), dipa)
    commands.choose_columns(sent, columns=sent.columns, month_first=False)
    for rows_read in (2, 4, 6, 8, 10):
        assert commands.work_on_imports(lambda: True)  # stopped after every batch
        sent.refresh_from_db()
        assert (sent.state, sent.rows_read) == ("reading", rows_read)
    while sent.state == "reading":
        commands.work_on_imports()
        sent.refresh_from_db()
    assert _counts(sent) == {"new": 5, "faulty": 4, "twice": 1}
    commands.start_applying(sent)
    while sent.state in ("review", "applying"):
        commands.work_on_imports(lambda: True)
        sent.refresh_from_db()
    assert Person.objects.filter(registered_by_fact=None, name_latin__in=["Anjali Das", "Sunil Mondal"]).count() == 2


def test_a_cancelled_list_stops(dipa: Staff, tmp_path: Path) -> None:
    sent = _read(_send(_write(tmp_path, HEAD + "\n".join(MESSY)), dipa))
    commands.cancel(sent)
    people = Person.objects.count()
    commands.start_applying(sent)
    assert not commands.work_on_imports()
    assert Person.objects.count() == people


@pytest.mark.parametrize(
    ("encoding", "separator"),
    [("utf-8-sig", ","), ("utf-16", "\t"), ("utf-16-le", ","), ("cp1252", ";"), ("utf-8", "|")],
)
def test_encodings_and_separators(dipa: Staff, tmp_path: Path, encoding: str, separator: str) -> None:
    text = (HEAD + "\n".join(MESSY[:1])).replace(",", separator)
    if encoding == "cp1252":
        text = text.replace("Anjali", "Renée").replace("Rural", "Saint-André")
    else:
        text = text.replace("Anjali Das", "অঞ্জলি দাস")
    sent = _read(_send(_write(tmp_path, text, encoding=encoding), dipa))
    assert _counts(sent) == {"new": 1}
    row = _rows(sent)[0]
    assert (row["name_local"] or row["name_latin"]) in ("অঞ্জলি দাস", "Renée Das")


def test_a_workbook_with_dates_formulas_and_long_numbers(dipa: Staff, tmp_path: Path) -> None:
    path = tmp_path / "list.xlsx"
    book = xlsxwriter.Workbook(path)
    sheet, day = book.add_worksheet("HCW"), book.add_format({"num_format": "dd/mm/yyyy"})
    sheet.write_row(1, 0, ["নাম", "জন্ম তারিখ", "লিঙ্গ", "মোবাইল নম্বর", "আধার নম্বর"])
    sheet.write_row(2, 0, ["অঞ্জলি দাস"])
    sheet.write_datetime(2, 1, date(1985, 1, 16), day)
    sheet.write(2, 2, "মহিলা")
    sheet.write_number(2, 3, 5830012345)
    sheet.write_number(2, 4, 123456789012)
    sheet.write_formula(3, 0, '=HYPERLINK("http://x","y")', None, "সুনীল মণ্ডল")
    sheet.write_row(3, 1, ["30.12.79", "পুরুষ", "58300 12346", "1.23457E+11"])
    book.close()
    sent = _read(_send(path, dipa))
    assert _counts(sent) == {"new": 1, "faulty": 1}
    new, faulty = (next(row for row in _rows(sent) if row["state"] == state) for state in ("new", "faulty"))
    assert (new["name_local"], new["born_on"], new["phone"]) == ("অঞ্জলি দাস", date(1985, 1, 16), "5830012345")
    assert faulty["cells"][0] == "সুনীল মণ্ডল"
    assert [code for _, _, code in faulty["problems"]] == ["number_ruined"]


def _zip(folder: Path, **members: bytes) -> Path:
    import zipfile

    path = folder / "list.xlsx"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as made:
        for name, content in members.items():
            made.writestr(name.replace("__", "/"), content)
    return path


@pytest.mark.parametrize(
    ("content", "name", "code"),
    [
        (b"", "list.csv", "empty_file"),
        (b"\n\n , ,\n", "list.csv", "empty_file"),
        (b"%PDF-1.7 ...", "list.csv", "wrong_type"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"EncryptedPackage", "list.xlsx", "locked_workbook"),
        (b"PK\x03\x04 not a zip", "list.xlsx", "broken_workbook"),
        (b"a," * 10_000 + b"\nb\n", "list.csv", "too_many_columns"),
    ],
)
def test_what_is_no_list_is_refused(dipa: Staff, tmp_path: Path, content: bytes, name: str, code: str) -> None:
    path = tmp_path / name
    path.write_bytes(content)
    with pytest.raises(SourceError) as refused:
        _send(path, dipa)
    assert refused.value.code == code
    assert not ImportFile.objects.exists()


def test_macros_bombs_and_other_zips_are_refused(dipa: Staff, tmp_path: Path) -> None:
    for members, code in (
        ({"[Content_Types].xml": b"", "xl__workbook.xml": b"", "xl__vbaProject.bin": b"x"}, "macro_workbook"),
        ({"[Content_Types].xml": b"", "xl__sheet.xml": b"0" * 60_000_000}, "zip_bomb"),
        ({"photo.jpg": b"x"}, "wrong_type"),
    ):
        with pytest.raises(SourceError) as refused:
            _send(_zip(tmp_path, **members), dipa)
        assert refused.value.code == code


def test_the_file_rests_encrypted_and_is_purged(dipa: Staff, tmp_path: Path) -> None:
    from django.utils import timezone

    from doseline.imports.models import ImportChunk

    sent = _read(_send(_write(tmp_path, HEAD + "\n".join(MESSY)), dipa))
    assert all(b"Anjali" not in bytes(chunk.closed) for chunk in ImportChunk.objects.all())
    assert commands.sample_of(sent)[1][1] == "Anjali Das"
    ImportFile.objects.filter(pk=sent.pk).update(purge_at=timezone.now())
    assert commands.purge_old_files() == 1
    with pytest.raises(SourceError, match="purged"):
        commands.sample_of(sent)


def test_every_document_of_a_row_is_kept(dipa: Staff, tmp_path: Path) -> None:
    # given a list with two numbers a person
    head = "Name,Date of Birth,Gender,Mobile,Employee ID,Aadhaar No\n"
    text = head + "Anjali Das,16/01/1985,F,5830012345,HW0001,1637 2651 6761\nRumi Pal,17/02/1986,F,5830012346,HW0002,\n"
    _apply(_read(_send(_write(tmp_path, text), dipa)))
    # then both are in the register, each under its kind
    known = (
        Identifier.objects.filter(person__name_latin__in=["Anjali Das", "Rumi Pal"])
        .order_by("person__name_latin", "kind")
        .values_list("person__name_latin", "kind", "value")
    )
    assert list(known) == [
        ("Anjali Das", "aadhaar", "163726516761"), ("Anjali Das", "employer_card", "HW0001"), ("Rumi Pal", "employer_card", "HW0002"),
    ]  # fmt: skip
    # and a later list that brings one more is a difference, taken as one
    sent = _read(_send(_write(tmp_path, text.replace("HW0002,", "HW0002,2222 3333 4444"), "later.csv"), dipa))
    assert _counts(sent) == {"same": 1, "differs": 1}
    commands.decide(sent, state="differs", decision="take", by=dipa)
    _apply(sent)
    assert Identifier.objects.filter(person__name_latin="Rumi Pal", kind="aadhaar", value="222233334444").exists()


def test_numbers_with_exponents_ages_for_dates_and_odd_groups(dipa: Staff, tmp_path: Path) -> None:
    head = "Name,DOB / Age,Gender,Mobile No.,Employee ID,Category,District\n"
    rows = [
        "Anjali Das,37,F,6.755043021E+09,1.2345678E+07,HCW,Kolkata",
        "Rumi Pal,49 yrs,F,6.755E+09,,HCW,Kolkata",
        "Soma Sen,৩৫ বছর,F,5830012345,,HCW,Kolkata",
        "Mita Roy,16 Jan,F,5830012346,,HCW,Kolkata",
        "Dipa Nag,16/01/1985,F,5830012347,,???,Kolkata",
        "Rina Sen,0,F,5830012348,,HCW,Kolkata",
    ]
    columns = ["name", "born_on", "sex", "phone", "id_employer_card", "priority_group", "district"]
    sent = _read(_send(_write(tmp_path, head + "\n".join(rows)), dipa), columns)
    found = {row["row_number"]: row for row in _rows(sent)}
    # then what has all its digits is written out, an age is an age, and what nobody can know is said
    assert (found[1]["state"], found[1]["phone"], found[1]["born_year"]) == (
        "new",
        "6755043021",
        sent.sent_at.year - 37,
    )
    assert found[3]["born_year"] == sent.sent_at.year - 35
    assert (found[6]["state"], found[6]["problems"][0][2]) == ("faulty", "age_unreadable")
    assert [found[row]["problems"][0][2] for row in (2, 4, 5)] == ["phone_ruined", "date_unreadable", "group_unknown"]
    assert (found[2]["state"], found[2]["phone"]) == ("new", "")  # nobody is left out for a telephone


def test_what_only_the_second_row_of_a_person_says_is_kept(dipa: Staff, tmp_path: Path) -> None:
    # given a list that names somebody twice, the phone in the second row alone
    rows = [
        "1,Anjali Das,16/01/1985,F,,HW 0001,Rural Hospital,Kolkata",
        "2,Anjali Das,16/01/1985,F,58300 12345,HW 0001,Rural Hospital,Kolkata",
    ]
    sent = _read(_send(_write(tmp_path, HEAD + "\n".join(rows)), dipa))
    assert _counts(sent) == {"new": 1, "twice": 1}
    _apply(sent)
    # then they are in the register once, with a phone
    assert ContactPoint.objects.get(person__name_latin="Anjali Das").value == "5830012345"


def test_one_document_in_two_scripts_is_one_person(dipa: Staff, tmp_path: Path) -> None:
    # given names that are spelt too far apart to stand under one key, with the number of one employee each
    rows = [
        "1,Zubaida Khatun,16/01/1985,F,58300 12345,HW 0001,Rural Hospital,Kolkata",
        "2,Philip Xavier,02/03/1980,M,58300 12346,HW 0002,Rural Hospital,Kolkata",
        "3,জোবেদা খাতুন,16/01/1985,F,,HW0001,Rural Hospital,Kolkata",
        "4,ফিলিপ জেভিয়ার,02/03/1980,M,,HW0002,Rural Hospital,Kolkata",
        "5,Rumi Pal,17/02/1991,F,58300 12349,HW0002,Rural Hospital,Kolkata",
        "6,Ajay Kumar Chowdhury,19/02/1991,M,58300 12350,,Rural Hospital,Kolkata",
        "7,অজয় চৌধুরী,19/02/1991,M,58300 12350,,Rural Hospital,Kolkata",
        "8,Rina Chowdhury,19/02/1991,F,58300 12350,,Rural Hospital,Kolkata",
    ]
    sent = _read(_send(_write(tmp_path, HEAD + "\n".join(rows)), dipa))
    # then the later line is the same person, and a number mistyped for somebody else's is not
    page = f"/hq/lists/{sent.pk}/rows/twice/"
    assert "Keep both" in _desk(dipa).get(page).content.decode()
    assert {row["row_number"]: row["state"] for row in _rows(sent)} == dict.fromkeys(
        (1, 2, 5, 6, 8), "new"
    ) | dict.fromkeys((3, 4, 7), "twice")


def test_a_word_on_all_leaves_single_decisions_as_they_are(dipa: Staff, tmp_path: Path) -> None:
    # given two rows that are close matches, one of them decided by itself
    people = ("Anjali Das,16/01/1985", "Rumi Pal,17/02/1986")
    known = "\n".join(f"{n},{who},F,58300 4444{n},,Hospital {n},Kolkata" for n, who in enumerate(people))
    _apply(_read(_send(_write(tmp_path, HEAD + known), dipa)))
    twins = "\n".join(f"{n},{who},F,58300 5555{n},,Other Hospital {n},Kolkata" for n, who in enumerate(people))
    sent = _read(_send(_write(tmp_path, HEAD + twins, "twins.csv"), dipa))
    assert _counts(sent) == {"close": 2}
    commands.decide(sent, state="close", decision="add", by=dipa, rows=[1])
    # when all others are left out
    assert commands.decide(sent, state="close", decision="skip", by=dipa) == 1
    # then each has its own word, until a word on all is said once all are decided
    assert {row["row_number"]: row["decision"] for row in _rows(sent)} == {1: "add", 2: "skip"}
    page = _desk(dipa).get(f"/hq/lists/{sent.pk}/").content.decode()
    assert "left out: 1" in page
    assert commands.decide(sent, state="close", decision="skip", by=dipa) == 2
