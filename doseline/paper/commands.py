# SPDX-License-Identifier: Apache-2.0
"""Paper's way into the ledger: sheets made and handed over, rows entered, tallies taken. A row's word and its facts are written
together, and all of it may be done twice without counting twice. Pictures come in by scans.py; open_items.py is what is left open."""

import os
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import transaction
from joserfc import jwe

from doseline.paper import facts, layout, reviews, rules
from doseline.paper.models import OpenItem, Sheet, SheetEvent, SheetRow, Tally
from doseline.paper.printing import first_half_hour
from doseline.paper.rules import EntryError as EntryError
from doseline.planning.models import Session
from doseline.planning.packs import BUILT_BEFORE
from doseline.shared import sql
from doseline.shared.clock import clock
from doseline.shared.ids import ALPHABET, random_code, read_code, uuid7, with_check_letter
from doseline.shared.keys import server_keys
from doseline.staff.models import Staff
from doseline.vaccines.models import Batch

BLANK_ROWS_MIN = 10
_RESERVED_AT_ONCE = 50
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


# --- Rows ------------------------------------------------------------------------------------------------------------------


@transaction.atomic
def enter_rows(
    sheet: Sheet,
    entries: Sequence[tuple[SheetRow, dict[str, str]]],
    *,
    by: Staff,
    way: str,
    now: datetime,
    is_sheet_here: bool = True,
) -> int:
    """What a person says these rows of one sheet say (`way`: roster_scan beside the picture, or typed). Where the drive asks for two
    people the first word waits for the second; otherwise, and then, the rows' facts are recorded in one statement. Returns how
    many rows were recorded. Saying the same again changes nothing; something else replaces the earlier facts, which stay in the
    ledger. A word taken from another book (not `is_sheet_here`) says nothing of where the sheet is. Raises EntryError, and then
    nothing of it is done. Seven statements however many rows."""
    locked = {
        row.pk: row for row in SheetRow.objects.select_for_update().filter(pk__in=[row.pk for row, _entry in entries])
    }
    session = Session.objects.select_related("drive", "product").get(pk=sheet.session_id)
    told_of_a_dose = {row.pk for row in locked.values() if "given" in (row.entry or {})}
    recording: list[tuple[SheetRow, str]] = []
    for row, said in ((locked[row.pk], entry) for row, entry in entries):
        entry = rules.clean_entry(said)
        for fault in rules.faults_of(entry):
            raise EntryError(fault)
        if row.is_blank and entry and not row.walk_in_sealed:
            raise EntryError("who")
        outcome = _weigh(row, entry, by=by, way=way, needs_two=session.drive.second_check, now=now)
        if outcome:
            recording.append((row, outcome))
    _record(sheet, session, recording, now)
    for row, _provenance in recording:
        if row.pk in told_of_a_dose and "given" not in (row.entry or {}):
            _hear_the_other_again(row, by, now)
            reviews.hear_again(row, locked.keys(), by=by, now=now)
    SheetRow.objects.bulk_update(locked.values(), [
        "state", "entry", "entry_number", "entered_by", "entered_at", "provenance", "second", "second_by", "second_at",
        "doubts", "doubts_settled", "fact_ids", "person_id", "is_blank",
    ])  # fmt: skip
    if is_sheet_here:
        settle_sheet(sheet, by, now)
    return len(recording)


def _hear_the_other_again(row: SheetRow, by: Staff, now: datetime) -> None:
    """The row's dose was said to be right against another record's; now the row tells of none: the other's word stands again, and is
    asked about."""
    overruled = OpenItem.objects.filter(
        kind="contradiction", subject_id=row.pk, decision="paper", before__has_key="facts"
    )
    for item in overruled:
        say_again(row, [UUID(name) for name in (item.before or {})["facts"]], by=by, now=now)
        open_again(item)


def say_again(row: SheetRow, fact_ids: list[UUID], *, by: Staff, now: datetime) -> None:
    """Facts that were taken back for a row's sake, said again under its sheet. Raises the row's entry number; the caller saves it."""
    row.entry_number += 1
    before = sql.dicts("paper/to_say_again", {"fact_ids": fact_ids})
    facts.record(facts.said_again(to_record(row, by, now), before))


def open_again(item: OpenItem) -> None:
    """Nobody has decided it any more."""
    OpenItem.objects.filter(pk=item.pk).update(
        decision="", before=None, decided_by=None, decided_at=None, gone_at=None, claimed_until=None
    )


def to_record(row: SheetRow, by: Staff, now: datetime) -> facts.RowToRecord:
    """A row as facts about its person are made from it, with nothing of its entry."""
    session = row.sheet.session
    return facts.RowToRecord(
        sheet_id=row.sheet_id, number=row.number, entry_number=row.entry_number, session_id=session.pk, person_id=row.person_id,
        staff_id=by.pk, entry={}, provenance=row.provenance or "typed_once", product_code=session.product_id, batch_id=None,
        dose_number=None, at=now, now=now,
    )  # fmt: skip


@transaction.atomic
def name_batch(sheet: Sheet, batch: Batch, *, now: datetime) -> bool:
    """Says which batch stands, written by hand, beside the next letter of a sheet and of the session's other sheets printed with the
    same batches. What was entered under that letter is recorded again with its batch, and nobody is asked any more which it is. False
    when no letter is free or the batch has one; then, and the second time, nothing changes."""
    printed: list[str] = list(sheet.batches)
    if len(printed) >= len(layout.BATCHES) or str(batch.pk) in printed or batch.product_id != sheet.session.product_id:
        return False
    letter = layout.BATCHES[len(printed)]
    alike = Sheet.objects.select_for_update().filter(session=sheet.session_id, batches=printed)
    for one in list(alike.order_by("number")):
        one.batches = [*printed, str(batch.pk)]
        one.save(update_fields=["batches"])
        rows = list(SheetRow.objects.select_for_update().filter(sheet=one))
        entered = [row for row in rows if row.state == "entered" and (row.entry or {}).get("batch") == letter]
        _record(one, sheet.session, [(row, row.provenance) for row in entered], now)
        for row in rows:
            if row.state == "doubtful" and row.reading.get("batch") == letter:
                row.doubts = [doubt for doubt in row.doubts if doubt[1] != "no_such_batch"]
                row.state = "doubtful" if row.doubts else "certain"
        SheetRow.objects.bulk_update(rows, ["state", "entry_number", "provenance", "doubts", "fact_ids"])
    return True


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
    row.doubts_settled = [doubt for doubt in row.doubts if doubt[0] != "row"] or row.doubts_settled
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
            at=rules.given_at(entry, sheet.first_at, session.opens_at, now), now=now, sealed_walk_in=_sealed_walk_in(row),
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


_OUT = ("issued", "used")


def settle_sheet(sheet: Sheet, by: Staff | None, now: datetime) -> None:
    """A sheet of which no row waits is entered; blank rows a picture shows nobody in, or somebody said so of, do not wait. Of which
    only some are, it is here, whoever brought it: what is left of it waits with us. One that was done with is looked at again."""
    is_waiting = bool(sql.rows("paper/is_waiting", {"sheet_id": sheet.pk})[0][0])
    state, others = ("received", ("entered", "reconciled")) if is_waiting else ("entered", ("received", "reconciled"))
    if Sheet.objects.filter(pk=sheet.pk, state__in=(*_OUT, *others)).update(state=state, state_at=now):
        SheetEvent.objects.create(sheet=sheet, kind=state, at=now, by=by)


@transaction.atomic
def say_nobody_else(sheet: Sheet, *, by: Staff, now: datetime) -> int:
    """Somebody with the sheet before them says that nobody stands in the blank rows of which nothing is known. Returns how many those
    are; the second time none."""
    blank = sheet.rows.filter(is_blank=True, state="open", walk_in_sealed="", page=None)
    rows = list(blank.select_for_update())
    enter_rows(sheet, [(row, {}) for row in rows], by=by, way="typed", now=now)
    return len(rows)


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
    if row.state == "empty":  # nobody, somebody said: what it says is to be entered after all
        row.state, row.entry = "open", None
    row.save(update_fields=["person_id", "is_blank", "walk_in_sealed", "doubts", "state", "entry"])


# --- Tallies ---------------------------------------------------------------------------------------------------------------


def beyond_plan(tally: Tally) -> int:
    """The doses its session can give, where a tally tells more than twice that: a digit too many, most likely. 0 where it does not."""
    capacity = max(tally.session.capacity, tally.session.expected_count)
    return capacity if tally.given + tally.not_given > 2 * capacity else 0


def take_tally(text: str, *, way: str, by: Staff | None, now: datetime) -> Tally | None:
    """A session's day in one message; None when it is not that, or of no sheet we know. The latest word of a session counts."""
    said = rules.read_tally(text)
    sheet = Sheet.objects.filter(code=read_code(said.code) or "").first() if said else None
    if said is None or sheet is None:
        return None
    last = Tally.objects.filter(session_id=sheet.session_id).order_by("said_at").last()  # what is not said anew stands
    # a new word opens the question again, whatever was said of the last one
    OpenItem.objects.filter(kind="tally", subject_id=sheet.session_id).update(
        decision="", decided_by=None, decided_at=None
    )
    return Tally.objects.create(
        session_id=sheet.session_id, said_at=now, way=way, taken_by=by, given=said.given,
        **{
            name: told if told is not None else (getattr(last, name) if last else 0)
            for name, told in (("not_given", said.not_given), ("wasted", said.wasted), ("aefi", said.aefi))
        },
    )  # fmt: skip
