# SPDX-License-Identifier: Apache-2.0
"""A site's own register as a file: once its people are looked through and applied like any list's, each row's dose is recorded
under its own date. The list is the facts' device, as a sheet is: a row is recorded once, however often the file comes."""

from collections.abc import Callable, Collection
from datetime import date, datetime, time, timedelta
from itertools import groupby
from typing import Any, NamedTuple
from uuid import UUID, uuid5

from django.db import transaction

from doseline.imports.commands import list_context
from doseline.imports.models import ImportFile
from doseline.imports.rules import ListContext, dose_day, dose_number, squeeze
from doseline.ledger.commands import IncomingFact
from doseline.paper.facts import RowToRecord, facts_of, record, voids_of
from doseline.places.models import Site
from doseline.planning.models import Drive, Session
from doseline.shared import sql
from doseline.shared.clock import INDIA, clock
from doseline.vaccines.models import Batch, Product

_AT_ONCE = 500
_OPENS, _OPEN_FOR = time(9), timedelta(hours=8)
_NOON = timedelta(hours=3)  # after the opening: a register says the day, not the hour


def record_registers(is_stopping: Callable[[], bool] = lambda: False) -> bool:  # noqa: ARG001 - an errand's signature
    """Records the doses of the next rows of registers; returns whether there were any. A dose's number is what the register says:
    which it was in truth follows from all doses on record, and where the two do not fit, the desk is asked. What a register told of
    before is no news in the next, whatever was said of it since; with another number, the later word takes its place. A batch and its
    facts are one transaction; a retry records nothing twice. Some ten statements for 500 rows."""
    with transaction.atomic():
        rows = sql.dicts("paper/register_rows", {"limit": _AT_ONCE})
        for import_id, of_list in groupby(rows, key=lambda row: row["import_id"]):
            _record(ImportFile.objects.select_related("site", "sent_by").get(pk=import_id), list(of_list))
    return bool(rows)


def _record(sent: ImportFile, rows: list[dict[str, Any]]) -> None:
    context, now = list_context(sent), clock.now()
    products = {one.code: one for one in Product.objects.all()}
    batches = {(one.product_id, squeeze(one.number)): one.pk for one in Batch.objects.all()}
    sessions: dict[tuple[date, str], Session] = {}
    told: dict[int, _Told] = {}
    seen: set[tuple[UUID, date]] = set()
    for row in rows:
        day = dose_day(_cell(row, context, "dose_on"), context, [])
        if day is None or sent.site is None or (row["person_id"], day) in seen:
            continue  # a line copied: nothing more to record of it
        seen.add((row["person_id"], day))
        vaccine = _cell(row, context, "dose_product")
        product = products[context.vaccines[squeeze(vaccine)] if vaccine else sent.product_code]
        key = (day, product.code)
        session = sessions.get(key) or sessions.setdefault(key, _session_of(sent.site, day, product))
        batch_id = batches.get((product.code, squeeze(_cell(row, context, "dose_batch"))))
        number = dose_number(_cell(row, context, "dose_number"))
        told[row["row_number"]] = _Told(row["person_id"], session, product.code, batch_id, number)
    known = set(sql.rows("paper/told_before", _side_by_side(told.values())))
    news = [one for one in told.values() if one.name() not in known]
    replaced: dict[tuple[UUID, UUID], list[UUID]] = {}
    for person_id, session_id, fact_id in sql.rows("paper/told_otherwise", _side_by_side(news)):
        replaced.setdefault((person_id, session_id), []).append(fact_id)
    facts: list[IncomingFact] = []
    names: list[UUID] = []
    for row in rows:
        dose = told.get(row["row_number"])
        if dose is None or dose.name() in known:
            names.append(_name(sent, row))
            continue
        of_row = RowToRecord(
            sheet_id=sent.pk, number=row["row_number"], entry_number=1, session_id=dose.session.pk, person_id=dose.person_id,
            staff_id=sent.sent_by_id, entry={"came": "yes", "given": "yes"}, provenance="imported", product_code=dose.product_code,
            batch_id=dose.batch_id, dose_number=dose.number,
            at=dose.session.opens_at + _NOON, now=now,
        )  # fmt: skip
        made = facts_of(of_row)
        facts += voids_of(of_row, replaced.get((dose.person_id, dose.session.pk), [])) + made
        names.append(made[0].fact_id or _name(sent, row))
    record(facts)
    sql.run(
        "paper/mark_register_rows",
        {
            "import_ids": [row["import_id"] for row in rows],
            "row_numbers": [row["row_number"] for row in rows],
            "fact_ids": names,
        },
    )


class _Told(NamedTuple):
    """A dose as a line of a register tells of it."""

    person_id: UUID
    session: Session
    product_code: str
    batch_id: UUID | None
    number: int | None

    def name(self) -> tuple[UUID, UUID, UUID | None, int | None]:
        """What tells it from what was told before."""
        return self.person_id, self.session.pk, self.batch_id, self.number


def _side_by_side(doses: Collection[_Told]) -> dict[str, list[Any]]:
    return {
        "person_ids": [one.person_id for one in doses], "session_ids": [one.session.pk for one in doses],
        "batch_ids": [one.batch_id for one in doses], "numbers": [one.number for one in doses],
    }  # fmt: skip


def _name(sent: ImportFile, row: dict[str, Any]) -> UUID:
    return uuid5(sent.pk, f"{row['row_number']} nothing")


def _cell(row: dict[str, Any], context: ListContext, name: str) -> str:
    place = context.places.get(name, -1)
    return row["cells"][place] if 0 <= place < len(row["cells"]) else ""


def _session_of(site: Site, day: date, product: Product) -> Session:
    """The session of the site, day and product; made when none was planned: what was given was given in one."""
    found = Session.objects.filter(site=site, on_date=day, product=product).order_by("opens_at").first()
    if found is not None:
        return found
    opens_at = datetime.combine(day, _OPENS, INDIA)
    return Session.objects.create(
        drive=_drive_of(site, product, day), site=site, product=product, on_date=day, opens_at=opens_at,
        closes_at=opens_at + _OPEN_FOR, expected_count=0,
    )  # fmt: skip


def _drive_of(site: Site, product: Product, day: date) -> Drive:
    parts = site.org_unit_id.split(".")
    above = [".".join(parts[: depth + 1]) for depth in range(len(parts))]
    found = Drive.objects.filter(programme=product.programme_id, org_unit_id__in=above).order_by("-starts_on").first()
    return found or Drive.objects.create(
        programme_id=product.programme_id, org_unit_id=above[-1], name=site.name, starts_on=day
    )
