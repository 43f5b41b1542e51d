# SPDX-License-Identifier: Apache-2.0
"""Pictures of sheets: kept before they are read, read page by page, their rows proposed for a person to look at. All of it may be done
twice without counting twice."""

import hashlib
from collections.abc import Callable
from datetime import datetime, timedelta
from uuid import UUID

import cv2
import numpy as np
from django.db import IntegrityError, transaction

from doseline.paper import layout, rules
from doseline.paper.commands import hand_over, settle_sheet
from doseline.paper.models import OpenItem, Scan, ScanPage, Sheet, SheetRow
from doseline.paper.pictures import PictureError, opened
from doseline.paper.reading import Gray, Page, read_page
from doseline.places.models import OrgUnit
from doseline.shared import sql
from doseline.shared.clock import clock
from doseline.shared.ids import read_code
from doseline.shared.keys import server_keys
from doseline.staff.models import Staff

_ATTEMPTS_MAX = 2
_PURGE_AFTER = timedelta(days=30)
_LEASE_SECONDS = 120
_SHOWN_SIDE = 1_200
_JPEG = [cv2.IMWRITE_JPEG_QUALITY, 72]


def receive_scan(
    content: bytes, *, name: str, org_unit: OrgUnit, by: Staff | None, now: datetime, device_id: UUID | None = None
) -> tuple[Scan, bool]:
    """Keeps a picture or PDF, closed, for the reader; and whether it is new: the same file again is the same scan. Raises PictureError
    for what is no picture at all, before anything is kept. One insert."""
    with opened(content, takes_pdf=device_id is None) as pictures:
        count = pictures.count
    digest = hashlib.sha256(content).digest()
    scan = Scan(
        org_unit=org_unit, sent_by=by, device_id=device_id, sent_at=now, name=name[:120], byte_count=len(content),
        content_hash=digest, page_count=count, purge_at=now + _PURGE_AFTER,
    )  # fmt: skip
    scan.closed = server_keys().close_file(content, f"scan {scan.pk}")
    try:
        with transaction.atomic():
            scan.save(force_insert=True)
    except IntegrityError:
        return Scan.objects.get(org_unit=org_unit, content_hash=digest), False
    return scan, True


def read_scans(is_stopping: Callable[[], bool] = lambda: False) -> bool:
    """Reads the oldest scan that waits, page by page, and proposes its rows; returns whether there was one. Leased; each page is
    written with how far the reading is, so after a stop it goes on with the next. 0.2-0.4 s a page."""
    leased = sql.rows("paper/lease_scan", {"seconds": _LEASE_SECONDS, "scan_id": None})
    if not leased:
        return False
    _read_scan(leased[0][0], is_stopping)
    return True


def read_now(scan: Scan) -> None:
    """Reads one scan at once, for somebody who holds the sheet in hand and can photograph it again. When the reader has it already, or
    it is read, nothing is done."""
    if sql.rows("paper/lease_scan", {"seconds": _LEASE_SECONDS, "scan_id": scan.pk}):
        _read_scan(scan.pk, lambda: False)


def _read_scan(scan_id: UUID, is_stopping: Callable[[], bool]) -> None:
    scan = Scan.objects.select_related("org_unit").get(pk=scan_id)
    try:
        content = server_keys().open_file(bytes(scan.closed or b""), f"scan {scan.pk}")
        with opened(content) as pictures:
            for number in range(scan.pages_read, pictures.count):
                if is_stopping():
                    return
                is_poison = scan.attempts > _ATTEMPTS_MAX and number == scan.pages_read
                _read_one(scan, number, _broken if is_poison else pictures.page)
                if not _hold(scan):
                    return
    except PictureError as error:
        Scan.objects.filter(pk=scan.pk).update(state="failed", problem=error.code, worked_on_until=None)
        return
    Scan.objects.filter(pk=scan.pk).update(state="read", worked_on_until=None)


def _hold(scan: Scan) -> bool:
    """Holds the lease on; False when another has it."""
    return bool(sql.run("paper/hold_scan", {"scan_id": scan.pk, "seconds": _LEASE_SECONDS}))


def _read_one(scan: Scan, number: int, page_of: Callable[[int], Gray]) -> None:
    try:
        page = read_page(page_of(number))
    except PictureError as error:
        page = Page(error.code, "", None, (), (), 0.0)
    with transaction.atomic():
        take_page(scan, number, page, clock.now())
        Scan.objects.filter(pk=scan.pk).update(pages_read=number + 1, attempts=0)


def _broken(_number: int) -> Gray:
    raise PictureError("page_broken")


def take_page(scan: Scan, number: int, page: Page, now: datetime, code: str = "") -> ScanPage:
    """Writes a page down and proposes the rows of the sheet it shows. `code`: typed by a person who could read it. A page of a sheet
    that is void, lost or of a cancelled session is kept and named; its rows are proposed all the same, for what is on paper
    happened. Idempotent on scan and page."""
    read = read_code(code or page.code) or ""
    sheet = Sheet.objects.select_for_update().filter(code=read).first() if read else None
    kept, _is_new = ScanPage.objects.update_or_create(
        scan=scan, number=number,
        defaults={
            "sheet": sheet, "problem": _problem_of(page, read, sheet), "read_at": now, "milliseconds": round(page.seconds * 1000),
        },
    )  # fmt: skip
    if page.flat is not None:
        _ok, jpeg = cv2.imencode(".jpg", page.flat, _JPEG)
        kept.closed = server_keys().close_file(jpeg.tobytes(), f"page {kept.pk}")
        kept.save(update_fields=["closed"])
    if sheet is not None and page.rows:
        _propose(sheet, kept, page)
        earlier = ScanPage.objects.filter(sheet=sheet, settled_at=None).exclude(pk=kept.pk)
        earlier.exclude(problem="").update(settled_at=now)  # this one could be read
    if sheet is not None:  # whatever could be read of it: it is here
        hand_over(sheet, "received", by=scan.sent_by, place=scan.org_unit.name, now=now)
        if page.rows:
            settle_sheet(sheet, scan.sent_by, now)  # one with blank rows alone, and nobody in them, is done with
    return kept


def _problem_of(page: Page, code: str, sheet: Sheet | None) -> str:
    if sheet is not None:
        if page.problem and page.problem != "no_code":
            return page.problem
        if sheet.state in ("void", "lost"):
            return f"sheet_{sheet.state}"
        return "session_cancelled" if hasattr(sheet.session, "cancellation") else ""
    return "unknown_code" if code or page.code else page.problem or "no_code"


def _propose(sheet: Sheet, page: ScanPage, read: Page) -> None:
    """Writes what a page says into the rows that nobody has had a word on; a row already entered is only compared."""
    changed: list[SheetRow] = []
    bare: list[SheetRow] = []
    rows = list(SheetRow.objects.select_for_update().filter(sheet=sheet))
    readings = {
        row.pk: rules.read_row(
            read.rows[row.number - 1], is_seen=read.seen[row.number - 1], is_pale=read.is_pale and not row.is_blank
        )
        for row in rows
    }
    # a page of people without a single mark is perhaps one whose ink a copier ate: nobody is to have stayed away unasked
    is_bare = not any(reading.values for reading in readings.values())
    for row in rows:
        reading = readings[row.pk]
        if row.state in ("entered", "empty", "second", "differs"):
            before = row.reading if row.page_id else None
            if rules.says_otherwise(rules.clean_entry(row.entry or {}), before, row.doubts_settled, reading):
                row.reading, row.doubts, row.page = reading.values, [["row", "photo_differs"]], page
                row.doubts_settled = [list(doubt) for doubt in reading.doubts]
                changed.append(row)
            continue
        if row.state == "open":
            values, doubts = dict(reading.values), [list(doubt) for doubt in reading.doubts]
        else:
            values, doubts = rules.merge_readings(row.reading, row.doubts, reading)
        if row.is_blank and values and not row.walk_in_sealed:
            doubts = [*(doubt for doubt in doubts if doubt[1] != "who"), ["person", "who"]]
        if is_bare and not row.is_blank and not values and not doubts:
            doubts = [["row", "nothing_marked"]]
        if "batch" in values and sheet.batches and layout.BATCHES.index(values["batch"]) >= len(sheet.batches):
            doubts = [*doubts, ["batch", "no_such_batch"]]
        if row.is_blank and not values and not doubts:
            bare.append(row)  # nobody stands there
            continue
        row.reading, row.doubts, row.page = values, doubts, page
        row.state = "doubtful" if doubts else "certain"
        changed.append(row)
    SheetRow.objects.bulk_update(changed, ["reading", "doubts", "doubts_settled", "page", "state"])
    SheetRow.objects.filter(pk__in=[row.pk for row in bare]).update(page=page)
    # what a picture says anew is asked anew, whatever was said of an earlier one
    OpenItem.objects.filter(kind="photo", subject_id__in=[row.pk for row in changed]).update(
        decision="", before=None, decided_by=None, decided_at=None
    )
    if changed:  # a sheet that was done with is looked at again
        Sheet.objects.filter(pk=sheet.pk, state__in=("entered", "reconciled")).update(state="received")


def name_page(page: ScanPage, code: str, now: datetime) -> Sheet | None:
    """A person reads the code of a page that the reader could not; the page is read again from what was kept of it. None when there is
    no such sheet."""
    read = read_code(code)
    sheet = Sheet.objects.filter(code=read).first() if read else None
    flat = flat_of(page)
    if sheet is None or page.sheet_id is not None or flat is None:
        return None
    with transaction.atomic():
        take_page(page.scan, page.number, read_page(flat), now, code)
    return sheet


def unname_page(page: ScanPage, now: datetime) -> int:
    """A page turned out to show another sheet than the one it was taken for: what it proposed there and nobody has entered is taken
    out, the sheet's other pictures are read again, and the page waits for its code. Returns how many rows were entered from it:
    those a person has to correct. For a page of a sheet. Retry: the page is of no sheet then."""
    with transaction.atomic():
        sheet = Sheet.objects.select_for_update().get(pages=page)
        rows = SheetRow.objects.filter(sheet=sheet, page=page)
        entered = rows.filter(state__in=("entered", "empty", "second", "differs")).count()
        rows.filter(state__in=("certain", "doubtful")).update(state="open", reading={}, doubts=[], page=None)
        rows.update(doubts=[], page=None)
        ScanPage.objects.filter(pk=page.pk).update(sheet=None, problem="no_code", settled_at=None)
        for other in ScanPage.objects.select_related("scan").filter(sheet=sheet).exclude(pk=page.pk):
            flat = flat_of(other)
            if flat is not None:
                take_page(other.scan, other.number, read_page(flat), now, sheet.code)
    return entered


def flat_of(page: ScanPage) -> Gray | None:
    """A page laid flat, as it was kept; None when its time is over."""
    if page.closed is None:
        return None
    jpeg = server_keys().open_file(bytes(page.closed), f"page {page.pk}")
    picture = cv2.imdecode(np.frombuffer(jpeg, np.uint8), cv2.IMREAD_GRAYSCALE)
    return None if picture is None else picture.astype(np.uint8)


def picture_of(scan: Scan, number: int) -> bytes | None:
    """A page of a file as it came, as JPEG at most 1,200 pixels a side; None when it cannot be opened or its time is over."""
    if scan.closed is None:
        return None
    try:
        with opened(server_keys().open_file(bytes(scan.closed), f"scan {scan.pk}")) as pictures:
            if not 0 <= number < pictures.count:
                return None
            page = pictures.page(number)
    except PictureError:
        return None
    share = min(1.0, _SHOWN_SIDE / max(page.shape))
    size = (max(1, round(page.shape[1] * share)), max(1, round(page.shape[0] * share)))
    _ok, jpeg = cv2.imencode(".jpg", cv2.resize(page, size, interpolation=cv2.INTER_AREA), _JPEG)
    return bytes(jpeg.tobytes())


def purge_scans() -> int:
    """Deletes pictures whose time is over; what was read of them stays. Returns how many."""
    return sql.run("paper/purge_scans", {"now": clock.now()})
