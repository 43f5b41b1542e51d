# SPDX-License-Identifier: Apache-2.0
"""Opens the files people send: CSV in whatever encoding and separator, Excel and OpenDocument workbooks. Yields rows of
cells; a formula is never worked out, only the value the spreadsheet last showed is taken. What cannot be opened is
refused with a reason before any row is read."""

import codecs
import csv
import io
import zipfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import IO

import charset_normalizer
from python_calamine import CalamineError, CalamineWorkbook

from doseline.imports.cells import Cell

FILE_BYTES_MAX = 300 * 1024 * 1024
ROWS_MAX, COLUMNS_MAX, CELL_LETTERS_MAX = 1_000_000, 200, 2_000
_WORKBOOK_ROWS_MAX = 200_000  # a workbook is read into memory whole; a larger list comes as CSV
_UNZIPPED_BYTES_MAX, _UNZIPPED_RATIO_MAX = 600 * 1024 * 1024, 120
_SAMPLE_BYTES = 256 * 1024
_OLE, _ZIP = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", b"PK\x03\x04"


class SourceError(Exception):
    """A file that cannot be read as a list; `code` has its sentence in imports/wording.py."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


class Source:
    """A file that can be read from its beginning as often as needed. `kind` is csv or workbook; `encoding` and
    `separator` are those of a CSV. Raises SourceError."""

    def __init__(self, path: Path, name: str) -> None:
        self.path = path
        with path.open("rb") as file:
            sample = file.read(_SAMPLE_BYTES)
        if not sample.strip(b"\x00\r\n \t,;"):
            raise SourceError("empty_file")
        self.kind = _kind_of(sample, path, name)
        self.encoding, self.separator, self.is_guessed = _how_written(sample) if self.kind == "csv" else ("", "", False)

    def rows(self) -> Iterator[list[Cell]]:
        """The rows, top to bottom, those with nothing in them as empty lists. A CSV is read as a stream."""
        return self._csv_rows() if self.kind == "csv" else self._workbook_rows()

    def _csv_rows(self) -> Iterator[list[Cell]]:
        csv.field_size_limit(1_000_000)
        with self.path.open(encoding=self.encoding, errors="replace", newline="") as file:
            reader = csv.reader(_without_nul(file), delimiter=self.separator)
            try:
                for row in reader:
                    yield _cut(row)
            except csv.Error:
                raise SourceError("broken_csv") from None

    def _workbook_rows(self) -> Iterator[list[Cell]]:
        try:
            workbook = CalamineWorkbook.from_path(str(self.path))
            sheets = [workbook.get_sheet_by_name(name) for name in workbook.sheet_names]
            sheet = max(sheets, key=lambda sheet: (sheet.total_height, sheet.total_width), default=None)
            if sheet is None or not sheet.total_height:
                raise SourceError("empty_file")
            if sheet.total_height > _WORKBOOK_ROWS_MAX:
                raise SourceError("workbook_too_long")
            yield from ([] for _ in range(sheet.start[0] if sheet.start else 0))
            for row in sheet.iter_rows():
                yield _cut(row)
        except (CalamineError, OSError, ValueError):
            raise SourceError("broken_workbook") from None


def _kind_of(sample: bytes, path: Path, name: str) -> str:
    suffix = name.lower().rsplit(".", 1)[-1] if "." in name else ""
    if sample.startswith(_OLE):
        if suffix == "xls" and b"E\x00n\x00c\x00r\x00y\x00p\x00t" not in sample:
            return "workbook"
        raise SourceError("locked_workbook")
    if sample.startswith(_ZIP):
        _check_zip(path)
        return "workbook"
    if sample.startswith((b"%PDF", b"\x89PNG", b"\xff\xd8\xff", b"GIF8", b"Rar!", b"\x1f\x8b", b"\x7fELF", b"MZ")):
        raise SourceError("wrong_type")
    return "csv"


def _check_zip(path: Path) -> None:
    """Refuses a zip that is no workbook, one with macros, and one that would swell beyond reason when opened."""
    try:
        with zipfile.ZipFile(path) as opened:
            members = opened.infolist()
            names = {member.filename for member in members}
    except (zipfile.BadZipFile, OSError, ValueError):
        raise SourceError("broken_workbook") from None
    unzipped = sum(member.file_size for member in members)
    packed = max(sum(member.compress_size for member in members), 1)
    if unzipped > _UNZIPPED_BYTES_MAX or (unzipped > 20 * 1024 * 1024 and unzipped / packed > _UNZIPPED_RATIO_MAX):
        raise SourceError("zip_bomb")
    if any(name.lower().endswith("vbaproject.bin") for name in names):
        raise SourceError("macro_workbook")
    is_book = "[Content_Types].xml" in names and any(name.startswith("xl/") for name in names)
    if not is_book and not {"content.xml", "mimetype"} <= names:
        raise SourceError("wrong_type")


def _how_written(sample: bytes) -> tuple[str, str, bool]:
    """(encoding, separator, whether the encoding is a guess)."""
    encoding, is_guessed = _encoding_of(sample)
    text = codecs.getincrementaldecoder(encoding)("replace").decode(sample)
    if "\x00" in text[:1000]:
        raise SourceError("wrong_type")
    return encoding, _separator_of(text), is_guessed


def _encoding_of(sample: bytes) -> tuple[str, bool]:
    for mark, encoding in (
        (codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF32_LE, "utf-32"), (codecs.BOM_UTF32_BE, "utf-32"),
        (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"),
    ):  # fmt: skip
        if sample.startswith(mark):
            return encoding, False
    if sample[1:200:2].count(0) > 60:
        return "utf-16-le", False
    if sample[0:200:2].count(0) > 60:
        return "utf-16-be", False
    try:
        codecs.getincrementaldecoder("utf-8")("strict").decode(sample)
    except UnicodeDecodeError:
        best = charset_normalizer.from_bytes(sample[:65_536]).best()
        return (best.encoding if best is not None else "cp1252"), True
    return "utf-8", False


def _separator_of(text: str) -> str:
    """The sign that parts most lines into the same number of columns."""
    lines = [line for line in text.splitlines()[:50] if line.strip()][:-1] or text.splitlines()[:1]
    best, best_score = ",", 0.0
    for sign in (",", ";", "\t", "|"):
        counts = [len(row) for row in csv.reader(lines, delimiter=sign)]
        usual = max(set(counts), key=counts.count, default=1)
        score = (usual - 1) * counts.count(usual)
        if score > best_score:
            best, best_score = sign, score
    return best


def _cut(row: Sequence[Cell]) -> list[Cell]:
    """Without the blank tail spreadsheets leave, and without what no column can hold. Raises SourceError."""
    end = len(row)
    while end and row[end - 1] in ("", None):
        end -= 1
    if end > COLUMNS_MAX:
        raise SourceError("too_many_columns")
    return [cell[:CELL_LETTERS_MAX] if isinstance(cell, str) else cell for cell in row[:end]]


def _without_nul(file: IO[str]) -> Iterator[str]:
    for line in file:
        yield line.replace("\x00", "") if "\x00" in line else line


def csv_bytes(rows: list[list[str]]) -> bytes:
    """Rows as CSV that a spreadsheet opens as text: with a mark of UTF-8, and nothing that it would take for a formula."""
    out = io.StringIO(newline="")
    csv.writer(out).writerows([harmless(cell) for cell in row] for row in rows)
    return codecs.BOM_UTF8 + out.getvalue().encode()


def harmless(cell: str) -> str:
    """`cell` with a quote before it when a spreadsheet would take it for a formula (OWASP, "CSV Injection")."""
    return (
        f"'{cell}" if cell[:1] in ("=", "+", "-", "@", "\t", "\r") and not cell[1:].replace(".", "").isdigit() else cell
    )
