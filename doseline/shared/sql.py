# SPDX-License-Identifier: Apache-2.0
"""Named SQL statements: one file each under a room's `sql/`, run on Django's own connection."""

from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

import psycopg
from django.db import connection

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
    quarter of the cost. Not counted by `assertNumQueries`."""
    connection.ensure_connection()
    with psycopg.Cursor(connection.connection) as cursor:
        cursor.execute(statement(name), dict(parameters or {}), binary=True)
        return cursor.fetchall()


def dicts(name: str, parameters: Mapping[str, Any] | None = None) -> list[dict[str, Any]]:
    """Like `rows`, each row a dict by column name: for pages, where a template names the columns."""
    with connection.cursor() as cursor:
        cursor.execute(statement(name), dict(parameters or {}))
        names = [column[0] for column in cursor.description or ()]
        return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]
