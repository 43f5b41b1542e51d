# SPDX-License-Identifier: Apache-2.0
"""Named SQL statements: one file each under a room's `sql/`, run on Django's own connection."""

from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any

import msgspec
import psycopg
from django.db import connection

from doseline.shared import packed

_JSONB = 3802
_STREAMED_AT_ONCE = 5_000
_ROOMS = Path(__file__).parent.parent


@cache
def statement(name: str) -> str:
    """The text of `room/name` → `doseline/<room>/sql/<name>.sql`. Raises FileNotFoundError for a wrong name."""
    room, _, file = name.partition("/")
    return (_ROOMS / room / "sql" / f"{file}.sql").read_text(encoding="utf-8")


def run(name: str, parameters: Mapping[str, Any] | None = None) -> int:
    """Runs a statement for its effect; returns how many rows it touched. One round trip."""
    with connection.cursor() as cursor:
        cursor.execute(statement(name), dict(parameters or {}))
        return int(cursor.rowcount)


def rows(name: str, parameters: Mapping[str, Any] | None = None) -> list[tuple[Any, ...]]:
    """Runs a statement; returns its rows as tuples in the statement's order. One round trip."""
    with connection.cursor() as cursor:
        cursor.execute(statement(name), dict(parameters or {}))
        return list(cursor.fetchall())


def many_rows(name: str, parameters: Mapping[str, Any] | None = None) -> list[tuple[Any, ...]]:
    """Like `rows`, for thousands of rows with times in them: they travel in binary, past Django's own time loader, at a
    quarter of the cost; arrays come packed (shared/packed.py). Not counted by `assertNumQueries`."""
    connection.ensure_connection()
    with psycopg.Cursor(connection.connection) as cursor:
        packed.take_packed(cursor)
        cursor.execute(statement(name), dict(parameters or {}), binary=True)
        return cursor.fetchall()


def streamed_rows(name: str, parameters: Mapping[str, Any] | None = None) -> Iterator[tuple[Any, ...]]:
    """Like `many_rows`, in thousands as they are wanted, so that memory stays flat however many. Only within a transaction."""
    connection.ensure_connection()
    with psycopg.ServerCursor(connection.connection, "streamed") as cursor:
        cursor.itersize = _STREAMED_AT_ONCE
        cursor.execute(statement(name), dict(parameters or {}), binary=True)
        yield from cursor


def dicts(name: str, parameters: Mapping[str, Any] | None = None) -> list[dict[str, Any]]:
    """Like `rows`, each row a dict by column name, jsonb as values: for pages, where a template names the columns."""
    with connection.cursor() as cursor:
        cursor.execute(statement(name), dict(parameters or {}))
        columns = cursor.description or ()
        names = [column[0] for column in columns]
        found = [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]
    for json_name in (column[0] for column in columns if column[1] == _JSONB):
        for row in found:
            row[json_name] = None if row[json_name] is None else msgspec.json.decode(row[json_name])
    return found
