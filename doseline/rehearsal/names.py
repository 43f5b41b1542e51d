# SPDX-License-Identifier: Apache-2.0
"""Makes people and sites for a rehearsal by chance from word lists. Same seed, same people; nobody real."""

import json
import random
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any


@dataclass(frozen=True, slots=True)
class MadePerson:
    """A person who does not exist."""

    name_latin: str
    name_local: str
    sex: str
    born_year: int
    phone: str
    document: str


@cache
def words() -> dict[str, Any]:
    """The word lists."""
    path = Path(__file__).parent / "data" / "west_bengal.json"
    loaded: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return loaded


def make_person(chance: random.Random) -> MadePerson:
    """One health worker of 22 to 60 years in 2021. Phones start with 5, which no Indian mobile does."""
    lists = words()
    sex = "female" if chance.random() < 0.62 else "male"
    given = chance.choice(lists[f"given_{sex}"])
    surname = chance.choice(lists["surnames"])
    return MadePerson(
        name_latin=f"{given[0]} {surname[0]}",
        name_local=f"{given[1]} {surname[1]}",
        sex=sex,
        born_year=chance.randint(1961, 1999),
        phone=f"5{chance.randrange(10**9):09d}",
        document=f"HW{chance.randrange(10**8):08d}",
    )
