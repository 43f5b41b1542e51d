# SPDX-License-Identifier: Apache-2.0
"""Keeps the register free of people who stand in it twice: compares whoever is new or changed with everyone, and writes down
the pairs for a person to decide. Nobody is ever linked by a program."""

import json
from collections.abc import Callable
from uuid import UUID

from django.db import transaction

from doseline.matching.rules import compare
from doseline.people.queries import Candidate, Sought, by_ids, candidates
from doseline.shared import sql
from doseline.shared.clock import clock

_COMPARED_AT_ONCE = 1_000


def search_duplicates(_is_stopping: Callable[[], bool] = lambda: False) -> bool:
    """Compares up to 1,000 people who are new or changed with the whole register; True when there were any. Cut off, they are
    compared again; several workers may call it at once. About 0.2 ms a person in a register of any size: keys, never a scan."""
    with transaction.atomic():
        searched = [row[0] for row in sql.rows("register/take_search", {"limit": _COMPARED_AT_ONCE})]
        if searched:
            pairs = _alike(by_ids(searched))
            sql.run(
                "register/write_pairs",
                {
                    "searched": searched, "ones": [pair[0] for pair in pairs], "others": [pair[1] for pair in pairs],
                    "scores": [pair[2] for pair in pairs], "reasons": [json.dumps(pair[3]) for pair in pairs],
                    "now": clock.now(),
                },
            )  # fmt: skip
    return bool(searched)


def _alike(people: list[Candidate]) -> list[tuple[UUID, UUID, float, list[str]]]:
    """(one, other, score, reasons) of those at least close to one another."""
    met = candidates((place, _as_sought(person)) for place, person in enumerate(people))
    found = []
    for place, others in met.items():
        person = people[place]
        ours = person.record()
        for other in others:
            if other.person_id == person.person_id:
                continue
            said = compare(ours, other.record())
            if said.verdict != "different":
                found.append((person.person_id, other.person_id, said.score, list(said.reasons[:6])))
    return found


def _as_sought(person: Candidate) -> Sought:
    phones, documents = person.phones(), person.pairs(person.documents)
    kind, value = documents[0] if documents else ("", "")
    return Sought(
        name_latin=person.name_latin, name_local=person.name_local, born_on=person.born_on, born_year=person.born_year,
        phone=phones[0] if phones else "", id_kind=kind, id_value=value,
    )  # fmt: skip
