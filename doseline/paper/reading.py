# SPDX-License-Identifier: Apache-2.0
"""From a photo to ink: finds the sheet in a picture, lays it flat, and measures how dark each bubble is beyond its own print.
What the ink means is `rules.read_row`'s to say. Knows no database."""

import time
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Any

import cv2
import numpy as np
import numpy.typing as npt
import zxingcpp

from doseline.paper import layout
from doseline.paper.printing import QR_FORM, blank_picture, dictionary
from doseline.paper.rules import Mark

Gray = npt.NDArray[np.uint8]
Floats = Any  # numpy arrays of float32: what OpenCV's own types call them changes from call to call

SCALE = 8  # pixels a millimetre of the page laid flat
_LOOK_SIZE = 2600  # the longer side of a picture in which marks are looked for
_MARKS_MIN = 3
_TIMING_SEARCH = 3.2  # millimetres a row's square may be off from where the marks say
_TIMING_SCORE_MIN = 0.45
_DARK_MAX, _SHARP_MIN, _CONTRAST_MIN = 55.0, 0.30, 0.25
_INNER, _RING = 1.75, (2.5, 3.4)  # millimetres from a bubble's centre: its inside; just beyond its outline
_OUTLINE = (layout.BUBBLE_SIZE / 2 - 0.2, layout.BUBBLE_SIZE / 2 + 0.2)
_OUTLINE_MIN = 0.06  # 0.10-0.15 on photos and scans, shaken and shaded ones too; 0.01-0.03 on copies of copies


@dataclass(frozen=True, slots=True)
class Page:
    """A picture read. `problem`: not_a_sheet (no marks at all), marks_covered (under three), two_sheets (marks of more than one),
    too_dark, blurred, no_code (marks but no readable page code); empty when all went well. `flat` is the page laid flat, 8 pixels a
    millimetre, where marks were found; `rows` are the marks of each row in the order of layout.BUBBLES, with `seen` False where a
    row's ends are hidden. `is_pale`: the printed circles themselves are gone, as on a pale copy; then pencil may be too."""

    problem: str
    code: str
    flat: Gray | None
    rows: tuple[tuple[Mark, ...], ...]
    seen: tuple[bool, ...]
    seconds: float
    is_pale: bool = False


def read_page(picture: Gray, first_at: datetime | None = None, language: str = "en") -> Page:
    """Reads one picture (grey, upright or not). `first_at` and `language` are the sheet's, when known: bubbles print other hours
    then; they hardly change the ink. 0.1-0.2 s for a photo of 12 megapixels. Raises nothing: what is wrong is `problem`."""
    started = time.perf_counter()

    def page(
        problem: str, code: str = "", flat: Gray | None = None, rows: Any = (), seen: Any = (), outline: float = 1.0
    ) -> Page:
        return Page(problem, code, flat, rows, seen, time.perf_counter() - started, outline < _OUTLINE_MIN)

    look = _shrunk(picture, _LOOK_SIZE)
    if float(np.percentile(look, 95)) < _DARK_MAX:
        return page("too_dark")
    seen_marks = _detected(look)
    found = _largest(seen_marks)
    if _are_of_two_sheets(seen_marks):
        return page("two_sheets")
    if len(found) < _MARKS_MIN:
        code = _page_code(look)
        return page("marks_covered" if found or code else "not_a_sheet", code)
    flat = lay_flat(look, found)
    code = _page_code(flat[: int(45 * SCALE), int(140 * SCALE) :]) or _page_code(flat) or _page_code(look)
    darkness = _darkness(flat)
    shifts, scores = _timing(darkness)
    black = float(np.median(scores[scores > 0])) if (scores > 0).any() else 0.0
    if black < _CONTRAST_MIN:
        return page("too_dark" if flat.mean() < 2 * _DARK_MAX else "blurred", code, flat)
    rows, seen, outline = _measure(
        darkness / max(black, 0.2), shifts, scores > _TIMING_SCORE_MIN * black, _blank(first_at, language)
    )
    return page("" if code else "no_code", code, flat, rows, seen, outline)


def find_marks(look: Gray) -> dict[int, Floats]:
    """Number of each of our marks found → its four corners, clockwise from the top left of the mark."""
    return _largest(_detected(look))


def _detected(look: Gray) -> list[tuple[int, Floats]]:
    """Number and four corners of each of our marks, however often it is found."""
    parameters = cv2.aruco.DetectorParameters()
    parameters.cornerRefinementMethod = cv2.aruco.CORNER_REFINE_SUBPIX
    parameters.adaptiveThreshWinSizeMax = 45
    parameters.adaptiveThreshWinSizeStep = 14
    detector = cv2.aruco.ArucoDetector(dictionary(), parameters)
    corners, numbers, _rejected = detector.detectMarkers(look)
    if numbers is None:
        return []
    pairs = zip((int(number) for number in numbers.flatten()), corners, strict=True)
    return [(number, four.reshape(4, 2).astype(np.float32)) for number, four in pairs if number in layout.MARKS]


def _largest(marks: list[tuple[int, Floats]]) -> dict[int, Floats]:
    found: dict[int, Floats] = {}
    for number, four in marks:
        if number not in found or _area(four) > _area(found[number]):
            found[number] = four
    return found


def _are_of_two_sheets(marks: list[tuple[int, Floats]]) -> bool:
    """True when two numbers or more are there twice, in about one size and well apart: one sheet beside, or under, another."""
    twice = 0
    for number, largest in _largest(marks).items():
        reach = 2 * _area(largest) ** 0.5
        twice += any(
            other == number
            and _area(four) > _area(largest) * 0.4
            and np.linalg.norm(four.mean(0) - largest.mean(0)) > reach
            for other, four in marks
        )
    return twice > 1


def lay_flat(look: Gray, found: dict[int, Floats]) -> Gray:
    """The page as it was printed, whatever the angle it was taken at."""
    side = layout.MARK_SIZE
    square = np.array([(0, 0), (side, 0), (side, side), (0, side)], np.float32)
    there = np.concatenate([square + np.array(layout.MARKS[number], np.float32) for number in found])
    here = np.concatenate(list(found.values()))
    transform, _inliers = cv2.findHomography(here, there * SCALE, cv2.RANSAC, 4.0)
    if transform is None:
        transform, _inliers = cv2.findHomography(here, there * SCALE)
    size = (round(layout.PAGE_WIDTH * SCALE), round(layout.PAGE_HEIGHT * SCALE))
    return cv2.warpPerspective(look, transform, size, flags=cv2.INTER_LINEAR, borderValue=255).astype(np.uint8)


def crop_row(flat: Gray, row: int) -> Gray:
    """The strip of a page laid flat that shows one row, with a little above and below."""
    top = round((layout.row_top(row) - 1) * SCALE)
    bottom = round((layout.row_top(row) + layout.ROW_HEIGHT + 1) * SCALE)
    return flat[top:bottom, round(17 * SCALE) : round(193 * SCALE)]


def _shrunk(picture: Gray, size: int) -> Gray:
    longer = max(picture.shape)
    if longer <= size:
        return picture
    ratio = size / longer
    return cv2.resize(picture, None, fx=ratio, fy=ratio, interpolation=cv2.INTER_AREA).astype(np.uint8)


def _area(four: Floats) -> float:
    return float(cv2.contourArea(four.reshape(4, 2)))


def _page_code(picture: Gray) -> str:
    """The code of the page's QR, or nothing."""
    for read in zxingcpp.read_barcodes(picture, formats=zxingcpp.BarcodeFormats(zxingcpp.BarcodeFormat.QRCode)):
        if read.text.startswith(QR_FORM):
            return str(read.text[len(QR_FORM) :])
    return ""


def _darkness(flat: Gray) -> Floats:
    """0 where the paper is, towards 1 where ink is: shadow and lamp divided out."""
    small = cv2.resize(flat, None, fx=1 / SCALE, fy=1 / SCALE, interpolation=cv2.INTER_AREA)
    paper = cv2.dilate(cv2.medianBlur(small, 3), np.ones((9, 9), np.uint8))
    paper = cv2.GaussianBlur(paper, (0, 0), 4)
    paper = cv2.resize(paper, (flat.shape[1], flat.shape[0]), interpolation=cv2.INTER_LINEAR)
    dark = 1.0 - flat.astype(np.float32) / np.maximum(paper.astype(np.float32), 1.0)
    return np.clip(dark, 0.0, 1.0)


def _timing(darkness: Floats) -> tuple[Floats, Floats]:
    """For each row and side how far (x, y, millimetres) the black square is from where it was printed, and how dark it is; 0 dark
    where none is seen. Bent paper shows here."""
    shifts = np.zeros((layout.ROWS, 2, 2), np.float32)
    scores = np.zeros((layout.ROWS, 2), np.float32)
    size = round(layout.TIMING_SIZE * SCALE * 0.8)
    reach = round(_TIMING_SEARCH * SCALE)
    for row in range(layout.ROWS):
        for side in (0, 1):
            x, y = (round(value * SCALE) for value in layout.timing_centre(row, side))
            half = reach + size // 2
            window = darkness[y - half : y + half + 1, x - half : x + half + 1]
            means = cv2.boxFilter(window, -1, (size, size), normalize=True)[
                size // 2 : -(size // 2), size // 2 : -(size // 2)
            ]
            _low, high, _at_low, _at = cv2.minMaxLoc(means)
            scores[row, side] = high
            near = means >= high - 0.04
            ys, xs = np.nonzero(near)
            centre = means.shape[0] // 2
            shifts[row, side] = ((xs.mean() - centre) / SCALE, (ys.mean() - centre) / SCALE) if high > 0 else (0, 0)
    return shifts, scores


@lru_cache(16)
def _discs() -> tuple[tuple[npt.NDArray[np.intp], npt.NDArray[np.intp]], ...]:
    """Offsets (y, x) of the pixels inside a bubble, of those just around it, and of its printed outline."""
    reach = round(_RING[1] * SCALE) + 1
    ys, xs = np.mgrid[-reach : reach + 1, -reach : reach + 1]
    distance = np.hypot(ys, xs) / SCALE
    inner = distance <= _INNER
    ring = (distance >= _RING[0]) & (distance <= _RING[1])
    outline = (distance >= _OUTLINE[0]) & (distance <= _OUTLINE[1])
    return tuple((ys[part], xs[part]) for part in (inner, ring, outline))


def _measure(darkness: Floats, shifts: Floats, seen: Any, blank: tuple[Floats, Floats]) -> tuple[Any, Any, float]:
    """The marks of every row, whether its ends were seen, and how dark the printed outlines are (the median: few are written on). A
    row with one end hidden takes the other end's shift."""
    centres = np.array(layout.BUBBLES, np.float32)
    along = ((centres[:, 0] - layout.TIMING_X[0]) / (layout.TIMING_X[1] - layout.TIMING_X[0]))[:, None]
    rows, outlines = [], []
    for row in range(layout.ROWS):
        left, right = (_shift_of(shifts, seen, row, side) for side in (0, 1))
        at = centres + np.array((0, layout.row_top(row)), np.float32) + left * (1 - along) + right * along
        inner, ring, outline = _ink(darkness, at)
        outlines.append(outline)
        rows.append(tuple(Mark(float(i), float(r)) for i, r in zip(inner - blank[0], ring - blank[1], strict=True)))
    return tuple(rows), tuple(bool(seen[row].all()) for row in range(layout.ROWS)), float(np.median(outlines))


def _shift_of(shifts: Floats, seen: Any, row: int, side: int) -> Floats:
    """The shift at one end of a row: its own square's, else of the nearest rows on that side that were seen."""
    if seen[row, side]:
        return shifts[row, side]
    near = sorted((abs(other - row), other) for other in range(layout.ROWS) if seen[other, side])[:2]
    return np.mean([shifts[other, side] for _far, other in near], axis=0) if near else np.zeros(2, np.float32)


def _ink(darkness: Floats, at: Floats) -> tuple[Floats, Floats, Floats]:
    """Mean darkness inside, just around and on the outline of each bubble whose centre (millimetres) is in `at`."""
    xs, ys = np.rint(at[:, 0] * SCALE).astype(np.intp), np.rint(at[:, 1] * SCALE).astype(np.intp)
    height, width = darkness.shape

    def mean(dy: npt.NDArray[np.intp], dx: npt.NDArray[np.intp]) -> Floats:
        rows = np.clip(ys[:, None] + dy[None, :], 0, height - 1)
        columns = np.clip(xs[:, None] + dx[None, :], 0, width - 1)
        return darkness[rows, columns].mean(axis=1).astype(np.float32)

    inside, around, outline = (mean(*part) for part in _discs())
    return inside, around, outline


@lru_cache(64)
def _blank(first_at: datetime | None, language: str) -> tuple[Floats, Floats]:
    """The print's own darkness inside and around each bubble, from a blank page drawn by the same hand."""
    picture = blank_picture(first_at or datetime.fromisoformat("2021-01-16T03:30:00+00:00"), language)
    decoded: Any = cv2.imdecode(np.frombuffer(picture, np.uint8), cv2.IMREAD_GRAYSCALE)
    size = (round(layout.PAGE_WIDTH * SCALE), round(layout.PAGE_HEIGHT * SCALE))
    darkness = _darkness(cv2.resize(decoded, size, interpolation=cv2.INTER_AREA).astype(np.uint8))
    inner, ring, _outline = zip(*[
        _ink(darkness, np.array(layout.BUBBLES, np.float32) + np.array((0, layout.row_top(row)), np.float32))
        for row in range(layout.ROWS)
    ], strict=True)  # fmt: skip
    return np.median(inner, axis=0).astype(np.float32), np.median(ring, axis=0).astype(np.float32)
