# SPDX-License-Identifier: Apache-2.0
"""What status does after facts: folds them into the tables screens read. The same statements fold the whole ledger
into `status_shadow` when it is rebuilt, so live and rebuilt cannot mean different things."""

from django.db import connection

from doseline.shared import sql

_STATEMENTS = (
    "status/fold_people",
    "status/fold_sessions",
    "status/fold_vials",
    "status/fold_aefi",
    "status/fold_devices",
)


def fold(after: int, upto: int, schema: str = "status") -> None:
    """Folds the facts with after < status_seq ≤ upto. Five statements, O(facts + their people's facts).

    Must run in one transaction with the progress that says the stretch is done: tallies move by differences.
    """
    with connection.cursor() as cursor:
        for name in _STATEMENTS:
            text = sql.statement(name).replace("status.", f"{schema}.")
            cursor.execute(text, {"after": after, "upto": upto})
