# SPDX-License-Identifier: Apache-2.0
"""Finding people in the register: whom a row, a sheet or an officer may mean. Looks up, never judges: `matching` weighs."""

from collections.abc import Callable, Iterable, Sequence
from datetime import date
from typing import NamedTuple
from uuid import UUID

from doseline.matching.rules import Record, block_keys, bones_hash, is_whole_name, key_hash
from doseline.shared import packed, sql

_OF_A_KEY = 12  # so that an office's phone that stands beside a thousand names costs no more than any other


class Sought(NamedTuple):
    """What is known of somebody looked for; empty or None where nothing is."""

    name_latin: str = ""
    name_local: str = ""
    born_on: date | None = None
    born_year: int | None = None
    phone: str = ""
    registry_code: str = ""
    id_kind: str = ""
    id_value: str = ""
    more_ids: str = ""  # further documents: kind and number each, parted by commas


class Candidate(NamedTuple):
    """A person as `find.sql` returns them. `contacts` and `documents` are lines of kind and value."""

    person_id: UUID
    version: int
    code: str
    name_latin: str
    name_local: str
    born_on: date | None
    born_year: int
    sex: str
    priority_group: str
    institution: str
    household: str
    pincode: str
    org_unit: str
    name_hash: int
    contacts: str | None
    documents: str | None

    def pairs(self, lines: str | None) -> tuple[tuple[str, str], ...]:
        """(kind, value) of each line."""
        return tuple(
            (kind, value) for kind, _, value in (line.partition(" ") for line in (lines or "").split("\n")) if kind
        )

    def phones(self) -> tuple[str, ...]:
        """Phone numbers."""
        return tuple(value for kind, value in self.pairs(self.contacts) if kind == "phone")

    def tails(self) -> tuple[str, ...]:
        """The last four of each phone and document: enough to tell people apart, too little to use."""
        return tuple(
            f"…{value[-4:]}"
            for _kind, value in (*self.pairs(self.contacts), *self.pairs(self.documents))
            if _kind != "email"
        )

    def record(self) -> Record:
        """As matching weighs it."""
        return Record(
            names=(self.name_latin, self.name_local), born_on=self.born_on, born_year=self.born_year, sex=self.sex,
            phones=self.phones(), institution=self.institution, district=district_of(self.org_unit),
            identifiers=self.pairs(self.documents),
        )  # fmt: skip


def district_of(org_unit: str) -> str:
    """The district an area lies in; the area itself above that."""
    return ".".join(org_unit.split(".")[:3])


def candidates(
    sought: Iterable[tuple[int, Sought]], *,
    is_settled: Callable[[int, list[Candidate]], bool] | None = None, is_thorough: bool = False,
) -> dict[int, list[Candidate]]:  # fmt: skip
    """For each (place, sought) the people it may mean, unweighed; a place with none is left out. One statement, index looks
    only, at most 12 people a key: 50 µs for each sought against a million people, ours and the database's. For long lists there
    is `is_settled`: all are looked for by the whole name and the day of the birthday first, and a place of which it says, given
    who was found so, that nobody else could matter is looked for no further: two statements, 15 µs for such a one.
    `is_thorough`, for rows looked at one by one: a birthday written wrong does not hide anybody of the same name and
    year, at ten times the cost."""
    looked = [(place, one, _keys(one)) for place, one in sought]
    hits: dict[int, list[Candidate]] = {}
    if is_settled is not None:
        _find([(place, key) for place, _, keys in looked for key in keys if is_whole_name(key)], (), hits)
        looked = [
            (place, one, tuple(key for key in keys if not is_whole_name(key)))
            for place, one, keys in looked
            if not (0 < len(hits.get(place, ())) < _OF_A_KEY and is_settled(place, hits[place]))
        ]
    _find(
        [(place, key) for place, _, keys in looked for key in keys], [(place, one) for place, one, _ in looked], hits,
        is_thorough=is_thorough,
    )  # fmt: skip
    return hits


def _find(
    keys: Sequence[tuple[int, str]], sought: Sequence[tuple[int, Sought]], hits: dict[int, list[Candidate]], *,
    is_thorough: bool = False,
) -> None:  # fmt: skip
    """Adds to `hits` who is found by these keys, and who by name and year, code and document of these sought; each once."""
    named = [
        (
            place,
            bones_hash(one.name_latin or one.name_local),
            one.born_year,
            one.born_on is not None and not is_thorough,
        )
        for place, one in sought
        if one.born_year is not None
    ]
    coded = [(place, one.registry_code) for place, one in sought if one.registry_code]
    documents = [(place, one.id_kind, one.id_value) for place, one in sought if one.id_value]
    documents += [
        (place, kind, value)
        for place, one in sought
        if one.more_ids
        for kind, _, value in (more.partition(" ") for more in one.more_ids.split(","))
    ]
    found = sql.many_rows(
        "people/find",
        {
            "rows": packed.integers([place for place, _ in keys]), "keys": packed.longs([key_hash(key) for _, key in keys]),
            "name_rows": packed.integers([name[0] for name in named]), "bones": packed.longs([name[1] for name in named]),
            "years": packed.integers([name[2] for name in named]),
            "has_birthday": packed.booleans([name[3] for name in named]),
            "code_rows": packed.integers([place for place, _ in coded]), "codes": packed.texts([code for _, code in coded]),
            "document_rows": packed.integers([place for place, _, _ in documents]),
            "document_kinds": packed.texts([kind for _, kind, _ in documents]),
            "document_values": packed.texts([value for _, _, value in documents]), "of_a_key": _OF_A_KEY,
        },
    )  # fmt: skip
    for hit in found:
        others = hits.setdefault(hit[0], [])
        if all(hit[1] != other.person_id for other in others):
            others.append(Candidate._make(hit[1:]))


def by_ids(person_ids: Sequence[UUID]) -> list[Candidate]:
    """These people, as candidates for one another. One statement."""
    return [Candidate._make(row) for row in sql.rows("people/by_ids", {"person_ids": list(person_ids)})]


def by_name(name: str, limit: int) -> list[Candidate]:
    """People anywhere whose name is spelt like `name`, whole, in any script and order of words. Two statements, index looks only."""
    return by_ids([row[0] for row in sql.rows("people/by_name", {"bones": bones_hash(name), "limit": limit})])


def by_beginning(name: str, areas: Sequence[str], limit: int) -> list[Candidate]:
    """People of `areas` whose name begins with `name`, spelt so. Reads everybody whose name begins so: give three letters."""
    pattern = name.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_") + "%"
    asked = {"latin": pattern.lower(), "local": pattern, "areas": list(areas), "limit": limit}
    return by_ids([row[0] for row in sql.rows("people/by_beginning", asked)])


def _keys(one: Sought) -> tuple[str, ...]:
    keys = block_keys(one.name_latin or one.name_local, born_on=one.born_on, phone=one.phone)
    if one.name_latin and one.name_local:
        keys = tuple(dict.fromkeys(keys + block_keys(one.name_local, born_on=one.born_on)))
    return keys
