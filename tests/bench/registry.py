# SPDX-License-Identifier: Apache-2.0
"""Which rows there are and which function measures them. To add rows (the field app's, say), write a module with a
function from a House to rows, and add its line to GROUPS. A function that never touches the house starts no server."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tests.bench.house import House


@dataclass(frozen=True, kw_only=True)
class Row:
    """One measured figure. `limit` is what it is held against: a limit measured in the same run, or an aim from
    the design (then `limit_name` is `aim`). What does not apply is None."""

    name: str
    value: float
    unit: str
    limit_name: str | None = None
    limit: float | None = None
    p50_ms: float | None = None
    p99_ms: float | None = None
    rss_mb: float | None = None

    @property
    def ratio(self) -> float | None:
        """`value` over `limit`."""
        return self.value / self.limit if self.limit else None


@dataclass(frozen=True)
class Group:
    """Rows that one function measures together, because one leaves what the next needs."""

    names: tuple[str, ...]
    place: str

    def run(self) -> "Callable[[House], list[Row]]":
        """The function at `place` (`module:function`), imported only when it is wanted."""
        module, _, function = self.place.partition(":")
        found: Callable[[House], list[Row]] = getattr(import_module(module), function)
        return found


GROUPS = (
    Group(("dose_push", "followups_doses"), "tests.bench.pushes:doses"),
    Group(("dose_push_hot",), "tests.bench.pushes:hot"),
    Group(("batch_push", "followups"), "tests.bench.pushes:batches"),
    Group(("return_live", "return_aefi", "return_clear"), "tests.bench.returns:returns"),
    Group(("pack", "pack_bytes"), "tests.bench.packs:packs"),
    Group(("board", "board_bytes"), "tests.bench.boards:boards"),
    Group(("find_person",), "tests.bench.registers:finding"),
    Group(("allotment", "messages", "import", "import_applied"), "tests.bench.registers:registers"),
    Group(
        ("paper_scan", "paper_easy", "paper_normal", "paper_hard", "paper_pencil", "paper_pencil_copied", "paper_page"),
        "tests.bench.papers:sheets",
    ),
    Group(("matching", "matching_sure"), "tests.bench.papers:matching"),
    Group(
        ("saved", "cold_open", "change_hands", "taps_last_four", "taps_qr", "return_2g", "shell"),
        "tests.bench.fieldapp:field_app",
    ),
)


def groups_of(names: Iterable[str]) -> list[Group]:
    """The groups that hold any of `names`, in the order of GROUPS."""
    wanted = set(names)
    return [group for group in GROUPS if wanted & set(group.names)]
