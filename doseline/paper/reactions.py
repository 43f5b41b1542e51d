# SPDX-License-Identifier: Apache-2.0
"""What paper does after facts: a sheet that was done with is looked at again when a phone says something of its people."""

from doseline.shared import sql


def reopen_sheets(after: int, upto: int) -> None:
    """Reopens sheets touched by facts with after < status_seq ≤ upto. Idempotent; one statement, one index look a fact."""
    sql.run("paper/reopen_sheets", {"after": after, "upto": upto})
