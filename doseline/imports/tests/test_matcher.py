# SPDX-License-Identifier: Apache-2.0
"""Whom a row of a list may mean: nobody is passed over whom weighing would have asked about."""

from datetime import date, timedelta
from itertools import product
from uuid import UUID

from doseline.imports import matcher
from doseline.imports.rules import ReadRow
from doseline.people.queries import Candidate

BORN_ON = date(1981, 5, 7)
# The same, days off, day and month changed about, one digit, two digits changed about, and quite another.
OTHERS_BORN_ON = [
    *(BORN_ON + timedelta(days) for days in (0, 2, -4)), date(1981, 7, 5), date(1891, 5, 7), date(1918, 5, 7), date(1991, 5, 7),
    date(1980, 5, 7), date(1976, 5, 7), date(1967, 5, 7), date(1950, 2, 1), date(2003, 12, 31),
]  # fmt: skip
PHONES = ["", "5000012345", "5000012354", "5100012345", "5000112345", "6999999999"]


def _row(**said: str) -> ReadRow:
    row = {"name": "Rina Das", "sex": "female", "phone": "", "document": ""} | said
    is_local = not row["name"].isascii()
    return ReadRow("", "" if is_local else row["name"], row["name"] if is_local else "", BORN_ON, BORN_ON.year, row["sex"],
                   row["phone"], "", "employer_card", row["document"], "HCW", "Hospital 1", "", "", "IN.36.725", ())  # fmt: skip


def _candidate(born_on: date = BORN_ON, phone: str = "") -> Candidate:
    return Candidate(UUID(int=1), 1, "DLABC1234", "Rina Das", "রিনা দাস", born_on, born_on.year, "female", "HCW", "Hospital 1",
                     "", "", "IN.36.725", 0, f"phone {phone}" if phone else None, "employer_card HW1")  # fmt: skip


def test_a_stranger_at_a_glance_is_different_when_weighed() -> None:
    strangers = 0
    names, sexes, documents = ("Rina Das", "Rina Paul", "রিনা দাস"), ("female", "male", ""), ("HW1", "HW2", "")
    for born_on, phone, other, name, sex, document in product(OTHERS_BORN_ON, PHONES, PHONES, names, sexes, documents):
        row, candidate = _row(name=name, sex=sex, phone=phone, document=document), _candidate(born_on, other)
        if matcher._is_stranger(row, candidate):
            strangers += 1
            assert matcher._weigh(row, matcher.row_record(row), candidate).verdict == "different", (row, candidate)
    assert strangers > 1_000  # or the glance would see nothing


def test_a_sex_ticked_wrong_is_asked_about() -> None:
    # the same name, birthday and workplace: never silently another person
    found = matcher._judge(_row(sex="male"), [_candidate()])
    assert (found.state, found.person_id) == ("close", UUID(int=1))


def test_capitals_are_no_difference() -> None:
    row = _row(name="RINA DAS", phone="5000012345")._replace(institution="HOSPITAL 1")
    assert matcher.differences(row, _candidate(phone="5000012345")) == {}
    assert matcher.differences(row._replace(institution="Hospital 2"), _candidate(phone="5000012345")) == {
        "institution": ["Hospital 1", "Hospital 2"]
    }


def test_of_two_documents_of_a_kind_either_may_be_the_rows() -> None:
    candidate = _candidate()._replace(documents="employer_card HW1\nemployer_card HW2")
    assert not any(matcher._documents_differ(_row(document=document), candidate) for document in ("HW1", "HW2", ""))
    assert matcher._documents_differ(_row(document="HW3"), candidate)
