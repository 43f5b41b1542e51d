# SPDX-License-Identifier: Apache-2.0
"""What the paper desk sees: sheets, rows with who stands in them, what is open, how much still waits and until when."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from hashlib import blake2b
from typing import Any
from uuid import UUID

from django.db.models import Count, Q
from django.utils.translation import ngettext, override, pgettext

from doseline.matching.rules import Record, compare, words_of
from doseline.paper.models import Scan, ScanPage, Sheet, SheetRow
from doseline.paper.printing import DrawnRow, DrawnSheet, Heading
from doseline.people.models import Person
from doseline.people.queries import Candidate, Sought, by_ids, candidates
from doseline.places.models import Site
from doseline.planning.packs import roster_of
from doseline.planning.wording import next_dose
from doseline.shared import sql
from doseline.shared.clock import INDIA
from doseline.shared.words import day, in_digits, number, time_of_day
from doseline.vaccines.models import Batch

LOOK_BACK = timedelta(days=60)
AMBER_DAYS, RED_DAYS = 10, 5
_CANDIDATES_MAX, _ROSTER_SHOWN, _BAD_SHOWN = 5, 12, 60
_PACE_SECONDS_MIN = 1_800.0  # a page confirmed at once is no pace yet


@dataclass(frozen=True, slots=True)
class Standing:
    """Paper in an area. `clear_at`: when the rows waiting will be entered at the pace of the last three hours; None when nobody
    enters."""

    on_paper_count: int
    out_count: int
    waiting_count: int
    oldest_at: datetime | None
    clear_at: datetime | None

    @property
    def is_quiet(self) -> bool:
        """Nothing of paper to tell."""
        return not (self.on_paper_count or self.out_count or self.waiting_count)


def standing(areas: Sequence[str], now: datetime) -> Standing:
    """How paper stands in some areas. One statement."""
    [row] = sql.rows("paper/standing", {"areas": list(areas), "now": now, "since": (now - LOOK_BACK).date()})
    on_paper, out, waiting, oldest_at, entered, since = row
    clear_at = None
    if waiting and entered and since is not None:
        seconds_a_row = max((now - since).total_seconds(), _PACE_SECONDS_MIN) / entered
        clear_at = now + timedelta(seconds=seconds_a_row * waiting)
    return Standing(on_paper, out, waiting, oldest_at, clear_at)


@dataclass(frozen=True, slots=True)
class DueDay:
    """People whose rows wait and whose next dose may be given from `on` on. `colour`: red (five days or less are left), amber (ten),
    or nothing."""

    on: date
    count: int
    days_left: int
    colour: str


def due_by_day(areas: Sequence[str], today: date) -> list[DueDay]:
    """The rows that wait by the day from which the next dose is due, the nearest first. One statement."""
    found = sql.rows("paper/due_by_day", {"areas": list(areas), "until": today + timedelta(days=60), "today": today})
    return [DueDay(on, count, (on - today).days, colour((on - today).days)) for on, count in found]


def colour(days_left: int) -> str:
    """Red, amber, or nothing: paper.md, "The clock that matters"."""
    return "red" if days_left <= RED_DAYS else "amber" if days_left <= AMBER_DAYS else ""


def drawn(sheets: list[Sheet], language: str) -> tuple[Heading, list[DrawnSheet]]:
    """The sheets of one session as they are printed, in that language whatever the screen's is. Five statements."""
    with override(language):
        return _drawn(sheets, language)


def _drawn(sheets: list[Sheet], language: str) -> tuple[Heading, list[DrawnSheet]]:
    session = sheets[0].session
    site: Site = session.site
    people = Person.objects.in_bulk(SheetRow.objects.filter(sheet__in=sheets).values_list("person_id", flat=True))
    slots = dict(session.roster.values_list("person_id", "slot_at"))
    tails = {person.person_id: person.tails() for person in by_ids(list(people))}
    doses = {person.person_id: next_dose(person) for person in roster_of(session)}
    pages, count = [], session.sheets.count()
    for sheet in sheets:
        rows = [
            DrawnRow(row.code) if row.is_blank or row.person_id not in people
            else _drawn_row(
                people[row.person_id], doses.get(row.person_id, ""), slots.get(row.person_id), tails.get(row.person_id, ()), language
            )
            for row in sheet.rows.order_by("number")
        ]  # fmt: skip
        pages.append(DrawnSheet(sheet.code, sheet.number, count, tuple(rows)))
    numbers = {str(batch.pk): batch.number for batch in Batch.objects.filter(pk__in=sheets[0].batches)}
    when = f"{day(session.on_date)} · {time_of_day(session.opens_at)}–{time_of_day(session.closes_at)}"
    heading = Heading(
        site.name_in(language), when, session.product.name, tuple(numbers[one] for one in sheets[0].batches if one in numbers),
        sheets[0].first_at,
    )  # fmt: skip
    return heading, pages


def _drawn_row(person: Person, dose: str, slot_at: datetime | None, tails: tuple[str, ...], language: str) -> DrawnRow:
    local_first = bool(person.name_local) and person.local_language == language
    first, second = (person.name_local, person.name_latin) if local_first else (person.name_latin, person.name_local)
    sex = {"female": pgettext("sex", "F"), "male": pgettext("sex", "M")}.get(person.sex, pgettext("sex", "O"))
    details = [second if first else "", in_digits(str(person.born_year)), sex, *map(in_digits, tails[:1])]
    return DrawnRow(
        person.code,
        first or second,
        " · ".join(part for part in details if part),
        time_of_day(slot_at) if slot_at else "",
        dose,
    )


DONE_WITH = ("entered", "reconciled")
NAMED_ONLY = ("sheet_void", "sheet_lost", "session_cancelled")  # read all the same: only said


def scans_of(units: Sequence[str]) -> Any:
    """Files of some areas, the newest first, with how many of their pages wait for somebody; their content is not read."""
    waiting = (
        Q(pages__settled_at=None) & ~Q(pages__problem__in=("", *NAMED_ONLY)) & ~Q(pages__sheet__state__in=DONE_WITH)
    )
    found = Scan.objects.filter(org_unit__in=units).defer("closed").annotate(bad_count=Count("pages", filter=waiting))
    return found.order_by("-sent_at")


def bad_pages(units: Sequence[str]) -> list[ScanPage]:
    """Pages that could not be read and nobody has put aside, the oldest first; not of sheets all of whose rows are entered."""
    found = ScanPage.objects.filter(scan__org_unit__in=units, settled_at=None).exclude(problem__in=("", *NAMED_ONLY))
    found = found.exclude(sheet__state__in=DONE_WITH).select_related("scan", "sheet").defer("closed", "scan__closed")
    return list(found.order_by("read_at")[:_BAD_SHOWN])


def seen_of(row: SheetRow) -> str:
    """What a form was made from: a row that has moved on since is not overwritten by an old form."""
    said = json.dumps(
        [row.state, row.entry_number, row.reading, row.doubts, row.entry, str(row.page_id)], sort_keys=True
    )
    return blake2b(said.encode(), digest_size=9).hexdigest()


@dataclass(frozen=True, slots=True)
class ShownRow:
    """A row beside what is known of who stands in it: nobody yet in a blank one. `said`: what a form that was refused says of it."""

    row: SheetRow
    name: str
    born_year: str
    sex: str
    said: dict[str, str] | None = None

    @property
    def values(self) -> dict[str, str]:
        """What it says as far as known: what was just said, else what a person entered, else what the picture says."""
        return (
            dict(self.said)
            if self.said is not None
            else dict(self.row.entry if self.row.entry is not None else self.row.reading)
        )

    @property
    def seen(self) -> str:
        """See `seen_of`."""
        return seen_of(self.row)

    @property
    def doubtful(self) -> set[str]:
        """Fields a person is to look at."""
        return {name for name, _why in self.row.doubts}


def shown_rows(sheet: Sheet) -> list[ShownRow]:
    """A sheet's rows in order, with as much of each person as tells them apart. Two statements."""
    return with_people(list(sheet.rows.select_related("entered_by").order_by("number")))


def with_people(rows: list[SheetRow]) -> list[ShownRow]:
    """Rows with who stands in them. One statement."""
    people = Person.objects.in_bulk([row.person_id for row in rows])
    found = []
    for row in rows:
        person = people.get(row.person_id)
        name = (person.name_local or person.name_latin) if person else ""
        found.append(ShownRow(row, name, number_text(person.born_year) if person else "", person.sex if person else ""))
    return found


def number_text(year: int) -> str:
    """A year in the digits of the page, ungrouped."""
    return in_digits(str(year))


def on_roster(session_id: UUID, typed: str) -> list[Candidate]:
    """People booked for a session of whose name, in any script and spelling, some words begin as typed, or whose code or last four
    digits are. One statement for the roster; it is looked through here, a few hundred names."""
    people = by_ids([row[0] for row in sql.rows("paper/booked", {"session_id": session_id})])
    wanted, plain = words_of(typed), typed.strip().upper().replace(" ", "")
    found = []
    for person in people:
        words = {word for name in (person.name_latin, person.name_local) if name for word in words_of(name)}
        is_named = bool(wanted) and all(any(word.startswith(part) for word in words) for part in wanted)
        if is_named or (len(plain) > 3 and (person.code.startswith(plain) or f"…{plain}" in person.tails())):
            found.append(person)
    return found[:_ROSTER_SHOWN]


@dataclass(frozen=True, slots=True)
class Match:
    """Somebody of the register who may stand in a blank row, and why."""

    person: Candidate
    score: float
    reasons: tuple[str, ...]


def who_may_it_be(name: str, born_year: int, phone: str, sex: str) -> list[Match]:
    """People of the register whom a written row may mean, the likeliest first; never linked by itself. Index looks only."""
    is_latin = name.isascii()
    sought = Sought(
        name_latin=name if is_latin else "", name_local="" if is_latin else name, born_year=born_year, phone=phone
    )
    record = Record(
        names=(sought.name_latin, sought.name_local), born_year=born_year, sex=sex, phones=(phone,) if phone else ()
    )
    found = []
    for candidate in candidates([(0, sought)], is_thorough=True).get(0, []):
        weighed = compare(record, candidate.record())
        found.append(Match(candidate, weighed.score, tuple(weighed.reasons)))
    return sorted(found, key=lambda match: -match.score)[:_CANDIDATES_MAX]


def said_by_phones(row: SheetRow) -> list[dict[str, Any]]:
    """What phones said of who stands in a row, in its session. One statement."""
    return sql.dicts("paper/said_of", {"row_id": row.pk})


def open_items(
    areas: Sequence[str], me: UUID, now: datetime, limit: int, kind: str | None = None
) -> list[dict[str, Any]]:
    """What waits for a decision, the most pressing first, each with its days left and colour. One statement."""
    today = now.astimezone(INDIA).date()
    found = sql.dicts("paper/items", {"areas": list(areas), "me": me, "now": now, "limit": limit, "kind": kind})
    for item in found:
        item["days_left"] = (item["due_on"] - today).days
        item["colour"] = colour(item["days_left"])
        late = -item["days_left"]
        item["days_text"] = (
            ngettext("%(days)s day late", "%(days)s days late", late) % {"days": number(late)}
            if late > 0
            else number(-late)
        )
    return found


def sessions_on_paper(areas: Sequence[str], now: datetime, limit: int = 200) -> list[dict[str, Any]]:
    """Sessions that have sheets, those with rows waiting first. One statement."""
    inputs = {"areas": list(areas), "since": (now - LOOK_BACK).date(), "limit": limit, "at_work": False}
    return sql.dicts("paper/sessions", inputs)


def sessions_at_work(areas: Sequence[str], now: datetime) -> list[dict[str, Any]]:
    """The sessions behind the numbers of `standing`: all of some areas that did work on paper, as `sessions_on_paper` has them."""
    inputs = {"areas": list(areas), "since": (now - LOOK_BACK).date(), "limit": None, "at_work": True}
    return sql.dicts("paper/sessions", inputs)
