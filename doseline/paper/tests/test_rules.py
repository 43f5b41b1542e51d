# SPDX-License-Identifier: Apache-2.0
"""What ink, keys and messages mean: the rows people really fill in, cross out, hide under a thumb and type in a hurry."""

import pytest

from doseline.paper.layout import GROUPS, SPANS
from doseline.paper.rules import (
    Mark,
    RowReading,
    TallySaid,
    merge_readings,
    read_keys,
    read_row,
    read_tally,
    says_otherwise,
)

GIVEN = {"came": "yes", "given": "yes", "batch": "A", "arm": "left_arm", "time": "2"}


def marks(values: dict[str, str], **ink: Mark) -> list[Mark]:
    """A row's marks: clean ones for `values`, and for a field named in `ink` that mark in its value's place."""
    found = [Mark(0.01, 0.01) for _place in range(SPANS[-1][1])]
    for group, (start, _end) in zip(GROUPS, SPANS, strict=True):
        if group.field in values:
            found[start + group.values.index(values[group.field])] = ink.get(group.field, Mark(0.6, 0.02))
    return found


def second_mark(field: str, value: str, row: list[Mark]) -> list[Mark]:
    place = next(
        start + group.values.index(value)
        for group, (start, _) in zip(GROUPS, SPANS, strict=True)
        if group.field == field
    )
    return [*row[:place], Mark(0.6, 0.02), *row[place + 1 :]]


def test_a_clean_row_is_certain() -> None:
    reading = read_row(marks(GIVEN))
    assert reading.values == GIVEN
    assert reading.is_certain


def test_a_row_nobody_marked_is_empty() -> None:
    assert read_row(marks({})).is_empty


@pytest.mark.parametrize(
    ("row", "doubt"),
    [
        (marks(GIVEN, batch=Mark(0.09, 0.01)), ("batch", "faint")),
        (marks(GIVEN, arm=Mark(0.7, 0.4)), ("arm", "struck")),
        (second_mark("batch", "B", marks(GIVEN)), ("batch", "two_marks")),
        (second_mark("reason", "refused", marks(GIVEN)), ("reason", "given_and_not")),
        (marks({"came": "yes", "batch": "A"}), ("given", "not_given_but_dose")),
        (marks({"came": "yes"}), ("given", "neither")),
        (marks({"reason": "deferred"}), ("reason", "no_came")),
        (marks({"came": "yes", "given": "yes", "arm": "left_arm", "time": "2"}), ("batch", "no_batch")),
    ],
)
def test_what_is_not_plain_goes_to_a_person(row: list[Mark], doubt: tuple[str, str]) -> None:
    assert doubt in read_row(row).doubts


def test_a_hidden_row_is_never_certain() -> None:
    assert ("row", "hidden") in read_row(marks(GIVEN), is_seen=False).doubts


def test_a_second_picture_settles_what_the_first_hid() -> None:
    values, doubts = merge_readings({}, [["row", "hidden"]], read_row(marks(GIVEN)))
    assert (values, doubts) == (GIVEN, [])


def test_two_sure_pictures_that_differ_wait_for_a_person_whatever_comes_after() -> None:
    values, doubts = merge_readings(GIVEN, [], RowReading(GIVEN | {"batch": "B"}))
    assert ["batch", "photos_differ"] in doubts
    assert ["batch", "photos_differ"] in merge_readings(values, doubts, RowReading(GIVEN))[1]


@pytest.mark.parametrize(
    ("typed", "row", "some"),
    [
        ("3 ga", "3", {"given": "yes", "batch": "A", "arm": "left_arm"}),
        ("3  GBR 10:30", "3", {"batch": "B", "arm": "right_arm", "clock": "630"}),
        ("12 r", "12", {"reason": "refused"}),
        ("v0abcde1 g!", "v0abcde1", {"given": "yes", "aefi": "serious"}),
    ],
)
def test_keys_are_read(typed: str, row: str, some: dict[str, str]) -> None:
    read = read_keys(typed)
    assert read is not None
    assert read[0] == row
    assert some.items() <= read[1].items()


def test_who_did_not_come_has_nothing_said() -> None:
    assert read_keys("5 -") == ("5", {})


@pytest.mark.parametrize(
    "typed", ["", "3", "ga", "3 z", "3 gq", "3 ra", "3 g 25:00", "3 g 10", "3 g 10:30 more", "3 g ১০"]
)
def test_keys_that_mean_nothing_are_not_guessed(typed: str) -> None:
    assert read_keys(typed) is None


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("S 4KX7M2PQ G 41 N 3 W 2 A 1", TallySaid("4KX7M2PQ", 41, 3, 2, 1)),
        ("s 4kx7-m2pq a1 g41", TallySaid("4kx7m2pq", 41, None, None, 1)),
        ("  s4kx7m2pq   g 0 ", TallySaid("4kx7m2pq", 0, None, None, None)),
        ("S 4KX7M2PQ G43,N5", TallySaid("4KX7M2PQ", 43, 5, None, None)),
        ("S: 4KX7M2PQ. G=43. N:5; W 1.", TallySaid("4KX7M2PQ", 43, 5, 1, None)),
    ],
)
def test_a_tally_is_read_as_people_type_it(text: str, said: TallySaid) -> None:
    assert read_tally(text) == said


@pytest.mark.parametrize(
    "text", ["", "S 4KX7M2PQ", "S 4KX7M2PQ N 3", "S 4KX7M2PQ G 41 please", "S 4KX7M2PQ G -1", "G 41 N 3"]
)
def test_a_message_that_is_no_tally_is_not_guessed(text: str) -> None:
    assert read_tally(text) is None


STRUCK_GIVEN = RowReading({**GIVEN, "reason": "unwell"}, (("given", "struck"), ("reason", "given_and_not")))


def test_a_correction_that_only_one_picture_shows_is_asked_about_whichever_came_first() -> None:
    # given one picture before and one after a dose was struck out for a reason, a batch changed, a reaction added
    for later in (
        STRUCK_GIVEN,
        RowReading({**GIVEN, "batch": "B"}, (("batch", "two_marks"),)),
        RowReading({**GIVEN, "aefi": "serious"}, (("aefi", "two_marks"),)),
        RowReading({**GIVEN, "reason": "refused"}, (("reason", "given_and_not"),)),
    ):
        assert merge_readings(GIVEN, [], later)[1], later
        assert merge_readings(later.values, later.doubts, RowReading(GIVEN))[1], later
    # and a mark seen faintly in one and clearly in the other is settled
    faint = RowReading(GIVEN, (("batch", "faint"),))
    assert merge_readings(GIVEN, [], faint) == merge_readings(GIVEN, faint.doubts, RowReading(GIVEN)) == (GIVEN, [])
    # but not one that the other does not show at all
    assert merge_readings({}, [], RowReading({"reason": "refused"}, (("reason", "faint"),)))[1]


def test_a_row_that_is_entered_is_asked_about_again_only_for_something_new() -> None:
    reaction = RowReading({**GIVEN, "aefi": "serious"})
    assert says_otherwise(GIVEN, GIVEN, [], reaction)
    assert says_otherwise(GIVEN, None, [], reaction)
    assert says_otherwise(GIVEN, GIVEN, [], STRUCK_GIVEN)
    # what the picture showed already when it was entered, and faint specks, are not asked about
    assert not says_otherwise(GIVEN, STRUCK_GIVEN.values, STRUCK_GIVEN.doubts, STRUCK_GIVEN)
    assert not says_otherwise(GIVEN, GIVEN, [], RowReading(GIVEN | {"reason": "refused"}, (("reason", "faint"),)))
    assert not says_otherwise(GIVEN, GIVEN, [], RowReading(GIVEN | {"aefi": "none"}))


def test_on_a_pale_copy_nobody_stayed_away_unasked() -> None:
    # given a copy on which the printed circles are gone: what is empty may have been pencil
    assert read_row(marks({}), is_pale=True).doubts == (("row", "nothing_marked"),)
    faint = [Mark(0.1, 0.0) if mark.ink else mark for mark in marks(GIVEN)]
    assert ("row", "pale") in read_row(faint, is_pale=True).doubts
    # and what is plainly marked stays certain
    assert read_row(marks(GIVEN), is_pale=True).is_certain
