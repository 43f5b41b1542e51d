# SPDX-License-Identifier: Apache-2.0
"""What a person's doses amount to: when the next is due, and what a certificate of them may say. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from doseline.vaccines.rules import DueWindow, Schedule, due_window, india_date

# Known by a word or a slip alone: it counts for planning, and a certificate waits for what stands behind it (paper.md).
_UNSETTLED = frozenset(("attested",))


@dataclass(frozen=True, kw_only=True)
class KnownDose:
    """A dose that counts, as the ledger knows of it. `is_doubled`: told twice on one day, and nobody has said which is right.
    `number`: which dose it was, where that is known: more than its place when an earlier one is on no record."""

    given_at: datetime
    provenance: str
    is_doubled: bool = False
    number: int = 0


@dataclass(frozen=True)
class Standing:
    """`certificate` is none, provisional or final; `why` says what keeps it from being final: more_due (doses still to come),
    earlier_missing (one before them is on no record), on_evidence, doubled. `next_due` is None when nothing is due any more, or
    nothing was given."""

    certificate: str
    why: tuple[str, ...]
    next_due: DueWindow | None


def standing_of(doses: Sequence[KnownDose], schedule: Schedule | None) -> Standing:
    """Of doses in the order they were given, under the schedule of the product of the last."""
    if not doses or schedule is None:
        return Standing("none", (), None)
    count = max(len(doses), *(dose.number for dose in doses))
    is_more_due = count < schedule.dose_count
    why = [
        *(["more_due"] if is_more_due else []),
        *(["earlier_missing"] if count > len(doses) else []),
        *(["on_evidence"] if any(dose.provenance in _UNSETTLED for dose in doses) else []),
        *(["doubled"] if any(dose.is_doubled for dose in doses) else []),
    ]
    due = due_window(schedule, india_date(doses[-1].given_at)) if is_more_due else None
    return Standing("provisional" if why else "final", tuple(why), due)
