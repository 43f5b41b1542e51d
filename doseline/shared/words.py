# SPDX-License-Identifier: Apache-2.0
"""Numbers, times and dates as people in India read them, in the language of the page."""

from datetime import date, datetime

from babel.dates import format_date
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from doseline.shared.clock import INDIA

_DIGITS = str.maketrans("০১২৩৪৫৬৭৮৯०१२३४५६७८९", "01234567890123456789")
_BENGALI_DIGITS = str.maketrans("0123456789", "০১২৩৪৫৬৭৮৯")


def latin_digits(text: str) -> str:
    """`text` with Bengali and Devanagari digits as 0-9."""
    return text if text.isascii() else text.translate(_DIGITS)


def in_digits(text: str) -> str:
    """`text` with its digits in the script of the page's language (Hindi pages use 0-9, as Hindi press does)."""
    return text.translate(_BENGALI_DIGITS) if get_language() == "bn" else text


def number(value: int) -> str:
    """2,07,000: Indian grouping, three digits then twos."""
    digits = str(abs(value))
    head, tail = digits[:-3], digits[-3:]
    groups = [head[max(0, end - 2) : end] for end in range(len(head), 0, -2)][::-1]
    return in_digits(("-" if value < 0 else "") + ",".join([*groups, tail]))


def whole(value: float) -> str:
    """A number without its fraction."""
    return number(round(value))


def duration(seconds: int) -> str:
    """45 s, 3 min, 2 h: one unit, for how long something still takes."""
    if seconds < 90:
        return in_digits(_("%(n)d s") % {"n": seconds})
    minutes = round(seconds / 60)
    return in_digits(_("%(n)d min") % {"n": minutes} if minutes < 90 else _("%(n)d h") % {"n": round(minutes / 60)})


def time_of_day(instant: datetime | None) -> str:
    """14:05 in India; a dash when there is none."""
    return in_digits(instant.astimezone(INDIA).strftime("%H:%M")) if instant else "–"


def day(value: date | None) -> str:
    """16 Jan 2021, ১৬ জানু ২০২১; an instant's day in India; a dash when there is none."""
    if value is None:
        return "–"
    value = value.astimezone(INDIA) if isinstance(value, datetime) else value
    return in_digits(format_date(value, "d MMM y", locale=get_language() or "en"))


def day_short(value: date) -> str:
    """16 Jan, ১৬ জানু."""
    return in_digits(format_date(value, "d MMM", locale=get_language() or "en"))


def weekday(value: date) -> str:
    """Mon, সোম."""
    return format_date(value, "ccc", locale=get_language() or "en")


def local_input(instant: datetime) -> str:
    """An instant as a `datetime-local` field has it, in India."""
    return instant.astimezone(INDIA).strftime("%Y-%m-%dT%H:%M")
