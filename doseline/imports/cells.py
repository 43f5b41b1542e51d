# SPDX-License-Identifier: Apache-2.0
"""Reads one cell as people fill them in: dates in many forms and scripts, phones with anything around them, numbers that a
spreadsheet has ruined. Pure. Each reader returns what it read and the code of a fault, never both; both empty for an
empty cell."""

import re
import unicodedata
from collections.abc import Callable
from datetime import date, time, timedelta
from functools import lru_cache

from doseline.people.rules import is_ruined, read_phone, unshortened
from doseline.shared.words import latin_digits

Cell = str | int | float | bool | date | time | timedelta | None
_CACHE = 1 << 14
_EXCEL_ZERO = date(1899, 12, 30)
_MONTHS = {
    name: number
    for number, names in enumerate(
        (
            "jan january জানুয়ারি জানুয়ারী জানু जनवरी जन", "feb february ফেব্রুয়ারি ফেব্রুয়ারী ফেব फ़रवरी फरवरी फर",
            "mar march মার্চ मार्च", "apr april এপ্রিল अप्रैल", "may মে मई", "jun june জুন जून", "jul july জুলাই जुलाई",
            "aug august আগস্ট অগস্ট अगस्त", "sep sept september সেপ্টেম্বর सितंबर सितम्बर", "oct october অক্টোবর अक्टूबर",
            "nov november নভেম্বর नवंबर नवम्बर", "dec december ডিসেম্বর दिसंबर दिसम्बर",
        ),
        start=1,
    )
    for name in names.split()
}  # fmt: skip
_SEXES = {
    word: sex
    for sex, words in {
        "female": "f female woman w fem lady মহিলা স্ত্রী নারী महिला स्त्री औरत",
        "male": "m male man পুরুষ পু पुरुष पु",
        "other": "o t other transgender trans third third gender tg অন্যান্য অন্য তৃতীয় লিঙ্গ अन्य तृतीय लिंग",
    }.items()
    for word in words.split()
}
_GROUPS = {
    "HCW": "hcw healthcareworker healthcareworkers healthworker hcws স্বাস্থ্যকর্মী स्वास्थ्यकर्मी",
    "FLW": "flw frontlineworker frontlineworkers flws প্রথমসারিরকর্মী फ्रंटलाइनवर्कर",
    "60+": "60+ 60plus above60 seniorcitizen 60andabove প্রবীণ वरिष्ठनागरिक",
    "45-59": "4559 45to59 45+ comorbidity",
    "other": "other others citizen অন্যান্য अन्य",
}
_PLAIN_DATE = re.compile(r"(\d{1,2})[/.\-](\d{1,2})[/.\-](\d{4})|(\d{4})-(\d{1,2})-(\d{1,2})", re.A)
_TIME_OF_DAY = re.compile(r"[t ]\d{1,2}:\d{2}(:\d{2})?(\.\d+)?( ?[ap]m)?$")
_SERIAL, _EIGHT_DIGITS, _DATE_PARTS = re.compile(r"\d{5}(\.\d+)?"), re.compile(r"\d{8}"), re.compile(r"[\s/.,\-–]+")
_ORDINAL = re.compile(r"(?<=\d)(st|nd|rd|th|ই|লা|রা|ঠা|শে)$")
_NO_DIGITS = re.compile(r"\D")
_IN_DOCUMENTS, _SCRIPTS_APART = re.compile(r"[\s\-_.–/]"), re.compile(r"\s+|(?<=\S)[/|(](?=\S)|[()|/]")
_EMAIL = re.compile(r"^[^@\s]+@[^@\s]+\.[^@\s.]{2,}$")


def text_of(cell: Cell) -> str:
    """A cell as text: NFC is left to whoever keeps it; whole numbers without a point, dates as 1985-01-16."""
    if isinstance(cell, str):
        return cell.strip() if cell.isascii() else cell.replace("\u00a0", " ").replace("\u200b", "").strip()
    if cell is None:
        return ""
    if isinstance(cell, float) and cell.is_integer() and abs(cell) < 1e15:
        return str(int(cell))
    if isinstance(cell, date):
        return cell.isoformat()[:10]
    return str(cell)


def letters_of(text: str) -> str:
    """Letters, their marks, digits and plus signs of any script in lower case: what is left of a word when people write
    it with other spaces and signs."""
    composed = unicodedata.normalize("NFC", text).lower()
    return "".join(letter for letter in composed if letter == "+" or unicodedata.category(letter)[0] in "LMN")


@lru_cache(_CACHE)
def read_date(text: str, *, month_first: bool, today: date) -> tuple[date | None, str]:
    """A birth date. Excel's serial numbers, 16/01/1985, 1985-01-16, 16 Jan 85, 16.1.85, in digits and month names of three
    languages. `month_first` only decides where both readings are possible; a month over 12 decides for itself.
    Faults: date_unreadable, date_in_future, date_too_old."""
    if not text:
        return None, ""
    found = _date_from(latin_digits(text).lower().strip(" '`."), month_first, today)
    if found is None:
        return None, "date_unreadable"
    if found > today:
        return None, "date_in_future"
    return (None, "date_too_old") if found.year < today.year - 120 else (found, "")


def _date_from(text: str, month_first: bool, today: date) -> date | None:
    plain = _PLAIN_DATE.fullmatch(text)
    if plain is not None:
        return _date_of_parts([part for part in plain.groups() if part is not None], month_first, today)
    text = _TIME_OF_DAY.sub("", text)
    if _SERIAL.fullmatch(text):
        return _EXCEL_ZERO + timedelta(days=int(float(text)))
    if _EIGHT_DIGITS.fullmatch(text):
        parts = [text[:4], text[4:6], text[6:]] if text[:2] in ("19", "20") else [text[:2], text[2:4], text[4:]]
    else:
        parts = [part for part in _DATE_PARTS.split(text) if part]
    parts = [_ORDINAL.sub("", part) for part in parts]
    if len(parts) != 3:
        return None
    return _date_of_parts(parts, month_first, today)


def _date_of_parts(parts: list[str], month_first: bool, today: date) -> date | None:
    named = next((place for place, part in enumerate(parts) if part in _MONTHS), None)
    if named is not None:
        month = _MONTHS[parts.pop(named)]
        first, second = parts
        day, year = (second, first) if len(first) == 4 else (first, second)
        return _date(year, month, day, today)
    if len(parts[0]) == 4:
        return _date(parts[0], parts[1], parts[2], today)
    first, second = (parts[1], parts[0]) if month_first else (parts[0], parts[1])
    if second.isdigit() and int(second) > 12:
        first, second = second, first
    return _date(parts[2], second, first, today)


def _date(year: str, month: str | int, day: str, today: date) -> date | None:
    try:
        number = int(year)
        if len(year) == 2:  # 85 is 1985; 21 is 2021 unless that is still to come
            number += 2000 if 2000 + number <= today.year else 1900
        return date(number, int(month), int(day)) if len(year) in (2, 4) else None
    except ValueError:
        return None


def says_month_first(texts: list[str]) -> bool:
    """True when a column of dates can only be read as month/day/year: some second part is over 12 and no first one is."""
    firsts, seconds = [], []
    for text in texts:
        found = re.match(r"^(\d{1,2})[/.\-](\d{1,2})[/.\-]\d{2,4}", latin_digits(text).strip())
        if found:
            firsts.append(int(found[1]))
            seconds.append(int(found[2]))
    return any(part > 12 for part in seconds) and not any(part > 12 for part in firsts)


@lru_cache(_CACHE)
def read_year(text: str, *, today: date) -> tuple[int | None, str]:
    """A year of birth. Faults: year_unreadable."""
    digits = latin_digits(text).strip().removesuffix(".0")
    if not digits:
        return None, ""
    year = int(digits) if digits.isascii() and digits.isdigit() and len(digits) == 4 else 0
    return (year, "") if today.year - 120 <= year <= today.year else (None, "year_unreadable")


@lru_cache(_CACHE)
def read_age(text: str, *, today: date) -> tuple[int | None, str]:
    """An age as the year of birth it most likely means; a bare 0 says nothing. Faults: age_unreadable."""
    if not text:
        return None, ""
    found = re.match(r"^(\d{1,3})(\.\d+)?\s*\D*$", latin_digits(text).strip())
    if found is None or int(found[1]) > 120 or not found[1].strip("0") + (found[2] or ""):
        return None, "age_unreadable"
    return today.year - int(found[1]), ""


@lru_cache(_CACHE)
def read_sex(text: str) -> tuple[str, str]:
    """female, male or other. Faults: sex_unknown."""
    word = text.lower().strip(" .")
    return ("", "") if not word else (_SEXES[word], "") if word in _SEXES else ("", "sex_unknown")


def read_email(text: str) -> tuple[str, str]:
    """An e-mail address in lower case. Faults: email_unreadable."""
    if not text:
        return "", ""
    address = text.lower().removeprefix("mailto:").strip(" <>;,")
    return (address, "") if _EMAIL.match(address) and len(address) <= 254 else ("", "email_unreadable")


def read_document(text: str) -> tuple[str, str]:
    """A document's number: letters and digits, capitals, no spaces or dashes. Faults: number_ruined, number_rounded (a
    spreadsheet keeps 15 digits and makes the rest zeros), id_unreadable."""
    if not text:
        return "", ""
    text = unshortened(text)
    if is_ruined(text):
        return "", "number_ruined"
    is_plain = text.isascii() and text.isalnum()
    plain = (text if is_plain else _IN_DOCUMENTS.sub("", latin_digits(text))).upper()
    if plain.isdigit() and len(plain) > 15 and plain[15:].strip("0") == "":
        return "", "number_rounded"
    return (plain, "") if plain.isalnum() and plain.isascii() and 3 <= len(plain) <= 40 else ("", "id_unreadable")


@lru_cache(_CACHE)
def read_group(text: str) -> tuple[str, str]:
    """A priority group. Faults: group_unknown."""
    plain = letters_of(text)
    if not plain:
        return "", "group_unknown" if text.strip(" -–.") else ""
    found = next((group for group, words in _GROUPS.items() if plain in words.split()), None)
    return (found, "") if found else ("", "group_unknown")


@lru_cache(_CACHE)
def read_pincode(text: str) -> tuple[str, str]:
    """Six digits. Faults: pincode_unreadable."""
    digits = _NO_DIGITS.sub("", latin_digits(text).removesuffix(".0"))
    if not text:
        return "", ""
    return (digits, "") if len(digits) == 6 and digits[0] != "0" else ("", "pincode_unreadable")


_TWO_PEOPLE = re.compile(r"\s(?:&|and|এবং|ও|और|तथा)\s", re.I)
_LATIN = re.compile(r"[A-Za-z]")
_LOCAL = re.compile(r"[\u0900-\u09ff]")


def read_name(text: str) -> tuple[str, str, str]:
    """A name as (Latin, local, fault): a cell may hold it in both scripts. Faults: name_is_number, two_people."""
    if not text:
        return "", "", ""
    if _TWO_PEOPLE.search(text) or _are_two(text):
        return "", "", "two_people"
    if text.isascii() and "(" not in text and "/" not in text and "|" not in text:
        return (text.strip(" ,;"), "", "") if _LATIN.search(text) else ("", "", "name_is_number")
    words = _SCRIPTS_APART.split(text)
    latin = " ".join(word for word in words if word and _LATIN.search(word) and not _LOCAL.search(word))
    local = " ".join(word for word in words if word and _LOCAL.search(word))
    if not latin and not local:
        return "", "", "name_is_number"
    return latin.strip(" ,;"), local.strip(" ,;"), ""


def _are_two(text: str) -> bool:
    """Two whole names of one script, parted by a stroke: `Rina Paul / Md Salim`, but not `Rina Paul / রিনা পাল`."""
    if "/" not in text and "|" not in text and "\n" not in text:
        return False
    parts = [part for part in re.split(r"[/|\n]", text) if len(part.split()) > 1]
    return any(sum(bool(script.search(part)) for part in parts) > 1 for script in (_LATIN, _LOCAL))


READERS: dict[str, Callable[[str], tuple[str, str]]] = {
    "sex": read_sex, "phone": read_phone, "email": read_email, "priority_group": read_group, "pincode": read_pincode,
}  # fmt: skip
