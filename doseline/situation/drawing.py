# SPDX-License-Identifier: Apache-2.0
"""Draws the wall and the chart as HTML and SVG text. Plain string work: 3,000 tiles in about 15 ms, where a template
would take a third of a second."""

from collections.abc import Callable
from datetime import datetime, timedelta
from functools import cache
from html import escape
from itertools import groupby

from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

from doseline.places.rules import path_of
from doseline.shared.words import in_digits, number, time_of_day
from doseline.situation.queries import Board, BoardSession
from doseline.situation.rules import STATES
from doseline.situation.wording import icon, word

_TROUBLE = {state: place for place, state in enumerate(STATES)}
_WIDTH, _HEIGHT, _BASE = 720, 200, 168


def draw_wall(board: Board, area_names: dict[str, str], language: str) -> SafeString:
    """A tile for each site under its area (the level below the board's own), worst first: areas by their worst site,
    sites by trouble."""
    depth = len(path_of(board.area))
    groups = [
        (code, sorted(sessions, key=lambda s: (_TROUBLE[s.state], s.standing.given_count)))
        for code, sessions in groupby(
            sorted(board.sessions, key=lambda s: s.area),
            key=lambda s: ".".join(s.area.split(".")[: depth + 1]),
        )
    ]
    groups.sort(key=lambda group: (min(_TROUBLE[s.state] for s in group[1]), area_names.get(group[0], group[0])))
    words = {state: f"{icon(state)} {escape(word(state))}" for state in STATES}
    shown = cache(number)  # the same few hundred numbers, thousands of times
    return mark_safe("".join(_draw_group(code, s, board, area_names, words, language, shown) for code, s in groups))  # noqa: S308


def _draw_group(
    code: str,
    sessions: list[BoardSession],
    board: Board,
    names: dict[str, str],
    words: dict[str, str],
    language: str,
    shown: Callable[[int], str],
) -> str:
    title = escape(names.get(code, code))
    given, expected = (sum(getattr(s.standing, field) for s in sessions) for field in ("given_count", "expected_count"))
    heading = title if code == board.area else f'<a href="/hq/area/{code}/">{title}</a>'
    tiles = "".join(_draw_tile(session, words, language, shown) for session in sessions)
    counts = (
        f'<span class="of"><a href="/hq/area/{code}/doses/">{number(given)}</a>'
        f' / <a href="/hq/area/{code}/expected/">{number(expected)}</a></span>'
    )
    return f'<section class="group"><h3>{heading} {counts}</h3><ul class="wall">{tiles}</ul></section>'


def _draw_tile(session: BoardSession, words: dict[str, str], language: str, shown: Callable[[int], str]) -> str:
    standing = session.standing
    name = escape(session.name_in(language))
    missing = f'<i class="held">{shown(session.missing_count)}</i>' if session.missing_count else ""
    return (
        f'<li><a class="tile {session.state}" href="/hq/session/{session.session_id}/" title="{name}">'
        f'<span class="state">{words[session.state]}</span>'
        f'<b>{shown(standing.given_count)}</b><span class="of">/{shown(standing.expected_count)}</span>{missing}'
        f'<span class="name">{name}</span></a></li>'
    )


def draw_hours(board: Board) -> SafeString:
    """Doses by hour as bars, the even pace of the plan as a line; zero-based, labelled where they stand."""
    given = dict(board.doses_by_hour)
    plan = board.expected_by_hour()
    hours = sorted(given.keys() | plan.keys())
    if not hours:
        return mark_safe("")
    top = max([*given.values(), *plan.values(), 1])
    step = _WIDTH / len(hours)
    bars = "".join(
        _draw_bar(place * step, step, hour, given.get(hour, 0), top, board.now) for place, hour in enumerate(hours)
    )
    points = " ".join(
        f"{place * step + step / 2:.1f},{_BASE - plan.get(hour, 0.0) / top * 140:.1f}"
        for place, hour in enumerate(hours)
    )
    label = escape(_("Doses by hour"))
    last = plan.get(hours[-1], 0.0)
    planned = (
        f'<text x="{_WIDTH - 4}" y="{_BASE - last / top * 140 - 6:.1f}" class="plan-label">{escape(_("plan"))}</text>'
    )
    line = f'<polyline class="plan" points="{points}"/>{planned}'
    return mark_safe(  # noqa: S308 - made here from numbers and escaped words
        f'<svg class="chart" viewBox="0 0 {_WIDTH} {_HEIGHT}" role="img" aria-label="{label}">'
        f'<line class="base" x1="0" y1="{_BASE}" x2="{_WIDTH}" y2="{_BASE}"/>{bars}{line}</svg>'
    )


def _draw_bar(x: float, step: float, hour: datetime, count: int, top: float, now: datetime) -> str:
    height = count / top * 140
    kind = "bar now" if hour <= now < hour + timedelta(hours=1) else "bar"
    middle = x + step / 2
    value = f'<text class="value" x="{middle:.1f}" y="{_BASE - height - 5:.1f}">{number(count)}</text>' if count else ""
    return (
        f'<rect class="{kind}" x="{x + step * 0.16:.1f}" y="{_BASE - height:.1f}" width="{step * 0.68:.1f}" height="{height:.1f}"/>'
        f'{value}<text class="hour" x="{middle:.1f}" y="{_BASE + 20}">{in_digits(time_of_day(hour)[:5])}</text>'
    )
