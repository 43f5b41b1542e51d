# SPDX-License-Identifier: Apache-2.0
"""Draws where things stand: the nation as its states in squares of one size, each about where it lies, so that Sikkim is
seen as well as Rajasthan; a state or district as its sites by their coordinates. SVG text; every mark is a link."""

from html import escape
from math import cos, radians

from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

from doseline.places.rules import path_of
from doseline.shared.words import number
from doseline.situation.queries import Board, BoardSession
from doseline.situation.rules import STATES
from doseline.situation.wording import icon, word

_TROUBLE = {state: place for place, state in enumerate(STATES)}
# Co-WIN's state id: the letters on its vehicles' plates, column and row.
_STATES = {
    14: ("JK", 3, 0), 18: ("LA", 4, 0), 28: ("PB", 2, 1), 6: ("CH", 3, 1), 13: ("HP", 4, 1), 12: ("HR", 2, 2),
    9: ("DL", 3, 2), 35: ("UK", 4, 2), 30: ("SK", 6, 2), 3: ("AR", 8, 2), 29: ("RJ", 2, 3), 34: ("UP", 3, 3),
    5: ("BR", 5, 3), 4: ("AS", 7, 3), 25: ("NL", 8, 3), 11: ("GJ", 1, 4), 20: ("MP", 2, 4), 7: ("CG", 3, 4),
    15: ("JH", 4, 4), 36: ("WB", 5, 4), 23: ("ML", 7, 4), 22: ("MN", 8, 4), 37: ("DD", 0, 5), 8: ("DN", 1, 5),
    21: ("MH", 2, 5), 32: ("TS", 3, 5), 26: ("OD", 4, 5), 33: ("TR", 7, 5), 24: ("MZ", 8, 5), 10: ("GA", 1, 6),
    16: ("KA", 2, 6), 2: ("AP", 3, 6), 19: ("LD", 1, 7), 17: ("KL", 2, 7), 31: ("TN", 3, 7), 27: ("PY", 4, 7),
    1: ("AN", 7, 7),
}  # fmt: skip
_CELL = 52
_WIDTH, _HEIGHT, _MARGIN, _DOT = 480, 416, 16, 8


def draw_map(board: Board, names: dict[str, str], language: str) -> SafeString:
    """The map of a board's area; empty where no site's coordinates are known. `names` are those of areas by code."""
    if len(path_of(board.area)) == 1:
        return _draw_states(board, names)
    placed = [session for session in board.sessions if session.latitude is not None and session.longitude is not None]
    return _draw_sites(placed, language) if placed else mark_safe("")


def _draw_states(board: Board, names: dict[str, str]) -> SafeString:
    found: dict[str, list[BoardSession]] = {}
    for session in board.sessions:
        found.setdefault(".".join(session.area.split(".")[:2]), []).append(session)
    squares = "".join(
        _draw_square(letters, column, row, f"{board.area}.{state_id}", names, found.get(f"{board.area}.{state_id}", []))
        for state_id, (letters, column, row) in _STATES.items()
    )
    return _svg(9 * _CELL, 8 * _CELL, squares)


def _draw_square(
    letters: str, column: int, row: int, code: str, names: dict[str, str], sessions: list[BoardSession]
) -> str:
    x, y, size = column * _CELL, row * _CELL, _CELL - 3
    name = escape(names.get(code, code))
    if not sessions:
        return (
            f'<g class="nothing"><title>{name}</title><rect x="{x}" y="{y}" width="{size}" height="{size}" rx="4"/>'
            f'<text x="{x + size / 2}" y="{y + 30}">{letters}</text></g>'
        )
    worst = min(sessions, key=lambda session: _TROUBLE[session.state]).state
    count = sum(session.state == worst for session in sessions)
    told = f"{name}: {word(worst)} {number(count)} / {number(len(sessions))}"
    return (
        f'<a href="/hq/area/{code}/" aria-label="{escape(told)}"><title>{escape(told)}</title><g class="{worst}">'
        f'<rect x="{x}" y="{y}" width="{size}" height="{size}" rx="4"/>'
        f'<text x="{x + size / 2}" y="{y + 19}" class="letters">{letters}</text>'
        f'<text x="{x + size / 2}" y="{y + 39}">{icon(worst)} {number(count)}</text></g></a>'
    )


def _draw_sites(sessions: list[BoardSession], language: str) -> SafeString:
    """Equal degrees of latitude and (at the middle latitude) longitude have equal length; trouble is drawn last, on top."""
    latitudes = [session.latitude or 0.0 for session in sessions]
    longitudes = [session.longitude or 0.0 for session in sessions]
    west, north = min(longitudes), max(latitudes)
    squeeze = cos(radians((north + min(latitudes)) / 2))
    wide, high = max((max(longitudes) - west) * squeeze, 0.02), max(north - min(latitudes), 0.02)
    scale = min((_WIDTH - 2 * _MARGIN) / wide, (_HEIGHT - 2 * _MARGIN) / high)
    dots = "".join(
        _draw_dot(
            _MARGIN + ((session.longitude or 0.0) - west) * squeeze * scale,
            _MARGIN + (north - (session.latitude or 0.0)) * scale,
            session,
            language,
        )
        for session in sorted(sessions, key=lambda session: -_TROUBLE[session.state])
    )
    return _svg(round(wide * scale) + 2 * _MARGIN, round(high * scale) + 2 * _MARGIN, dots)


def _draw_dot(x: float, y: float, session: BoardSession, language: str) -> str:
    told = escape(f"{session.name_in(language)}: {word(session.state)}, {number(session.standing.given_count)}")
    return (
        f'<a href="/hq/session/{session.session_id}/" aria-label="{told}"><title>{told}</title><g class="{session.state}">'
        f'<circle cx="{x:.0f}" cy="{y:.0f}" r="{_DOT}"/><text x="{x:.0f}" y="{y + 4:.0f}">{icon(session.state)}</text></g></a>'
    )


def _svg(width: int, height: int, inside: str) -> SafeString:
    label = escape(_("Map of the sites"))
    return mark_safe(  # noqa: S308 - made here from numbers and escaped words
        f'<svg class="map" viewBox="0 0 {width} {height}" role="group" aria-label="{label}">{inside}</svg>'
    )
