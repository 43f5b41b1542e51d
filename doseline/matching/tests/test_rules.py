# SPDX-License-Identifier: Apache-2.0
"""Matching keeps to its labelled cases, in whichever order two records are put to it."""

import json
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from doseline.matching.rules import Record, block_keys, bones_hash, compare, fold, romanise, thresholds, words_of
from doseline.shared import words

CASES = json.loads((Path(__file__).parents[3] / "contract" / "cases" / "matching.json").read_text(encoding="utf-8"))
_LETTERS = st.text(
    alphabet="abcdefghijklmnoprstuvwy অআইকখগঘচছজটতথদধনপফবভমযরলশষসহািুেোক্ী্ंঁकखगचजटतदनपबमयरलवशसहािीुे.-", max_size=30
)


def _record(given: dict[str, Any]) -> Record:
    born = given.get("born_on")
    return Record(
        names=tuple(given["names"]),
        born_on=date.fromisoformat(born) if born else None,
        born_year=given.get("born_year"),
        sex=given.get("sex", ""),
        phones=tuple(given.get("phones", ())),
        institution=given.get("institution", ""),
        identifiers=tuple((kind, value) for kind, value in given.get("identifiers", ())),
    )


@pytest.mark.parametrize("case", CASES["cases"], ids=lambda case: case["name"])
def test_cases(case: dict[str, Any]) -> None:
    one, other = _record(case["one"]), _record(case["other"])
    assert compare(one, other).verdict == case["expected"], compare(one, other)
    assert compare(other, one).verdict == case["expected"]


@pytest.mark.parametrize(
    "case", [case for case in CASES["cases"] if case["expected"] == "same"], ids=lambda case: case["name"]
)
def test_the_same_person_is_looked_up(case: dict[str, Any]) -> None:
    one, other = case["one"], case["other"]
    if "identifiers" in one:
        return  # found by the document itself
    keys, bones = [], []
    for record in (one, other):
        born_on = date.fromisoformat(record["born_on"]) if "born_on" in record else None
        keys.append(set(block_keys(record["names"][0], born_on=born_on, phone=record.get("phones", [""])[0])))
        bones.append(bones_hash(record["names"][0]))
    assert keys[0] & keys[1] or bones[0] == bones[1]


@given(_LETTERS)
def test_any_text_folds(text: str) -> None:
    assert romanise(text).isascii()
    assert all(word.isascii() and word.isalpha() for word in words_of(text))
    assert fold(text) == fold(text.upper()) or not text.isascii()


@given(_LETTERS, _LETTERS)
def test_comparing_has_no_order(one: str, other: str) -> None:
    ours, theirs = Record(names=(one,)), Record(names=(other,))
    assert compare(ours, theirs).score == compare(theirs, ours).score


def test_reasons_are_told_strongest_first() -> None:
    one = Record(names=("Rita Pal",), born_on=date(1995, 8, 8), phones=("5000000008",), sex="female")
    found = compare(one, one)
    assert found.reasons[:3] == ("name_same", "born_same", "phone_same")


def test_digits_of_three_scripts() -> None:
    assert words.latin_digits("১৬/०१/1985") == "16/01/1985"


@pytest.fixture
def own_thresholds(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A drive's own file of thresholds, not written yet."""
    path = tmp_path / "thresholds.json"
    monkeypatch.setenv("DOSELINE_MATCHING", str(path))
    thresholds.cache_clear()
    yield path
    thresholds.cache_clear()


def test_a_drive_may_be_stricter_than_we_are(own_thresholds: Path) -> None:
    one = Record(names=("Mita Sen", ""), born_on=date(1980, 5, 1), phones=("9150000001",), sex="female")
    own_thresholds.write_text('{"same": 30, "close": 6, "name_likeness": 0.84, "near_days": 3}')
    assert compare(one, one).verdict == "close"


@pytest.mark.parametrize(
    "text",
    ["", "{}", '{"same": 10, "close": 6, "name_likeness": 0.84}', '{"same": 5, "close": 6, "name_likeness": 0.84, "near_days": 3}',
     '{"same": 10, "close": 6, "name_likeness": 7, "near_days": 3}',
     '{"same": 10, "close": 6, "name_likeness": 0.84, "near_days": 3, "x": 1}'],
)  # fmt: skip
def test_thresholds_that_cannot_be_are_named(own_thresholds: Path, text: str) -> None:
    own_thresholds.write_text(text)
    with pytest.raises(ValueError, match="DOSELINE_MATCHING"):
        thresholds()
