# SPDX-License-Identifier: Apache-2.0
"""All that happens after a fact is recorded, in order. The whole wiring is this table."""

from collections.abc import Callable
from dataclasses import dataclass

from doseline.messages import reactions as messages
from doseline.paper import reactions as paper
from doseline.people import reactions as people
from doseline.planning import reactions as planning
from doseline.planning import starts
from doseline.status import reactions as status


@dataclass(frozen=True)
class Reaction:
    """`apply(after, upto)` reacts to the facts with after < status_seq ≤ upto, inside a transaction that also writes
    down its progress. It is set-based and calls nobody outside."""

    name: str
    apply: Callable[[int, int], None]


REACTIONS = (
    Reaction("people.register_walk_ins", people.register_walk_ins),
    Reaction("status.fold", status.fold),
    Reaction("planning.judge_starts", starts.judge_starts),
    Reaction("planning.book_deferred", planning.book_deferred),
    Reaction("paper.reopen_sheets", paper.reopen_sheets),
    Reaction("messages.alert_serious", messages.alert_serious),
    Reaction("messages.write_after_doses", messages.write_after_doses),
)
