# SPDX-License-Identifier: Apache-2.0
"""Workbooks we give out: the template for lists, and the rows to be corrected. Cells are written as text, so nothing in
them is ever taken for a formula."""

import io
from collections.abc import Iterable

import xlsxwriter
from django.utils.translation import gettext as _

from doseline.imports.models import ImportFile
from doseline.imports.wording import FAULTS, say
from doseline.shared import sql

_TEMPLATE = (
    ("name", "Anjali Das"), ("name_local", "অঞ্জলি দাস"), ("born_on", "16/01/1985"), ("sex", "F"), ("phone", "5830012345"),
    ("id_employer_card", "HW001234"), ("priority_group", "HCW"), ("institution", "Rural Hospital"), ("household", "Ward 2"),
    ("district", "Kolkata"), ("block", ""), ("pincode", "700001"), ("email", ""),
)  # fmt: skip
_ROWS_MAX = 100_000


def template() -> bytes:
    """An empty list in the language of the page: its columns, all as text, with one example to overwrite."""
    return _workbook(_("People"), [say(name) for name, _example in _TEMPLATE], [[value for _name, value in _TEMPLATE]])


def faulty_rows(import_file: ImportFile, header: list[str]) -> bytes:
    """The rows that cannot be read, as they came, with what is wrong and what to do in two columns behind: corrected, the
    workbook is itself a list to send."""
    found = sql.dicts(
        "imports/rows_page", {"import_id": import_file.pk, "kind": "faulty", "limit": _ROWS_MAX, "after": 0}
    )
    width = max([len(header), *(len(row["cells"]) for row in found)])
    names = [*header, *[""] * (width - len(header)), _("What is wrong"), _("What to do")]
    rows = (
        [*row["cells"], *[""] * (width - len(row["cells"])), _wrong(row["problems"]), _remedies(row["problems"])]
        for row in found
    )
    return _workbook(_("To correct"), names, rows)


def _wrong(problems: list[tuple[int, str, str]]) -> str:
    return " ".join(f"{say(field)}: {say(code)}" for _column, field, code in problems)


def _remedies(problems: list[tuple[int, str, str]]) -> str:
    return " ".join(dict.fromkeys(str(FAULTS[code][1]) for _column, _field, code in problems))


def _workbook(title: str, header: list[str], rows: Iterable[list[str]]) -> bytes:
    out = io.BytesIO()
    book = xlsxwriter.Workbook(out, {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False})
    sheet, text = book.add_worksheet(title[:31]), book.add_format({"num_format": "@"})
    bold = book.add_format({"bold": True, "num_format": "@", "bottom": 1})
    sheet.set_column(0, len(header), 18, text)
    sheet.freeze_panes(1, 0)
    for column, name in enumerate(header):
        sheet.write_string(0, column, name, bold)
    for number, row in enumerate(rows, start=1):
        for column, cell in enumerate(row):
            sheet.write_string(number, column, cell, text)
    book.close()
    return out.getvalue()
