# SPDX-License-Identifier: Apache-2.0
"""What planning does after facts: whoever was deferred to a later session has a place in it."""

from doseline.shared import sql
from doseline.shared.clock import clock


def book_deferred(after: int, upto: int) -> None:
    """Books people deferred to a later session by facts with after < status_seq ≤ upto, on its reserve list where it has filled
    meanwhile; takes places back whose fact was taken back. Idempotent; two statements, which touch nothing for other facts."""
    stretch = {"after": after, "upto": upto, "now": clock.now()}
    sql.run("planning/book_deferred", stretch)
    sql.run("planning/unbook_deferred", stretch)
