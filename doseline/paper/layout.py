# SPDX-License-Identifier: Apache-2.0
"""Where everything is on a sheet, in millimetres from the top left of an A4 page. What prints a sheet and what reads it use the
same numbers, so they cannot disagree. A change of any of them is a new `LAYOUT`: sheets already printed are read by theirs."""

from dataclasses import dataclass
from itertools import accumulate, pairwise

LAYOUT = 1
PAGE_WIDTH, PAGE_HEIGHT = 210.0, 297.0
ROWS = 15

MARK_SIZE = 11.0
# Number of the mark → its top left. Four corners, and one halfway down each side: a thumb may cover two.
MARKS = {
    0: (6.0, 6.0), 1: (193.0, 6.0), 2: (193.0, 280.0), 3: (6.0, 280.0), 4: (6.0, 155.0), 5: (193.0, 155.0),
}  # fmt: skip

QR_SIZE = 27.0
QR_AT = (160.0, 7.0)

ROW_TOP, ROW_HEIGHT = 64.0, 14.2
TIMING_SIZE = 3.0
TIMING_X = (19.0, 188.0)  # left edges of the black squares at both ends of each row

TEXT_X, TEXT_WIDTH = 23.5, 52.0
BUBBLE_SIZE, BUBBLE_PITCH, GROUP_GAP = 4.2, 5.55, 1.5
BUBBLES_X = 79.0
LINE_Y = (4.0, 10.4)  # of bubble centres below the top of their row
INITIALS_X, INITIALS_WIDTH = 170.5, 16.0

REASONS = ("refused", "unwell", "contraindicated", "already_had", "no_vaccine", "deferred")
BATCHES = ("A", "B", "C", "D")
ARMS = ("left_arm", "right_arm")
AEFI = ("none", "minor", "serious")
TIMES = 16  # half-hours from the sheet's first


@dataclass(frozen=True, slots=True)
class Group:
    """Bubbles of which one at most is filled: the `field` they tell, and what each means."""

    field: str
    line: int
    values: tuple[str, ...]


GROUPS = (
    Group("came", 0, ("yes",)),
    Group("identity", 0, ("yes",)),
    Group("given", 0, ("yes",)),
    Group("reason", 0, REASONS),
    Group("batch", 0, BATCHES),
    Group("arm", 0, ARMS),
    Group("aefi", 0, AEFI),
    Group("time", 1, tuple(str(place) for place in range(TIMES))),
)
FIELDS = tuple(group.field for group in GROUPS)


def _centres() -> tuple[tuple[float, float], ...]:
    found: list[tuple[float, float]] = []
    for line in (0, 1):
        x = BUBBLES_X
        for group in (group for group in GROUPS if group.line == line):
            found += [(x + BUBBLE_PITCH * place, LINE_Y[line]) for place in range(len(group.values))]
            x += BUBBLE_PITCH * len(group.values) + GROUP_GAP
    return tuple(found)


# Bubbles in the order of GROUPS: the centre of each, x from the page's left, y from the top of the row.
BUBBLES = _centres()
_ENDS = (0, *accumulate(len(group.values) for group in GROUPS))
# The place in BUBBLES of a group's first bubble, and one past its last.
SPANS = tuple(pairwise(_ENDS))


def row_top(row: int) -> float:
    """Top of a row (from 0)."""
    return ROW_TOP + ROW_HEIGHT * row


def timing_centre(row: int, side: int) -> tuple[float, float]:
    """Centre of the black square at the left (0) or right (1) end of a row."""
    return TIMING_X[side] + TIMING_SIZE / 2, row_top(row) + ROW_HEIGHT / 2
