# SPDX-License-Identifier: Apache-2.0
"""A list's way into the register: taken in and kept closed, its columns understood, its rows read, checked, matched and
staged, looked through by a person, applied. Every step is done in batches, each in one transaction with how far it came,
so it goes on after a stop where it was, and applying a list twice changes nothing."""

import hashlib
import json
import logging
import tempfile
from collections.abc import Callable, Generator, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import closing, contextmanager
from datetime import timedelta
from itertools import islice
from pathlib import Path
from typing import Any, NamedTuple
from uuid import UUID

from django.db import connection, transaction

from doseline.imports import queries, rules, staging
from doseline.imports.cells import says_month_first, text_of
from doseline.imports.matcher import match_rows, row_record
from doseline.imports.models import ImportChunk, ImportFile
from doseline.imports.rules import ListContext, ReadRow
from doseline.imports.sources import ROWS_MAX, Source, SourceError
from doseline.matching.rules import bones_hash, compare, name_hash
from doseline.people.commands import index_people, keys_of
from doseline.people.rules import language_of
from doseline.places.models import OrgUnit, Site
from doseline.places.queries import within
from doseline.shared import packed, sql
from doseline.shared.clock import INDIA, clock
from doseline.shared.ids import random_code, uuid7
from doseline.shared.keys import server_keys
from doseline.staff.models import Staff
from doseline.vaccines.models import Batch, Product

KEPT_FOR = timedelta(days=30)
_CHUNK_BYTES = 1024 * 1024
_APPLIED_AT_ONCE = 2_000
_LONG_ROWS = 50_000  # from here on, starting processes to read with is worth its second
_LEASE_SECONDS = 60
_SAMPLE_ROWS = 200
_TWINS_AT_ONCE = 2_000
log = logging.getLogger("doseline.imports")


def receive_list(
    path: Path, *, name: str, kind: str, org_unit: OrgUnit, institution: str, priority_group: str, by: Staff,
    site: Site | None = None, product_code: str = "",
) -> ImportFile:  # fmt: skip
    """Takes a list in and says what its columns seem to be. A register of doses says where (`site`) and what was given. The file is
    kept encrypted until `purge_at`. Raises SourceError when it is no list; then nothing is kept. Reads the file once, and its first
    200 rows."""
    source = Source(path, name)
    sample = list(islice(source.rows(), _SAMPLE_ROWS))
    header_row = rules.find_header(sample)
    header = sample[header_row] if header_row >= 0 else max(sample, key=len, default=[])
    headers = [rules.squeeze(text_of(cell)) for cell in header] if header_row >= 0 else []
    columns = rules.propose_columns(header, _remembered(org_unit, headers))
    now = clock.now()
    with transaction.atomic():
        made = ImportFile.objects.create(
            org_unit=org_unit, sent_by=by, sent_at=now, name=name[-120:], byte_count=path.stat().st_size,
            content_hash=b"", kind=kind, site=site, product_code=product_code, institution=institution,
            priority_group=priority_group, header_row=header_row, headers=headers, columns=columns,
            month_first=_month_first(sample[header_row + 1 :], columns), row_estimate=_estimate(path, sample), purge_at=now + KEPT_FOR,
        )  # fmt: skip
        made.content_hash = _keep(path, made.import_id)
        made.save(update_fields=["content_hash"])
    return made


def _remembered(org_unit: OrgUnit, headers: list[str]) -> dict[str, str]:
    """What people of the area said of such headers in their last fifty lists, the latest word standing."""
    said: dict[str, str] = {}
    earlier = ImportFile.objects.filter(within(org_unit.code, "org_unit__code"), started_at__isnull=False).order_by(
        "-sent_at"
    )
    for known, columns in earlier.values_list("headers", "columns")[:50]:
        for header, field in zip(known, columns, strict=False):
            if field and header in headers:
                said.setdefault(header, field)
    return said


def sample_of(import_file: ImportFile, count: int = 8) -> list[list[str]]:
    """The header and the first rows as text, for the person who says what the columns are."""
    with open_list(import_file) as source:
        start = max(import_file.header_row, 0)
        return [[text_of(cell) for cell in row] for row in islice(source.rows(), start, start + 1 + count)]


def choose_columns(
    import_file: ImportFile, *, columns: list[str], month_first: bool, has_header: bool = True
) -> list[str]:
    """Says what the columns hold and starts the reading, anew when it was read before with other columns; returns the
    faults that keep it from starting (`rules.faults_of_columns`). Rows already applied keep a list from being reread. Without
    a header the list's very first line is a person."""
    faults = rules.faults_of_columns(columns, import_file.kind)
    if faults or import_file.rows_applied:
        return faults or ["applied"]
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("DELETE FROM import_row WHERE import_id = %s", [import_file.import_id])
        ImportFile.objects.filter(pk=import_file.pk, state__in=("columns", "review", "held", "reading")).update(
            columns=columns, month_first=month_first, state="reading", problem="", rows_read=0, rows_staged=0,
            header_row=import_file.header_row if has_header else -1, started_at=clock.now(), read_at=None, worked_on_until=None,
        )  # fmt: skip
    return []


def finish(import_file: ImportFile, *, by: Staff) -> None:
    """Leaves out every row of a list that still waits for a word, so that it is done. Idempotent."""
    for state in ("differs", "moves", "close"):
        inputs = {"import_id": import_file.pk, "state": state, "decision": "skip", "decided_by": by.pk}
        sql.run("imports/decide_rest", inputs)
    start_applying(import_file)


def start_applying(import_file: ImportFile) -> None:
    """Lets the worker apply what can be applied. Idempotent. Rows that need another word stay in review."""
    ImportFile.objects.filter(pk=import_file.pk, state__in=("review", "done")).update(
        state="applying", apply_started_at=clock.now(), worked_on_until=None
    )


def review_anyway(import_file: ImportFile) -> None:
    """Lets a list that was held whole be looked through row by row after all."""
    ImportFile.objects.filter(pk=import_file.pk, state="held").update(state="review")


def cancel(import_file: ImportFile) -> None:
    """Ends a list's way; what was applied before stays, with its rows on record. Takes hold within one batch."""
    ImportFile.objects.filter(pk=import_file.pk).exclude(state__in=("done", "cancelled")).update(
        state="cancelled", ended_at=clock.now()
    )


def decide(
    import_file: ImportFile, *, state: str, decision: str, by: Staff, rows: list[int] | None = None,
    person_id: UUID | None = None, person_version: int | None = None,
) -> int:  # fmt: skip
    """Writes down a decision for rows of one kind (all of them when `rows` is None); returns how many. `add` puts them in
    as new people, `take` takes the list's word, `keep` the register's, `skip` leaves the row out. Rows already applied do
    not change."""
    inputs = {"import_id": import_file.pk, "state": state, "decision": decision, "decided_by": by.pk, "rows": rows}
    count = sql.run("imports/decide", inputs | {"person_id": person_id, "person_version": person_version})
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE import_row SET outcome = NULL WHERE import_id = %s AND outcome = 'again' AND decision IS NOT NULL",
            [import_file.pk],
        )
    return count


def decide_likely(import_file: ImportFile, *, by: Staff) -> int:
    """Says of every close match still undecided, whose name, phone and birth are those of somebody in the register, that it is that
    person; returns how many."""
    return sql.run("imports/decide_likely", {"import_id": import_file.pk, "decided_by": by.pk})


def work_on_imports(is_stopping: Callable[[], bool] = lambda: False) -> bool:
    """Takes one list that wants reading or applying as far as it goes; False when there is none. Several workers may call
    it: each list is one worker's at a time, by a lease. Cut off anywhere, it is taken up again from the last batch."""
    taken = sql.rows("imports/lease", {"seconds": _LEASE_SECONDS})
    if not taken:
        return False
    import_file = ImportFile.objects.select_related("org_unit").get(pk=taken[0][0])
    try:
        if import_file.state == "reading":
            _read(import_file, is_stopping)
        else:
            _apply(import_file, is_stopping)
    except SourceError as error:
        _move(import_file, "failed", problem=error.code)
    finally:
        if connection.connection is not None and not connection.connection.closed:
            ImportFile.objects.filter(pk=import_file.pk).update(worked_on_until=None)
    return True


def purge_old_files() -> int:
    """Deletes the closed copies of lists past their time; the rows' own story stays with the people. One statement."""
    with connection.cursor() as cursor:
        cursor.execute(
            "DELETE FROM import_chunk USING import_file WHERE import_chunk.import_file_id = import_file.import_id"
            " AND import_file.purge_at < %s",
            [clock.now()],
        )
        gone = int(cursor.rowcount)
        cursor.execute(
            "DELETE FROM import_row USING import_file WHERE import_row.import_id = import_file.import_id"
            " AND import_file.purge_at < %s",
            [clock.now()],
        )
    return gone


# --- Reading ---------------------------------------------------------------------------------------------------------


def _read(import_file: ImportFile, is_stopping: Callable[[], bool]) -> None:
    context = list_context(import_file)
    with open_list(import_file) as source:
        rows = islice(source.rows(), import_file.header_row + 1 + import_file.rows_read, None)
        is_long = import_file.row_estimate - import_file.rows_read > _LONG_ROWS
        for number, lines in staging.stage(
            import_file.import_id, rows, context, first=import_file.rows_read, in_processes=is_long
        ):
            if number > ROWS_MAX:
                raise SourceError("too_many_rows")
            with transaction.atomic():
                staging.copy_lines(lines)
                import_file.rows_staged += lines.count(b"\n")
                is_wanted = _still(import_file, "reading", rows_read=number, rows_staged=import_file.rows_staged)
            if is_stopping() or not is_wanted:
                return
    _mark_twins(import_file, context)
    if queries.sent_before(import_file) is not None:
        sql.run("imports/applied_before", {"import_id": import_file.pk})
    elif import_file.kind == "doses":
        sql.run("imports/answered_before", {"import_id": import_file.pk})
    _finish_reading(import_file)


def _mark_twins(import_file: ImportFile, context: ListContext) -> None:
    """Marks rows that name a person an earlier row has named already."""
    found = []
    with transaction.atomic(), connection.cursor() as cursor:
        # rows this young have no statistics: the planner takes them for a handful and compares each with every other
        cursor.execute("SET LOCAL enable_nestloop = off; SET LOCAL work_mem = '64MB'")
        pairs = sql.streamed_rows("imports/twins", {"import_id": import_file.import_id})
        while some := list(islice(pairs, _TWINS_AT_ONCE)):
            inputs = {
                "import_id": import_file.import_id,
                "rows": packed.integers([row for pair in some for row in pair]),
            }
            rows = {row[0]: _twin(row[1:], context) for row in sql.many_rows("imports/twin_rows", inputs)}
            found += [(later, earlier) for later, earlier in some if _are_twins(rows[later], rows[earlier])]
    if found:
        inputs = {"rows": [row for row, _ in found], "twins": [twin for _, twin in found]}
        sql.run("imports/mark_twins", inputs | {"import_id": import_file.import_id})
        sql.run("imports/fill_from_twins", {"import_id": import_file.import_id})


def _are_twins(one: ReadRow, other: ReadRow) -> bool:
    """One person by all that is compared, or the same words throughout: a line copied, however little it says. One document and one
    birthday are one person however the names are spelt: a list in two scripts."""
    if one[1:7] == other[1:7]:
        return True
    found = compare(row_record(one), row_record(other))
    return found.verdict == "same" or {"document_same", "born_same"} <= found.weights.keys()


def _twin(values: tuple[Any, ...], context: ListContext) -> ReadRow:
    name_latin, name_local, born_on, born_year, sex, phone, institution, org_unit, id_kind, id_value = values
    return ReadRow("", name_latin, name_local, born_on, born_year, sex, phone, "", id_kind, id_value,
                   context.priority_group, institution, "", "", org_unit, ())  # fmt: skip


def _finish_reading(import_file: ImportFile) -> None:
    counts = {row[0]: row[1] for row in sql.rows("imports/counts", {"import_id": import_file.import_id})}
    total = sum(counts.values())
    matched = sum(counts.get(state, 0) for state in ("same", "differs", "moves", "close"))
    held = rules.verdict_on_file(
        kind=import_file.kind, rows=total, faulty=counts.get("faulty", 0), matched=matched, twice=counts.get("twice", 0)
    )
    problem = held or ("" if total else "empty_file")
    _move(import_file, "held" if problem else "review", problem=problem, read_at=clock.now())


def list_context(import_file: ImportFile) -> ListContext:
    """What holds for every row of a list."""
    area = import_file.org_unit_id
    return ListContext(
        columns=tuple(import_file.columns),
        month_first=import_file.month_first,
        area=area,
        areas=_areas_within(area),
        institution=import_file.institution,
        priority_group=import_file.priority_group,
        today=clock.now().astimezone(INDIA).date(),
        has_doses=import_file.kind == "doses",
        product=import_file.product_code,
        **(_vaccines() if import_file.kind == "doses" else {}),
    )


def _vaccines() -> dict[str, Any]:
    products = Product.objects.all()
    return {
        "vaccines": {
            rules.squeeze(name): one.code for one in products for name in (one.code, one.name, *one.also_called)
        },
        "batches": frozenset((one.product_id, rules.squeeze(one.number)) for one in Batch.objects.all()),
    }


def _areas_within(area: str) -> dict[str, str]:
    """Districts and blocks a row may name, squeezed, in three languages and by Co-WIN's number; blocks as `/name` and,
    where two districts have one of the same name, as `district/name`."""
    found: dict[str, str] = {}
    units = list(OrgUnit.objects.filter(within(area, "code"), level__in=("district", "block")).select_related("parent"))
    for unit in units:
        names = {rules.squeeze(name) for name in (unit.name, unit.name_bn, unit.name_hi) if name}
        if unit.level == "district":
            found |= dict.fromkeys(names | {str(unit.cowin_id)}, unit.code)
            continue
        parents = {rules.squeeze(name) for name in (unit.parent.name, unit.parent.name_bn, unit.parent.name_hi) if name}  # type: ignore[union-attr]
        for name in names:
            found.setdefault(f"/{name}", unit.code)
            found |= {f"{parent}/{name}": unit.code for parent in parents}
    return found


# --- Applying --------------------------------------------------------------------------------------------------------


def _apply(import_file: ImportFile, is_stopping: Callable[[], bool]) -> None:
    is_more = True
    while is_more:
        with closing(_batches(import_file)) as batches:
            for batch in batches:
                with transaction.atomic():
                    _apply_batch(import_file, batch)
                import_file.rows_applied += batch.row_count
                if is_stopping() or not _still(import_file, "applying", rows_applied=import_file.rows_applied):
                    return
        is_more = _match_again(import_file)  # what was matched anew stands further up
    left = sum(
        row[3] for row in sql.rows("imports/counts", {"import_id": import_file.pk}) if row[0] not in ("faulty", "twice")
    )
    is_done = not left
    _move(import_file, "done" if is_done else "review", **({"ended_at": clock.now()} if is_done else {}))


def _as_read(values: tuple[Any, ...]) -> ReadRow:
    return ReadRow._make((*values[:-1], (), values[-1]))


def _match_again(import_file: ImportFile) -> bool:
    """Matches anew the rows whose person changed, or came, while the list waited: they stand in the review as what they are now. False
    when there are none."""
    found = sql.rows("imports/again", {"import_id": import_file.pk})
    for start in range(0, len(found), _APPLIED_AT_ONCE):
        rows = found[start : start + _APPLIED_AT_ONCE]
        matched = match_rows([_as_read(row[1:]) for row in rows])
        inputs = {
            "rows": [row[0] for row in rows], "states": [one.state for one in matched],
            "person_ids": [one.person_id for one in matched], "versions": [one.person_version for one in matched],
            "candidates": [json.dumps(one.candidates) for one in matched],
            "differences": [json.dumps(one.differences) for one in matched],
        }  # fmt: skip
        sql.run("imports/match_again", inputs | {"import_id": import_file.pk})
    return bool(found)


class _Batch(NamedTuple):
    """Rows to apply, by what becomes of them. `added`: the columns of those to add, as they travel."""

    row_count: int
    adding: list[dict[str, Any]]
    added: dict[str, Any]
    taking: list[dict[str, Any]]
    left: list[int]


def _batches(import_file: ImportFile) -> Generator[_Batch]:
    """What is to be applied, some thousands of rows each, the next made ready while the one before is written."""
    inputs = {"import_id": import_file.pk, "limit": _APPLIED_AT_ONCE, "after": -1}
    with ThreadPoolExecutor(1) as ahead:
        making: Future[_Batch] | None = None
        rows = sql.dicts("imports/next_to_apply", inputs)
        while rows or making:
            made, making = making, ahead.submit(_made_ready, import_file, rows) if rows else None
            if made:
                yield made.result()
            if rows:
                rows = sql.dicts("imports/next_to_apply", inputs | {"after": rows[-1]["row_number"]})


def _made_ready(import_file: ImportFile, rows: list[dict[str, Any]]) -> _Batch:
    """Without the database: another thread is at it."""
    adding = [row for row in rows if row["decision"] == "add" or (row["decision"] is None and row["state"] == "new")]
    to_take = [row for row in rows if row["decision"] == "take" and row["person_id"] is not None]
    moved = {row["row_number"] for row in [*adding, *to_take]}
    left = [row["row_number"] for row in rows if row["row_number"] not in moved]
    return _Batch(len(rows), adding, _as_added(import_file, adding) if adding else {}, _one_each(to_take), left)


def _apply_batch(import_file: ImportFile, batch: _Batch) -> None:
    if batch.adding:
        _add(import_file, batch)
    if batch.taking:
        _change(import_file, batch.taking)
    if batch.left:
        sql.run("imports/leave_rows", {"import_id": import_file.pk, "rows": batch.left})


def _one_each(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Of several rows for one person, the first: the others wait and meet a changed person."""
    return list({row["person_id"]: row for row in reversed(rows)}.values())[::-1]


def _as_added(import_file: ImportFile, rows: list[dict[str, Any]]) -> dict[str, Any]:
    """Gives the people of these rows their ids, codes and keys; the columns of all of them."""
    for row in rows:
        row["person_id"], row["code"] = uuid7(), random_code(9)
        row["born_year"] = row["born_on"].year if row["born_on"] else row["born_year"]
        row["bones_hash"] = bones_hash(row["name_latin"] or row["name_local"])
        row["local_language"] = language_of(row["name_local"], row["org_unit_id"] or import_file.org_unit_id)
        row["is_told_new"] = row["decision"] == "add"
    keys = [
        (row["person_id"], key)
        for row in rows
        for key in keys_of(
            row["name_latin"],
            row["name_local"],
            row["born_on"],
            [row["phone"]] if row["phone"] else [],
        )
    ]
    return {name: pack([row[name] for row in rows]) for name, pack in _ADDED.items()} | {
        "key_person_ids": packed.uuids([person_id for person_id, _ in keys]), "keys": packed.longs([key for _, key in keys]),
        "first": rows[0]["row_number"], "last": rows[-1]["row_number"],
    }  # fmt: skip


def _add(import_file: ImportFile, batch: _Batch) -> None:
    inputs = {
        "import_id": import_file.pk, "now": clock.now(), "by": import_file.sent_by_id, "matched_at": import_file.started_at,
        "rows_before": import_file.header_row + 1,
    }  # fmt: skip
    sql.many_rows("imports/add_people", batch.added | inputs)
    apart = [(row, candidate) for row in batch.adding if row["is_told_new"] for candidate in row["candidates"] or []]
    if apart:
        told = {
            "ones": [row["person_id"] for row, _ in apart], "others": [candidate["person_id"] for _, candidate in apart],
            "scores": [candidate["score"] for _, candidate in apart],
            "reasons": [json.dumps(candidate["reasons"]) for _, candidate in apart],
            "deciders": [row["decided_by"] for row, _ in apart],
        }  # fmt: skip
        sql.run("imports/told_apart", told | {"now": clock.now()})


# How each column of people to add travels.
_ADDED: dict[str, Callable[[Sequence[Any]], packed.PackedArray]] = {
    "row_number": packed.integers, "person_id": packed.uuids, "born_on": packed.dates, "born_year": packed.integers,
    "name_hash": packed.longs, "bones_hash": packed.longs, "is_told_new": packed.booleans,
    **dict.fromkeys(
        ("code", "name_latin", "name_local", "sex", "phone", "email", "id_kind", "id_value", "priority_group", "institution",
         "household", "pincode", "org_unit_id", "more_ids", "local_language"), packed.texts,
    ),
}  # fmt: skip


def _change(import_file: ImportFile, rows: list[dict[str, Any]]) -> None:
    """`take` means the list's word for every field it has a word for; where nothing differed there is nothing to take."""
    for row in rows:
        if "name_latin" not in row["differences"] and "name_local" not in row["differences"]:
            row["name_hash"] = 0
        if row["name_latin"] or row["name_local"]:
            row["name_hash"] = row["name_hash"] and name_hash(row["name_latin"] or row["name_local"])
    columns = _columns(rows, "row_number person_id person_version name_latin name_local born_on born_year sex phone email id_kind"
                       " id_value priority_group institution household pincode org_unit_id name_hash more_ids")  # fmt: skip
    again = {
        row[0]
        for row in sql.rows(
            "imports/change_people",
            columns
            | {
                "import_id": import_file.pk,
                "now": clock.now(),
                "by": import_file.sent_by_id,
                "rows_before": import_file.header_row + 1,
            },
        )
    }
    index_people(row["person_id"] for row in rows if row["row_number"] not in again)


def _columns(rows: list[dict[str, Any]], names: str) -> dict[str, list[Any]]:
    return {name: [row[name] for row in rows] for name in names.split()}


# --- The file itself -------------------------------------------------------------------------------------------------


def _keep(path: Path, import_id: UUID) -> bytes:
    """Writes the file away in closed pieces; returns the hash of the whole."""
    whole = hashlib.sha256()
    with path.open("rb") as file:
        for number, piece in enumerate(iter(lambda: file.read(_CHUNK_BYTES), b"")):
            whole.update(piece)
            closed = server_keys().close_file(piece, f"import {import_id} {number}")
            ImportChunk.objects.create(import_file_id=import_id, number=number, closed=closed)
    return whole.digest()


@contextmanager
def open_list(import_file: ImportFile) -> Iterator[Source]:
    """The list as it was sent, opened from its closed pieces into a file that is gone afterwards.
    Raises SourceError `purged` when its time is over."""
    with tempfile.NamedTemporaryFile(prefix="doseline-list-") as file:
        pieces = ImportChunk.objects.filter(import_file=import_file).order_by("number")
        if not pieces.exists():
            raise SourceError("purged")
        for piece in pieces.iterator(chunk_size=4):
            file.write(server_keys().open_file(bytes(piece.closed), f"import {import_file.import_id} {piece.number}"))
        file.flush()
        yield Source(Path(file.name), import_file.name)


def _estimate(path: Path, sample: list[Any]) -> int:
    """How many rows a list has, by its size and the length of its first rows: for a progress bar."""
    letters = sum(len(text_of(cell)) + 1 for row in sample for cell in row)
    if len(sample) < _SAMPLE_ROWS:
        return max(len(sample) - 1, 0)
    return int(path.stat().st_size / max(letters / len(sample), 1.0))


def _month_first(rows: list[Any], columns: list[str]) -> bool:
    if "born_on" not in columns:
        return False
    place = columns.index("born_on")
    return says_month_first([text_of(row[place]) for row in rows if place < len(row)])


def _still(import_file: ImportFile, state: str, **progress: int) -> bool:
    """Writes progress and holds the lease; False when someone has cancelled it."""
    until = f"clock_timestamp() + interval '{_LEASE_SECONDS} seconds'"
    settings = "".join(f", {name} = %s" for name in progress)
    with connection.cursor() as cursor:
        cursor.execute(
            f"UPDATE import_file SET worked_on_until = {until}{settings} WHERE import_id = %s AND state = %s",  # noqa: S608
            [*progress.values(), import_file.pk, state],
        )
        return bool(cursor.rowcount)


def _move(import_file: ImportFile, state: str, **more: Any) -> None:
    """To another state, unless it was cancelled meanwhile."""
    ImportFile.objects.filter(pk=import_file.pk).exclude(state="cancelled").update(state=state, **more)
