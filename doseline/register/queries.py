# SPDX-License-Identifier: Apache-2.0
"""What the desk of the register sees: people found by whatever is known of them, what is on record of one, pairs to decide."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, NamedTuple
from uuid import UUID

from doseline.imports.cells import read_date
from doseline.matching.rules import Comparison, Record, compare
from doseline.people.models import Person, PersonLink
from doseline.people.queries import Candidate, Sought, by_beginning, by_ids, by_name, candidates
from doseline.people.rules import read_phone
from doseline.places.rules import is_within
from doseline.register.rules import KnownDose, standing_of
from doseline.shared import sql
from doseline.shared.ids import read_code
from doseline.shared.words import latin_digits
from doseline.vaccines.models import Product
from doseline.vaccines.rules import Schedule

FOUND_MAX = 50
_NAMESAKES_MAX = 500
_BEGINNING_MIN = 3
# Reasons with a word of their own on the page of a person; the others say how a fact was made, not what it was.
SHOWN_REASONS = frozenset(
    "certificate message slip roster witness absent refused unwell contraindicated already_had no_vaccine deferred not_eligible"
    " released left_early aefi minor severe serious".split()
)
_MEANT = Comparison(0.0, "close", (), {})
_DOCUMENTS = ("employer_card", "aadhaar", "voter_id", "pan", "passport", "driving_licence", "other")


class Found(NamedTuple):
    """Somebody found, and why."""

    person: Candidate
    said: Comparison


@dataclass(frozen=True)
class Search:
    """`found`, best first; `elsewhere` counts those outside the officer's areas, `is_bad_birth` an unreadable birth."""

    found: list[Found]
    elsewhere: int = 0
    is_bad_birth: bool = False


class Pair(NamedTuple):
    """Two rows that may be one person, the later registered first. `is_apart`: somebody has said that they are two."""

    pair_id: UUID
    one: Candidate
    other: Candidate
    reasons: list[str]
    is_apart: bool = False


def find_people(text: str, born: str, areas: Sequence[str], today: date) -> Search:
    """People by `text`: a Doseline code, a phone, a document number, or a whole name in any script and spelling; `born` (a date
    or a year, may be empty) makes a name far surer. Only people of `areas` are named. A whole name is found by its consonants,
    with a birth date even misspelt in them; where there is none, people whose name begins so. Index looks only: a few ms in
    a register of any size, more where very many names begin so."""
    born_on, born_year, is_bad = _read_birth(born.strip(), today)
    if is_bad:
        return Search([], is_bad_birth=True)
    text = text.strip()
    known = _sought(text, born_on, born_year)
    met = {person.person_id: person for hits in candidates(enumerate(known)).values() for person in hits}
    is_name = bool(known and known[0].name_latin)
    record = Record(names=(text, text), born_on=born_on, born_year=born_year)
    if is_name and born_year is None:
        met |= {person.person_id: person for person in by_name(text, _NAMESAKES_MAX)}
    weighed = [Found(person, compare(record, person.record()) if is_name else _MEANT) for person in met.values()]
    weighed = [found for found in weighed if "name_differs" not in found.said.weights]
    if is_name and not weighed and len(text) >= _BEGINNING_MIN:
        weighed = [Found(person, _MEANT) for person in by_beginning(text, areas, FOUND_MAX)]
        weighed = [found for found in weighed if born_year in (None, found.person.born_year)]
    own = [found for found in weighed if any(is_within(found.person.org_unit, area) for area in areas)]
    own.sort(key=lambda found: (-found.said.score, found.person.name_latin or found.person.name_local))
    return Search(own[:FOUND_MAX], elsewhere=len(weighed) - len(own))


def pairs_to_decide(areas: Sequence[str], limit: int) -> list[Pair]:
    """Pairs with at least one of them in `areas` that nobody has decided on, the likeliest first. Two statements."""
    rows = sql.dicts("register/pairs", {"areas": list(areas), "limit": limit})
    people = {p.person_id: p for p in by_ids([row[end] for row in rows for end in ("one_id", "other_id")])}
    return [Pair(row["pair_id"], people[row["one_id"]], people[row["other_id"]], row["reasons"]) for row in rows]


def pairs_of(person_id: UUID) -> list[Pair]:
    """The pairs of one person that are not one row now, the likeliest first. Two statements."""
    rows = sql.dicts("register/pairs_of", {"person_id": person_id})
    people = {p.person_id: p for p in by_ids([row[end] for row in rows for end in ("one_id", "other_id")])}
    return [
        Pair(row["pair_id"], people[row["one_id"]], people[row["other_id"]], row["reasons"], row["is_apart"])
        for row in rows
    ]


def count_pairs(areas: Sequence[str]) -> tuple[int, int]:
    """(pairs to decide, people still to be compared)."""
    open_pairs, searching = sql.rows("register/count_pairs", {"areas": list(areas)})[0]
    return int(open_pairs), int(searching)


def record_of(person: Person) -> dict[str, Any]:
    """What is on record of a person beside their own fields: facts, sessions, links either way, changes, looks; what the
    doses amount to. Eight statements."""
    doses = sql.dicts("register/doses_of", {"person_id": person.pk})
    links = PersonLink.objects.select_related("person", "same_as", "linked_by", "unlink__unlinked_by")
    return {
        "sessions": sql.dicts("register/sessions_of", {"person_id": person.pk}),
        "doses": doses,
        "standing": standing_of(
            [_known(dose) for dose in doses], _schedule(doses[-1]["product_code"]) if doses else None
        ),
        "shown_reasons": SHOWN_REASONS,
        "facts": sql.dicts("register/facts_of", {"person_id": person.pk}),
        "links": [*links.filter(person=person), *links.filter(same_as=person)],
        "changes": person.changes.select_related("changed_by").order_by("-changed_at", "field")[:50],
        "looks": person.looks.select_related("looked_by").order_by("-looked_at")[:20],
        "contacts": [(c.kind, _tail(c.value)) for c in person.contact_points.order_by("kind", "value")],
        "documents": [(f"id_{i.kind}", _tail(i.value)) for i in person.identifiers.order_by("kind", "value")],
    }


def _known(dose: dict[str, Any]) -> KnownDose:
    return KnownDose(
        given_at=dose["given_at"], provenance=dose["provenance"], is_doubled=dose["is_doubled"], number=dose["dose_number"] or 0,
    )  # fmt: skip


def _schedule(product_code: str) -> Schedule:
    product = Product.objects.get(pk=product_code)
    return Schedule(
        product=product.code, dose_count=product.dose_count, earliest_days=product.earliest_days,
        recommended_days=product.recommended_days, latest_days=product.latest_days, age_years_min=product.age_years_min,
    )  # fmt: skip


def _sought(text: str, born_on: date | None, born_year: int | None) -> list[Sought]:
    """The ways `text` can be meant."""
    if not text:
        return []
    plain = latin_digits(text)
    if not any(letter.isdigit() for letter in plain):
        return [Sought(name_latin=text, born_on=born_on, born_year=born_year)]
    known = [Sought(id_kind=kind, id_value=plain.replace(" ", "").upper()) for kind in _DOCUMENTS]
    code, (phone, fault) = read_code(plain.replace(" ", "")), read_phone(plain)
    known += [Sought(registry_code=code)] if code else []
    known += [Sought(phone=phone)] if phone and not fault else []
    return known


def _read_birth(text: str, today: date) -> tuple[date | None, int | None, bool]:
    plain = latin_digits(text)
    if not plain:
        return None, None, False
    if len(plain) == 4 and plain.isdigit() and today.year - 120 <= int(plain) <= today.year:
        return None, int(plain), False
    born_on, fault = read_date(plain, month_first=False, today=today)
    return (None, None, True) if fault or born_on is None else (born_on, born_on.year, False)


def _tail(value: str) -> str:
    """The last four: enough to tell which is meant, too little to use."""
    return f"…{value[-4:]}"
