# SPDX-License-Identifier: Apache-2.0
"""Return to service: after an outage thousands of phones hold hundreds of facts each. Each is told when to send how many,
one after another at the pace this process really records, so that a site sending its day as it goes never waits behind them.

A phone that was cut off knocks first, with its adverse events and a few facts more; the answer gives it its window. Nobody is
refused: a window is advice, kept by our phones because it gets them in sooner."""

from dataclasses import dataclass

FACTS_AT_ONCE = 100
_LIVE_FACTS = 20  # a site that keeps up has no more than this waiting
_SHARE_FOR_BACKLOG = 0.7
_PACE_TO_BEGIN_WITH = 5_000.0
_PACE_WEIGHT = 0.1


@dataclass(frozen=True, slots=True)
class Window:
    """When, in seconds from now, the phone is to send again, and how many facts at most."""

    after_seconds: float
    facts_max: int


OPEN = Window(0.0, FACTS_AT_ONCE)


class Gate:
    """One a door. Times are of a monotonic clock, in seconds."""

    def __init__(self) -> None:
        self.pace = _PACE_TO_BEGIN_WITH  # facts recorded in a second of work
        self._ahead, self._looked_at = 0.0, 0.0  # facts for which windows were given and whose time had not come then

    def note_recorded(self, facts: int, seconds: float) -> None:
        """Learns the pace from a transaction of `facts` that took `seconds`. Small ones say nothing of it."""
        if facts >= FACTS_AT_ONCE and seconds > 0:
            self.pace += _PACE_WEIGHT * (facts / seconds - self.pace)

    @property
    def backlog_pace(self) -> float:
        """Facts a second that backlog gets; the rest is kept for sites that keep up."""
        return self.pace * _SHARE_FOR_BACKLOG

    def window(self, waiting: int, now: float) -> Window:
        """The window of a phone that still holds `waiting` facts: at once for one that keeps up, else behind those who
        already have theirs. O(1)."""
        if waiting <= _LIVE_FACTS:
            return OPEN
        self._ahead = max(0.0, self._ahead - (now - self._looked_at) * self.backlog_pace)
        self._looked_at = now
        after_seconds = self._ahead / self.backlog_pace
        self._ahead += min(waiting, FACTS_AT_ONCE)
        return Window(after_seconds, FACTS_AT_ONCE)
