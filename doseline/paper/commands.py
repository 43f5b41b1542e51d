# SPDX-License-Identifier: Apache-2.0
"""Paper's way into the ledger: sheets made, pictures taken in and read, rows entered, tallies taken. A picture is kept before it is
read, a row's word and its facts are written together, and all of it may be done twice without counting twice."""

import hashlib
import os
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import cv2
import numpy as np
from django.db import IntegrityError, transaction
from joserfc import jwe

from doseline.paper import facts, layout, rules
from doseline.paper.models import OpenItem, Scan, ScanPage, Sheet, SheetEvent, SheetRow, Tally
from doseline.paper.pictures import PictureError, opened
from doseline.paper.printing import first_half_hour
from doseline.paper.queries import LOOK_BACK
from doseline.paper.reading import Gray, Page, read_page
from doseline.places.models import OrgUnit
from doseline.planning.models import Session
from doseline.planning.packs import BUILT_BEFORE
from doseline.shared import sql
from doseline.shared.clock import clock
from doseline.shared.ids import ALPHABET, random_code, read_code, uuid7, with_check_letter
from doseline.shared.keys import server_keys
from doseline.staff.models import Staff

BLANK_ROWS_MIN = 10
# What an officer may say of each kind of item; those with nothing close by themselves once their rows are entered.
DECISIONS = {
    "contradiction": ("phone", "paper"),
    "twice": ("drop", "both"),
    "photo": ("keep",),
    "tally": ("explained",),
}
_RESERVED_AT_ONCE = 50
_ATTEMPTS_MAX = 2
_CLAIM = timedelta(minutes=10)
_PURGE_AFTER = timedelta(days=30)
_LEASE_SECONDS = 120
_JPEG = [cv2.IMWRITE_JPEG_QUALITY, 72]
_HANDED = {
    "received": ("issued", "used", "lost", "void"),
    "void": ("issued", "used"),
    "lost": ("issued", "used"),
    "used": ("issued",),
}

# --- Sheets ----------------------------------------------------------------------------------------------------------------


@transaction.atomic
def make_sheets(session: Session, *, by: Staff | None, now: datetime) -> list[Sheet]:
    """The sheets of a session, making what is missing: a row for everyone booked who is on none yet, and at least ten blank rows for
    walk-ins. What was made before never changes, so printing again prints the same. Five statements, however many people."""
    Session.objects.select_for_update().get(pk=session.pk)
    known = list(Sheet.objects.filter(session=session).order_by("number"))
    missing = sql.rows("paper/not_on_a_sheet", {"session_id": session.pk})
    blanks = SheetRow.objects.filter(sheet__session=session, is_blank=True, state="open").count()
    rows: list[tuple[UUID, str, bool]] = [(person_id, code, False) for person_id, code in missing]
    if blanks < BLANK_ROWS_MIN:
        wanted = max(BLANK_ROWS_MIN - blanks, 0)
        wanted += -(len(rows) + wanted) % layout.ROWS  # a page is never half used
        rows += [(uuid7(), _reserved_code(), True) for _row in range(wanted)]
    if not rows:
        return known
    own_batches = session.batches.filter(product=session.product_id).order_by("expires_on")
    batches = [str(batch_id) for batch_id in own_batches.values_list("pk", flat=True)]
    first_at = first_half_hour(session.opens_at)
    number = known[-1].number if known else 0
    made, made_rows = [], []
    for start in range(0, len(rows), layout.ROWS):
        number += 1
        sheet = Sheet(
            code=random_code(8), session=session, number=number, first_at=first_at, batches=batches[: len(layout.BATCHES)],
            made_at=now, state_at=now,
        )  # fmt: skip
        made.append(sheet)
        made_rows += [
            SheetRow(sheet=sheet, number=place, person_id=person_id, code=code, is_blank=is_blank)
            for place, (person_id, code, is_blank) in enumerate(rows[start : start + layout.ROWS], start=1)
        ]
    Sheet.objects.bulk_create(made)
    SheetRow.objects.bulk_create(made_rows)
    SheetEvent.objects.bulk_create(SheetEvent(sheet=sheet, kind="issued", at=now, by=by) for sheet in made)
    return known + made


def reserve_due_sheets(is_stopping: Callable[[], bool] = lambda: False) -> bool:
    """Reserves the sheets of sessions that open within 37 hours, an hour before their packs are built, which name them: a site that
    has to go over to paper has its codes, printed or not. At most fifty sessions a call; returns whether there were any."""
    now = clock.now()
    due = sql.rows(
        "paper/sheets_due", {"now": now, "until": now + BUILT_BEFORE + timedelta(hours=1), "limit": _RESERVED_AT_ONCE}
    )
    for session in Session.objects.filter(pk__in=[session_id for (session_id,) in due]):
        if is_stopping():
            break
        make_sheets(session, by=None, now=now)
    return bool(due)


def hand_over(sheet: Sheet, kind: str, *, by: Staff | None, place: str, now: datetime) -> bool:
    """Writes down that a sheet is used, received (back from the site), void or lost. False when its state does not allow it; saying
    the same twice changes nothing."""
    with transaction.atomic():
        moved = Sheet.objects.filter(pk=sheet.pk, state__in=_HANDED.get(kind, ())).update(state=kind, state_at=now)
        if moved:
            SheetEvent.objects.create(sheet=sheet, kind=kind, at=now, by=by, place=place.replace("\0", "")[:120])
    return bool(moved)


def _reserved_code() -> str:
    """The code of a blank row, and of the walk-in who comes to stand in it."""
    return with_check_letter("V" + "".join(ALPHABET[byte & 31] for byte in os.urandom(6)))


# --- Pictures --------------------------------------------------------------------------------------------------------------


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
        _note_received(sheet, scan, now)
    return kept


def _problem_of(page: Page, code: str, sheet: Sheet | None) -> str:
    if sheet is not None:
        if page.problem and page.problem != "no_code":
            return page.problem
        if sheet.state in ("void", "lost"):
            return f"sheet_{sheet.state}"
        return "session_cancelled" if hasattr(sheet.session, "cancellation") else ""
    return "unknown_code" if code or page.code else page.problem or "no_code"


def _note_received(sheet: Sheet, scan: Scan, now: datetime) -> None:
    moved = Sheet.objects.filter(pk=sheet.pk, state__in=_HANDED["received"]).update(state="received", state_at=now)
    if moved:
        SheetEvent.objects.create(sheet=sheet, kind="received", at=now, by=scan.sent_by, place=scan.org_unit.name)


def _propose(sheet: Sheet, page: ScanPage, read: Page) -> None:
    """Writes what a page says into the rows that nobody has had a word on; a row already entered is only compared."""
    changed: list[SheetRow] = []
    rows = list(SheetRow.objects.select_for_update().filter(sheet=sheet))
    readings = {row.pk: rules.read_row(read.rows[row.number - 1], is_seen=read.seen[row.number - 1]) for row in rows}
    # a page of people without a single mark is perhaps one whose ink a copier ate: nobody is to have stayed away unasked
    is_bare = any(not row.is_blank for row in rows) and not any(reading.values for reading in readings.values())
    for row in rows:
        reading = readings[row.pk]
        if row.state in ("entered", "empty", "second", "differs"):
            if _contradicts(row, reading):
                row.reading, row.doubts, row.page = reading.values, [["row", "photo_differs"]], page
                changed.append(row)
            continue
        if row.state == "open":
            values, doubts = dict(reading.values), [list(doubt) for doubt in reading.doubts]
        else:
            values, doubts = rules.merge_readings(row.reading, row.doubts, reading)
        if row.is_blank and values and not row.walk_in_sealed:
            doubts = [*(doubt for doubt in doubts if doubt[1] != "who"), ["person", "who"]]
        if is_bare and not row.is_blank and not doubts:
            doubts = [["row", "nothing_marked"]]
        if "batch" in values and sheet.batches and layout.BATCHES.index(values["batch"]) >= len(sheet.batches):
            doubts = [*doubts, ["batch", "no_such_batch"]]
        if row.is_blank and not values and not doubts:
            continue  # nobody stands there
        row.reading, row.doubts, row.page = values, doubts, page
        row.state = "doubtful" if doubts else "certain"
        changed.append(row)
    SheetRow.objects.bulk_update(changed, ["reading", "doubts", "page", "state"])
    if changed:  # a sheet that was done with is looked at again
        Sheet.objects.filter(pk=sheet.pk, state__in=("entered", "reconciled")).update(state="received")


def _contradicts(row: SheetRow, reading: rules.RowReading) -> bool:
    """A later picture is sure of something else than what a person entered."""
    if not reading.is_certain or row.entry is None:
        return False
    said, read = rules.clean_entry(row.entry), rules.clean_entry(reading.values)
    return any(said.get(name) != read[name] for name in ("given", "reason", "batch") if name in read)


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


def flat_of(page: ScanPage) -> Gray | None:
    """A page laid flat, as it was kept; None when its time is over."""
    if page.closed is None:
        return None
    jpeg = server_keys().open_file(bytes(page.closed), f"page {page.pk}")
    picture = cv2.imdecode(np.frombuffer(jpeg, np.uint8), cv2.IMREAD_GRAYSCALE)
    return None if picture is None else picture.astype(np.uint8)


def purge_scans() -> int:
    """Deletes pictures whose time is over; what was read of them stays. Returns how many."""
    return sql.run("paper/purge_scans", {"now": clock.now()})


# --- Rows ------------------------------------------------------------------------------------------------------------------


class EntryError(Exception):
    """Why a row's entry is not taken: `code` is one of wording.PROBLEMS."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


@transaction.atomic
def enter_rows(
    sheet: Sheet, entries: Sequence[tuple[SheetRow, dict[str, str]]], *, by: Staff, way: str, now: datetime
) -> int:
    """What a person says these rows of one sheet say (`way`: roster_scan beside the picture, or typed). Where the drive asks for two
    people the first word waits for the second; otherwise, and then, the rows' facts are recorded in one statement. Returns how
    many rows were recorded. Saying the same again changes nothing; something else replaces the earlier facts, which stay in the
    ledger. Raises EntryError, and then nothing of it is done. Seven statements however many rows."""
    locked = {
        row.pk: row for row in SheetRow.objects.select_for_update().filter(pk__in=[row.pk for row, _entry in entries])
    }
    session = Session.objects.select_related("drive", "product").get(pk=sheet.session_id)
    to_record: list[tuple[SheetRow, str]] = []
    for row, said in ((locked[row.pk], entry) for row, entry in entries):
        entry = rules.clean_entry(said)
        for fault in rules.faults_of(entry):
            raise EntryError(fault)
        if row.is_blank and entry and not row.walk_in_sealed:
            raise EntryError("who")
        outcome = _weigh(row, entry, by=by, way=way, needs_two=session.drive.second_check, now=now)
        if outcome:
            to_record.append((row, outcome))
    _record(sheet, session, to_record, now)
    SheetRow.objects.bulk_update(locked.values(), [
        "state", "entry", "entry_number", "entered_by", "entered_at", "provenance", "second", "second_by", "second_at",
        "doubts", "fact_ids", "person_id", "is_blank",
    ])  # fmt: skip
    _settle_sheet(sheet, by, now)
    return len(to_record)


def _weigh(row: SheetRow, entry: dict[str, str], *, by: Staff, way: str, needs_two: bool, now: datetime) -> str:
    """Takes one word on a row in; the provenance to record it under, or nothing when it waits or is known already."""
    if row.state in ("entered", "empty") and row.entry == entry and bool(row.fact_ids) == bool(entry):
        row.doubts = []
        return ""
    if row.state == "second" and row.entered_by_id != by.pk:
        row.second, row.second_by, row.second_at = entry, by, now
        if not rules.same_word(row.entry or {}, entry):
            row.state = "differs"
            return ""
        return "roster_scan" if row.provenance == "roster_scan" else "typed_twice"
    row.entry, row.entered_by, row.entered_at, row.doubts = entry, by, now, []
    row.provenance = "roster_scan" if way == "roster_scan" else "typed_once"
    if needs_two and row.state not in ("differs", "entered", "empty"):
        row.state = "second"
        return ""
    return row.provenance


def _record(sheet: Sheet, session: Session, rows: list[tuple[SheetRow, str]], now: datetime) -> None:
    doses = dict(
        sql.rows("paper/doses_before", {"session_id": session.pk, "person_ids": [row.person_id for row, _ in rows]})
    )
    batch: list[Any] = []
    for row, provenance in rows:
        earlier = [UUID(fact_id) for fact_id in row.fact_ids]
        row.entry_number += 1
        if not facts.may_be_entered_again(row.entry_number):
            raise EntryError("entered_too_often")
        entry = dict(row.entry or {})
        made = facts.RowToRecord(
            sheet_id=sheet.pk, number=row.number, entry_number=row.entry_number, session_id=session.pk, person_id=row.person_id,
            staff_id=row.entered_by_id or sheet.pk, entry=entry, provenance=provenance, product_code=session.product_id,
            batch_id=_batch_of(sheet, entry), dose_number=doses.get(row.person_id, 0) + 1,
            at=rules.given_at(entry, sheet.first_at, session.opens_at), now=now, sealed_walk_in=_sealed_walk_in(row),
        )  # fmt: skip
        acts = facts.facts_of(made) if entry else []
        batch += facts.voids_of(made, earlier) + acts
        row.fact_ids = [str(fact.fact_id) for fact in acts]
        row.provenance, row.state = provenance, "entered" if entry else "empty"
    facts.record(batch)


def _batch_of(sheet: Sheet, entry: dict[str, str]) -> UUID | None:
    letter = entry.get("batch")
    place = layout.BATCHES.index(letter) if letter else -1
    return UUID(sheet.batches[place]) if 0 <= place < len(sheet.batches) else None


def _sealed_walk_in(row: SheetRow) -> str:
    """Who stands in a blank row, once somebody has written them down and they are not in the register."""
    return str(row.walk_in_sealed) if row.is_blank else ""


def _settle_sheet(sheet: Sheet, by: Staff, now: datetime) -> None:
    """A sheet all of whose rows are entered is entered; blank rows nobody stands in do not wait."""
    waiting = (
        SheetRow.objects.filter(sheet=sheet)
        .exclude(state__in=("entered", "empty"))
        .exclude(state="open", is_blank=True)
    )
    if not waiting.exists():
        moved = Sheet.objects.filter(pk=sheet.pk, state__in=("issued", "used", "received")).update(
            state="entered", state_at=now
        )
        if moved:
            SheetEvent.objects.create(sheet=sheet, kind="entered", at=now, by=by)


@transaction.atomic
def row_for(session: Session, person_id: UUID, *, by: Staff | None, now: datetime) -> SheetRow:
    """The row of a session in which somebody stands: their own, or the first blank one nobody stands in, theirs from now on. Sheets
    are made when there are no blank rows left."""
    make_sheets(session, by=by, now=now)
    rows = SheetRow.objects.select_related("sheet").filter(sheet__session=session)
    own = rows.filter(person_id=person_id).first()
    if own is not None:
        return own
    blank = rows.filter(is_blank=True, state="open", walk_in_sealed="").order_by("sheet__number", "number").first()
    if blank is None:
        raise EntryError("no_such_row")
    name_walk_in(blank, person_id=person_id)
    return blank


def name_walk_in(row: SheetRow, *, sealed_person: bytes | None = None, person_id: UUID | None = None) -> None:
    """Says who stands in a blank row that nothing was entered of: somebody of the register, or (`sealed_person`, JSON of a
    WalkInPerson) somebody new, whose details rest sealed to our key. Raises EntryError for a printed row, and for somebody who has a
    row of the session already."""
    if not row.is_blank or row.fact_ids:
        raise EntryError("not_blank")
    if (
        person_id is not None
        and SheetRow.objects.filter(sheet__session=row.sheet.session_id, person_id=person_id).exists()
    ):
        raise EntryError("has_a_row")
    if person_id is not None:
        row.person_id, row.is_blank, row.walk_in_sealed = person_id, False, ""
    elif sealed_person is not None:
        how = {"alg": "ECDH-ES", "enc": "A256GCM"}
        row.walk_in_sealed = jwe.encrypt_compact(how, sealed_person, server_keys().sealing)
    row.doubts = [doubt for doubt in row.doubts if doubt[1] != "who"]
    row.save(update_fields=["person_id", "is_blank", "walk_in_sealed", "doubts"])


# --- What is open -----------------------------------------------------------------------------------------------------------


def find_items(is_stopping: Callable[[], bool] = lambda: False) -> bool:  # noqa: ARG001 - an errand's signature
    """Finds what paper left open, and lets go of what is open no more. One statement; asking again changes nothing. Never says that
    there is more."""
    now = clock.now()
    sql.run("paper/find_items", {"now": now, "since": (now - LOOK_BACK).date()})
    return False


def claim(item_id: UUID, *, by: Staff, now: datetime) -> bool:
    """Takes an item in hand for ten minutes; False when somebody else has it."""
    inputs = {"item_id": item_id, "staff_id": by.pk, "now": now, "until": now + _CLAIM}
    return bool(sql.run("paper/claim", inputs))


@transaction.atomic
def decide(item: OpenItem, decision: str, *, by: Staff, now: datetime) -> None:
    """Closes an item with somebody's word and does what it says. `phone`: the row's facts are taken back, the phone's stand. `paper`:
    the phone's contrary facts are taken back, and the row's stand. `keep`: the entry stands against a later picture. `explained`: the
    numbers differ and that is how it was. Raises EntryError for a decision the item does not know."""
    if decision not in DECISIONS.get(item.kind, ()) or item.decided_at is not None:
        raise EntryError("unknown_decision")
    before: dict[str, Any] = {}
    row = SheetRow.objects.select_related("sheet").select_for_update(of=("self",)).filter(pk=item.subject_id).first()
    if row is not None and decision in ("phone", "drop", "paper"):
        contrary = [fact_id for (fact_id,) in sql.rows("paper/contrary", {"row_id": row.pk})]
        if not row.fact_ids or (decision != "drop" and not contrary):
            raise EntryError("nothing_against")  # one of the two says nothing any more: nobody is to lose both
        if decision == "paper":
            before = {"facts": [str(fact_id) for fact_id in contrary]}
            _void_for(row, contrary, by, now)
        else:
            before = {"entry": row.entry}
            enter_rows(row.sheet, [(row, {})], by=by, way="typed", now=now)
    elif row is not None and decision == "keep":
        SheetRow.objects.filter(pk=row.pk).update(doubts=[])
    OpenItem.objects.filter(pk=item.pk).update(
        decision=decision, before=before or None, decided_by=by, decided_at=now, claimed_until=None
    )


@transaction.atomic
def take_back(item: OpenItem, *, by: Staff, now: datetime) -> None:
    """Opens a decided item again and puts back what the decision took away: the row's entry, or (recorded anew, under the sheet)
    what the phones had said. Idempotent."""
    item = OpenItem.objects.select_for_update().get(pk=item.pk)
    if item.decided_at is None:
        return
    row, before = SheetRow.objects.select_related("sheet").filter(pk=item.subject_id).first(), item.before or {}
    if row is not None and before.get("entry"):
        enter_rows(row.sheet, [(row, before["entry"])], by=by, way="typed", now=now)
    if row is not None and before.get("facts"):
        row.entry_number += 1
        row.save(update_fields=["entry_number"])
        again = sql.dicts("paper/to_say_again", {"fact_ids": [UUID(fact_id) for fact_id in before["facts"]]})
        facts.record(facts.said_again(_to_record(row, by, now), again))
    OpenItem.objects.filter(pk=item.pk).update(decision="", before=None, decided_by=None, decided_at=None, gone_at=None)


def _void_for(row: SheetRow, contrary: list[UUID], by: Staff, now: datetime) -> None:
    row.entry_number += 1
    row.save(update_fields=["entry_number"])
    facts.record(facts.voids_of(_to_record(row, by, now), contrary))


def _to_record(row: SheetRow, by: Staff, now: datetime) -> facts.RowToRecord:
    session = Session.objects.get(pk=row.sheet.session_id)
    return facts.RowToRecord(
        sheet_id=row.sheet_id, number=row.number, entry_number=row.entry_number, session_id=session.pk, person_id=row.person_id,
        staff_id=by.pk, entry={}, provenance=row.provenance or "typed_once", product_code=session.product_id, batch_id=None,
        dose_number=1, at=now, now=now,
    )  # fmt: skip


# --- Tallies ---------------------------------------------------------------------------------------------------------------


def take_tally(text: str, *, way: str, by: Staff | None, now: datetime) -> Tally | None:
    """A session's day in one message; None when it is not that, or of no sheet we know. The latest word of a session counts."""
    said = rules.read_tally(text)
    sheet = Sheet.objects.filter(code=read_code(said.code) or "").first() if said else None
    if said is None or sheet is None:
        return None
    # a new word opens the question again, whatever was said of the last one
    OpenItem.objects.filter(kind="tally", subject_id=sheet.session_id).update(
        decision="", decided_by=None, decided_at=None
    )
    return Tally.objects.create(
        session_id=sheet.session_id, said_at=now, way=way, taken_by=by, given=said.given, not_given=said.not_given,
        wasted=said.wasted, aefi=said.aefi,
    )  # fmt: skip
