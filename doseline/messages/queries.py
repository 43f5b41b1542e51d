# SPDX-License-Identifier: Apache-2.0
"""What the pages of messages show: the delivery watch, the reach forecast, the call desk, what a text costs."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _

from doseline.messages import rules
from doseline.messages.models import Template
from doseline.places.rules import is_within
from doseline.shared import sql

NUMBERS = ("told", "silent", "failed", "waiting", "none", "to_call", "cannot")
CANCELLED_NUMBERS = ("told", "silent", "failed", "waiting", "none", "never", "to_call")
SHOW_RATE_TOLD, SHOW_RATE_NOT_TOLD = 0.75, 0.2  # until a site has taught us its own
_LEARNED_FROM = 30
_FAILING_ERRORS = 10  # of the last minute
_REFUSED_ERRORS = 3  # of the last quarter of an hour, with nothing taken since
_SAMPLE = {
    "name": "X" * 30, "site": "X" * 30, "date": "16/01/2021", "time": "10:30", "code": "ABCD1234", "own_code": "0000",
    "vaccine": "COVISHIELD", "brand": "Doseline",
}  # fmt: skip


@dataclass(frozen=True)
class Watch:
    """The delivery watch of a day: a row a session, the forecast of each, and their sums."""

    sessions: list[dict[str, Any]]
    totals: dict[str, int]


def watch_of(area: str, on_date: date, now: datetime) -> Watch:
    """The delivery watch with the reach forecast. Two statements."""
    sessions = sql.dicts("messages/watch", {"area": area, "on_date": on_date})
    rates = _show_rates([session["site_id"] for session in sessions], now)
    for session in sessions:
        told_rate, other_rate = rates.get(session["site_id"], (SHOW_RATE_TOLD, SHOW_RATE_NOT_TOLD))
        coming = session["told"] - session["cannot"]
        session["untold"] = session["expected_count"] - session["told"]
        session["forecast"] = rules.expected_arrivals(coming, session["untold"], told_rate, other_rate)
        session["gap"] = max(session["capacity"] - session["forecast"], 0)
        session["invite"] = min(round(session["gap"] / told_rate) if told_rate else 0, session["reserve"])
    totals = {
        name: sum(session[name] for session in sessions) for name in (*NUMBERS, "expected_count", "forecast", "reserve")
    }
    return Watch(sessions, totals)


def cancelled_people(area: str, on_date: date, session_id: UUID | None = None) -> list[dict[str, Any]]:
    """Who was booked in a day's cancelled sessions, or in one, and whether they know of it. One statement."""
    session_ids = None if session_id is None else [session_id]
    return sql.dicts("messages/cancelled_people", {"area": area, "on_date": on_date, "session_ids": session_ids})


def by_session(people: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """The cancelled sessions of these people, each with as many as are behind each of CANCELLED_NUMBERS: by the very rows its lists
    show."""
    found: dict[UUID, dict[str, Any]] = {}
    for person in people:
        names = ("session_id", "opens_at", "name", "name_bn", "name_hi")
        start = {name: person[name] for name in names} | dict.fromkeys(("all", *CANCELLED_NUMBERS), 0)
        own = found.setdefault(person["session_id"], start)
        for name in ("all", *CANCELLED_NUMBERS):
            own[name] += is_behind(person, name)
    return list(found.values())


def is_behind(person: dict[str, Any], number: str) -> bool:
    """Whether somebody of a cancelled session is counted in a number."""
    return number == "all" or (person["is_to_call"] if number == "to_call" else person["standing"] == number)


def _show_rates(site_ids: Sequence[UUID], before: datetime) -> dict[UUID, tuple[float, float]]:
    """Share of those told, and of those not told, who came: of each site, once it has seen thirty of them."""
    found = {}
    for site_id, told, came, untold, came_untold in sql.rows(
        "messages/show_rates", {"site_ids": list(site_ids), "before": before}
    ):
        found[site_id] = (
            came / told if told >= _LEARNED_FROM else SHOW_RATE_TOLD,
            came_untold / untold if untold >= _LEARNED_FROM else SHOW_RATE_NOT_TOLD,
        )
    return found


def list_of(
    area: str, on_date: date, kind: str, *, session_id: UUID | None = None, limit: int = 200, offset: int = 0
) -> list[dict[str, Any]]:
    """The people behind a number of the watch."""
    inputs = {
        "area": area,
        "on_date": on_date,
        "session_id": session_id,
        "kind": kind,
        "limit": limit,
        "offset": offset,
    }
    return sql.dicts("messages/watch_list", inputs)


@dataclass(frozen=True)
class TemplateView:
    """A template with what it costs: `segments` of the longest text it can become."""

    template: Template
    faults: list[tuple[str, str]]
    segments: int
    letters: int


def templates() -> list[TemplateView]:
    """All templates, with faults and costs."""
    from doseline.messages.commands import faults_of

    found = []
    for template in Template.objects.order_by("purpose", "channel", "language"):
        faults = faults_of(template)
        longest = template.text if faults else rules.render(template.text, _longest(template.language))
        found.append(TemplateView(template, faults, rules.segments(longest), len(longest)))
    return found


def _longest(language: str) -> dict[str, str]:
    letter = {"bn": "ক", "hi": "क"}.get(language, "X")
    return {name: value.replace("X", letter) for name, value in _SAMPLE.items()}


def gateways(now: datetime) -> list[dict[str, Any]]:
    """Each active gateway's last minutes and whether codes through it can be trusted."""
    names = ("code", "channel", "weight", "normal_weight", "errors", "judged", "undelivered", "seconds", "refused")
    return [dict(zip(names, row, strict=True)) for row in sql.rows("messages/gateway_health", {"now": now})]


def sms_trouble(found: Sequence[dict[str, Any]]) -> str:
    """Of `gateways`: `some` when SMS gateways fail or lose their share while others carry on, `all` when none carries on, else
    empty."""
    ways = [row for row in found if row["channel"] == "sms"]
    failing = [row for row in ways if _is_failing(row)]
    return ("all" if len(failing) == len(ways) else "some") if failing else ""


def _is_failing(row: dict[str, Any]) -> bool:
    """Errors now, or nothing else since it last took a message (what failed is tried again minutes later); a share lost earlier comes
    back by and by, and says nothing of now unless receipts are still missing."""
    is_silent = row["judged"] >= _LEARNED_FROM and row["undelivered"] > row["judged"] * rules.UNDELIVERED_SHARE_MAX
    is_refusing = row["errors"] >= _FAILING_ERRORS or row["refused"] >= _REFUSED_ERRORS
    return bool(is_refusing or (is_silent and row["weight"] < row["normal_weight"]))


def code_trust(now: datetime) -> list[dict[str, Any]]:
    """Of each gateway and region: how long probe codes took (p50, p95, seconds), how many were lost, and whether start codes by
    SMS can be trusted there: fewer than one in ten lost and 19 of 20 within a minute."""
    found = sql.dicts("messages/code_trust", {"now": now})
    for row in found:
        lost = row["lost"] / row["sent"] if row["sent"] else 1.0
        row["is_trusted"] = row["sent"] >= 3 and lost < 0.1 and (row["p95_seconds"] or 1e9) <= 60
        row["says"] = _("can be trusted") if row["is_trusted"] else _("start sessions another way")
    return found


def codes_trusted(area: str, now: datetime) -> bool:
    """Whether start codes by SMS arrive in an area just now: false only where probes were sent and no gateway bore them. A
    probe's region is the code of an area (a state, a district)."""
    here = [row for row in code_trust(now) if is_within(area, row["region"])]
    return not here or any(row["is_trusted"] for row in here)


def call(call_id: UUID) -> dict[str, Any] | None:
    """One call, or None."""
    found = sql.dicts("messages/call", {"call_id": call_id})
    return found[0] if found else None


def call_list(area: str, what: str, now: datetime, *, limit: int, offset: int) -> list[dict[str, Any]]:
    """The calls behind a number of `calls_left`."""
    return sql.dicts("messages/call_list", {"area": area, "what": what, "now": now, "limit": limit, "offset": offset})


def calls_left(area: str, now: datetime) -> dict[str, int]:
    """Of an area's call list: open, due now, claimed by someone, ended by outcome."""
    return {row[0]: row[1] for row in sql.rows("messages/calls_left", {"area": area, "now": now})}
