# SPDX-License-Identifier: Apache-2.0
"""What the pages of the plan show."""

from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

from doseline.planning.commands import TEAM_ROLES
from doseline.planning.packs import ALARMED_BEFORE, BUILT_BEFORE
from doseline.shared import sql


@dataclass
class WeekRow:
    """A site and its sessions by day of a week."""

    site: dict[str, Any]
    days: list[list[dict[str, Any]]] = field(default_factory=lambda: [[] for _day in range(7)])


@dataclass(frozen=True)
class Readiness:
    """A session and its checks: (name, whether it is well; None where it is not due yet). `is_alarm`: no pack on any phone ten
    hours before."""

    session: dict[str, Any]
    checks: list[tuple[str, bool | None]]
    is_alarm: bool

    @property
    def is_ready(self) -> bool:
        """All is well that can be by now."""
        return all(is_well is not False for _name, is_well in self.checks)


def week_of(area: str, monday: date) -> list[WeekRow]:
    """The sites of an area with their sessions from Monday to Sunday. One statement."""
    rows: dict[Any, WeekRow] = {}
    for found in sql.dicts("planning/week", {"area": area, "first_on": monday, "last_on": monday + timedelta(days=6)}):
        row = rows.setdefault(found["site_id"], WeekRow(found))
        if found["session_id"] is not None:
            row.days[(found["on_date"] - monday).days].append(found)
    return list(rows.values())


def readiness_of(area: str, on_date: date, now: datetime) -> list[Readiness]:
    """How ready the sessions of a day are, those that are not first. One statement."""
    found = [_judge(row, now) for row in sql.dicts("planning/readiness", {"area": area, "on_date": on_date})]
    return sorted(
        found, key=lambda one: (not one.is_alarm, one.is_ready, sum(well is True for _name, well in one.checks))
    )


def _judge(row: dict[str, Any], now: datetime) -> Readiness:
    row["missing_roles"] = [role for role in TEAM_ROLES if role not in row["roles"]]
    is_due = row["opens_at"] - now <= BUILT_BEFORE
    checks: list[tuple[str, bool | None]] = [
        ("site_open", not row["is_site_closed"]),
        ("team", not row["missing_roles"] and not row["busy_roles"]),
        ("phones", row["phone_count"] > 0),
        ("pack", bool(row["is_pack_current"]) if is_due or row["built_at"] else None),
        ("fetched", row["fetched_count"] > 0 if is_due or row["built_at"] else None),
        ("batches", row["batch_count"] > 0),
        ("told", row["told_count"] >= row["expected_count"]),
    ]
    is_late = row["opens_at"] - now <= ALARMED_BEFORE
    return Readiness(row, checks, is_late and not row["fetched_count"] and not row["print_count"])


def unplaced_by_reason(run_id: Any) -> list[tuple[str, int]]:
    """Why people of a run have no place, most first."""
    return [(row[0], row[1]) for row in sql.rows("planning/unplaced_reasons", {"run_id": run_id})]


def second_without_place(area: str, limit: int, offset: int) -> list[dict[str, Any]]:
    """People whose second dose is due and who are booked nowhere, as of a few minutes ago: by code and area, without names."""
    return sql.dicts("planning/second_without_place", {"area": area, "limit": limit, "offset": offset})


def unplaced(run_id: Any, reason: str, limit: int, offset: int) -> list[dict[str, Any]]:
    """The people a run could not place for one reason: by code and area, without names."""
    return sql.dicts("planning/unplaced", {"run_id": run_id, "reason": reason, "limit": limit, "offset": offset})


def placed_by_run(run_id: Any, kind: str, limit: int, offset: int) -> list[dict[str, Any]]:
    """Who has, from a run, a place (`booked`) or waits on a reserve list (`reserve`) still: by code and session, without names."""
    return sql.dicts("planning/placed_by_run", {"run_id": run_id, "kind": kind, "limit": limit, "offset": offset})
