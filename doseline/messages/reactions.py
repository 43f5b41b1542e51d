# SPDX-License-Identifier: Apache-2.0
"""What messages do after facts: thank for a dose, and say when the next is due."""

from doseline.messages.commands import awake_from
from doseline.shared import sql
from doseline.shared.clock import clock


def write_after_doses(after: int, upto: int) -> None:
    """Composes acknowledgement and second-dose reminder for doses with after < status_seq ≤ upto. Idempotent; one statement,
    which looks no further than the templates where none is active."""
    now = clock.now()
    sql.run("messages/dose_messages", {"after": after, "upto": upto, "now": now, "quiet_until": awake_from(now)})
