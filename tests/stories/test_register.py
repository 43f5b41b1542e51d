# SPDX-License-Identifier: Apache-2.0
"""Finding a person by whatever is known of them, and who stands in the register twice: proposed by the program, decided by a
person, taken back at will."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from django.test import Client

from doseline.followups.commands import drain
from doseline.imports.matcher import _judge, match_rows
from doseline.imports.rules import ReadRow
from doseline.people.commands import index_people
from doseline.people.models import ContactPoint, DuplicatePair, Identifier, Person, PersonLook
from doseline.people.queries import Sought, candidates
from doseline.places.models import OrgUnit
from doseline.planning.allotting import ask_for_allotment, work_on_allotments
from doseline.planning.models import Allotment
from doseline.register.commands import search_duplicates
from doseline.register.queries import find_people
from doseline.register.rules import KnownDose, Standing, standing_of
from doseline.shared import clock
from doseline.shared.ids import with_check_letter
from doseline.vaccines.rules import Schedule
from tests.drive import Drive, officer

TODAY = date(2021, 1, 16)


def _person(number: int, latin: str, local: str = "", **more: Any) -> Person:
    """Someone in Kolkata, findable."""
    phone, document = more.pop("phone", ""), more.pop("document", "")
    made = Person.objects.create(
        code=with_check_letter(f"R00{number:05d}"), name_latin=latin, name_local=local, sex=more.pop("sex", "female"),
        born_year=more.get("born_on", date(1980, 1, 1)).year, priority_group="HCW",
        org_unit=OrgUnit.objects.get(code=more.pop("area", "IN.36.725")), registered_at=clock.now(), **more,
    )  # fmt: skip
    if phone:
        ContactPoint.objects.create(person=made, kind="phone", value=phone)
    if document:
        Identifier.objects.create(person=made, kind="employer_card", value=document)
    index_people([made.pk])
    return made


def _found(text: str, born: str = "", areas: tuple[str, ...] = ("IN.36",)) -> list[str]:
    return [found.person.code for found in find_people(text, born, areas, TODAY).found]


def _compare_all() -> None:
    while search_duplicates():
        pass


def test_a_person_is_found_by_anything_known(drive: Drive) -> None:
    sharmila = _person(
        1, "Sharmila Bandyopadhyay", "শর্মিলা বন্দ্যোপাধ্যায়", born_on=date(1979, 3, 5), phone="5830012345", document="HW7781"
    )
    for text, born in [
        (sharmila.code, ""), (sharmila.code.lower(), ""), ("58300 12345", ""), ("+91 5830012345", ""), ("৫৮৩০০১২৩৪৫", ""),
        ("hw 7781", ""), ("Sharmila Bandyopadhyay", ""), ("শর্মিলা বন্দ্যোপাধ্যায়", ""), ("Banerjee Sarmila", ""),
        ("sharm", ""), ("শর্মিলা", ""), ("Sharmila B", "1979"), ("Sharmila Bandyopadhyay", "1979"),
        ("Sharmila Bandopadhay", "5/3/1979"), ("Sharmila Banerji", "০৫/০৩/১৯৭৯"),
    ]:  # fmt: skip
        assert _found(text, born) == [sharmila.code], (text, born)
    assert _found("Sharmila Bandyopadhyay", "1985") == []
    assert _found("Sh%") == _found("Sh") == []
    assert find_people("Sharmila", "yesterday", ("IN.36",), TODAY).is_bad_birth
    elsewhere = find_people(sharmila.code, "", ("IN.36.721",), TODAY)
    assert (elsewhere.found, elsewhere.elsewhere) == ([], 1)


def test_looking_somebody_up_goes_on_record_and_hides_numbers(drive: Drive) -> None:
    person = _person(2, "Mita Sen", phone="5830099999", document="HW0042")
    dipa = officer("dipa", "district_officer", "IN.36.725")
    page = dipa.post("/hq/people/", {"text": "Mita Sen", "born": ""})
    assert f"/hq/people/{person.pk}/" in page.content.decode()
    shown = dipa.get(f"/hq/people/{person.pk}/").content.decode()
    assert "…9999" in shown
    assert "5830099999" not in shown
    assert [look.looked_by.username for look in PersonLook.objects.filter(person=person)] == ["dipa"]  # type: ignore[union-attr]
    assert "dipa" in dipa.get(f"/hq/people/{person.pk}/").content.decode().split("Who looked")[1]


def test_nobody_stands_here_twice_unseen(drive: Drive) -> None:
    """The same person from two lists is proposed once, with reasons; a sister with the same phone is not."""
    first = _person(3, "Rehana Khatun", born_on=date(1985, 7, 2), phone="5830055555")
    _person(4, "Salma Khatun", born_on=date(1988, 1, 9), phone="5830055555")
    second = _person(5, "Rehena Khatoon", "রেহানা খাতুন", born_on=date(1985, 7, 2), phone="5830055555")
    _compare_all()
    _compare_all()
    [pair] = DuplicatePair.objects.all()
    assert (pair.one_id, pair.other_id) == (second.pk, first.pk)  # the later registered first
    assert {"born_same", "phone_same"} <= set(pair.reasons)
    # when a name is corrected so that they are no longer alike, nobody is asked about them
    Person.objects.filter(pk=second.pk).update(name_latin="Anwara Begum", name_local="")
    index_people([second.pk])
    _compare_all()
    assert not DuplicatePair.objects.exists()


def test_a_pair_is_linked_and_taken_back_with_its_history(drive: Drive) -> None:
    one = _person(6, "Gouri Mondal", born_on=date(1982, 2, 3), phone="5830011111")
    other = _person(7, "Gauri Mandal", born_on=date(1982, 2, 3), phone="5830011111")
    _compare_all()
    dipa = officer("dipa", "district_officer", "IN.36.725")
    page = dipa.get("/hq/people/pairs/").content.decode()
    assert "Gauri Mandal" in page
    assert "same birth date" in page
    [pair] = DuplicatePair.objects.all()
    for _press in range(2):  # a second press changes nothing
        dipa.post("/hq/people/pairs/", {"pair": str(pair.pk), "outcome": "linked"})
    assert "No pair waits" in dipa.get("/hq/people/pairs/").content.decode()
    assert _placed(drive) >= {one.pk}
    assert other.pk not in _placed(drive)  # one person has one place
    Allotment.objects.create(
        session=drive.session, person=other, slot_at=drive.session.opens_at
    )  # placed before the word
    assert other.pk not in _placed(drive, anew=False)
    shown = dipa.get(f"/hq/people/{one.pk}/").content.decode()
    assert "Take the link back" in shown
    link = other.links.get()
    dipa.post(f"/hq/people/links/{link.pk}/unlink/", {"person": str(one.pk)})
    shown = dipa.get(f"/hq/people/{one.pk}/").content.decode()
    assert "Taken back" in shown
    assert other.pk in _placed(drive)
    # whoever was said to be two people can still turn out to be one
    assert "Said to be two people" in shown
    dipa.post("/hq/people/pairs/", {"pair": str(pair.pk), "outcome": "linked"})
    assert other.links.filter(unlink=None).count() == 1
    shown = dipa.get(f"/hq/people/{one.pk}/").content.decode()
    assert "Said to be two people" not in shown


def test_two_people_can_turn_out_to_be_one(drive: Drive) -> None:
    one = _person(6, "Gouri Mondal", born_on=date(1982, 2, 3), phone="5830011111")
    other = _person(7, "Gauri Mandal", born_on=date(1982, 2, 3), phone="5830011111")
    _compare_all()
    dipa, pair = officer("dipa", "district_officer", "IN.36.725"), DuplicatePair.objects.get()
    dipa.post("/hq/people/pairs/", {"pair": str(pair.pk), "outcome": "two_people"})
    assert "Gauri Mandal" not in dipa.get("/hq/people/pairs/").content.decode()
    assert "Said to be two people" in dipa.get(f"/hq/people/{one.pk}/").content.decode()
    dipa.post("/hq/people/pairs/", {"pair": str(pair.pk), "outcome": "linked"})
    assert other.links.filter(unlink=None).count() == 1


def _placed(drive: Drive, *, anew: bool = True) -> set[Any]:
    """Who has a place when the people of the district are placed for tomorrow."""
    session = drive.session
    if anew:
        Allotment.objects.all().delete()
        session.on_date = clock.today() + timedelta(days=1)
        session.opens_at = clock.now() + timedelta(days=1)
        session.closes_at = session.opens_at + timedelta(hours=8)
        session.capacity = 300
        session.save()
    type(session.site).objects.update(latitude=22.57, longitude=88.36)
    ask_for_allotment(
        drive=session.drive,
        area="IN.36.725",
        starts_on=session.on_date,
        ends_on=session.on_date,
        groups=["HCW"],
        by=None,
    )
    while work_on_allotments():
        pass
    return set(Allotment.objects.values_list("person_id", flat=True))


def test_the_register_is_found_in_the_officers_area_only(drive: Drive) -> None:
    person = _person(8, "Kakali Ghosh", born_on=date(1990, 1, 1))
    howrah = officer("hari", "district_officer", "IN.36.721")
    assert howrah.get(f"/hq/people/{person.pk}/").status_code == 404
    charlie = Client()
    for path in ("/hq/people/", "/hq/people/pairs/", f"/hq/people/{person.pk}/"):
        assert charlie.get(path).status_code == 302
    national = officer("meena", "national_officer", "IN")
    assert national.get("/hq/people/").status_code == 404  # not a desk


@pytest.mark.parametrize("path", ["/hq/people/pairs/", "/hq/people/"])
def test_nonsense_is_answered(drive: Drive, path: str) -> None:
    dipa = officer("dipa", "district_officer", "IN.36.725")
    for form in (
        {},
        {"pair": "x"},
        {"pair": "01a20b88-1f40-72be-a104-a6df9e598005", "outcome": "linked"},
        {"text": "\0"},
    ):
        assert dipa.post(path, form).status_code in (200, 404)


def test_a_settled_row_of_a_list_means_whom_a_full_search_means(drive: Drive) -> None:
    # given namesakes: two of one birthday and phone, one with another phone, and more of one day of the year than are looked at
    born_on = date(1981, 5, 7)
    for number, phone in ((1, "5830011111"), (2, "5830011111"), (3, "5830022222")):
        _person(number, "Rina Das", "রিনা দাস", born_on=born_on, phone=phone)
    for number in range(4, 20):
        _person(number, "Mita Sen", born_on=date(1950 + number, 3, 2), phone=f"58300333{number:02d}")
    rows = [
        _row("Rina Das", born_on, "5830022222"), _row("Rina Das", born_on, "5830011111"), _row("Rina Das", born_on, "5830099999"),
        _row("রিনা দাস", born_on, "5830022222"), _row("Mita Sen", date(1969, 3, 2), "5830033319"), _row("Ruma Pal", born_on, ""),
    ]  # fmt: skip

    # when a list is matched, looked for whole names first, and when each row is looked for by everything at once
    matched = match_rows(rows)
    full = candidates(
        (place, Sought(row.name_latin, row.name_local, row.born_on, row.born_year, row.phone))
        for place, row in enumerate(rows)
    )

    # then one of a kind is that one, two of a kind are asked about, and nothing is decided that a full search would decide otherwise
    assert [found.state for found in matched] == ["same", "close", "close", "same", "same", "new"]
    assert [found.state for found in matched] == [
        _judge(row, full.get(place, [])).state for place, row in enumerate(rows)
    ]
    assert len(matched[1].candidates) == len({shown["person_id"] for shown in matched[1].candidates})


def _row(name: str, born_on: date, phone: str) -> ReadRow:
    is_local = not name.isascii()
    return ReadRow("", "" if is_local else name, name if is_local else "", born_on, born_on.year, "female", phone, "", "", "", "HCW",
                   "", "", "", "IN.36.725", ())  # fmt: skip


def test_the_page_of_a_person_says_when_the_next_dose_is_due_and_what_a_certificate_may_say(drive: Drive) -> None:
    # given someone vaccinated today on a phone
    person, phone = drive.people()[0], drive.phone()
    phone.give(person)
    phone.push()
    drain()
    page = officer("dipa", "district_officer", "IN.36.725").get(f"/hq/people/{person.pk}/").content.decode()
    # then the officer who is asked reads it there
    assert "Next dose: from" in page
    assert "certificate of these doses is provisional" in page
    assert "doses are still to come" in page


def test_a_certificate_is_final_only_once_every_dose_is_settled() -> None:
    covishield = Schedule(
        product="COVISHIELD", dose_count=2, earliest_days=28, recommended_days=28, latest_days=56, age_years_min=18
    )
    first = KnownDose(given_at=datetime(2021, 1, 16, 5, tzinfo=UTC), provenance="device")
    second = KnownDose(given_at=datetime(2021, 2, 14, 5, tzinfo=UTC), provenance="roster_scan")
    assert standing_of([], None).certificate == "none"
    one = standing_of([first], covishield)
    assert (one.certificate, one.why) == ("provisional", ("more_due",))
    assert one.next_due is not None
    assert one.next_due.earliest_on == date(2021, 2, 13)
    assert standing_of([first, second], covishield) == Standing("final", (), None)
    shown = KnownDose(given_at=first.given_at, provenance="attested")
    assert standing_of([shown, second], covishield).why == ("on_evidence",)
    doubled = KnownDose(given_at=first.given_at, provenance="device", is_doubled=True)
    assert standing_of([doubled, second], covishield).why == ("doubled",)
