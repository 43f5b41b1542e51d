# SPDX-License-Identifier: Apache-2.0
"""Packed arrays arrive as what they were."""

from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID

import psycopg
import pytest
from django.db import connection

from doseline.shared import packed

_SOME: list[tuple[Callable[[Sequence[Any]], packed.PackedArray], list[Any]]] = [
    (packed.uuids, [UUID(int=1), UUID(int=2**128 - 1)]),
    (packed.texts, ["", "রিনা", 'a "quoted", {one}\\']),
    (packed.integers, [0, -(2**31), 2**31 - 1]),
    (packed.longs, [-1, 2**63 - 1]),
    (packed.dates, [date(1899, 12, 31), date(2000, 1, 1), date(2021, 1, 16)]),
    (packed.instants, [datetime(1969, 7, 20, 20, 17, 40, 1, tzinfo=UTC), datetime(2021, 1, 16, 5, 0, tzinfo=UTC)]),
    (packed.byte_strings, [b"", b"\0\xff"]),
    (packed.booleans, [True, False]),
]


@pytest.mark.django_db
@pytest.mark.parametrize(("pack", "values"), _SOME, ids=lambda one: getattr(one, "__name__", ""))
def test_arrays_arrive_as_they_were(pack: Callable[[Sequence[Any]], packed.PackedArray], values: list[Any]) -> None:
    connection.ensure_connection()
    for sent in ([], values, [*values, None], [None, None], values[:1] * 3):
        with psycopg.Cursor(connection.connection) as cursor:
            packed.take_packed(cursor)
            cursor.execute("SELECT unnest(%s)", [pack(sent)], binary=True)
            assert [value for (value,) in cursor.fetchall()] == sent
