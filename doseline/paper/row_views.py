# SPDX-License-Identifier: Apache-2.0
"""The rows of a sheet: confirmed beside their picture, keyed in, entered from a register, named and settled one by one."""

import re
from dataclasses import replace
from datetime import timedelta
from functools import lru_cache
from typing import Any
from uuid import UUID

import cv2
import msgspec
from django.contrib import messages
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _

from doseline.paper import commands, layout, open_items, queries, rules
from doseline.paper.commands import EntryError
from doseline.paper.models import OpenItem, ScanPage, Sheet, SheetRow
from doseline.paper.reading import Gray, crop_row
from doseline.paper.scans import flat_of
from doseline.paper.views import asker, id_of, session_within, sheet_within
from doseline.paper.wording import HEADINGS, say
from doseline.people.commands import note_look, note_looks
from doseline.people.models import Person
from doseline.people.wire import WalkInPerson
from doseline.planning.models import Session
from doseline.register.queries import find_people
from doseline.shared.clock import INDIA, clock
from doseline.shared.ids import read_code
from doseline.shared.words import in_digits, latin_digits, number
from doseline.staff.access import DESK, officers, require_area
from doseline.vaccines.models import Batch

_KEYED_SHOWN = 15


@officers(*DESK)
def sheet(request: HttpRequest, sheet_id: UUID) -> HttpResponse:
    """A sheet's rows beside their pictures: those that are certain at once, the doubtful ones one by one."""
    found = sheet_within(request, sheet_id)
    if request.method == "POST" and request.POST.get("act") == "batch":
        batch = get_object_or_404(Batch, pk=id_of(request.POST.get("batch")), product=found.session.product_id)
        commands.name_batch(found, batch, now=clock.now())
        return redirect("sheet", sheet_id=found.pk)
    refused = _confirm(request, found) if request.method == "POST" else {}
    if request.method == "POST" and not refused:
        return redirect("sheet", sheet_id=found.pk)
    rows = [replace(shown, said=refused.get(shown.row.number)) for shown in queries.shown_rows(found)]
    note_looks([shown.row.person_id for shown in rows if shown.name], by=asker(request), why="sheet", now=clock.now())
    page = {
        "sheet": found, "rows": rows, "groups": groups_of(found), "certain_count": sum(shown.row.state == "certain" for shown in rows),
        "doubtful_count": sum(shown.row.state == "doubtful" for shown in rows), "pages": found.pages.defer("closed"),
        "next_letter": "".join(layout.BATCHES[len(found.batches) :][:1]),
        "batches": Batch.objects.filter(product=found.session.product_id).exclude(pk__in=found.batches).order_by("number"),
    }  # fmt: skip
    return render(request, "paper/sheet.html", page, status=400 if refused else 200)


def _confirm(request: HttpRequest, found: Sheet) -> dict[int, dict[str, str]]:
    """Takes the rows ticked as right. Each row's fault is its own: the others are entered. What was said of a row that was refused, by
    its number: it is shown again, to be put right; nothing of it for a row that has moved on meanwhile."""
    ticked = set(request.POST.getlist("right"))
    rows = [row for row in found.rows.order_by("number") if str(row.number) in ticked]
    entered, refused = 0, {}
    for row in rows:
        said: dict[str, str] = {}
        try:
            if request.POST.get(f"{row.number}-seen") != queries.seen_of(row) or row.state not in (
                "certain",
                "doubtful",
            ):
                raise EntryError("row_moved")
            said = values_of(request, f"{row.number}-")
            commands.enter_rows(found, [(row, said)], by=request.user, way="roster_scan", now=clock.now())  # type: ignore[arg-type]
            entered += 1
        except EntryError as error:
            if said:
                refused[row.number] = said
            messages.error(
                request, _("Row %(row)s: %(problem)s") % {"row": in_digits(str(row.number)), "problem": say(error.code)}
            )
    if entered:
        messages.success(request, _("%(count)s rows are entered.") % {"count": number(entered)})
    return refused


def values_of(request: HttpRequest, prefix: str) -> dict[str, str]:
    """What a form says of a row; its fields' names begin with `prefix`.
    A form without the row's fields, or with a value no sheet has, is no word on it."""
    values = {group.field: request.POST.get(f"{prefix}{group.field}", "") for group in layout.GROUPS}
    is_whole = all(f"{prefix}{group.field}" in request.POST for group in layout.GROUPS if len(group.values) > 1)
    if not is_whole or any(
        value and value not in group.values for group, value in zip(layout.GROUPS, values.values(), strict=True)
    ):
        raise EntryError("row_moved")
    return values


@officers(*DESK)
def row_picture(request: HttpRequest, row_id: UUID) -> HttpResponse:
    """The strip of the picture that shows one row: all a person who decides on it needs to see."""
    row = get_object_or_404(SheetRow.objects.select_related("sheet__session__site"), pk=row_id)
    require_area(request, row.sheet.session.site.org_unit_id)
    return strip_of(row)


def strip_of(row: SheetRow) -> HttpResponse:
    """The row's strip of its page's picture, as JPEG. Raises Http404 when there is no picture any more."""
    flat = _flat_of(row.page_id) if row.page_id else None
    if flat is None:
        raise Http404
    _ok, jpeg = cv2.imencode(".jpg", crop_row(flat, row.number - 1), [cv2.IMWRITE_JPEG_QUALITY, 80])
    return HttpResponse(jpeg.tobytes(), content_type="image/jpeg")


@lru_cache(4)  # the rows of one page are asked for one after another
def _flat_of(page_id: UUID) -> Gray | None:
    return flat_of(ScanPage.objects.get(pk=page_id))


@officers(*DESK)
def keyed(request: HttpRequest, sheet_id: UUID) -> HttpResponse:
    """A sheet keyed in: row and two keys each, as fast as one can read it out."""
    found = sheet_within(request, sheet_id)
    page: dict[str, Any] = {"sheet": found, "typed": "", "problem": ""}
    if request.POST.get("act") == "nobody_else":
        count = commands.say_nobody_else(found, by=request.user, now=clock.now())  # type: ignore[arg-type]
        messages.success(request, _("%(count)s blank rows are entered as empty.") % {"count": number(count)})
        return redirect("keyed", sheet_id=sheet_id)
    if request.method == "POST":
        typed = latin_digits(request.POST.get("keys", ""))
        problem = _key_in(request, found, typed)
        if not problem:
            messages.success(
                request, _("Row %(row)s is entered.") % {"row": in_digits(typed.split()[0].removeprefix("=")[:12])}
            )
            return redirect("keyed", sheet_id=sheet_id)
        page |= {"typed": typed, "problem": say(problem)}
    rows = queries.shown_rows(found)
    me = asker(request)
    # what another person typed is not shown before one's own word: it would be copied
    page["rows"] = [(shown, shown.row.state == "second" and shown.row.entered_by_id != me) for shown in rows]
    page["next"] = next(
        (shown.row.number for shown in rows if shown.row.state in ("open", "certain", "doubtful")), None
    )
    page["blank_count"] = sum(
        shown.row.is_blank and shown.row.state == "open" and not shown.row.walk_in_sealed and shown.row.page_id is None
        for shown in rows
    )
    page["group_list"] = groups_of(found)
    return render(request, "paper/keyed.html", page, status=400 if page["problem"] else 200)


def _key_in(request: HttpRequest, found: Sheet, typed: str) -> str:
    """Enters one keyed row; the code of what is wrong, or nothing."""
    read = rules.read_keys(typed.strip().removeprefix("="))
    if read is None:
        return "keys_unreadable"
    which, values = read
    is_number = which.isdecimal() and len(which) < 3
    row = found.rows.filter(**{"number": int(which)} if is_number else {"code": read_code(which) or ""}).first()
    if row is None:
        return "no_such_row"
    return _enter_keyed(request, row, values, may_replace=typed.strip().startswith("="))


def _enter_keyed(
    request: HttpRequest,
    row: SheetRow,
    values: dict[str, str],
    *,
    is_sheet_here: bool = True,
    may_replace: bool = False,
) -> str:
    if "clock" in values:
        place = rules.half_hour(row.sheet.first_at, int(values.pop("clock")), INDIA)
        if place is None:
            return "time_not_on_sheet"
        values["time"] = place
    if "batch" in values and row.sheet.batches and layout.BATCHES.index(values["batch"]) >= len(row.sheet.batches):
        return "batch_not_on_sheet"
    if row.state in ("entered", "empty") and not may_replace and not rules.same_word(row.entry or {}, values):
        return "row_entered"  # a slip of a digit must not take somebody's dose away
    try:
        by: Any = request.user
        commands.enter_rows(
            row.sheet, [(row, values)], by=by, way="typed", now=clock.now(), is_sheet_here=is_sheet_here
        )
    except EntryError as error:
        return error.code
    return ""


@officers(*DESK)
def register(request: HttpRequest, session_id: UUID) -> HttpResponse:
    """Any other register of a session (the hospital's own book), person by person: looked for as it is written, in any script, and
    entered with the keys of a sheet. `part=found` answers with who was found alone."""
    session = session_within(request, session_id)
    page: dict[str, Any] = {"session": session, "asked": request.POST, "problem": ""}
    if request.method == "POST" and request.POST.get("person"):
        page["problem"] = _enter_from_register(request, session)
        if not page["problem"]:
            messages.success(request, _("Entered."))
            return redirect("paper_register", session_id=session_id)
    if request.POST.get("text", "").strip():
        page["booked"] = queries.on_roster(session.pk, latin_digits(request.POST.get("text", ""))[:200])
        if not page["booked"] or request.POST.get("born"):
            today = clock.now().astimezone(INDIA).date()
            born = latin_digits(request.POST.get("born", ""))[:20]
            page["search"] = find_people(request.POST.get("text", "")[:200], born, request.areas, today)  # type: ignore[attr-defined]
    if request.POST.get("part") == "found":
        return render(request, "paper/found.html", page)
    entered = SheetRow.objects.filter(sheet__session=session, state__in=("entered", "empty", "second", "differs"))
    page["rows"] = queries.with_people(list(entered.order_by("-entered_at")[:_KEYED_SHOWN]))
    page["group_list"] = groups_of(
        session.sheets.order_by("number").first() or Sheet(session=session, first_at=session.opens_at)
    )
    return render(request, "paper/register.html", page, status=400 if page["problem"] else 200)


def _enter_from_register(request: HttpRequest, session: Session) -> str:
    """Enters what the register says of one person: in their own row, or in a blank one that is theirs from now on. The code of what is
    wrong, or nothing."""
    read = rules.read_keys(f"1 {latin_digits(request.POST.get('keys', ''))}")
    if read is None:
        return "keys_unreadable"
    person = get_object_or_404(Person, pk=id_of(request.POST.get("person")))
    row = commands.row_for(session, person.pk, by=request.user, now=clock.now())  # type: ignore[arg-type]
    return _enter_keyed(request, row, read[1], is_sheet_here=False)


@officers(*DESK)
def row(request: HttpRequest, row_id: UUID) -> HttpResponse:
    """One row: who stands in it when nobody was printed, or which of two words on it is right."""
    found = get_object_or_404(SheetRow.objects.select_related("sheet__session__site"), pk=row_id)
    require_area(request, found.sheet.session.site.org_unit_id)
    page: dict[str, Any] = {"row": found, "sheet": found.sheet, "groups": groups_of(found.sheet),
                            "doubtful": [doubt[0] for doubt in found.doubts]}  # fmt: skip
    if request.method == "POST":
        answer = _act_on_row(request, found, page)
        if answer is not None:
            return answer
    person = Person.objects.filter(pk=found.person_id).first()
    page["name"] = (person.name_local or person.name_latin) if person else ""
    page["seen"] = queries.seen_of(found)
    page["words"] = (
        [word for word in (found.entry, found.second) if word is not None] if found.state == "differs" else []
    )
    page["items"] = OpenItem.objects.filter(subject_id=found.pk, gone_at=None, decided_at=None)
    page["decisions"] = open_items.DECISIONS
    if found.state in ("entered", "empty"):
        page["phones"] = queries.said_by_phones(found)
        if found.doubts and found.reading != found.entry:
            page["picture"] = found.reading
    return render(request, "paper/row.html", page)


def _act_on_row(request: HttpRequest, found: SheetRow, page: dict[str, Any]) -> HttpResponse | None:
    act = request.POST.get("act", "")
    back = redirect("sheet" if found.page_id else "keyed", sheet_id=found.sheet_id)
    try:
        if act == "settle":
            by: Any = request.user
            if request.POST.get("seen") != queries.seen_of(found):
                raise EntryError("row_moved")
            if open_items.is_in_other_hands(found.pk, by=by, now=clock.now()):
                raise EntryError("in_other_hands")
            commands.enter_rows(found.sheet, [(found, values_of(request, ""))], by=by, way="typed", now=clock.now())
            return back
        return act_on_row(request, found, page, act, back=back)
    except EntryError as error:
        found.refresh_from_db()
        page["problem"] = say(error.code)
        return None


@transaction.atomic
def act_on_row(
    request: HttpRequest, found: SheetRow, page: dict[str, Any], act: str, *, back: HttpResponse
) -> HttpResponse | None:
    """Says who stands in a blank row: `search` finds who it may be, `same:<person>` takes one of them, `new` somebody not in the
    register, `nobody` nobody. What the row says, as it stands in the form beside that, is entered with it: nobody is asked twice. None
    when `page` is to be shown again. Raises EntryError, and then nothing of it is done."""
    by: Any = request.user
    if act != "search" and request.POST.get("seen") != queries.seen_of(found):
        raise EntryError("row_moved")
    said = values_of(request, "") if layout.GROUPS[0].field in request.POST else {}
    page |= {"said": said, "who": request.POST}
    if act in ("search", "new"):
        who = _who(request)
        if isinstance(who, str):
            page["problem"] = say(who)
            return None
        if act == "search":
            matches = queries.who_may_it_be(who.name, who.born_year, who.phone, who.sex)
            note_looks([match.person.person_id for match in matches], by=asker(request), why="sheet", now=clock.now())
            page |= {"matches": matches, "searched": True}
            return None
        commands.name_walk_in(found, sealed_person=msgspec.json.encode(msgspec.structs.replace(who, code=found.code)))
    elif act.startswith("same:"):
        person = get_object_or_404(Person, pk=id_of(act.removeprefix("same:")))
        commands.name_walk_in(found, person_id=person.pk)
        note_look(person.pk, by=asker(request), why="sheet", now=clock.now())
    elif act == "nobody":
        commands.enter_rows(found.sheet, [(found, {})], by=by, way="typed", now=clock.now())
    commands.settle_sheet(found.sheet, by, clock.now())  # one that was done with waits for what this row says
    if act != "nobody" and any(said.values()):
        way = "roster_scan" if found.page_id else "typed"
        commands.enter_rows(found.sheet, [(found, said)], by=by, way=way, now=clock.now())
    return back


def _who(request: HttpRequest) -> WalkInPerson | str:
    """The person a blank row names, as typed beside its picture; or the code of what is wrong."""
    name = " ".join(request.POST.get("name", "").split())[:120]
    year = latin_digits(request.POST.get("born_year", "").strip())
    if not name:
        return "name_missing"
    if not re.fullmatch(r"(19|20)\d\d", year) or int(year) > clock.now().year:
        return "year_unreadable"
    sex = request.POST.get("sex", "")
    phone = re.sub(r"\D", "", latin_digits(request.POST.get("phone", "")))[-10:]
    return WalkInPerson(
        code="", name=name, born_year=int(year), sex=sex if sex in ("female", "male", "other") else "other",  # type: ignore[arg-type]
        phone=phone, document_value=request.POST.get("document", "").strip()[:40],
    )  # fmt: skip


def groups_of(found: Sheet) -> list[tuple[str, list[tuple[str, str]]]]:
    """(field, [(value, words)]) of a sheet: its own batches and hours."""
    numbers = {str(batch.pk): batch.number for batch in Batch.objects.filter(pk__in=found.batches)}
    first = found.first_at.astimezone(INDIA)
    shown = []
    for group in layout.GROUPS:
        if group.field == "time":
            labels = [
                in_digits((first + timedelta(minutes=30 * place)).strftime("%H:%M")) for place in range(layout.TIMES)
            ]
        elif group.field == "batch":
            labels = [
                f"{letter} {numbers.get(found.batches[place], '')}".strip() if place < len(found.batches) else letter
                for place, letter in enumerate(layout.BATCHES)
            ]
        else:
            labels = [str(name) for name in HEADINGS[group.field]]
        pairs = list(zip(group.values, labels, strict=True))
        shown.append((group.field, pairs))
    return shown
