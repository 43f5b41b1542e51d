# SPDX-License-Identifier: Apache-2.0
"""Headquarters: the board of an area, the list behind each number, and one session. Reads status, never the ledger."""

import hashlib
from collections import Counter
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID

from django.core.cache import cache
from django.db import connection
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseNotModified
from django.shortcuts import get_object_or_404, redirect, render
from django.template.loader import render_to_string
from django.utils.translation import get_language
from django.views.decorators.gzip import gzip_page

from doseline.paper.queries import Standing, sessions_at_work, standing
from doseline.places.models import OrgUnit, Site
from doseline.places.rules import is_within, path_of
from doseline.planning.models import Session
from doseline.planning.starts import starts_of
from doseline.shared import clock, sql
from doseline.shared.clock import india_day
from doseline.situation.drawing import draw_hours, draw_wall
from doseline.situation.map import draw_map
from doseline.situation.queries import Board, load_board
from doseline.situation.rules import STATES, balance, clear_in
from doseline.staff.access import OFFICERS, officers, require_area

PEOPLE_LISTS = ("doses", "arrived", "not_given", "absent", "not_come", "walk_ins", "observing", "expected")
_WAITS = ("reviews", "holds", "starts", "on_phones")  # also on a day without sessions
_ROWS_PER_PAGE = 200
_SITE_DAYS_BACK, _SITE_DAYS_AHEAD = 60, 30
_SHEET_SESSIONS_SHOWN = 500
_HOURS = {str(hour) for hour in range(24)}
_PAPER_SECONDS = 15  # paper moves slower than the day, and counting it reads weeks of sheets
_BOARD_SECONDS = 2  # however many people look, the board of an area is made at most this often


@officers(*OFFICERS, "volunteer")
def home(request: HttpRequest) -> HttpResponse:
    """The board of one's own area; a volunteer's next row of paper."""
    grants = request.user.grants.filter(role__in=OFFICERS, org_unit__isnull=False)  # type: ignore[union-attr]
    highest = grants.order_by("org_unit_id").first()
    return redirect("board", area=highest.org_unit_id) if highest else redirect("one_row")


@gzip_page
@officers(*OFFICERS)
def board(request: HttpRequest, area: str) -> HttpResponse:
    """The wall of an area. `?part=board` gives the inside alone, and 304 when it has not changed."""
    require_area(request, area)
    unit = get_object_or_404(OrgUnit, pk=area)
    inside, version = _board_inside(unit)
    if request.GET.get("part") == "board":
        etag = f'W/"{version}"'  # weak, as it is compressed on the way
        if request.headers.get("If-None-Match") == etag:
            return HttpResponseNotModified(headers={"ETag": etag})
        return HttpResponse(inside, headers={"ETag": etag})
    return render(request, "situation/board.html", {"unit": unit, "crumbs": _crumbs(request, area), "inside": inside})


@officers(*OFFICERS)
def board_list(request: HttpRequest, area: str, kind: str) -> HttpResponse:
    """The list behind one number of an area's board."""
    require_area(request, area)
    unit = get_object_or_404(OrgUnit, pk=area)
    page: dict[str, object] = {
        "unit": unit,
        "kind": kind,
        "crumbs": _crumbs(request, area),
        "crumb_here": True,
    }
    loaded = load_board(area=area, on_date=clock.today(), now=clock.now())
    page |= {"heard_at": loaded.heard_at(), "not_heard_count": len(loaded.not_heard())}
    if kind in PEOPLE_LISTS:
        return render(request, "situation/people.html", page | _people(request, area, kind))
    if kind in STATES:
        page["sessions"] = loaded.in_state(kind)
    elif kind == "not_heard":
        page["sessions"] = loaded.not_heard()
    elif kind == "troubles":
        page["sessions"] = loaded.with_trouble()
    elif kind == "on_phones":
        page["sessions"] = loaded.with_facts_on_phones()
    elif kind == "stops":
        cause = request.GET.get("cause")
        page["stops"] = [(stop, stop.minutes(loaded.now)) for stop in loaded.stops if cause in (None, stop.cause)]
    elif kind == "sheets":
        return render(request, "situation/paper.html", page | _sheets(area))
    elif kind == "reviews":
        page["reviews"] = _reviews(area, loaded.on_date)
        page["decided"] = sql.dicts("situation/review_decisions", {"area": area, "by": request.user.pk})
    elif kind == "holds":
        page["holds"] = sql.dicts("situation/hold_list", {"area": area})
    elif kind == "adverse_events":
        page["events"] = sql.dicts("situation/aefi_list", {"area": area, "on_date": loaded.on_date, "session_id": None})
    elif kind == "variances":
        page["balances"] = _balances(area, loaded.on_date)
    elif kind == "starts":
        page["starts"] = sql.dicts("situation/start_list", {"area": area})
    else:
        raise Http404
    return render(request, "situation/list.html", page)


@officers(*OFFICERS)
def session_list(request: HttpRequest, session_id: UUID, kind: str) -> HttpResponse:
    """The people behind one number of a session."""
    found = get_object_or_404(Session.objects.select_related("site__org_unit"), pk=session_id)
    area = found.site.org_unit_id
    require_area(request, area)
    if kind not in PEOPLE_LISTS:
        raise Http404
    loaded = load_board(area=area, on_date=found.on_date, now=clock.now())
    page: dict[str, object] = {
        "unit": found.site.org_unit, "kind": kind, "crumbs": _crumbs(request, area), "crumb_here": True, "session": found,
        "heard_at": loaded.heard_at(),
    }  # fmt: skip
    return render(request, "situation/people.html", page | _people(request, area, kind, session_id, found.on_date))


@officers(*OFFICERS)
def site(request: HttpRequest, site_id: UUID) -> HttpResponse:
    """One site: its sessions of the last and the next weeks."""
    found = get_object_or_404(Site.objects.select_related("org_unit"), pk=site_id)
    require_area(request, found.org_unit_id)
    today = clock.today()
    around = {"since": today - timedelta(days=_SITE_DAYS_BACK), "until": today + timedelta(days=_SITE_DAYS_AHEAD)}
    page = {
        "site": found, "crumbs": _crumbs(request, found.org_unit_id), "crumb_here": True,
        "sessions": sql.dicts("situation/site_sessions", {"site_id": site_id} | around),
    }  # fmt: skip
    return render(request, "situation/site.html", page)


@officers(*OFFICERS)
def session(request: HttpRequest, session_id: UUID) -> HttpResponse:
    """One session: its numbers, its roster without names, its stops, its phones."""
    found = get_object_or_404(Session.objects.select_related("site__org_unit", "product"), pk=session_id)
    area = found.site.org_unit_id
    require_area(request, area)
    loaded = load_board(area=area, on_date=found.on_date, now=clock.now())
    own = next((s for s in loaded.sessions if s.session_id == session_id), None)
    if own is None:  # cancelled: there is no day to look at, only the plan
        return redirect("plan_session", session_id=session_id)
    only_own = Board(
        area,
        loaded.on_date,
        loaded.now,
        [own],
        [s for s in loaded.stops if s.session is own],
        _hours_of(session_id),
    )
    vials = sql.dicts("situation/vials_of", {"session_id": session_id})
    page = {
        "session": found,
        "own": own,
        "site_name": found.site.name_in(get_language() or "en"),
        "chart": draw_hours(only_own),
        "stops": [(stop, stop.minutes(loaded.now)) for stop in only_own.stops],
        "phones": sql.dicts("staff/phones", {"site_id": found.site_id}),
        "crumbs": _crumbs(request, area),
        "starts": starts_of(session_id),
        "vials": vials,
        "overdrawn": sql.dicts("situation/overdrawn_vials", {"session_id": session_id}),
        "review_count": len(_reviews(area, found.on_date, session_id)),
        "not_come": _did_not_come(found, area) if own.standing.closed_at else None,
        "received_recorded": sum(vial["received_count"] for vial in vials),
        "own_codes": sql.dicts("situation/own_codes_of", {"session_id": session_id}),
        "events": sql.dicts("situation/aefi_list", {"area": area, "on_date": None, "session_id": session_id}),
        "balances": _balances(area, found.on_date, session_id),
    }
    return render(request, "situation/session.html", page | _people(request, area, "all", session_id, found.on_date))


def _board_inside(unit: OrgUnit) -> tuple[str, str]:
    """The board's HTML and its version, made at most every two seconds for an area and language."""
    language = get_language() or "en"
    key = f"board:{unit.code}:{language}"
    made: tuple[str, str] | None = cache.get(key)
    if made is None:
        loaded = load_board(area=unit.code, on_date=clock.today(), now=clock.now())
        names = {code: OrgUnit(name=en, name_bn=bn, name_hi=hi).name_in(language) for code, en, bn, hi in _names(unit)}
        totals = _totals(unit.code, loaded)
        inside = render_to_string(
            "situation/board_inside.html",
            {
                "unit": unit,
                "language": language,
                "board": loaded,
                "counts": loaded.counts(),
                "site_count": len(loaded.sessions),
                "totals": totals,
                "waiting": [one for one in totals if one[0] in _WAITS and one[1]],
                "wall": draw_wall(loaded, names, language),
                "map": draw_map(loaded, names, language),
                "chart": draw_hours(loaded),
                "hours": _hour_rows(loaded),
                "causes": loaded.stop_minutes_by_cause(),
                "heard_at": loaded.heard_at(),
                "not_heard_count": len(loaded.not_heard()),
                "backlog": _backlog(),
                "paper": _paper(unit.code),
            },
        )
        made = (inside, hashlib.sha256(inside.encode()).hexdigest()[:24])
        cache.set(key, made, _BOARD_SECONDS)
    return made


def _sheets(area: str) -> dict[str, object]:
    """Paper in an area: by the level below, and session by session."""
    sessions = sessions_at_work([area], clock.now())
    depth = len(path_of(area)) + 1
    sums: dict[str, Counter[str]] = {}
    for row in sessions:
        below = ".".join(row["org_unit_id"].split(".")[:depth])
        sums.setdefault(below, Counter()).update(
            sessions=row["is_held"], out=row["out_count"], waiting=row["waiting_count"], entered=row["entered_count"]
        )
    units = OrgUnit.objects.in_bulk(list(sums))
    areas = sorted(((units[code], one) for code, one in sums.items()), key=lambda pair: -pair[1]["waiting"])
    return {"rows": sessions[:_SHEET_SESSIONS_SHOWN], "areas": areas if len(areas) > 1 else []}


_BACKLOG_FACTS_MIN = 1_000  # less than that is a day going as it should


def _paper(area: str) -> Standing:
    """How paper stands in an area, counted at most every quarter of a minute."""
    key = f"paper:{area}"
    made: Standing | None = cache.get(key)
    if made is None:
        made = standing([area], clock.now())
        cache.set(key, made, _PAPER_SECONDS)
    return made


def _backlog() -> dict[str, object] | None:
    """After an outage: what phones heard now still hold, and when it will be in."""
    now = clock.now()
    [(waiting, phones, pace)] = sql.rows("situation/backlog", {"now": now, "real_now": datetime.now(UTC)})
    left = clear_in(waiting, pace)
    if waiting < _BACKLOG_FACTS_MIN or left is None:
        return None
    return {"waiting": waiting, "phones": phones, "clear_at": now + left}


def _totals(area: str, board: Board) -> list[tuple[str, int, int]]:
    """The numbers above the wall, each under the name of its list, and how many of each are serious."""
    reviews = len(_reviews(area, board.on_date))
    holds = len(sql.rows("situation/hold_list", {"area": area}))
    starts = len(sql.rows("situation/start_list", {"area": area}))
    events = sql.rows("situation/aefi_list", {"area": area, "on_date": board.on_date, "session_id": None})
    serious = {"adverse_events": sum(row[1] == "serious" for row in events)}
    found = [
        ("doses", board.total("given_count")),
        ("expected", board.total("expected_count")),
        ("arrived", board.total("arrived_count")),
        ("not_given", board.total("not_given_count")),
        ("absent", board.total("absent_count")),
        ("walk_ins", board.total("walk_in_count")),
        ("observing", board.total("observing_count")),
        ("adverse_events", len(events)),
        ("troubles", len(board.with_trouble())),
        ("on_phones", board.total("missing_count")),
        ("reviews", reviews),
        ("holds", holds),
        ("starts", starts),
        ("variances", len(_balances(area, board.on_date))),
    ]
    return [(kind, count, serious.get(kind, 0)) for kind, count in found]


def _balances(area: str, on_date: date, session_id: UUID | None = None) -> list[dict[str, object]]:
    """How sessions closed: each with its counts and differences; only those that differ, unless one session is asked for."""
    found = sql.dicts("situation/variance_list", {"area": area, "on_date": on_date, "session_id": session_id})
    for row in found:
        whys = {said["of"]: said["why"] for said in row["variances"]}
        row["differences"] = [(what, by, whys.get(what, "not_known")) for what, by in balance(row["counted"])]
        row["since"] = row["given_now"] - row["counted"]["given"]
    return found


def _hour_rows(board: Board) -> list[tuple[object, int, int]]:
    given, plan = dict(board.doses_by_hour), board.expected_by_hour()
    return [(hour, given.get(hour, 0), round(plan.get(hour, 0))) for hour in sorted(given.keys() | plan.keys())]


def _names(unit: OrgUnit) -> list[tuple[str, str, str, str]]:
    children = OrgUnit.objects.filter(parent_id=unit.code).values_list("code", "name", "name_bn", "name_hi")
    return [(unit.code, unit.name, unit.name_bn, unit.name_hi), *children]


def _hours_of(session_id: UUID) -> list[tuple[datetime, int]]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT hour_at, given_count FROM status.session_hour WHERE session_id = %s ORDER BY hour_at",
            [session_id],
        )
        return list(cursor.fetchall())


def _reviews(area: str, on_date: date, session_id: UUID | None = None) -> list[dict[str, Any]]:
    return sql.dicts("situation/review_list", {"area": area, "on_date": on_date, "session_id": session_id})


def _did_not_come(session: Session, area: str) -> int:
    """How many of a session's booked people did not come, marked so or not: what its phones say at the close."""
    inputs = {"area": area, "on_date": session.on_date, "session_id": session.pk, "kind": "not_come", "hour_at": None}
    rows = sql.dicts("situation/people_list", inputs | {"limit": 1, "offset": 0})
    return int(rows[0]["total"]) if rows else 0


def _people(
    request: HttpRequest, area: str, kind: str, session_id: UUID | None = None, on_date: date | None = None
) -> dict[str, object]:
    asked = request.GET.get("page", "1")
    number = int(asked) if asked.isascii() and asked.isdigit() and 0 < len(asked) < 7 else 1
    day, hour = on_date or clock.today(), request.GET.get("hour", "")
    hour_at = india_day(day)[0] + timedelta(hours=int(hour)) if hour in _HOURS else None
    inputs = {"area": area, "on_date": day, "session_id": session_id, "kind": kind, "hour_at": hour_at}
    inputs |= {"limit": _ROWS_PER_PAGE, "offset": max(number - 1, 0) * _ROWS_PER_PAGE}
    rows = sql.dicts("situation/people_list", inputs)
    total = rows[0]["total"] if rows else 0
    return {
        "people": rows,
        "total": total,
        "hour_at": hour_at,
        "hour": hour if hour_at else "",
        "page_number": number,
        "previous_page": number - 1 if number > 1 else None,
        "next_page": number + 1 if number * _ROWS_PER_PAGE < total else None,
    }


def _crumbs(request: HttpRequest, area: str) -> list[OrgUnit]:
    """The areas above and including `area` that the officer may open, from the top."""
    own = request.areas  # type: ignore[attr-defined]
    codes = [code for code in path_of(area) if any(is_within(code, mine) for mine in own)]
    units = OrgUnit.objects.in_bulk(codes)
    return [units[code] for code in codes]
