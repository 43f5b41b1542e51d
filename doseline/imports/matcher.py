# SPDX-License-Identifier: Apache-2.0
"""Says of each row of a list whom in the register it means: nobody yet, somebody just as written, somebody with
differences, or perhaps one of several. Set-based: one statement finds the candidates of thousands of rows; only what
is not plainly equal is weighed."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from doseline.imports.rules import ReadRow
from doseline.matching.rules import APART_SCORE_MAX, Comparison, Record, are_born_apart, compare, name_hash, thresholds
from doseline.people.queries import Candidate, Sought, candidates, district_of
from doseline.places.rules import is_within

_CANDIDATES_SHOWN = 5


@dataclass(slots=True)
class Matched:
    """What matching found for a row. `candidates` are (person_id, code, score, reasons, description), best first;
    `differences` are field → [in the register, in the list]."""

    state: str = "new"
    person_id: UUID | None = None
    person_version: int | None = None
    candidates: list[dict[str, Any]] = field(default_factory=list)
    differences: dict[str, list[str]] = field(default_factory=dict)


def match_rows(rows: Sequence[ReadRow]) -> list[Matched]:
    """One `Matched` for each row, in order; faulty rows are left alone. Two statements for all of them; 60 µs a row
    against a million people, half of it the database's."""
    settled: dict[int, Matched] = {}

    def is_settled(place: int, found: list[Candidate]) -> bool:
        plain = [candidate for candidate in found if _is_plainly(rows[place], candidate)]
        if len(plain) == 1:  # whoever else might be, would be among those found
            settled[place] = _same(rows[place], plain[0])
        return place in settled

    sought = ((place, _sought(row)) for place, row in enumerate(rows) if not row.is_faulty)
    hits = candidates(sought, is_settled=is_settled)
    return [
        Matched(state="faulty") if row.is_faulty else settled.get(place) or _judge(row, hits.get(place, []))
        for place, row in enumerate(rows)
    ]


def _sought(row: ReadRow) -> Sought:
    return Sought(
        row.name_latin, row.name_local, row.born_on, row.born_year, row.phone, row.registry_code, row.id_kind, row.id_value,
        row.more_ids,
    )  # fmt: skip


def row_record(row: ReadRow) -> Record:
    """A row as matching weighs it."""
    return Record(
        names=(row.name_latin, row.name_local),
        born_on=row.born_on,
        born_year=row.born_year,
        sex=row.sex,
        phones=(row.phone,) if row.phone else (),
        institution=row.institution,
        district=district_of(row.org_unit),
        identifiers=tuple(row.documents()),
    )


def _judge(row: ReadRow, candidates: list[Candidate]) -> Matched:
    plain = [candidate for candidate in candidates if _is_plainly(row, candidate)]
    if len(plain) == 1:
        return _same(row, plain[0])
    candidates = [candidate for candidate in candidates if not _is_stranger(row, candidate)]
    if not candidates:
        return Matched()
    ours = row_record(row)
    weighed = [(candidate, _weigh(row, ours, candidate)) for candidate in candidates]
    near = sorted(
        ((candidate, found) for candidate, found in weighed if found.verdict != "different"),
        key=lambda pair: -pair[1].score,
    )
    same = [candidate for candidate, found in near if found.verdict == "same"]
    if len(same) == 1:
        return _same(row, same[0])
    if not near:
        return Matched()
    shown = [_shown(candidate, found) for candidate, found in near[:_CANDIDATES_SHOWN]]
    return Matched(state="close", person_id=near[0][0].person_id, person_version=near[0][0].version, candidates=shown,
                   differences=differences(row, near[0][0]))  # fmt: skip


def _is_plainly(row: ReadRow, candidate: Candidate) -> bool:
    """The same name, birthday and sex, with the phone or the workplace: what a list sent twice looks like."""
    return (
        row.born_on is not None
        and row.born_on == candidate.born_on
        and row.sex == candidate.sex
        and candidate.name_hash == name_hash(row.name_latin or row.name_local)
        and (
            (bool(row.phone) and f"phone {row.phone}" in (candidate.contacts or ""))
            or (bool(row.institution) and row.institution == candidate.institution)
        )
        and not _documents_differ(row, candidate)
    )


def _is_stranger(row: ReadRow, candidate: Candidate) -> bool:
    """What weighing would find `different`, seen at a glance: a namesake born in quite another year, with neither code, document
    nor anything like the phone of the row."""
    if not are_born_apart(row.born_on, candidate.born_on) or thresholds().close <= APART_SCORE_MAX:
        return False
    contacts = candidate.contacts or ""
    return not (
        (row.phone and (row.phone[:4] in contacts or row.phone[-4:] in contacts))  # one slip leaves one end as it is
        or any(value in (candidate.documents or "") for _kind, value in row.documents())
        or (row.registry_code and row.registry_code == candidate.code)
    )


def _documents_differ(row: ReadRow, candidate: Candidate) -> bool:
    if not row.id_value or candidate.documents == f"{row.id_kind} {row.id_value}":
        return False
    theirs = candidate.pairs(candidate.documents)
    kinds = {kind for kind, _value in theirs}
    return any(kind in kinds and (kind, value) not in theirs for kind, value in row.documents())


def _weigh(row: ReadRow, ours: Record, candidate: Candidate) -> Comparison:
    """A code of ours in the list decides, unless the name beside it is somebody else's."""
    found = compare(ours, candidate.record())
    if row.registry_code and row.registry_code == candidate.code:
        is_other = "name_differs" in found.weights and (row.name_latin or row.name_local)
        verdict = "close" if is_other else "same"
        return Comparison(found.score + 10, verdict, ("code_same", *found.reasons), found.weights)
    return found


def _same(row: ReadRow, candidate: Candidate) -> Matched:
    found = differences(row, candidate)
    state = "moves" if found.keys() & {"org_unit", "institution"} else "differs" if found else "same"
    return Matched(state=state, person_id=candidate.person_id, person_version=candidate.version, differences=found)


def differences(row: ReadRow, candidate: Candidate) -> dict[str, list[str]]:
    """What the list says otherwise than the register, by field: [register, list]. A list that is silent says nothing, and capitals
    say nothing either: hospitals write their whole lists in them."""
    found: dict[str, list[str]] = {}
    if row.name_latin and row.name_latin.casefold() != candidate.name_latin.casefold():
        found["name_latin"] = [candidate.name_latin, row.name_latin]
    if row.name_local and row.name_local != candidate.name_local:
        found["name_local"] = [candidate.name_local, row.name_local]
    if row.born_on and row.born_on != candidate.born_on:
        found["born_on"] = [str(candidate.born_on or candidate.born_year), str(row.born_on)]
    for name in ("sex", "priority_group", "institution", "household", "pincode"):
        theirs = getattr(row, name)
        if theirs and theirs.casefold() != getattr(candidate, name).casefold():
            found[name] = [getattr(candidate, name), theirs]
    contacts = (candidate.contacts or "").split("\n")
    for kind, value in (("phone", row.phone), ("email", row.email)):
        if value and f"{kind} {value}" not in contacts:
            found[kind] = [", ".join(v for k, v in candidate.pairs(candidate.contacts) if k == kind), value]
    for kind, value in row.documents():
        if f"{kind} {value}" not in (candidate.documents or "").split("\n"):
            known = ", ".join(v for k, v in candidate.pairs(candidate.documents) if k == kind)
            found[f"id_{kind}"] = [known, value]
    if row.org_unit and not is_within(candidate.org_unit, row.org_unit):
        found["org_unit"] = [candidate.org_unit, row.org_unit]
    return found


def _shown(candidate: Candidate, found: Comparison) -> dict[str, Any]:
    return {
        "person_id": str(candidate.person_id), "version": candidate.version, "code": candidate.code,
        "score": found.score, "reasons": list(found.reasons[:6]),
        "name": candidate.name_latin or candidate.name_local, "born": str(candidate.born_on or candidate.born_year),
        "sex": candidate.sex, "institution": candidate.institution, "org_unit": candidate.org_unit,
    }  # fmt: skip
