# SPDX-License-Identifier: Apache-2.0
"""One worker at a time: the lock under which facts get their order and status moves."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection

_LOCK = 0x0D05E


def try_lock() -> bool:
    """Takes the lock for this connection if it is free; re-entrant; freed when the connection ends."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(%s)", [_LOCK])
        return bool(cursor.fetchone()[0])


@contextmanager
def status_lock() -> Iterator[None]:
    """Waits for the lock and holds it for the block."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_lock(%s)", [_LOCK])
    try:
        yield
    finally:
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_unlock(%s)", [_LOCK])
