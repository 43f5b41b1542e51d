# SPDX-License-Identifier: Apache-2.0
"""Sheets filled with simulated ink and spoilt as photos, photocopies and scans spoil them. Everything follows from a seed."""

import random
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any

import cv2
import numpy as np

from doseline.paper import layout
from doseline.paper.printing import DrawnRow, DrawnSheet, Heading, draw_pictures

OPENS_AT = datetime(2021, 1, 16, 3, 30, tzinfo=UTC)
CODE = "7K2M9QXA"
DPI = 200.0
PX = DPI / 25.4  # pixels a millimetre of a page as drawn
LEVELS = ("scan", "easy", "normal", "hard")
STROKES = ("full", "full", "full", "full", "full", "full", "full", "tick", "cross", "dot")
Picture = Any


@dataclass(frozen=True)
class Filled:
    """A page with ink on it, and what was meant: for each row field → value."""

    picture: Picture
    truth: tuple[dict[str, str], ...]


@lru_cache(4)
def _page(language: str) -> Picture:
    names = ("Sumita Mukhopadhyay", "সুমিতা মুখোপাধ্যায়", "रमेश कुमार", "Rumi Das")
    rows = tuple(DrawnRow(f"W1EYE{r:02d}K", names[r % 4], "41 · F · …1234", "9:30") for r in range(12))
    blank = tuple(DrawnRow(f"B2EYE{r:02d}K") for r in range(3))
    heading = Heading(
        "Belgachia Hospital", "16 January 2021 · 9:00-17:00", "COVISHIELD", ("4120Z001", "4120Z002"), OPENS_AT
    )
    [png] = draw_pictures(heading, [DrawnSheet(CODE, 1, 8, rows + blank)], language, DPI)
    return cv2.imdecode(np.frombuffer(png, np.uint8), cv2.IMREAD_GRAYSCALE)


def fill(chance: random.Random, *, stroke: str | None = None, darkness: tuple[int, int] = (10, 70), struck: float = 0.01,
         language: str = "en") -> Filled:  # fmt: skip
    """A page on which each row is a person: most were vaccinated, some not, some did not come. `struck`: how often a bubble is first
    filled wrongly and crossed out."""
    picture = _page(language).copy()
    truth = []
    for row in range(layout.ROWS):
        meant = _someone(chance)
        truth.append(meant)
        hand = stroke or chance.choice(STROKES)
        ink = chance.randint(*darkness)
        for group, (start, _end) in zip(layout.GROUPS, layout.SPANS, strict=True):
            if group.field not in meant:
                continue
            place = group.values.index(meant[group.field])
            if len(group.values) > 1 and chance.random() < struck:
                wrong = chance.choice([p for p in range(len(group.values)) if p != place])
                _mark(picture, chance, row, start + wrong, "full", ink)
                _mark(picture, chance, row, start + wrong, "strike", ink)
            _mark(picture, chance, row, start + place, hand, ink)
        if chance.random() < 0.5:
            _scribble(picture, chance, row, ink)
    return Filled(picture, tuple(truth))


def draw_page(sheet: Any, language: str) -> Picture:
    """A sheet of the database as its printer would lay it on the table."""
    from doseline.paper.queries import drawn

    heading, pages = drawn([sheet], language)
    [png] = draw_pictures(heading, pages, language, DPI)
    return cv2.imdecode(np.frombuffer(png, np.uint8), cv2.IMREAD_GRAYSCALE)


def mark_rows(picture: Picture, said: dict[int, dict[str, str]], chance: random.Random, *, ink: int = 40) -> None:
    """Fills rows (from 1) of a page as told."""
    for number, meant in said.items():
        for group, (start, _end) in zip(layout.GROUPS, layout.SPANS, strict=True):
            if group.field in meant:
                _mark(picture, chance, number - 1, start + group.values.index(meant[group.field]), "full", ink)


def _someone(chance: random.Random) -> dict[str, str]:
    luck = chance.random()
    if luck < 0.2:
        return {}
    half_hour = str(chance.randrange(layout.TIMES))
    if luck < 0.3:
        return {"came": "yes", "identity": "yes", "reason": chance.choice(layout.REASONS), "time": half_hour}
    return {
        "came": "yes", "identity": "yes", "given": "yes", "batch": chance.choice("AB"), "arm": chance.choice(layout.ARMS),
        "aefi": chance.choices(layout.AEFI, (30, 2, 1))[0], "time": half_hour,
    }  # fmt: skip


def _mark(picture: Picture, chance: random.Random, row: int, bubble: int, how: str, ink: int) -> None:
    x, y = layout.BUBBLES[bubble]
    at = np.array((x + chance.gauss(0, 0.25), y + layout.row_top(row) + chance.gauss(0, 0.25)))
    size = layout.BUBBLE_SIZE / 2

    def line(start: tuple[float, float], end: tuple[float, float], width: float) -> None:
        one, other = (tuple(int(v) for v in np.rint((at + np.array(p) * size) * PX)) for p in (start, end))
        cv2.line(picture, one, other, ink, max(1, round(width * PX)), cv2.LINE_AA)

    if how == "full":
        for step in np.arange(-0.85, 0.9, 0.22):
            reach = (1 - step**2) ** 0.5 * chance.uniform(0.75, 1.0)
            line((-reach, step), (reach, step + chance.uniform(-0.1, 0.1)), 0.5)
    elif how == "tick":
        line((-0.6, -0.1), (-0.1, 0.7), 0.55)
        line((-0.1, 0.7), (chance.uniform(0.8, 1.3), -chance.uniform(0.8, 1.3)), 0.55)
    elif how == "cross":
        reach = chance.uniform(0.7, 1.0)
        line((-reach, -reach), (reach, reach), 0.55)
        line((-reach, reach), (reach, -reach), 0.55)
    elif how == "dot":
        cv2.circle(
            picture, tuple(int(v) for v in np.rint(at * PX)), round(chance.uniform(0.8, 1.1) * PX), ink, -1, cv2.LINE_AA
        )
    elif how == "strike":
        line((-1.6, -1.4), (1.6, 1.4), 0.6)
        line((-1.6, 1.4), (1.6, -1.4), 0.6)


def _scribble(picture: Picture, chance: random.Random, row: int, ink: int) -> None:
    """Initials in their box."""
    x, y = layout.INITIALS_X + 8, layout.row_top(row) + 10.5
    points = [(x + chance.uniform(-5, 5), y + chance.uniform(-1.8, 1.8)) for _point in range(7)]
    cv2.polylines(picture, [np.rint(np.array(points) * PX).astype(np.int32)], False, ink, round(0.5 * PX), cv2.LINE_AA)


def spoil(picture: Picture, level: str, chance: random.Random) -> Picture:
    """The page as it comes in: a flatbed scan, or a photo that is easy, normal or hard to read."""
    noise = np.random.default_rng(chance.getrandbits(32))
    match level:
        case "scan":
            return _noisy(_turned(picture, chance, 0.004, chance.uniform(-1.5, 1.5), 0.75), 2, noise)
        case "easy":
            out = _turned(picture, chance, 0.02, chance.uniform(-3, 3), 1.0)
            return _encoded(_noisy(_shaded(out, chance, 0.15), 3, noise), 90)
        case "normal":
            turn = chance.choice((0, 0, 0, 90, 180)) + chance.uniform(-8, 8)
            out = _turned(picture, chance, 0.06, turn, 1.0)
            out = cv2.GaussianBlur(_shaded(out, chance, 0.35), (0, 0), chance.uniform(0.7, 1.3))
            return _encoded(_noisy(out, 6, noise), 75)
        case "hard":
            out = _copied(picture, noise) if chance.random() < 0.4 else picture
            if chance.random() < 0.3:
                out = _folded(out, chance)
            out = _turned(out, chance, 0.13, chance.uniform(-15, 15), 0.95)
            out = _moved(_shaded(out, chance, 0.6), chance.randint(4, 7), chance.uniform(0, 180))
            return _encoded(_noisy(out, 9, noise), 55)
    raise ValueError(level)


def _turned(picture: Picture, chance: random.Random, tilt: float, degrees: float, scale: float) -> Picture:
    """Held at an angle over a table, and turned."""
    height, width = picture.shape
    corners = np.array([(0, 0), (width, 0), (width, height), (0, height)], np.float32)
    moved = corners + np.array(
        [[chance.uniform(-tilt, tilt) * width, chance.uniform(-tilt, tilt) * height] for _c in corners], np.float32
    )
    centre = moved.mean(axis=0)
    angle = np.deg2rad(degrees)
    turn = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]], np.float32)
    moved = ((moved - centre) @ turn.T * scale).astype(np.float32)
    margin = 60
    moved += margin - moved.min(axis=0)
    size = tuple(int(v) for v in np.ceil(moved.max(axis=0) + margin))
    transform = cv2.getPerspectiveTransform(corners, moved)
    return cv2.warpPerspective(picture, transform, size, flags=cv2.INTER_AREA, borderValue=chance.randint(60, 130))


def _shaded(picture: Picture, chance: random.Random, depth: float) -> Picture:
    """A lamp from one side, and the shadow of an arm."""
    height, width = picture.shape
    ys, xs = np.mgrid[0:height, 0:width].astype(np.float32)
    angle = chance.uniform(0, 2 * np.pi)
    slope = xs / width * np.cos(angle) + ys / height * np.sin(angle)
    slope = (slope - slope.min()) / (slope.max() - slope.min())
    light = 1 - depth * 0.6 * slope
    edge = chance.uniform(0.3, 0.7)
    light *= 1 - depth * 0.7 / (1 + np.exp(-(ys / height - edge + 0.2 * xs / width) * chance.uniform(15, 60)))
    return np.clip(picture * light * chance.uniform(0.85, 1.0), 0, 255).astype(np.uint8)


def _noisy(picture: Picture, sigma: float, noise: Any) -> Picture:
    return np.clip(picture + noise.normal(0, sigma, picture.shape), 0, 255).astype(np.uint8)


def _encoded(picture: Picture, quality: int) -> Picture:
    _ok, data = cv2.imencode(".jpg", picture, [cv2.IMWRITE_JPEG_QUALITY, quality])
    return cv2.imdecode(data, cv2.IMREAD_GRAYSCALE)


def _moved(picture: Picture, length: int, degrees: float) -> Picture:
    """The hand shook."""
    kernel: Any = np.zeros((length, length), np.float32)
    kernel[length // 2] = 1
    turn = cv2.getRotationMatrix2D((length / 2 - 0.5, length / 2 - 0.5), degrees, 1)
    kernel = cv2.warpAffine(kernel, turn, (length, length))
    return cv2.filter2D(picture, -1, kernel / kernel.sum())


def copied(picture: Picture, chance: random.Random) -> Picture:
    """Photocopied twice."""
    return _copied(picture, np.random.default_rng(chance.getrandbits(32)))


def _copied(picture: Picture, noise: Any) -> Picture:
    """Photocopied twice: grey goes, specks come, lines fatten."""
    out = picture.astype(np.float32)
    for _copy in (1, 2):
        out = cv2.GaussianBlur(out, (0, 0), 0.7)
        out = np.clip((out - 128) * 1.5 + 140, 0, 255)
        specks = noise.random(out.shape) > 0.9995
        out[specks] = 40
    return out.astype(np.uint8)


def _folded(picture: Picture, chance: random.Random) -> Picture:
    """A fold across: the part below it is nearer or farther by up to 2 mm, with a dark line."""
    height, _width = picture.shape
    at = round(height * chance.uniform(0.3, 0.7))
    gone = round(chance.uniform(0.5, 2.0) * PX)
    out = np.concatenate([picture[:at], picture[at + gone :], np.full((gone, picture.shape[1]), 255, np.uint8)])
    out[at - 1 : at + 2] = (out[at - 1 : at + 2] * 0.6).astype(np.uint8)
    return out
