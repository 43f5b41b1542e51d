# SPDX-License-Identifier: Apache-2.0
"""What phones, sheets and registers say of one person and cannot both be so, as status found it: the desk decides it with facts of its
own, whose device is the matter decided, and may take its word back."""

from collections.abc import Collection
from contextlib import suppress
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import connection, transaction

from doseline.ledger.commands import IncomingFact
from doseline.paper import facts
from doseline.paper.models import ReviewDecision, SheetRow
from doseline.paper.rules import EntryError
from doseline.shared import sql
from doseline.staff.models import Staff

# What the desk may say of each kind of review; status.review_item tells what each is.
DECISIONS = {
    "doses_too_near": ("same_dose", "this_stands", "another_dose"),
    "dose_twice_same_day": ("same_dose", "this_stands"),
    "all_taken_back": ("one_given", "none_given"),
    "given_and_not": ("dose_stands", "dose_falls"),
    "number_too_low": ("same_dose", "number_wrong"),
    "number_too_high": ("earlier_elsewhere", "number_wrong"),
}
_ONE_DOSE = ("same_dose", "this_stands")
# What a dose that is said again says otherwise than before.
_SAID_OTHERWISE: dict[str, dict[str, Any]] = {
    "another_dose": {"warnings": ["interval_early"], "dose_number": None},
    "one_given": {},
    "earlier_elsewhere": {"warnings": ["earlier_missing"]},
    "number_wrong": {"dose_number": None},
}


@transaction.atomic
def decide(fact_id: UUID, kind: str, decision: str, *, by: Staff, now: datetime) -> None:
    """Says what became of a matter under review. `same_dose`: what the item names is the other dose told again, and counts no more.
    `this_stands`: they are one dose, and the date or batch of what the item names is right: the other counts no more.
    `another_dose`: it was a dose of its own, however near, and is said again as one given early. `one_given`: of two that were both
    taken back the first stands again. `none_given`: there was none, and the person comes another day. `dose_stands`, `dose_falls`:
    of a dose and another phone's later word that none was given. `earlier_elsewhere`: a register's number is right, whatever came
    before is on no record. `number_wrong`: it is not, and which dose it was follows from those on record. The item goes when status
    has followed. Raises EntryError `unknown_decision`, `entered_too_often`, or `nothing_against` when the matter is settled already;
    then, and the second time, nothing changes."""
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
    session_id = item["other_session_id" if decision == "this_stands" else "session_id"]  # of what is taken back
    row = facts.RowToRecord(
        sheet_id=fact_id, number=1, entry_number=item["entry_number"], session_id=session_id, person_id=item["person_id"],
        staff_id=by.pk, entry={}, provenance="typed_once", product_code=item["product_code"] or "", batch_id=None, dose_number=None,
        at=now, now=now,
    )  # fmt: skip
    wrong = [item["other_fact_id"] if decision in ("dose_falls", "this_stands") else fact_id]
    if kind in ("number_too_low", "number_too_high") and decision != "same_dose":
        # a register may have told the number of a dose that a sheet tells too: its own word is what is said otherwise
        of_dose = {"person_id": item["person_id"], "session_id": item["session_id"]}
        wrong = [one for (one,) in sql.rows("paper/told_numbers", of_dose)]
        if not wrong:
            raise EntryError("nothing_against")
    if decision in _ONE_DOSE:  # nobody came twice either
        wrong = [sibling for (sibling,) in sql.rows("paper/with_their_row", {"fact_ids": wrong})]
    again: list[IncomingFact] = []
    if decision in _SAID_OTHERWISE:
        before = sql.dicts("paper/to_say_again", {"fact_ids": wrong})
        again = facts.said_again(row, before, _SAID_OTHERWISE[decision])
    made = facts.not_given(row, "deferred", item["given_at"]) if decision == "none_given" else []
    gone = [] if kind == "all_taken_back" else wrong
    facts.record(facts.voids_of(row, gone) + made + again)
    said = [str(fact.fact_id) for fact in again]
    ReviewDecision.objects.create(
        kind=kind, decision=decision, person_id=item["person_id"], session_id=session_id, gone=[str(name) for name in gone],
        said=said + [str(fact.fact_id) for fact in made], rows=_follow(item["person_id"], {str(name) for name in wrong}, said),
        decided_by=by, decided_at=now,
    )  # fmt: skip


@transaction.atomic
def decide_alike(session_id: UUID, kind: str, decision: str, *, by: Staff, now: datetime) -> None:
    """Decides every matter of one kind of a session alike: a hospital's register of second doses, whose first were given elsewhere.
    What is settled meanwhile is left. Some ten statements each."""
    for (fact_id,) in sql.rows("paper/alike_reviews", {"session_id": session_id, "kind": kind}):
        try:
            decide(fact_id, kind, decision, by=by, now=now)
        except EntryError as error:
            if error.code != "nothing_against":
                raise


@transaction.atomic
def take_back(decision_id: UUID, *, by: Staff, now: datetime) -> None:
    """Says again what a decision took back, and takes back what it said: the matter is open again once status has followed.
    Idempotent. Raises EntryError `row_moved` when a row it stood for has been entered otherwise since, or what it said has been
    taken back; then nothing changes."""
    decision = ReviewDecision.objects.select_for_update().get(pk=decision_id)
    if decision.taken_back_at is not None:
        return
    rows = list(SheetRow.objects.select_for_update().filter(pk__in=list(decision.rows)))
    said = [UUID(name) for name in decision.said]
    if any(row.entry_number != decision.rows[str(row.pk)] for row in rows) or sql.rows(
        "paper/taken_back_since", {"fact_ids": said}
    ):
        raise EntryError("row_moved")
    word = facts.RowToRecord(
        sheet_id=decision.pk, number=1, entry_number=1, session_id=decision.session_id, person_id=decision.person_id, staff_id=by.pk,
        entry={}, provenance="typed_once", product_code="", batch_id=None, dose_number=None, at=now, now=now,
    )  # fmt: skip
    gone = [UUID(name) for name in decision.gone]
    again = facts.said_again(word, sql.dicts("paper/to_say_again", {"fact_ids": gone}))
    facts.record(facts.voids_of(word, said) + again)
    for row in rows:
        row.fact_ids = [name for name in row.fact_ids if name not in decision.said] + [
            str(one.fact_id) for one in again
        ]
        row.save(update_fields=["fact_ids"])
    decision.taken_back_at = now
    decision.save(update_fields=["taken_back_at"])


def hear_again(row: SheetRow, entering: Collection[UUID], *, by: Staff, now: datetime) -> None:
    """The row tells of no dose any more: what was taken back because it told of the same dose stands again, another sheet's word too,
    and so does whatever else of the person was said to be the same: rather a question too many than a dose lost. But for the word of
    the rows that are being entered just now (`entering`, this one among them)."""
    same = ReviewDecision.objects.filter(person_id=row.person_id, decision__in=_ONE_DOSE, taken_back_at=None)
    for decision in same:
        if decision.rows.keys() & {str(row_id) for row_id in entering}:
            continue
        with suppress(EntryError):  # a row that was entered otherwise since has a word of its own
            take_back(decision.pk, by=by, now=now)


def _follow(person_id: UUID, gone: set[str], again: list[str]) -> dict[str, int]:
    """What stands for a sheet's row is said in other facts now: whoever corrects the row takes those back. Row → its entry number."""
    followed = {}
    for row in SheetRow.objects.select_for_update().filter(person_id=person_id):
        if gone & set(row.fact_ids):
            row.fact_ids = [name for name in row.fact_ids if name not in gone] + again
            row.save(update_fields=["fact_ids"])
            followed[str(row.pk)] = row.entry_number
    return followed
