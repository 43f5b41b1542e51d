# SPDX-License-Identifier: Apache-2.0
"""Rows of paper: sheets filled with simulated ink, spoilt at four levels and read back, 42 pages (5,040 fields) each; and who is
meant by a written row, in three scripts and with realistic slips, against a register of a million."""

import os
import random
import time
from collections.abc import Iterator
from datetime import date

from tests.bench.house import House
from tests.bench.people import MadePerson, make_people
from tests.bench.registry import Row

_PAGES = int(os.environ.get("BENCH_PAGES", "42"))
_PAGE_MS_AIM, _F1_AIM, _SURE_AIM = 300.0, 0.97, 0.998
_SOUGHT = 2_000
_PENCIL = {
    "pencil": "easy",
    "pencil_copied": "normal",
}  # light pencil as it is, and photocopied twice; then photographed


def sheets(house: House) -> list[Row]:
    """A row a level: fields silently wrong, of how many, how many wrong that were asked about, rows asked about, pages not read; and
    the time a page takes, all levels together. About 40 s."""
    from tests.paper.ink import LEVELS

    house.owner.execute("SELECT 1")  # starts everything

    took: list[float] = []
    rows = [_level(level, took) for level in (*LEVELS, *_PENCIL)]
    took.sort()
    page = Row(name="paper_page", value=took[len(took) // 2], unit="ms a page", limit_name="aim", limit=_PAGE_MS_AIM,
               p50_ms=took[len(took) // 2], p99_ms=took[len(took) * 99 // 100])  # fmt: skip
    return [*rows, page]


def _level(level: str, took: list[float]) -> Row:
    from doseline.paper.layout import GROUPS
    from doseline.paper.reading import read_page
    from doseline.paper.rules import read_row
    from tests.paper.ink import copied, fill, spoil

    fields = silent = wrong = asked = unread = 0
    for seed in range(_PAGES):
        chance = random.Random(f"{level}{seed}")
        filled = fill(chance, darkness=(120, 170)) if level in _PENCIL else fill(chance)
        picture = copied(filled.picture, chance) if level == "pencil_copied" else filled.picture
        page = read_page(spoil(picture, _PENCIL.get(level, level), chance))
        took.append(page.seconds * 1000)
        unread += bool(page.problem)
        for marks, seen, truth in zip(page.rows, page.seen, filled.truth, strict=False):
            reading = read_row(marks, is_seen=seen, is_pale=page.is_pale)
            doubted = {name for name, _why in reading.doubts}
            asked += bool(doubted)
            for group in GROUPS:
                fields += 1
                if reading.values.get(group.field) != truth.get(group.field):
                    is_silent = not doubted & {group.field, "row"}
                    silent, wrong = silent + is_silent, wrong + (not is_silent)
    unit = f"fields silently wrong of {fields:,}; {wrong} wrong and asked about, {asked} rows asked about, {unread} pages not read"
    return Row(
        name=f"paper_{level}",
        value=silent,
        unit=unit,
        limit_name="aim",
        limit=1.0 if level == "hard" or level in _PENCIL else 0.0,
    )


# --- Who is meant ----------------------------------------------------------------------------------------------------------


def matching(house: House) -> list[Row]:
    """2,000 written rows of people in the register, and 2,000 of people who are not, each written as people write. A proposal is the
    likeliest candidate that is at least close. About eight minutes, most of it making the register."""
    from doseline.matching.rules import compare
    from doseline.people.queries import Sought, candidates
    from tests.bench.registers import PEOPLE, make_register

    ids = make_register(house)
    step = max(PEOPLE // _SOUGHT, 1)
    known = [(n, made) for n, made in enumerate(make_people(1, PEOPLE)) if n % step == 0][:_SOUGHT]
    strangers = list(make_people(9, _SOUGHT))
    chance = random.Random(11)
    asked = [(ids[n], _written(made, chance)) for n, made in known] + [
        (None, _written(made, chance)) for made in strangers
    ]
    right = false = missed = sure = sure_right = 0
    took = []
    for person_id, row in asked:
        sought = Sought(
            name_latin=row.record.names[0], name_local=row.record.names[1], born_on=row.record.born_on, born_year=row.record.born_year,
            phone=row.record.phones[0] if row.record.phones else "",
        )  # fmt: skip
        started = time.perf_counter()
        found = [
            (compare(row.record, one.record()), one) for one in candidates([(0, sought)], is_thorough=True).get(0, [])
        ]
        took.append((time.perf_counter() - started) * 1000)
        found = sorted((pair for pair in found if pair[0].verdict != "different"), key=lambda pair: -pair[0].score)
        if not found:
            missed += person_id is not None
            continue
        best, person = found[0]
        right += person.person_id == person_id
        false += person.person_id != person_id
        if best.verdict == "same":
            sure, sure_right = sure + 1, sure_right + (person.person_id == person_id)
    took.sort()
    precision, recall = right / max(right + false, 1), right / _SOUGHT
    f1 = 2 * precision * recall / max(precision + recall, 1e-9)
    said = f"F1 in three scripts, {PEOPLE:,} people; recall {recall:.3f}, precision {precision:.3f}, {missed} not found"
    return [
        Row(name="matching", value=f1, unit=said, limit_name="aim", limit=_F1_AIM, p50_ms=took[len(took) // 2],
            p99_ms=took[len(took) * 99 // 100]),
        Row(name="matching_sure", value=sure_right / max(sure, 1), unit=f"of {sure:,} in the automatic band are right",
            limit_name="aim", limit=_SURE_AIM),
    ]  # fmt: skip


class _Row:
    """A person as a hand wrote them."""

    def __init__(self, names: tuple[str, str], made: MadePerson, **more: object) -> None:
        from doseline.matching.rules import Record

        self.record = Record(names=names, sex=made.sex, **more)  # type: ignore[arg-type]


def _written(made: MadePerson, chance: random.Random) -> _Row:
    """Script, spelling, birth, phone and institution as they come: a third in each script, one name in five misspelt, one birth date
    in seven wrong or swapped, one in five only a year, phones of the family, another, or none."""
    script = chance.choice(("latin", "bengali", "hindi"))
    name = _misspelt(made.name, chance) if chance.random() < 0.2 else made.name
    local = made.name_local if script == "bengali" else "".join(_in_hindi(made.name_local))
    names = (name, "") if script == "latin" else ("", local)
    born_on: date | None = made.born_on
    year = made.born_on.year
    luck = chance.random()
    if luck < 0.2:
        born_on = None
    elif luck < 0.27 and made.born_on.day <= 12:
        born_on = made.born_on.replace(day=made.born_on.month, month=made.born_on.day)
    elif luck < 0.34:
        born_on = _one_off(made.born_on, chance)
    phone = made.phone if chance.random() < 0.7 else _other_phone(made.phone, chance)
    phones = (phone,) if chance.random() < 0.8 else ()
    institution = made.institution if chance.random() < 0.6 else ""
    return _Row(names, made, born_on=born_on, born_year=year, phones=phones, institution=institution)


def _misspelt(name: str, chance: random.Random) -> str:
    """One letter doubled, left out, or a vowel changed."""
    place = chance.randrange(1, len(name) - 1)
    how = chance.random()
    if how < 0.4:
        return name[:place] + name[place] + name[place:]
    if how < 0.6:
        return name[:place] + name[place + 1 :]
    vowels = [n for n, letter in enumerate(name) if letter in "aiueo"]
    if not vowels:
        return name
    place = chance.choice(vowels)
    return name[:place] + {"a": "o", "i": "ee", "u": "oo", "e": "i", "o": "a"}[name[place]] + name[place + 1 :]


def _in_hindi(bengali: str) -> Iterator[str]:
    """The two blocks share their offsets; only Bengali's ya with a dot has none in common use."""
    for letter in bengali:
        code = ord(letter)
        yield chr(code - 0x80) if 0x0980 <= code < 0x0A00 else letter


def _one_off(born_on: date, chance: random.Random) -> date:
    """Another day of the same tens."""
    return born_on.replace(day=max(1, min(28, born_on.day + chance.choice((-1, 1, 2)))))


def _other_phone(phone: str, chance: random.Random) -> str:
    """One digit wrong."""
    place = chance.randrange(2, 10)
    return phone[:place] + str((int(phone[place]) + chance.randrange(1, 10)) % 10) + phone[place + 1 :]
