# SPDX-License-Identifier: Apache-2.0
"""What to say about a dose before it is given, and when the next is due. Pure; the field app decides the same in
fieldapp/record/rules.ts, and contract/cases/dose.json runs in both. A warning never blocks: a dose that was given
is always recordable (promise 1)."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta, timezone

INDIA_OFFSET = timezone(timedelta(hours=5, minutes=30))  # no daylight saving since 1945


@dataclass(frozen=True, kw_only=True)
class Schedule:
    """A product's schedule; days count from the dose before."""

    product: str
    dose_count: int
    earliest_days: int
    recommended_days: int
    latest_days: int
    age_years_min: int


@dataclass(frozen=True, kw_only=True)
class DoseBefore:
    """A dose already given."""

    product: str
    given_at: datetime


@dataclass(frozen=True, kw_only=True)
class DueWindow:
    """When the next dose may, should and must at the latest be given."""

    earliest_on: date
    recommended_on: date
    latest_on: date


@dataclass(frozen=True, kw_only=True)
class Judgement:
    """`dose_number` is the place of the dose now to be given; `warnings` in the order they are read out;
    `next_due` is None after the last dose."""

    dose_number: int
    warnings: tuple[str, ...]
    next_due: DueWindow | None


def judge_dose(
    *,
    schedule: Schedule,
    born_year: int,
    doses_before: list[DoseBefore],
    batch_expires_on: date | None,
    now: datetime,
) -> Judgement:
    """What to say when `schedule.product` is about to be given at `now`.

    `born_year` gives the highest age the person can have this year; a doubtful birthday never warns.
    Warnings: `age_below_minimum`, `batch_expired`, `given_today`, `interval_early`, `other_product_before`,
    `already_complete`. Source of the intervals: the product's own `source`.
    """
    today = india_date(now)
    before = sorted(doses_before, key=lambda dose: dose.given_at)
    warnings: list[str] = []
    if today.year - born_year < schedule.age_years_min:
        warnings.append("age_below_minimum")
    if batch_expires_on is not None and batch_expires_on < today:
        warnings.append("batch_expired")
    if before:
        warnings += _interval_warnings(schedule, before[-1], today)
        if len(before) >= schedule.dose_count:
            warnings.append("already_complete")
    number = len(before) + 1
    due = due_window(schedule, today) if number < schedule.dose_count else None
    return Judgement(dose_number=number, warnings=tuple(warnings), next_due=due)


def due_window(schedule: Schedule, given_on: date) -> DueWindow:
    """The window for the dose after one given on `given_on`."""
    return DueWindow(
        earliest_on=given_on + timedelta(days=schedule.earliest_days),
        recommended_on=given_on + timedelta(days=schedule.recommended_days),
        latest_on=given_on + timedelta(days=schedule.latest_days),
    )


def india_date(instant: datetime) -> date:
    """The date in India at `instant` (aware)."""
    return instant.astimezone(INDIA_OFFSET).date()


def _interval_warnings(schedule: Schedule, last: DoseBefore, today: date) -> list[str]:
    warnings = []
    days = (today - india_date(last.given_at)).days
    if days <= 0:
        warnings.append("given_today")
    elif days < schedule.earliest_days:
        warnings.append("interval_early")
    if last.product != schedule.product:
        warnings.append("other_product_before")
    return warnings
