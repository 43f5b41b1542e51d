# SPDX-License-Identifier: Apache-2.0
"""What tests of paper do again and again: fill a sheet, photograph it, send it in, and ask what came of it."""

import random
from typing import Any

import cv2
from django.db import connection

from doseline.followups.commands import drain
from doseline.paper import scans
from doseline.paper.models import Scan, Sheet, SheetRow
from doseline.shared import clock
from tests.drive import Drive
from tests.paper.ink import Picture, draw_page, mark_rows, spoil

GIVEN = {"came": "yes", "identity": "yes", "given": "yes", "batch": "A", "arm": "left_arm", "aefi": "none", "time": "2"}
REFUSED = {"came": "yes", "identity": "yes", "reason": "refused", "time": "3"}


def rows_of(statement: str) -> list[tuple[Any, ...]]:
    drain()
    with connection.cursor() as cursor:
        cursor.execute(statement)
        return list(cursor.fetchall())


def count_doses() -> int:
    return int(rows_of("SELECT count(*) FROM status.roster WHERE is_counted")[0][0])


def photo_of(
    sheet: Sheet, said: dict[int, dict[str, str]], level: str = "easy", seed: int = 1, language: str = "en"
) -> bytes:
    """A photo of a sheet as printed, with these rows filled in."""
    picture = draw_page(sheet, language)
    chance = random.Random(seed)
    mark_rows(picture, said, chance)
    return jpeg_of(spoil(picture, level, chance))


def jpeg_of(picture: Picture) -> bytes:
    return bytes(cv2.imencode(".jpg", picture, [cv2.IMWRITE_JPEG_QUALITY, 85])[1].tobytes())


def send_picture(drive: Drive, content: bytes, name: str = "photo.jpg") -> Scan:
    scan, _is_new = scans.receive_scan(
        content, name=name, org_unit=drive.session.site.org_unit, by=drive.asha, now=clock.now()
    )
    while scans.read_scans():
        pass
    scan.refresh_from_db()
    return scan


def row_of(sheet: Sheet, number: int) -> SheetRow:
    return SheetRow.objects.get(sheet=sheet, number=number)
