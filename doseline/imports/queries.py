# SPDX-License-Identifier: Apache-2.0
"""What the pages of lists show."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db.models import Q, QuerySet

from doseline.imports.models import ImportFile
from doseline.places.queries import within
from doseline.shared import sql
from doseline.shared.clock import clock

SOME = ("likely", "noted")  # rows of several kinds, or some of one
KINDS = ("close", "moves", "differs", "new", "same", "twice", "faulty")
ROWS_PER_PAGE = 50


@dataclass(frozen=True)
class Progress:
    """How far a list is: rows done of about `total`, rows a second, seconds left (None while it cannot be told)."""

    done: int
    total: int
    rate: float
    seconds_left: int | None

    @property
    def percent(self) -> int:
        """0 to 100."""
        return min(100, self.done * 100 // self.total) if self.total else 0


@dataclass(frozen=True)
class KindCount:
    """Rows of one kind: all, without a decision, not yet applied, left out by somebody."""

    kind: str
    count: int
    undecided: int
    unapplied: int
    left_out: int


def lists_of(areas: list[str]) -> QuerySet[ImportFile]:
    """The lists of areas and all below, newest first."""
    own = Q()
    for area in areas:
        own |= within(area, "org_unit__code")
    return ImportFile.objects.filter(own).select_related("org_unit", "sent_by").order_by("-sent_at")


def counts_of(import_file: ImportFile) -> list[KindCount]:
    """How many rows of each kind, in the order in which they want a person's eye. One statement."""
    found = {row[0]: KindCount(*row) for row in sql.rows("imports/counts", {"import_id": import_file.pk})}
    return [found[kind] for kind in KINDS if kind in found]


def counts_of_some(import_file: ImportFile) -> dict[str, int]:
    """How many rows are of each of SOME, and as `waiting` how many likely ones wait for a word. One statement."""
    [(noted, likely, waiting)] = sql.rows("imports/counts_of_some", {"import_id": import_file.pk})
    return {"noted": noted, "likely": likely, "waiting": waiting}


def progress_of(import_file: ImportFile, counts: list[KindCount]) -> Progress:
    """How far the reading or the applying is."""
    if import_file.state == "applying":
        total = sum(kind.count for kind in counts if kind.kind not in ("faulty", "twice"))
        done = total - sum(kind.unapplied for kind in counts if kind.kind not in ("faulty", "twice"))
        return _progress(done, total, import_file.apply_started_at)
    return _progress(
        import_file.rows_read, max(import_file.row_estimate, import_file.rows_read), import_file.started_at
    )


def _progress(done: int, total: int, started_at: datetime | None) -> Progress:
    seconds = (clock.now() - started_at) / timedelta(seconds=1) if started_at else 0.0
    rate = done / seconds if seconds > 0 else 0.0
    return Progress(done, total, rate, int((total - done) / rate) if rate else None)


def rows_of(import_file: ImportFile, kind: str, after: int) -> list[dict[str, Any]]:
    """A page of rows of one kind, or of SOME, after a row number (of close matches, the likeliest first, after so many); one more than
    a page says that there is a next."""
    return sql.dicts(
        "imports/rows_page", {"import_id": import_file.pk, "kind": kind, "limit": ROWS_PER_PAGE + 1, "after": after}
    )


def sent_before(import_file: ImportFile) -> ImportFile | None:
    """An earlier list with the very same bytes that was applied, if there is one."""
    same = ImportFile.objects.filter(
        content_hash=bytes(import_file.content_hash), rows_applied__gt=0, sent_at__lt=import_file.sent_at
    )
    return same.exclude(pk=import_file.pk).order_by("-sent_at").first()


def row_of(import_id: UUID, row_number: int) -> dict[str, Any] | None:
    """One row."""
    found = sql.dicts("imports/row", {"import_id": import_id, "row_number": row_number})
    return found[0] if found else None
