# SPDX-License-Identifier: Apache-2.0
"""What paper left open: found by one statement, taken in hand, decided with somebody's word, and taken back."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import transaction

from doseline.paper import facts
from doseline.paper.commands import EntryError, enter_rows, open_again, say_again, to_record
from doseline.paper.models import OpenItem, SheetRow
from doseline.paper.queries import LOOK_BACK
from doseline.shared import sql
from doseline.shared.clock import clock
from doseline.staff.models import Staff

# What an officer may say of each kind of item; those with nothing close by themselves once their rows are entered.
DECISIONS = {
    "contradiction": ("phone", "paper"),
    "twice": ("drop", "both"),
    "photo": ("keep",),
    "tally": ("explained",),
}
_CLAIM = timedelta(minutes=10)


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


def is_in_other_hands(subject_id: UUID, *, by: Staff, now: datetime) -> bool:
    """True while somebody else has an open item about this row in hand."""
    items = OpenItem.objects.filter(subject_id=subject_id, gone_at=None, decided_at=None, claimed_until__gte=now)
    return items.exclude(claimed_by=by).exists()


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
        found = sql.rows("paper/contrary", {"row_id": row.pk})
        contrary = [fact_id for fact_id, _provenance, _kind in found]
        says_nobody_came = row.state == "empty" and {provenance for _fact, provenance, _kind in found} == {"imported"}
        if not (row.fact_ids or says_nobody_came) or (decision != "drop" and not contrary):
            raise EntryError("nothing_against")  # one of the two says nothing any more: nobody is to lose both
        if decision == "paper":
            contrary = [fact_id for (fact_id,) in sql.rows("paper/with_their_row", {"fact_ids": contrary})]
            before = {"facts": [str(fact_id) for fact_id in contrary]}
            _void_for(row, contrary, by, now)
        elif row.fact_ids:
            before = {"entry": row.entry, "entry_number": row.entry_number + 1}
            is_of_a_dose = decision == "phone" and "dose_given" in {kind for _fact, _provenance, kind in found}
            enter_rows(row.sheet, [(row, _what_stands(row, is_of_a_dose))], by=by, way="typed", now=now)
    elif row is not None and decision == "keep":
        before = {"doubts": row.doubts}
        SheetRow.objects.filter(pk=row.pk).update(doubts=[])
    OpenItem.objects.filter(pk=item.pk).update(
        decision=decision, before=before or None, decided_by=by, decided_at=now, claimed_until=None
    )


@transaction.atomic
def take_back(item: OpenItem, *, by: Staff, now: datetime) -> None:
    """Opens a decided item again and puts back what the decision took away: the row's entry, its doubt, or (recorded anew, under the
    sheet) what the phones had said. Idempotent. Raises EntryError `row_moved` when the row has been entered otherwise since; then
    nothing changes."""
    item = OpenItem.objects.select_for_update().get(pk=item.pk)
    if item.decided_at is None:
        return
    row, before = SheetRow.objects.select_related("sheet").filter(pk=item.subject_id).first(), item.before or {}
    if row is not None and before.get("entry"):
        if row.entry_number != before.get("entry_number", row.entry_number):
            raise EntryError("row_moved")
        enter_rows(row.sheet, [(row, before["entry"])], by=by, way="typed", now=now)
    if row is not None and before.get("doubts") and not row.doubts:
        SheetRow.objects.filter(pk=row.pk).update(doubts=before["doubts"])
    if row is not None and before.get("facts"):
        say_again(row, [UUID(fact_id) for fact_id in before["facts"]], by=by, now=now)
        row.save(update_fields=["entry_number"])
    open_again(item)


def _what_stands(row: SheetRow, is_of_a_dose: bool) -> dict[str, str]:
    """A row's entry where another record is right. If that tells of a dose too, only the row's batch is wrong: without one the row
    tells of the same dose, and the arm, the hour and a reaction stay. Else nothing of the row stands."""
    entry = row.entry or {}
    return (
        {field: value for field, value in entry.items() if field != "batch"}
        if is_of_a_dose and "given" in entry
        else {}
    )


def _void_for(row: SheetRow, contrary: list[UUID], by: Staff, now: datetime) -> None:
    row.entry_number += 1
    row.save(update_fields=["entry_number"])
    facts.record(facts.voids_of(to_record(row, by, now), contrary))
