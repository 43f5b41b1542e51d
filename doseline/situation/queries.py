# SPDX-License-Identifier: Apache-2.0
"""What the board shows: one load of a day's sessions in an area, from which every number and every list is made, so
that a number can only be the length of its list (promise 5)."""

from collections import Counter
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from operator import attrgetter
from typing import Any
from uuid import UUID

from msgspec import Struct

from doseline.shared import sql
from doseline.situation.rules import STATES, Standing, session_state, stop_going_on


class BoardSession(Struct, frozen=True):
    """One tile."""

    session_id: UUID
    site_id: UUID
    names: dict[str, str]
    area: str
    product: str
    standing: Standing
    state: str
    arrived_count: int
    walk_in_count: int
    observing_count: int
    trouble: str | None
    trouble_at: datetime | None
    missing_count: int
    phone_count: int
    latitude: float | None
    longitude: float | None

    def name_in(self, language: str) -> str:
        """The site's name in `language`, English where there is none."""
        return self.names.get(language) or self.names["en"]


@dataclass(frozen=True, slots=True)
class Stop:
    """A stop, ended or (`ended_at` None) still going on."""

    session: BoardSession
    started_at: datetime
    ended_at: datetime | None
    cause: str

    def minutes(self, now: datetime) -> int:
        """Whole minutes so far."""
        return int(((self.ended_at or now) - self.started_at).total_seconds() // 60)


@dataclass(frozen=True, slots=True)
class Board:
    """An area's day at `now`."""

    area: str
    on_date: date
    now: datetime
    sessions: list[BoardSession]
    stops: list[Stop]
    doses_by_hour: list[tuple[datetime, int]]

    def with_trouble(self) -> list[BoardSession]:
        """The sessions whose team reported trouble, the latest first."""
        found = [session for session in self.sessions if session.trouble_at is not None]
        return sorted(found, key=lambda session: session.trouble_at or self.now, reverse=True)

    def in_state(self, state: str) -> list[BoardSession]:
        """The sessions in a state."""
        return [session for session in self.sessions if session.state == state]

    def counts(self) -> dict[str, int]:
        """How many sessions are in each state, in the order of STATES."""
        found = Counter(session.state for session in self.sessions)
        return {state: found[state] for state in STATES}

    def total(self, field: str) -> int:
        """Sum of a number over the sessions: a field of BoardSession or of its standing."""
        read = attrgetter(field if field in BoardSession.__struct_fields__ else f"standing.{field}")
        return sum(map(read, self.sessions))

    def heard_at(self) -> datetime | None:
        """The newest word from any phone."""
        return max((s.standing.heard_at for s in self.sessions if s.standing.heard_at), default=None)

    def not_heard(self) -> list[BoardSession]:
        """Sessions that should be under way and of which no phone was heard for 15 minutes: what the totals lack."""
        silent_since = self.now - timedelta(minutes=15)
        return [
            s
            for s in self.sessions
            if s.standing.opens_at <= self.now
            and s.standing.closed_at is None
            and (s.standing.heard_at is None or s.standing.heard_at < silent_since)
        ]

    def with_facts_on_phones(self) -> list[BoardSession]:
        """Sites whose phones hold facts we do not have, most first."""
        return sorted((s for s in self.sessions if s.missing_count), key=lambda s: -s.missing_count)

    def stop_minutes_by_cause(self) -> list[tuple[str, int]]:
        """Minutes of stop by cause, most first."""
        minutes: Counter[str] = Counter()
        for stop in self.stops:
            minutes[stop.cause] += stop.minutes(self.now)
        return minutes.most_common()

    def expected_by_hour(self) -> dict[datetime, float]:
        """Doses an even pace through every planned session would give in each hour (by its start)."""
        hours: dict[datetime, float] = {}
        windows: Counter[tuple[datetime, datetime]] = Counter()
        for session in self.sessions:
            windows[session.standing.opens_at, session.standing.closes_at] += session.standing.expected_count
        for (opens_at, closes_at), count in windows.items():
            _spread(hours, opens_at, closes_at, count)
        return dict(sorted(hours.items()))


def load_board(*, area: str, on_date: date, now: datetime) -> Board:
    """The board of an area and day. Three statements; O(sessions); about 10 µs a session."""
    inputs = {"area": area, "on_date": on_date}
    sessions = [_session(row, now) for row in sql.many_rows("situation/board_sessions", inputs)]
    by_id = {session.session_id: session for session in sessions}
    stops = [
        Stop(by_id[row[0]], row[1], row[2], row[3])
        for row in sql.many_rows("situation/board_stops", inputs)
        if row[0] in by_id
    ]
    stops += _stops_going_on(sessions, now)
    hours = [(row[0], row[1]) for row in sql.rows("situation/board_hours", inputs)]
    return Board(area, on_date, now, sessions, stops, hours)


def _session(row: tuple[Any, ...], now: datetime) -> BoardSession:
    (session_id, site_id, name, name_bn, name_hi, area, opens_at, closes_at, expected, product, opened_at, closed_at,
     mode, arrived, given, not_given, absent, walk_ins, observing, last_dose_at, trouble, trouble_at, heard_at, missing,
     phones, latitude, longitude) = row  # fmt: skip
    standing = Standing(
        opens_at=opens_at,
        closes_at=closes_at,
        opened_at=opened_at,
        closed_at=closed_at,
        mode=mode,
        expected_count=expected,
        given_count=given,
        not_given_count=not_given,
        absent_count=absent,
        last_dose_at=last_dose_at,
        heard_at=heard_at,
    )
    return BoardSession(
        session_id,
        site_id,
        {"en": name, "bn": name_bn, "hi": name_hi},
        area,
        product,
        standing,
        session_state(standing, now),
        arrived,
        walk_ins,
        observing,
        trouble,
        trouble_at,
        missing,
        phones,
        latitude,
        longitude,
    )


def _stops_going_on(sessions: list[BoardSession], now: datetime) -> list[Stop]:
    stops = []
    for session in sessions:
        going_on = stop_going_on(session.standing, session.state, now)
        if going_on is None:
            continue
        started_at, cause = going_on
        if session.trouble and session.trouble_at and session.trouble_at >= started_at:
            cause = session.trouble
        is_over = (
            now >= session.standing.closes_at
        )  # what was planned has passed: the stop does not grow through the night
        stops.append(Stop(session, started_at, session.standing.closes_at if is_over else None, cause))
    return stops


def _spread(hours: dict[datetime, float], opens_at: datetime, closes_at: datetime, count: int) -> None:
    """Adds `count` evenly over [opens_at, closes_at) to hours counted from the half hour of UTC (the full hour of India)."""
    start = opens_at.replace(minute=30, second=0, microsecond=0)
    start = start if start <= opens_at else start - timedelta(hours=1)
    length = (closes_at - opens_at).total_seconds()
    while start < closes_at:
        overlap = min(start + timedelta(hours=1), closes_at) - max(start, opens_at)
        hours[start] = hours.get(start, 0.0) + count * overlap.total_seconds() / length
        start += timedelta(hours=1)
