# SPDX-License-Identifier: Apache-2.0
"""What a list's columns mean, and what each of its rows says. Pure: no clock, no database, no file."""

import json
import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import lru_cache
from pathlib import Path
from typing import NamedTuple

from doseline.imports import cells
from doseline.imports.cells import Cell, text_of
from doseline.people.rules import clean_name
from doseline.shared.words import latin_digits

HEADER_ROWS_SEARCHED = 20
MATCH_RATE_MIN, FAULT_RATE_MAX, ROWS_JUDGED_MIN = 0.7, 0.5, 10
# With one of these faults a row says too little to be anybody; with any other it is taken without that value.
ERRORS = frozenset(
    [
        "name_missing",
        "name_is_number",
        "two_people",
        "birth_missing",
        "date_unreadable",
        "date_in_future",
        "date_too_old",
        "year_unreadable",
        "age_unreadable",
        "sex_missing",
        "sex_unknown",
        "number_ruined",
        "number_rounded",
        "id_unreadable",
        "group_unknown",
        "area_unknown",
        "dose_date_missing",
        "dose_date_unreadable",
        "dose_date_in_future",
        "vaccine_unknown",
    ]
)
_ID_KINDS = {
    "aadhaar": "aadhaar aadhar uid", "voter_id": "voterid voter epic votercard", "pan": "pan pancard",
    "driving_licence": "drivinglicence drivinglicense dl", "passport": "passport",
    "employer_card": "employercard employeeid employeecard officialid serviceid", "other": "other",
}  # fmt: skip


class ReadRow(NamedTuple):
    """One row as the register could take it. Empty text and None mean the list does not say. `problems` are
    (column, field, code); column counts from 0, -1 where there is none. `more_ids` are documents beyond the first, kind and
    number each, parted by commas."""

    registry_code: str
    name_latin: str
    name_local: str
    born_on: date | None
    born_year: int | None
    sex: str
    phone: str
    email: str
    id_kind: str
    id_value: str
    priority_group: str
    institution: str
    household: str
    pincode: str
    org_unit: str
    problems: tuple[tuple[int, str, str], ...]
    more_ids: str = ""

    def documents(self) -> list[tuple[str, str]]:
        """(kind, number) of every document the row gives."""
        if not self.id_value:
            return []
        more = [(kind, value) for kind, _, value in (one.partition(" ") for one in self.more_ids.split(",")) if kind]
        return [(self.id_kind, self.id_value), *more]

    @property
    def is_faulty(self) -> bool:
        """True when the row cannot be taken as it stands."""
        return bool(self.problems) and any(code in ERRORS for _, _, code in self.problems)


@lru_cache(1)
def known_headers() -> dict[str, str]:
    """Squeezed header → field."""
    listed = json.loads((Path(__file__).parent / "data" / "headers.json").read_text(encoding="utf-8"))
    return {squeeze(name): field for field, names in listed.items() if field != "about" for name in [field, *names]}


def fields() -> tuple[str, ...]:
    """Every field a column may hold, in the order they are offered."""
    return tuple(dict.fromkeys(known_headers().values()))


def squeeze(header: str) -> str:
    """A header without case, spaces and signs: `Mobile No.*` and `MOBILE NO` are one."""
    return cells.letters_of(header.lower().split("(dd")[0]).replace("+", "")


def find_header(rows: Sequence[Sequence[Cell]]) -> int:
    """Which of the first rows is the header: the one with most columns we know, the earlier of equals. -1 when none
    has a known column."""
    counts = [sum(bool(_field_of(text_of(cell))) for cell in row) for row in rows[:HEADER_ROWS_SEARCHED]]
    return counts.index(max(counts)) if counts and max(counts) > 0 else -1


def _field_of(header: str) -> str:
    """The field a header names, in any of its languages where it has several: `নাম / Name of Beneficiary`."""
    for part in (header, *_LANGUAGES_APART.split(header)):
        found = known_headers().get(squeeze(part)) if part.strip() else None
        if found:
            return found
    return ""


_LANGUAGES_APART = re.compile(r"[/|()\n]")


def propose_columns(header: Sequence[Cell], remembered: Mapping[str, str] | None = None) -> list[str]:
    """A field for each column, empty where we do not know one. What somebody said of a header before (`remembered`, by squeezed
    header) goes first. A field is proposed once: the second `Name` is left to the person who knows the list."""
    proposed: list[str] = []
    for cell in header:
        text = text_of(cell)
        found = (remembered or {}).get(squeeze(text), "") or _field_of(text)
        proposed.append("" if found in proposed else found)
    return proposed


def faults_of_columns(columns: Sequence[str], kind: str = "people") -> list[str]:
    """What keeps a list with these columns from being read: no_name, no_birth, no_sex, no_dose_date, column_twice."""
    faults = ["no_dose_date"] if kind == "doses" and "dose_on" not in columns else []
    if not {"name", "first_name", "name_local", "registry_code"} & set(columns):
        faults.append("no_name")
    if not {"born_on", "birth_year", "age", "registry_code"} & set(columns):
        faults.append("no_birth")
    if not {"sex", "registry_code"} & set(columns):
        faults.append("no_sex")
    chosen = [column for column in columns if column]
    if len(chosen) != len(set(chosen)):
        faults.append("column_twice")
    return faults


@dataclass(frozen=True, kw_only=True)
class ListContext:
    """What holds for a whole list. `areas` maps squeezed names and ids of districts and blocks to org unit codes within
    the uploader's area; `area` is where a row without its own is put. Of a register of doses: `vaccines` maps squeezed names to
    product codes, `batches` are (product, squeezed number), `product` is that of rows without their own."""

    columns: tuple[str, ...]
    month_first: bool
    area: str
    areas: Mapping[str, str]
    institution: str
    priority_group: str
    today: date
    has_doses: bool = False
    vaccines: Mapping[str, str] = field(default_factory=dict)
    batches: frozenset[tuple[str, str]] = frozenset()
    product: str = ""
    places: dict[str, int] = field(init=False)
    documents: tuple[str, ...] = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "places", {name: place for place, name in enumerate(self.columns) if name})
        documents = tuple(name for name in self.places if name.startswith("id_") and name != "id_kind")
        object.__setattr__(self, "documents", documents)


Problems = list[tuple[int, str, str]]


def is_blank(row: Sequence[Cell], context: ListContext) -> bool:
    """True when no column of the list has anything in it: a blank line, a line with nothing but its number, a page's foot."""
    width = len(row)
    for place in context.places.values():
        cell = row[place] if place < width else None
        if cell is not None and not (isinstance(cell, str) and (not cell or cell.isspace())):
            return False
    return True


def read_row(row: Sequence[Cell], context: ListContext) -> ReadRow:
    """One row. About 10 µs for the plain ones, since dates and words repeat."""
    problems: Problems = []
    width = len(row)
    texts = {name: text_of(row[place]) for name, place in context.places.items() if place < width}
    registry_code, _ = cells.read_document(texts.get("registry_code", ""))
    has_code = bool(registry_code)
    latin, local = _names(texts, context, problems, has_code=has_code)
    born_on, born_year = _birth(texts, context, problems, has_code=has_code)
    sex = _take("sex", texts, context, problems)
    if not sex and not has_code and not texts.get("sex"):
        problems.append((context.places.get("sex", -1), "sex", "sex_missing"))
    id_kind, id_value, more_ids = _documents(texts, context, problems) if context.documents else ("", "", "")
    institution, household = texts.get("institution"), texts.get("household")
    if context.has_doses:
        dose_day(texts.get("dose_on", ""), context, problems)
        _dose_of(texts, context, problems)
    return ReadRow(
        registry_code, latin, local, born_on, born_year, sex, _take("phone", texts, context, problems),
        _take("email", texts, context, problems), id_kind, id_value,
        _take("priority_group", texts, context, problems) or context.priority_group,
        (clean_name(institution)[:120] if institution else "") or context.institution,
        clean_name(household)[:120] if household else "", _take("pincode", texts, context, problems),
        _area(texts, context, problems), tuple(problems), more_ids,
    )  # fmt: skip


def dose_day(text: str, context: ListContext, problems: Problems) -> date | None:
    """The day a dose was given, written as a birth date may be; none, with its fault told, when the row does not say."""
    found, fault = (
        cells.read_date(text, month_first=context.month_first, today=context.today) if text else (None, "date_missing")
    )
    if fault:
        problems.append(
            (context.places.get("dose_on", -1), "dose_on", f"dose_{fault}".replace("date_too_old", "date_unreadable"))
        )
    return found


_DOSE_WORDS = {
    unicodedata.normalize("NFC", word): number
    for number, words in (
        (1, "first one i প্রথম এক ১ম पहली पहला प्रथम एक"),
        (2, "second two ii দ্বিতীয় দুই ২য় दूसरी दूसरा द्वितीय दो"),
        (3, "third three iii booster precaution তৃতীয় তিন বুস্টার तीसरी तीसरा तृतीय तीन बूस्टर"),
    )
    for word in words.split()
}


def dose_number(text: str) -> int | None:
    """Which dose a register says it was: `2`, `2nd`, `Dose 2`, `২`, `second`, `দ্বিতীয়`, `दूसरी`; None when it does not say,
    or nothing we can read."""
    words = {_DOSE_WORDS[word] for word in unicodedata.normalize("NFC", text).lower().split() if word in _DOSE_WORDS}
    if words:
        return words.pop() if len(words) == 1 else None
    found = re.findall(r"\d+", latin_digits(text))
    return int(found[0]) if len(found) == 1 and 0 < int(found[0]) < 10 else None


def _dose_of(texts: dict[str, str], context: ListContext, problems: Problems) -> None:
    product = context.product
    if vaccine := texts.get("dose_product"):
        product = context.vaccines.get(_squeezed(vaccine), "")
        if not product:
            problems.append((context.places["dose_product"], "dose_product", "vaccine_unknown"))
    batch = texts.get("dose_batch")
    if batch and product and (product, _squeezed(batch)) not in context.batches:
        problems.append((context.places["dose_batch"], "dose_batch", "batch_unknown"))
    number = texts.get("dose_number")
    if number and dose_number(number) is None:
        problems.append((context.places["dose_number"], "dose_number", "dose_number_unreadable"))


def _take(name: str, texts: dict[str, str], context: ListContext, problems: Problems) -> str:
    """What a column's own reader makes of its cell."""
    text = texts.get(name)
    if not text:
        return ""
    value, fault = cells.READERS[name](text)
    if fault:
        problems.append((context.places[name], name, fault))
    return value


def _names(texts: dict[str, str], context: ListContext, problems: Problems, *, has_code: bool) -> tuple[str, str]:
    whole = texts.get("name")
    if not whole:
        whole = " ".join(texts[name] for name in ("first_name", "middle_name", "last_name") if texts.get(name))
    latin, local, fault = cells.read_name(whole)
    if texts.get("name_local"):
        local = cells.read_name(texts["name_local"])[1] or local
    if fault or not (latin or local or has_code):
        place = context.places.get("name", context.places.get("first_name", -1))
        problems.append((place, "name", fault or "name_missing"))
    return clean_name(latin)[:120] if latin else "", clean_name(local)[:120] if local else ""


_AN_AGE = re.compile(r"\d{1,3}\s*((y|yr|yrs|year|years)\.?( old)?|বছর|বৎসর|वर्ष|साल)?$", re.IGNORECASE)


def _birth(
    texts: dict[str, str], context: ListContext, problems: Problems, *, has_code: bool
) -> tuple[date | None, int | None]:
    """The date where there is one, else the year, else the year an age means. A faulty date with a good age beside it is
    still a fault."""
    text = texts.get("born_on", "")
    if len(text) == 4 and text.isdecimal():  # a year in the column of dates is a year
        texts = texts | {"birth_year": text}
        text = ""
    elif _AN_AGE.match(text):  # and an age is an age
        texts = texts | {"age": texts.get("age") or text}
        text = ""
    found, fault = cells.read_date(text, month_first=context.month_first, today=context.today) if text else (None, "")
    if fault:
        problems.append((context.places["born_on"], "born_on", fault))
        return None, None
    if found is not None:
        return found, found.year
    for name, reader in (("birth_year", cells.read_year), ("age", cells.read_age)):
        year, fault = reader(texts.get(name, ""), today=context.today)
        if fault:
            problems.append((context.places.get(name, context.places.get("born_on", -1)), name, fault))
            return None, None
        if year is not None:
            return None, year
    if not has_code:
        problems.append((context.places.get("born_on", -1), "born_on", "birth_missing"))
    return None, None


def _documents(texts: dict[str, str], context: ListContext, problems: Problems) -> tuple[str, str, str]:
    """The first document the row gives, as (kind, number), and the others as ReadRow.more_ids."""
    first, more = ("", ""), ""
    for name in context.documents:
        text = texts.get(name, "")
        if not text:
            continue
        value, fault = cells.read_document(text)
        if fault:
            problems.append((context.places[name], name, fault))
            continue
        kind = name.removeprefix("id_")
        kind = _id_kind(texts.get("id_kind", "")) if kind == "value" else kind
        if not first[1]:
            first = kind, value
        elif (kind, value) != first:
            more += f",{kind} {value}" if more else f"{kind} {value}"
    return *first, more


@lru_cache(1024)
def _id_kind(text: str) -> str:
    plain = squeeze(text)
    return next((kind for kind, words in _ID_KINDS.items() if plain in words.split()), "other")


_squeezed = lru_cache(1 << 14)(squeeze)


def _area(texts: dict[str, str], context: ListContext, problems: Problems) -> str:
    """The block if the row names one, else the district, else the list's own area."""
    if not texts.get("district") and not texts.get("block"):
        return context.area
    district, block = _squeezed(texts.get("district", "")), _squeezed(texts.get("block", ""))
    if block:
        found = context.areas.get(f"{district}/{block}") or context.areas.get(f"/{block}")
        if found:
            return found
    if not district:
        return context.area
    found = context.areas.get(district)
    if found is None:
        problems.append((context.places["district"], "district", "area_unknown"))
        return context.area
    return found


def verdict_on_file(*, kind: str, rows: int, faulty: int, matched: int, twice: int = 0) -> str:
    """Why a list should be held whole: `too_faulty` when more than half its rows cannot be read, `wrong_file` when under 70 % of
    the people of a list of changes, or of a register of doses, are or may be people we have (Mavis holds such files too); empty
    when it may be reviewed. `twice`: rows of people an earlier row names."""
    if rows < ROWS_JUDGED_MIN:
        return ""
    if faulty > rows * FAULT_RATE_MAX:
        return "too_faulty"
    return "wrong_file" if kind in ("changes", "doses") and matched < (rows - faulty - twice) * MATCH_RATE_MIN else ""
