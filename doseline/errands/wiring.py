# SPDX-License-Identifier: Apache-2.0
"""All work that is long or comes round by the clock, in one table. What to do next is always a row in the database, never
a queue beside it: an errand takes one piece under a lease or a lock, does it, writes down that it is done."""

from collections.abc import Callable
from dataclasses import dataclass

from doseline.imports import commands as imports
from doseline.messages import commands as messages
from doseline.paper import commands as paper
from doseline.paper import open_items, registers, scans
from doseline.planning import allotting, packs
from doseline.register import commands as register

IsStopping = Callable[[], bool]


@dataclass(frozen=True)
class Errand:
    """`run` does one piece and says whether there may be more at once. Those of one `lane` follow each other; lanes do
    not wait for one another. After nothing was to do, it rests for `rest_seconds`."""

    name: str
    lane: str
    rest_seconds: float
    run: Callable[[IsStopping], bool]


ERRANDS = (
    Errand("imports.read_and_apply", "lists", 0.5, imports.work_on_imports),
    Errand("register.search_duplicates", "register", 2.0, register.search_duplicates),
    Errand("planning.allot", "lists", 0.5, allotting.work_on_allotments),
    Errand("planning.second_doses", "lists", 300.0, allotting.keep_second_doses),
    Errand("planning.packs", "desk", 2.0, packs.build_due_packs),
    Errand("paper.reserve_sheets", "desk", 5.0, paper.reserve_due_sheets),
    Errand("paper.read_scans", "paper", 0.5, scans.read_scans),
    Errand("paper.find_items", "desk", 15.0, open_items.find_items),
    Errand("paper.registers", "lists", 2.0, registers.record_registers),
    Errand("paper.purge", "desk", 600.0, lambda _is_stopping: bool(scans.purge_scans())),
    Errand("messages.codes", "codes", 0.3, messages.send_codes),
    Errand("messages.bulk", "bulk", 0.5, messages.send_bulk),
    Errand("messages.changes", "desk", 2.0, messages.compose_what_changed),
    Errand("messages.escalate", "desk", 15.0, messages.escalate),
    Errand("messages.weights", "desk", 10.0, messages.shift_weights),
    Errand("messages.probe", "desk", 300.0, messages.probe_codes),
    Errand("messages.demo_receipts", "desk", 1.0, messages.tell_demo_receipts),
    Errand("imports.purge", "desk", 600.0, lambda _is_stopping: bool(imports.purge_old_files())),
)
