# SPDX-License-Identifier: Apache-2.0
"""Sheets on paper: drawn by typst from the places in `layout`, as PDF to print or as pictures to send to a phone."""

import json
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache
from io import BytesIO
from pathlib import Path
from typing import Any

import cv2
import segno
import typst
from django.conf import settings
from django.utils import translation
from django.utils.translation import gettext as _

from doseline.paper import layout
from doseline.paper.wording import HEADINGS, LETTERS
from doseline.shared.clock import INDIA
from doseline.shared.words import in_digits

DATA = Path(__file__).parent / "data"
PICTURE_DPI = 200
QR_FORM = "DOSELINE:F:"
_BLANK_DPI = 203.2  # 8 pixels a millimetre


@dataclass(frozen=True, slots=True)
class DrawnRow:
    """One row as it is printed; a blank row has no name."""

    code: str
    name: str = ""
    details: str = ""
    slot: str = ""
    dose: str = ""


@dataclass(frozen=True, slots=True)
class DrawnSheet:
    """One page: its code, `number` of `count`, at most 15 rows."""

    code: str
    number: int
    count: int
    rows: tuple[DrawnRow, ...]


@dataclass(frozen=True, slots=True)
class Heading:
    """What stands above the rows of every sheet of a session. `first_at`: the first of the sheet's half-hours."""

    site: str
    when: str
    product: str
    batches: tuple[str, ...]
    first_at: datetime


def draw_sheets(heading: Heading, sheets: list[DrawnSheet], language: str) -> bytes:
    """The sheets as one PDF. About 60 ms, and 15 ms a page."""
    made = _compile(sheet_data(heading, sheets, language), "pdf", None)
    return made if isinstance(made, bytes) else made[0]


def draw_pictures(heading: Heading, sheets: list[DrawnSheet], language: str, dpi: float = PICTURE_DPI) -> list[bytes]:
    """The sheets as PNG, a page each. About 0.2 s a page."""
    made = _compile(sheet_data(heading, sheets, language), "png", dpi)
    return [made] if isinstance(made, bytes) else list(made)


@lru_cache(64)
def blank_picture(first_at: datetime, language: str) -> bytes:
    """A page of blank rows at 8 pixels a millimetre: what the print itself puts into the bubbles, to be taken off before ink is
    looked for."""
    rows = tuple(DrawnRow("") for _row in range(layout.ROWS))
    heading = Heading("", "", "", (), first_at)
    [picture] = draw_pictures(heading, [DrawnSheet("", 1, 1, rows)], language, _BLANK_DPI)
    return picture


def sheet_data(heading: Heading, sheets: list[DrawnSheet], language: str) -> dict[str, Any]:
    """Everything data/sheet.typ lays out."""
    with translation.override(language):
        labels = _labels(heading.first_at)
        return {
            "title": f"{heading.site} {heading.when}", "language": language, "site": heading.site, "when": heading.when,
            "product": heading.product, "layout": _layout(),
            "batches": [
                {"letter": letter, "number": number}
                for letter, number in zip(layout.BATCHES, (*heading.batches, *["…………………"] * 4), strict=False)
            ],
            "how": _(
                "Dark pen. Fill the circle, one in each group; wrong: cross it out and write what is right in the box at the"
                " end. Who did not come: leave the row empty."
            ),
            "footer": _(
                "Take a photo of the whole page with all six squares, or hand it in: nothing has to be typed twice. Blank"
                " rows: who is not on the list."
            ),
            "sheets": [_sheet(sheet, labels) for sheet in sheets],
        }  # fmt: skip


def _sheet(sheet: DrawnSheet, labels: list[str]) -> dict[str, Any]:
    rows = []
    for place, row in enumerate(sheet.rows):
        top = layout.row_top(place)
        rows.append({
            "number": in_digits(str(place + 1)), "code": row.code, "name": row.name, "details": row.details, "slot": row.slot,
            "dose": row.dose, "y": top, "timing_y": top + layout.ROW_HEIGHT / 2 - layout.TIMING_SIZE / 2, "labels": labels,
        })  # fmt: skip
    page = _("Sheet %(number)s of %(count)s") % {
        "number": in_digits(str(sheet.number)),
        "count": in_digits(str(sheet.count)),
    }
    return {"code": spaced(sheet.code), "title": page, "qr": _qr(QR_FORM + sheet.code), "rows": rows}


def spaced(code: str) -> str:
    """A sheet's code as people read it: two fours."""
    return f"{code[:4]} {code[4:]}".strip()


def _layout() -> dict[str, Any]:
    headings = []
    for group, (start, end) in zip(layout.GROUPS, layout.SPANS, strict=True):
        if group.line == 0:
            names = HEADINGS[group.field]
            headings += [
                (layout.BUBBLES[place][0], layout.ROW_TOP - 3.2, str(name))
                for place, name in zip(range(start, end), names, strict=True)
            ]
    return {
        "marks": _marks(), "qr_x": layout.QR_AT[0], "qr_y": layout.QR_AT[1], "qr": layout.QR_SIZE, "headings": headings,
        "timing_x": layout.TIMING_X, "timing": layout.TIMING_SIZE, "text_x": layout.TEXT_X, "text_width": layout.TEXT_WIDTH,
        "bubble": layout.BUBBLE_SIZE, "bubbles": layout.BUBBLES, "initials_x": layout.INITIALS_X,
        "initials_width": layout.INITIALS_WIDTH, "rows_end": layout.row_top(layout.ROWS), "initials": _("initials, corrections"),
        "name_line": _("name"), "details_line": _("year of birth · sex · phone · document"),
    }  # fmt: skip


@lru_cache(1)
def dictionary() -> Any:
    """The marks' dictionary."""
    return cv2.aruco.getPredefinedDictionary(cv2.aruco.DICT_4X4_50)


@lru_cache(1)
def _marks() -> list[dict[str, Any]]:
    found = []
    cells = 6  # four of data, and a black border
    for number, (x, y) in layout.MARKS.items():
        picture = cv2.aruco.generateImageMarker(dictionary(), number, cells)
        black = [(column, row) for row in range(cells) for column in range(cells) if picture[row, column] < 128]
        found.append({"x": x, "y": y, "cell": layout.MARK_SIZE / cells, "cells": black})
    return found


def _labels(first_at: datetime) -> list[str]:
    first = first_at.astimezone(INDIA)
    labels: list[str] = []
    for group in layout.GROUPS:
        if group.field == "time":
            times = [first + timedelta(minutes=30 * place) for place in range(layout.TIMES)]
            labels += [in_digits(str((at.hour - 1) % 12 + 1)) if at.minute < 30 else "½" for at in times]
        else:
            labels += LETTERS[group.field]
    return labels


def first_half_hour(opens_at: datetime) -> datetime:
    """The first half-hour of a sheet: the one in which the session opens."""
    return opens_at.replace(minute=opens_at.minute // 30 * 30, second=0, microsecond=0)


def _compile(data: dict[str, Any], form: str, dpi: float | None) -> Any:
    compiler = _compiler()
    return compiler.compile(DATA / "sheets.typ", format=form, ppi=dpi, sys_inputs={"data": json.dumps(data)})


def _compiler() -> Any:
    return typst.Compiler(root=DATA, font_paths=[settings.DOSELINE_BUILD_DIR / "fonts"], ignore_system_fonts=True)


def _qr(text: str) -> str:
    out = BytesIO()
    segno.make(text, error="m", micro=False).save(out, kind="svg", xmldecl=True, border=2, light="white")
    return out.getvalue().decode()
