# SPDX-License-Identifier: Apache-2.0
"""Codes that survive handwriting and the telephone; ids in order of time."""

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from doseline.shared.ids import ALPHABET, random_code, read_code, uuid7, with_check_letter

CASES = json.loads((Path(__file__).parents[3] / "contract" / "cases" / "codes.json").read_text(encoding="utf-8"))
BODIES = st.text(ALPHABET, min_size=2, max_size=9)


@pytest.mark.parametrize(("typed", "meant"), CASES["read"])
def test_shared_case(typed: str, meant: str | None) -> None:
    assert read_code(typed) == meant


def test_shared_check_letters() -> None:
    assert {body: with_check_letter(body)[-1] for body in CASES["check_letters"]} == CASES["check_letters"]


@given(BODIES, st.integers(0, 8), st.sampled_from(ALPHABET[:31]))
def test_one_wrong_letter_always_shows(body: str, place: int, letter: str) -> None:
    code = with_check_letter(body)
    place %= len(body)
    wrong = code[:place] + letter + code[place + 1 :]
    if wrong != code and {code[place], letter} != {"0", ALPHABET[31]}:
        assert read_code(wrong) is None


def test_ids_are_version_7_and_in_order() -> None:
    ids = [uuid7(1_600_000_000_000 + place) for place in range(50)]
    assert ids == sorted(ids)
    assert {made.version for made in ids} == {7}
    assert all(read_code(random_code(8)) for _ in range(50))
