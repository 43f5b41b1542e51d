# SPDX-License-Identifier: Apache-2.0
"""Who is passed over at a glance would have been found different by weighing."""

from datetime import date, timedelta
from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from doseline.imports import matcher
from doseline.imports.rules import ReadRow
from doseline.people.queries import Candidate

_days = st.dates(date(1920, 1, 1), date(2003, 12, 31))
_phones = st.sampled_from(["9830012345", "9830012354", "9930012345", "7000000001", "6123456789", ""])
_slips = st.one_of(
    _days,
    st.integers(-4, 4).map(lambda days: date(1981, 5, 7) + timedelta(days)),
    st.sampled_from(
        [
            date(1981, 7, 5),
            date(1891, 5, 7),
            date(1918, 5, 7),
            date(1991, 5, 7),
            date(1982, 5, 7),
            date(1971, 5, 7),
            date(1980, 5, 7),
        ]
    ),
)


@given(_slips, _phones, _phones, st.sampled_from(["female", "male", ""]), st.sampled_from(["HW1", "HW2", ""]),
       st.sampled_from(["Rina Das", "Rina Paul", "রিনা দাস"]))  # fmt: skip
def test_a_stranger_at_a_glance_is_different_when_weighed(
    born_on: date, phone: str, other_phone: str, sex: str, document: str, name: str
) -> None:
    is_local = not name.isascii()
    row = ReadRow("", "" if is_local else name, name if is_local else "", date(1981, 5, 7), 1981, sex, phone, "", "employer_card",
                  document, "HCW", "Hospital 1", "", "", "IN.36.725", ())  # fmt: skip
    candidate = Candidate(UUID(int=1), 1, "DLABC1234", "Rina Das", "রিনা দাস", born_on, born_on.year, "female", "HCW", "Hospital 1",
                          "", "", "IN.36.725", 0, f"phone {other_phone}" if other_phone else None, "employer_card HW1")  # fmt: skip
    if matcher._is_stranger(row, candidate):
        assert matcher._weigh(row, matcher.row_record(row), candidate).verdict == "different"
