# SPDX-License-Identifier: Apache-2.0
"""What messages do after facts: thank for a dose, say when the next is due, and call the district to a serious adverse event."""

from doseline.messages.commands import awake_from
from doseline.shared import sql
from doseline.shared.clock import clock


def write_after_doses(after: int, upto: int) -> None:
    """Composes acknowledgement and second-dose reminder for doses with after < status_seq ≤ upto. Idempotent; one statement,
    which looks no further than the templates where none is active."""
    now = clock.now()
    sql.run("messages/dose_messages", {"after": after, "upto": upto, "now": now, "quiet_until": awake_from(now)})


def alert_serious(after: int, upto: int) -> None:
    """Composes an alert to the district for serious adverse events with after < status_seq ≤ upto. Idempotent; one statement."""
    sql.run("messages/alert_serious", {"after": after, "upto": upto, "now": clock.now()})
