# SPDX-License-Identifier: Apache-2.0
"""What phones, sheets and registers say of one person and cannot both be so, as status found it: the desk decides it with facts of its
own, whose device is the matter decided."""

from datetime import datetime
from uuid import UUID

from django.db import connection, transaction

from doseline.ledger.commands import IncomingFact
from doseline.paper import facts
from doseline.paper.commands import EntryError
from doseline.paper.models import SheetRow
from doseline.shared import sql
from doseline.staff.models import Staff

# What the desk may say of each kind of review; status.review_item tells what each is.
DECISIONS = {
    "doses_too_near": ("same_dose", "another_dose"),
    "dose_twice_same_day": ("same_dose",),
    "all_taken_back": ("one_given", "none_given"),
    "given_and_not": ("dose_stands", "dose_falls"),
}


@transaction.atomic
def decide(fact_id: UUID, kind: str, decision: str, *, by: Staff, now: datetime) -> None:
    """Says what became of a matter under review. `same_dose`: what the item names is the other dose told again, and counts no more.
    `another_dose`: it was a dose of its own, however near, and is said again as one given early. `one_given`: of two that were both
    taken back the first stands again. `none_given`: there was none, and the person comes another day. `dose_stands`, `dose_falls`:
    of a dose and another phone's later word that none was given. The item goes when status has followed. Raises EntryError
    `unknown_decision`, `entered_too_often`, or `nothing_against` when the matter is settled already; then, and the second time,
    nothing changes."""
    with connection.cursor() as cursor:  # two officers at once: the second finds it done
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [str(fact_id)])
    found = sql.dicts("paper/under_review", {"fact_id": fact_id, "kind": kind})
    if not found or decision not in DECISIONS.get(kind, ()):
        raise EntryError("unknown_decision")
    [item] = found
    if item["is_settled"]:
        raise EntryError("nothing_against")
    if not facts.may_be_entered_again(item["entry_number"]):
        raise EntryError("entered_too_often")
    row = facts.RowToRecord(
        sheet_id=fact_id, number=1, entry_number=item["entry_number"], session_id=item["session_id"], person_id=item["person_id"],
        staff_id=by.pk, entry={}, provenance="typed_once", product_code=item["product_code"] or "", batch_id=None, dose_number=1,
        at=now, now=now,
    )  # fmt: skip
    wrong = [item["other_fact_id"] if decision == "dose_falls" else fact_id]
    if decision == "same_dose":  # nobody came twice either
        wrong = [sibling for (sibling,) in sql.rows("paper/with_their_row", {"fact_ids": wrong})]
    made = [] if kind == "all_taken_back" else facts.voids_of(row, wrong)
    again: list[IncomingFact] = []
    if decision in ("another_dose", "one_given"):
        more = {"warnings": ["interval_early"]} if decision == "another_dose" else {}
        again = facts.said_again(row, sql.dicts("paper/to_say_again", {"fact_ids": [fact_id]}), more)
    if decision == "none_given":
        made += facts.not_given(row, "deferred", item["given_at"])
    facts.record(made + again)
    _follow(item["person_id"], {str(name) for name in wrong}, [str(fact.fact_id) for fact in again])


def _follow(person_id: UUID, gone: set[str], again: list[str]) -> None:
    """What stands for a sheet's row is said in other facts now: whoever corrects the row takes those back."""
    for row in SheetRow.objects.select_for_update().filter(person_id=person_id):
        if gone & set(row.fact_ids):
            row.fact_ids = [name for name in row.fact_ids if name not in gone] + again
            row.save(update_fields=["fact_ids"])
