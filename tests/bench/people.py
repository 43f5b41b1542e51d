# SPDX-License-Identifier: Apache-2.0
"""People for the rows that need a register: as many different names as a country has, some of them very common. Nobody
real: names are put together from syllables. Same seed, same people."""

import random
import re
from bisect import bisect
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import accumulate

_STARTS = "a an su mi pa ra ni ka sha de ma bi ru so pri la ta ja mo ba di go ha i u".split()
_MIDDLES = "ni ja ma ta ka li ra si na mi da ba la sha ru vi ki ju pa me".split()
_ENDS = "ta li na ka ya sh t n m ni ti ra sri la sa d v r i".split()
_SURNAME_ENDS = "das pal kar dal war hury kanti gupta nath rkar llick ndi tra shra ria dhan pati rai".split()
_LOCAL = dict(
    zip("k g c j t d n p b m y r l v s h w".split(), "ক গ চ জ ত দ ন প ব ম য় র ল ব স হ ব".split(), strict=True)
)
_LOCAL |= {"sh": "শ", "ck": "ক", "ch": "চ", "dh": "ধ", "th": "থ", "ll": "ল"}
_SIGNS = {"a": "া", "i": "ি", "u": "ু", "e": "ে", "o": "ো"}
_FIRST = date(1955, 1, 1)


@dataclass(frozen=True, slots=True)
class MadePerson:
    """Someone who does not exist."""

    name: str
    name_local: str
    sex: str
    born_on: date
    phone: str
    document: str
    institution: str


def make_people(seed: int, count: int) -> Iterator[MadePerson]:
    """`count` people. 6,000 given names and 1,500 surnames, as unevenly spread as real ones (Zipf)."""
    chance = random.Random(seed)
    given, surnames = _names(6_000, _ENDS, 1), _names(1_500, _SURNAME_ENDS, 2)
    given_weights, surname_weights = _zipf(len(given), 0.75), _zipf(len(surnames), 0.9)
    for _person in range(count):
        name = given[bisect(given_weights, chance.random() * given_weights[-1])]
        surname = surnames[bisect(surname_weights, chance.random() * surname_weights[-1])]
        yield MadePerson(
            f"{name.title()} {surname.title()}", f"{_in_bengali(name)} {_in_bengali(surname)}",
            "female" if len(name) % 2 else "male", _FIRST + timedelta(days=chance.randrange(17_000)),
            f"{chance.choice('6789')}{chance.randrange(10**9):09d}", f"HW{chance.randrange(10**9):09d}",
            f"Hospital {chance.randrange(4_000)}",
        )  # fmt: skip


def _names(count: int, ends: list[str], seed: int) -> list[str]:
    chance = random.Random(seed)
    found: dict[str, None] = {}
    while len(found) < count:
        middle = "".join(chance.choice(_MIDDLES) for _ in range(chance.choice((0, 1, 1, 2))))
        found[chance.choice(_STARTS) + middle + chance.choice(ends)] = None
    return list(found)


def _zipf(count: int, power: float) -> list[float]:
    return list(accumulate(1 / (rank + 10) ** power for rank in range(count)))


_VOWELS = {"a": "আ", "i": "ই", "u": "উ", "e": "এ", "o": "ও"}


def _in_bengali(name: str) -> str:
    out: list[str] = []
    after_consonant = False
    for sound in re.findall("sh|ck|ch|dh|th|ll|.", name):
        if sound in _SIGNS:
            out.append(_SIGNS[sound] if after_consonant else _VOWELS[sound])
            after_consonant = False
        else:
            if after_consonant:
                out.append("্")  # two consonants in a row are joined
            out.append(_LOCAL.get(sound, ""))
            after_consonant = sound in _LOCAL
    return "".join(out)
