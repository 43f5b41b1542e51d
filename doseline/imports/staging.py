# SPDX-License-Identifier: Apache-2.0
"""Reads and matches a list's rows batch by batch, in two processes when it is long, and writes them into `import_row` by
COPY."""

import gc
import os
from collections import deque
from collections.abc import Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from itertools import islice
from multiprocessing import get_context
from typing import Any
from uuid import UUID

import msgspec
from django.db import connection

from doseline.imports.cells import Cell, text_of
from doseline.imports.matcher import Matched, match_rows
from doseline.imports.rules import ListContext, ReadRow, is_blank, read_row
from doseline.matching.rules import bones_hash, name_hash

_COPY = (
    "COPY import_row (import_id, row_number, cells, registry_code, name_latin, name_local, born_on, born_year, sex, phone,"
    " email, id_kind, id_value, priority_group, institution, household, pincode, org_unit_id, name_hash, bones_hash,"
    " problems, state, person_id, person_version, candidates, differences, more_ids) FROM STDIN"
)
READ_AT_ONCE = 1_000
_PROCESSES = min(os.cpu_count() or 1, 4)
_AHEAD = 2 * _PROCESSES  # so that none of them waits while a batch is written
_NULL = "\x00"  # no text of ours holds one
_IN_ARRAY = str.maketrans({"\\": "\\\\", '"': '\\"'})


def stage(
    import_id: UUID, rows: Iterator[list[Cell]], context: ListContext, *, first: int, in_processes: bool
) -> Iterator[tuple[int, bytes]]:
    """(number of the last row, lines for `copy_lines`) for each batch of rows in turn, counting on from `first`. What is
    ahead is bounded: a few batches, however long the list. About 100 µs of processor a row, the database's
    included, against a million people."""
    batches = _numbered_batches(rows, first)
    if not in_processes:
        for batch in batches:
            yield batch[-1][0], prepare(import_id, context, batch)
        return
    ahead: deque[tuple[int, Future[bytes]]] = deque()
    with ProcessPoolExecutor(_PROCESSES, get_context("spawn"), _set_up) as processes:
        try:
            for batch in batches:
                ahead.append((batch[-1][0], processes.submit(prepare, import_id, context, batch)))
                if len(ahead) > _AHEAD:
                    number, lines = ahead.popleft()
                    yield number, lines.result()
            for number, lines in ahead:
                yield number, lines.result()
        finally:
            processes.shutdown(wait=True, cancel_futures=True)


def prepare(import_id: UUID, context: ListContext, batch: Sequence[tuple[int, list[Cell]]]) -> bytes:
    """Reads and matches one batch; its lines."""
    numbered = [(number, row) for number, row in batch if row and not is_blank(row, context)]
    read = [read_row(row, context) for _, row in numbered]
    return staged_lines(import_id, numbered, read, match_rows(read), keeps_cells=context.has_doses)


def _numbered_batches(rows: Iterator[list[Cell]], first: int) -> Iterator[list[tuple[int, list[Cell]]]]:
    numbered = enumerate(rows, start=first + 1)
    while batch := list(islice(numbered, READ_AT_ONCE)):
        yield batch


def _set_up() -> None:
    import django

    django.setup()
    gc.freeze()
    gc.set_threshold(50_000, 20, 20)


def staged_lines(
    import_id: UUID, numbered: Sequence[tuple[int, list[Cell]]], read: Sequence[ReadRow], matched: Sequence[Matched],
    *, keeps_cells: bool = False,
) -> bytes:  # fmt: skip
    """Rows as `copy_lines` takes them: (number, cells as they came), what was read, what was found, side by side. The cells of a
    register of doses are kept (`keeps_cells`): what a row says of its dose is read from them once its person is known."""
    name = str(import_id)
    lines = [
        _line(name, number, cells, row, found, keeps_cells=keeps_cells)
        for (number, cells), row, found in zip(numbered, read, matched, strict=True)
    ]
    return "".join(lines).encode()


def copy_lines(lines: bytes) -> None:
    """Writes staged rows. One COPY."""
    connection.ensure_connection()
    with connection.connection.cursor() as cursor, cursor.copy(_COPY) as copy:
        copy.write(lines)


def _line(import_id: str, number: int, cells: list[Cell], row: ReadRow, found: Matched, *, keeps_cells: bool) -> str:
    """One line of COPY's text format. The cells as they came are kept where something was wrong with them, or all. Only cells
    and the texts people wrote can hold a backslash, none a tab or newline: those are gone from what was read, and `_array`
    takes them from the cells."""
    year = row.born_on.year if row.born_on else row.born_year
    name = row.name_latin or row.name_local
    bones = bones_hash(name)
    line = "\t".join(
        (
            import_id, str(number), _array(cells) if row.problems or keeps_cells else "{}",
            row.registry_code, row.name_latin, row.name_local,
            row.born_on.isoformat() if row.born_on else _NULL, _NULL if year is None else str(year), row.sex, row.phone,
            row.email, row.id_kind, row.id_value, row.priority_group, row.institution, row.household, row.pincode,
            row.org_unit, str(name_hash(name)), str(bones) if bones else _NULL,
            _json(row.problems) if row.problems else "[]", found.state,
            found.person_id.hex if found.person_id else _NULL,
            str(found.person_version) if found.person_version else _NULL,
            _json(found.candidates) if found.candidates else "[]",
            _json(found.differences) if found.differences else "{}", row.more_ids,
        )
    )  # fmt: skip
    return (line.replace("\\", "\\\\") if "\\" in line else line).replace(_NULL, "\\N") + "\n"


def _json(value: Any) -> str:
    return msgspec.json.encode(value).decode()


def _array(cells: list[Cell]) -> str:
    text = '","'.join([cell if isinstance(cell, str) else text_of(cell) for cell in cells])
    if "\\" in text or text.count('"') != 2 * (len(cells) - 1) or not text.isprintable():
        text = '","'.join(" ".join(text_of(cell).split()).translate(_IN_ARRAY) for cell in cells)
    return f'{{"{text}"}}' if cells else "{}"
