# SPDX-License-Identifier: Apache-2.0
"""The one place that asks what time it is. A demo database has a clock of its own, so a past day can be lived
today; anywhere else `now()` is the wall clock. Rules never call this: they take `now` as an argument."""

import time
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from django.db import connection

INDIA = ZoneInfo("Asia/Kolkata")
_REREAD_SECONDS = 1.0
_MORNING_ENDS = 10  # o'clock in India


@dataclass(frozen=True, kw_only=True)
class ClockSetting:
    """Demo time stood at `demo_anchor` when real time stood at `real_anchor`, and has run at `speed` since,
    never past `demo_stop`."""

    real_anchor: datetime
    demo_anchor: datetime
    demo_stop: datetime
    speed: float

    def read(self, real_now: datetime) -> datetime:
        """Demo time at `real_now`."""
        run = (real_now - self.real_anchor) * self.speed
        return min(self.demo_anchor + run, self.demo_stop)

    def speed_at(self, real_now: datetime) -> float:
        """How fast demo time runs at `real_now`: 0 once it has reached its stop."""
        return 0.0 if self.read(real_now) >= self.demo_stop else self.speed


class Clock:
    """Reads the setting at most once a second, so a hot path pays nothing for it."""

    def __init__(self) -> None:
        self._setting: ClockSetting | None = None
        self._read_at = float("-inf")

    def refresh(self) -> None:
        """Reads the setting from the database now."""
        self._setting = read_setting()
        self._read_at = time.monotonic()

    def setting(self) -> ClockSetting | None:
        """The demo clock's setting, or None outside a demo database. One indexed read a second at most."""
        if time.monotonic() - self._read_at > _REREAD_SECONDS:
            self.refresh()
        return self._setting

    def now(self) -> datetime:
        """The time this drive lives in, aware, UTC."""
        return self._apply(self.setting())

    def peek(self) -> tuple[datetime, float, bool]:
        """Time, speed, and whether this is a demo, from the setting last read: for the event loop, which never waits
        for the database and has `refresh` called for it."""
        setting = self._setting
        if setting is None:
            return datetime.now(UTC), 1.0, False
        real_now = datetime.now(UTC)
        return setting.read(real_now), setting.speed_at(real_now), True

    def forget(self) -> None:
        """Reads the setting anew at the next call: after it was changed, and between tests."""
        self._read_at = float("-inf")

    @staticmethod
    def _apply(setting: ClockSetting | None) -> datetime:
        real_now = datetime.now(UTC)
        return real_now if setting is None else setting.read(real_now)


clock = Clock()


def now() -> datetime:
    """The time this drive lives in, aware, UTC."""
    return clock.now()


def today() -> date:
    """The date in India at `now()`: sessions, sheets and tallies are by the day people live in."""
    return now().astimezone(INDIA).date()


def india_day(day: date) -> tuple[datetime, datetime]:
    """First instant of `day` in India and of the next day, both UTC."""
    start = datetime(day.year, day.month, day.day, tzinfo=INDIA)
    return start.astimezone(UTC), (start + timedelta(days=1)).astimezone(UTC)


def read_setting() -> ClockSetting | None:
    """The demo clock as stored. The table is empty, and refuses rows, outside a demo database."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT real_anchor, demo_anchor, demo_stop, speed FROM demo_clock")
        row = cursor.fetchone()
    if row is None:
        return None
    return ClockSetting(real_anchor=row[0], demo_anchor=row[1], demo_stop=row[2], speed=row[3])


def day_ahead() -> date:
    """The day of sessions that is being prepared: until ten in the morning it is this one, then the next."""
    now = clock.now().astimezone(INDIA)
    return now.date() + timedelta(days=int(now.hour >= _MORNING_ENDS))


def set_demo_clock(*, demo_now: datetime, speed: float, demo_stop: datetime) -> None:
    """Sets the demo clock going from `demo_now`. Raises IntegrityError outside a demo database
    (the table's foreign key to `demo_installation` is what refuses)."""
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO demo_clock (installation, real_anchor, demo_anchor, demo_stop, speed)"
            " VALUES (1, %s, %s, %s, %s) ON CONFLICT (installation) DO UPDATE SET"
            " real_anchor = excluded.real_anchor, demo_anchor = excluded.demo_anchor,"
            " demo_stop = excluded.demo_stop, speed = excluded.speed",
            [datetime.now(UTC), demo_now, demo_stop, speed],
        )
    clock.forget()
