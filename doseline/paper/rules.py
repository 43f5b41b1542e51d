# SPDX-License-Identifier: Apache-2.0
"""What ink on a row means, and what of it a person must look at. Pure. The rule of paper.md: any second mark in a group, anything
faint and anything hidden goes to a person; better asked once too often than wrong in silence."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta, tzinfo
from typing import NamedTuple

from doseline.paper.layout import GROUPS, SPANS, TIMES

FULL, EMPTY = 0.16, 0.055  # ink (0 paper, 1 black) from which a bubble is marked, and under which it is not
STRUCK_INK, STRUCK_RING = 0.45, 0.16  # filled, and ink all around it: perhaps crossed out again


class EntryError(Exception):
    """Why a row's entry, or a decision about one, is not taken: `code` is one of wording.PROBLEMS."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


class Mark(NamedTuple):
    """How dark a bubble is inside, and just around it, beyond its own print."""

    ink: float
    ring: float


@dataclass(frozen=True, slots=True)
class RowReading:
    """What a row says: a value for each field that is marked (see layout.GROUPS), and the doubts, (field, why): faint, two_marks,
    struck, hidden, or what does not go together: given_and_not, no_batch, no_arm, no_time, no_came, not_given_but_dose, neither."""

    values: dict[str, str] = field(default_factory=dict)
    doubts: tuple[tuple[str, str], ...] = ()

    @property
    def is_empty(self) -> bool:
        """Nothing is marked, and nothing looks as if it might be: the person did not come."""
        return not self.values and not self.doubts

    @property
    def is_certain(self) -> bool:
        """Nothing for a person to look at."""
        return not self.doubts


def read_row(marks: Sequence[Mark], *, is_seen: bool = True, is_pale: bool = False) -> RowReading:
    """Reads one row's marks, in the order of layout.BUBBLES. `is_pale`: a copier ate the page's own circles, and perhaps pencil."""
    values: dict[str, str] = {}
    doubts: list[tuple[str, str]] = []
    for group, (start, end) in zip(GROUPS, SPANS, strict=True):
        value, doubt = _read_group(marks[start:end], group.values)
        if value is not None:
            values[group.field] = value
        if doubt:
            doubts.append((group.field, doubt))
    if not is_seen:
        doubts.append(("row", "hidden"))
    elif is_pale and (doubts or not values):
        doubts.append(("row", "pale" if values else "nothing_marked"))
    return RowReading(values, (*doubts, *_what_does_not_go_together(values)))


def _read_group(marks: Sequence[Mark], values: tuple[str, ...]) -> tuple[str | None, str]:
    """The value marked in a group, the likeliest where there is doubt; and why there is."""
    inked = [place for place, mark in enumerate(marks) if mark.ink >= EMPTY]
    if not inked:
        return None, ""
    # of several, one that is not crossed out is likelier meant
    strongest = max(inked, key=lambda place: (marks[place].ring < STRUCK_RING, marks[place].ink))
    value = values[strongest]
    if len(inked) > 1:
        return value, "two_marks"
    if marks[strongest].ink < FULL:
        return value, "faint"
    if marks[strongest].ink >= STRUCK_INK and marks[strongest].ring >= STRUCK_RING:
        return value, "struck"
    return value, ""


def _what_does_not_go_together(values: dict[str, str]) -> list[tuple[str, str]]:
    if "given" in values:
        missing = [(name, f"no_{name}") for name in ("batch", "arm", "time") if name not in values]
        return missing + ([("reason", "given_and_not")] if "reason" in values else [])
    if any(name in values for name in ("batch", "arm", "aefi")):
        return [("given", "not_given_but_dose")]
    if values and "reason" not in values:
        return [("given", "neither")]
    # a ring of coffee marks a reason and nothing beside it; who had a reason came, and somebody ticked that too
    return [("reason", "no_came")] if "reason" in values and "came" not in values else []


# --- What a row says, as acts ---------------------------------------------------------------------------------------------

_KEYS_MAX = 40
_KEYS = {
    "g": {"came": "yes", "identity": "yes", "given": "yes"},
    "r": {"reason": "refused"}, "u": {"reason": "unwell"}, "x": {"reason": "contraindicated"}, "h": {"reason": "already_had"},
    "v": {"reason": "no_vaccine"}, "d": {"reason": "deferred"},
    "-": {},
}  # fmt: skip
_LETTERS = {"a": ("batch", "A"), "b": ("batch", "B"), "c": ("batch", "C"), "d": ("batch", "D"), "l": ("arm", "left_arm"),
            "r": ("arm", "right_arm"), "1": ("aefi", "minor"), "!": ("aefi", "serious")}  # fmt: skip


def clean_entry(values: Mapping[str, str]) -> dict[str, str]:
    """What a person says a row says, with nothing in it that is on no sheet. Who was given a dose, or had a reason not to, came."""
    kept = {group.field: values[group.field] for group in GROUPS if values.get(group.field) in group.values}
    if "given" in kept or "reason" in kept:
        kept["came"] = "yes"
    return kept


def faults_of(entry: Mapping[str, str]) -> list[str]:
    """Why an entry cannot be taken: given_and_not, dose_without_given. A missing batch, arm or time is no fault: a dose that was given
    is always recordable (promise 1)."""
    found = []
    if "given" in entry and "reason" in entry:
        found.append("given_and_not")
    if "given" not in entry and ("batch" in entry or "arm" in entry):
        found.append("dose_without_given")
    return found


def same_word(one: Mapping[str, str], other: Mapping[str, str]) -> bool:
    """Two people say the same of a row: dose, reason and batch alike, and nothing else both of them say otherwise. Keying leaves out
    what a picture shows."""
    plain = [{name: value for name, value in word.items() if value != "none"} for word in (one, other)]
    decisive = all(plain[0].get(name) == plain[1].get(name) for name in ("given", "reason", "batch"))
    return decisive and all(plain[0][name] == plain[1][name] for name in plain[0].keys() & plain[1].keys())


def read_keys(typed: str) -> tuple[str, dict[str, str]] | None:
    """A row keyed in: its number or code, then what it says in one or two letters: `3 ga` (row 3, given, batch A), `4 r` (refused),
    `5 -` (did not come), `3 gbr 10:30` (batch B, right arm, half past ten: in minutes of the day, under `clock`). None when it is
    not that. Without a letter for it the arm is the left one."""
    words = typed[:_KEYS_MAX].strip().lower().split()
    if len(words) not in (2, 3) or words[1][0] not in _KEYS:
        return None
    values = dict(_KEYS[words[1][0]])
    for letter in words[1][1:]:
        if "given" not in values or letter not in _LETTERS:
            return None
        name, value = _LETTERS[letter]
        if name in values:  # two batches, or two arms: which of them?
            return None
        values[name] = value
    if "given" in values:
        values.setdefault("arm", "left_arm")
        values.setdefault("aefi", "none")
    if len(words) == 3:
        hour, _, minute = words[2].partition(":")
        if not (hour.isdecimal() and minute.isdecimal() and int(hour) < 24 and int(minute) < 60):
            return None
        values["clock"] = str(int(hour) * 60 + int(minute))
    return words[0], values


def half_hour(first_at: datetime, minutes_of_day: int, zone: tzinfo) -> str | None:
    """The place among a sheet's half-hours of a time told as minutes of the day; None when the sheet does not have it."""
    first = first_at.astimezone(zone)
    place = (minutes_of_day - first.hour * 60 - first.minute) // 30
    return str(place) if 0 <= place < TIMES else None


def given_at(entry: Mapping[str, str], first_at: datetime, opens_at: datetime, now: datetime) -> datetime:
    """When a row's acts happened: the start of the half-hour marked, never before the session; the session's opening when none is.
    Nothing on a sheet happened after it was entered."""
    if "time" not in entry:
        return min(opens_at, now)
    return min(max(opens_at, first_at + timedelta(minutes=30 * int(entry["time"]))), now)


def merge_readings(
    before: Mapping[str, str], doubts_before: Sequence[Sequence[str]], now: RowReading
) -> tuple[dict[str, str], list[list[str]]]:
    """Two pictures of one row. Ink is only ever added, and nobody knows which came first: a mark that one shows clearly and the other
    faintly is settled; a correction or a mark that only one of them shows is for a person to look at."""
    if any(name == "row" for name, _why in now.doubts):  # its ends were hidden: nothing of it is sure
        return dict(before), [list(doubt) for doubt in doubts_before]
    if any(name == "row" for name, _why in doubts_before):
        return dict(now.values), [list(doubt) for doubt in now.doubts]
    inked_before = {name: why for name, why in doubts_before if why in _OF_INK}
    inked_now = {name: why for name, why in now.doubts if why in _OF_INK}
    values: dict[str, str] = {}
    doubts: list[list[str]] = []
    for name in (group.field for group in GROUPS):
        value, why = _merge_field(before.get(name), inked_before.get(name), now.values.get(name), inked_now.get(name))
        if value is not None:
            values[name] = value
        if why:
            doubts.append([name, why])
    return values, doubts + [list(doubt) for doubt in _what_does_not_go_together(values)]


_OF_INK = ("faint", "two_marks", "struck", "photos_differ")


def _merge_field(one: str | None, why: str | None, other: str | None, why_other: str | None) -> tuple[str | None, str]:
    """The value two pictures show of a field, each with its doubt of the ink, and what is left to ask."""
    later = one if other is None else other
    if why == "photos_differ":  # two pictures that differ stay two until a person has looked, however many come after
        return later, why
    if not why and not why_other:
        return later, "" if one == other else "photos_differ"
    if why and why_other:
        return later, why_other
    sure, unsure, doubt = (one, other, why_other) if why_other else (other, one, why)
    if doubt == "faint" and sure is not None:
        return sure, "" if unsure == sure else "photos_differ"
    return unsure, doubt or ""


def says_otherwise(
    entry: Mapping[str, str], before: Mapping[str, str] | None, doubts_before: Sequence[Sequence[str]], now: RowReading
) -> bool:
    """A picture of a row that is entered shows what counts (dose, reason, batch, reaction) otherwise, and the picture it was entered
    from did not (`before` with its doubts; None when it was keyed): a clear mark that is not the entry's, or a correction. What a
    person has looked at once is not asked again."""
    if any(name == "row" for name, _why in now.doubts):
        return False
    corrected_before = {name for name, why in doubts_before if why in _CORRECTED}
    inked = {name: why for name, why in now.doubts if why in _OF_INK}
    for name in ("given", "reason", "batch", "aefi"):
        read = now.values.get(name)
        if read is None or inked.get(name) == "faint":
            continue
        if name in inked:
            if before is not None and name not in corrected_before:
                return True
        elif read != (entry.get(name) or ("none" if name == "aefi" else None)) and read != (before or {}).get(name):
            return True
    return False


_CORRECTED = ("two_marks", "struck", "photos_differ")


# --- The tally by one message -----------------------------------------------------------------------------------------------

_TALLY = re.compile(r"s[\s.:]*([0-9a-z][0-9a-z -]{6,9}?)[\s,;.]+((?:[gnwa][\s=:.]*\d{1,4}[\s,;.]*)+)$", re.IGNORECASE)


class TallySaid(NamedTuple):
    """A session's day in four numbers, None where it says nothing of one; `code` is that of any of its sheets."""

    code: str
    given: int
    not_given: int | None
    wasted: int | None
    aefi: int | None


def sheet_said(text: str) -> str:
    """The code of the sheet a tally names, as it was written; empty where it is no tally."""
    said = read_tally(text)
    return said.code.upper() if said else ""


def read_tally(text: str) -> TallySaid | None:
    """`S <code> G <given> N <not given> W <wasted> A <aefi>` as people type it: any case, order, spacing and points or commas
    between; only `G` must be there. None when it is not that."""
    found = _TALLY.match(text.strip())
    if found is None:
        return None
    said = re.findall(r"([gnwa])[\s=:.]*(\d+)", found[2], re.IGNORECASE)
    numbers = {letter.lower(): int(count) for letter, count in said}
    if "g" not in numbers:
        return None
    code = re.sub(r"[ -]", "", found[1])
    return TallySaid(code, numbers["g"], numbers.get("n"), numbers.get("w"), numbers.get("a"))
