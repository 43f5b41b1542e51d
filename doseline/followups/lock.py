# SPDX-License-Identifier: Apache-2.0
"""One worker at a time: the lock under which facts get their order and status moves."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection

_LOCK = 0x0D05E


def try_lock() -> bool:
    """Takes the lock for this connection if it is free. Taken twice, it must be freed twice; it ends with the connection."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(%s)", [_LOCK])
        return bool(cursor.fetchone()[0])


def unlock() -> None:
    """Frees the lock once."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_unlock(%s)", [_LOCK])


@contextmanager
def status_lock() -> Iterator[None]:
    """Waits for the lock and holds it for the block."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_lock(%s)", [_LOCK])
    try:
        yield
    finally:
        unlock()
