# SPDX-License-Identifier: Apache-2.0
"""The paper desk: print sheets, take pictures in, confirm what was read, key in what was not, decide what is open."""

import re
from datetime import timedelta
from functools import lru_cache
from typing import Any
from uuid import UUID

import cv2
import msgspec
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt

from doseline.messages.commands import inbound_token
from doseline.paper import commands, layout, printing, queries, rules
from doseline.paper.commands import EntryError
from doseline.paper.models import OpenItem, Scan, ScanPage, Sheet, SheetRow
from doseline.paper.pictures import BYTES_MAX, PictureError
from doseline.paper.reading import Gray, crop_row
from doseline.paper.wording import HEADINGS, say
from doseline.people.models import Person
from doseline.people.wire import WalkInPerson
from doseline.places.models import OrgUnit, Site
from doseline.places.queries import within
from doseline.places.rules import is_within
from doseline.planning.models import Drive, PackPrint, Session
from doseline.register.commands import note_look, note_looks
from doseline.register.queries import find_people
from doseline.shared.clock import INDIA, clock
from doseline.shared.ids import read_code
from doseline.shared.words import in_digits, latin_digits, number
from doseline.staff.access import DESK, anyone, officers, phones, require_area
from doseline.sync.views import answers, clock_answer, signed_body
from doseline.sync.wire import SheetAnswer
from doseline.vaccines.models import Batch

_FILES_MAX = 40
_PHOTO_BYTES_MAX = 8 * 1024 * 1024
_SCANS_SHOWN = 100
_ITEMS_SHOWN = 100
_KEYED_SHOWN = 15


@officers(*DESK)
def paper(request: HttpRequest) -> HttpResponse:
    """The desk's page: how paper stands, what came in, and the form to send pictures."""
    areas = request.areas  # type: ignore[attr-defined]
    now = clock.now()
    if request.method == "POST":
        _receive(request)
        return redirect("paper")
    scans = list(queries.scans_of(_units_of(areas))[:_SCANS_SHOWN])
    page = {
        "standing": queries.standing(areas, now), "due": queries.due_by_day(areas, now.astimezone(INDIA).date()),
        "sessions": queries.sessions_on_paper(areas, now), "scans": scans, "items": queries.open_items(areas, _me(request), now, 8),
        "is_reading": any(scan.state in ("waiting", "reading") for scan in scans),
    }  # fmt: skip
    template = "paper/scans.html" if request.GET.get("part") == "progress" else "paper/paper.html"
    return render(request, template, page)


def _units_of(areas: list[str]) -> list[str]:
    return [
        code for area in areas for code in OrgUnit.objects.filter(within(area, "code")).values_list("code", flat=True)
    ]


def _receive(request: HttpRequest) -> None:
    """Takes every file in by itself: a bad one among forty stops none of the others."""
    unit = get_object_or_404(OrgUnit, pk=request.areas[0])  # type: ignore[attr-defined]
    files = request.FILES.getlist("file")
    if not files:
        messages.error(request, _("Choose a picture or PDF first."))
    taken = known = 0
    for file in files[:_FILES_MAX]:
        try:
            if (file.size or 0) > BYTES_MAX:
                raise PictureError("file_too_large")
            by: Any = request.user
            name = file.name or ""
            _scan, is_new = commands.receive_scan(file.read(), name=name, org_unit=unit, by=by, now=clock.now())
            taken, known = taken + is_new, known + (not is_new)
        except PictureError as error:
            messages.error(request, f"{file.name}: {say(error.code)}")
    if len(files) > _FILES_MAX:
        messages.error(request, _("Only the first 40 files were taken. Send the others after them."))
    if taken:
        messages.success(request, _("%(count)s files are here. They are being read.") % {"count": number(taken)})
    if known:
        messages.info(
            request, _("%(count)s files were here already. Nothing is counted twice.") % {"count": number(known)}
        )


@officers(*DESK)
def scan(request: HttpRequest, scan_id: UUID) -> HttpResponse:
    """One file page by page: which sheet each shows, or what is wrong and what to do."""
    found = get_object_or_404(Scan.objects.select_related("org_unit", "sent_by").defer("closed"), pk=scan_id)
    pages = list(found.pages.select_related("sheet__session__site").defer("closed").order_by("number"))
    if not any(is_within(found.org_unit_id, area) for area in request.areas):  # type: ignore[attr-defined]
        pages = [
            page for page in pages if page.sheet and _is_ours(request, page.sheet)
        ]  # sent elsewhere, of a sheet of ours
        if not pages:
            raise Http404
    elif request.method == "POST":
        _act_on_page(request, found)
        return redirect("scan", scan_id=scan_id)
    return render(request, "paper/scan.html", {"scan": found, "pages": pages})


def _is_ours(request: HttpRequest, sheet: Sheet) -> bool:
    return any(is_within(sheet.session.site.org_unit_id, area) for area in request.areas)  # type: ignore[attr-defined]


def _act_on_page(request: HttpRequest, found: Scan) -> None:
    """A page's code typed by a person who can read it, or the page put aside."""
    page = get_object_or_404(ScanPage, scan=found, number=_whole(request.POST.get("page")) or 0, sheet=None)
    if request.POST.get("act") == "aside":
        ScanPage.objects.filter(pk=page.pk).update(settled_at=clock.now())
        return
    code = read_code(request.POST.get("code", ""))
    sheet = Sheet.objects.select_related("session__site").filter(code=code).first() if code else None
    if sheet is None or not _is_ours(request, sheet):
        text = _(
            "No sheet has this code. It stands under the square pattern at the top right: eight letters and digits."
        )
        messages.error(request, text)
    elif commands.name_page(page, sheet.code, clock.now()) is None:
        messages.error(request, _("This picture cannot be laid flat. Key the sheet in, or photograph it again."))


@officers(*DESK)
def sheets(request: HttpRequest, session_id: UUID) -> HttpResponse:
    """The sheets of a session: print, hand over, tell the tally."""
    session = _session(request, session_id)
    if request.method == "POST":
        _act_on_sheets(request, session)
        return redirect("sheets", session_id=session_id)
    found = list(session.sheets.order_by("number").prefetch_related("events__by"))
    tallies = session.tallies.order_by("-said_at")
    can_ask = any(is_within(session.drive.org_unit_id, area) for area in request.areas)  # type: ignore[attr-defined]
    page = {"session": session, "sheets": found, "tallies": tallies, "can_ask_for_two": can_ask}
    return render(request, "paper/sheets.html", page)


def _act_on_sheets(request: HttpRequest, session: Session) -> None:
    act, now = request.POST.get("act", ""), clock.now()
    if act == "make":
        commands.make_sheets(session, by=request.user, now=now)  # type: ignore[arg-type]
    elif act == "tally":
        said = [_whole(request.POST.get(name) or "0") for name in ("given", "not_given", "wasted", "aefi")]
        if None in said:
            messages.error(request, _("Write whole numbers, at most four digits."))
            return
        first = session.sheets.order_by("number").first() or commands.make_sheets(session, by=request.user, now=now)[0]  # type: ignore[arg-type]
        text = f"S {first.code} G {said[0]} N {said[1]} W {said[2]} A {said[3]}"
        commands.take_tally(text, way="call", by=request.user, now=now)  # type: ignore[arg-type]
        messages.success(request, _("Noted. It counts as the session's tally until its rows are in."))
    elif act == "second_check":
        require_area(request, session.drive.org_unit_id)
        Drive.objects.filter(pk=session.drive_id).update(second_check=request.POST.get("is_on") == "yes")
    else:
        sheet = get_object_or_404(Sheet, pk=_id(request.POST.get("sheet")), session=session)
        place = request.POST.get("place", "")
        if not commands.hand_over(sheet, act, by=request.user, place=place, now=now):  # type: ignore[arg-type]
            messages.error(request, _("This sheet is further along already."))


@officers(*DESK)
def sheets_pdf(request: HttpRequest, session_id: UUID) -> HttpResponse:
    """A session's sheets to print. What is missing is made; what was made is printed again as it was."""
    session = _session(request, session_id)
    made = commands.make_sheets(session, by=request.user, now=clock.now())  # type: ignore[arg-type]
    language = _language(request)
    content = printing.draw_sheets(*queries.drawn(made, language), language)
    PackPrint.objects.create(session=session, version=0, printed_at=clock.now(), printed_by_id=request.user.pk)
    return HttpResponse(
        content, content_type="application/pdf", headers={"Content-Disposition": 'inline; filename="sheets.pdf"'}
    )


@officers(*DESK)
def sheet_picture(request: HttpRequest, sheet_id: UUID) -> HttpResponse:
    """One sheet as a picture, to send to a phone where there is no printer."""
    sheet = _sheet(request, sheet_id)
    language = _language(request)
    heading, [page] = queries.drawn([sheet], language)
    [picture] = printing.draw_pictures(heading, [page], language)
    name = f'inline; filename="{sheet.code}.png"'
    return HttpResponse(picture, content_type="image/png", headers={"Content-Disposition": name})


@officers(*DESK)
def sheet(request: HttpRequest, sheet_id: UUID) -> HttpResponse:
    """A sheet's rows beside their pictures: those that are certain at once, the doubtful ones one by one."""
    found = _sheet(request, sheet_id)
    if request.method == "POST":
        return _confirm(request, found)
    rows = queries.shown_rows(found)
    note_looks([shown.row.person_id for shown in rows if shown.name], by=request.user, why="sheet")  # type: ignore[arg-type]
    page = {
        "sheet": found, "rows": rows, "groups": _groups(found), "certain_count": sum(shown.row.state == "certain" for shown in rows),
        "doubtful_count": sum(shown.row.state == "doubtful" for shown in rows), "pages": found.pages.defer("closed"),
    }  # fmt: skip
    return render(request, "paper/sheet.html", page)


def _confirm(request: HttpRequest, found: Sheet) -> HttpResponse:
    """Takes the rows ticked as right. Each row's fault is its own: the others are entered."""
    ticked = set(request.POST.getlist("right"))
    rows = [row for row in found.rows.order_by("number") if str(row.number) in ticked]
    entered = 0
    for row in rows:
        try:
            if request.POST.get(f"{row.number}-seen") != queries.seen_of(row) or row.state not in (
                "certain",
                "doubtful",
            ):
                raise EntryError("row_moved")
            values = _values_of(request, f"{row.number}-")
            commands.enter_rows(found, [(row, values)], by=request.user, way="roster_scan", now=clock.now())  # type: ignore[arg-type]
            entered += 1
        except EntryError as error:
            messages.error(
                request, _("Row %(row)s: %(problem)s") % {"row": in_digits(str(row.number)), "problem": say(error.code)}
            )
    if entered:
        messages.success(request, _("%(count)s rows are entered.") % {"count": number(entered)})
    return redirect("sheet", sheet_id=found.pk)


def _values_of(request: HttpRequest, prefix: str) -> dict[str, str]:
    """What a form says of a row. A form without the row's fields, or with a value no sheet has, is no word on it."""
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
    flat = _flat_of(row.page_id) if row.page_id else None
    if flat is None:
        raise Http404
    _ok, jpeg = cv2.imencode(".jpg", crop_row(flat, row.number - 1), [cv2.IMWRITE_JPEG_QUALITY, 80])
    return HttpResponse(jpeg.tobytes(), content_type="image/jpeg")


@lru_cache(4)  # the rows of one page are asked for one after another
def _flat_of(page_id: UUID) -> Gray | None:
    return commands.flat_of(ScanPage.objects.get(pk=page_id))


@officers(*DESK)
def keyed(request: HttpRequest, sheet_id: UUID) -> HttpResponse:
    """A sheet keyed in: row and two keys each, as fast as one can read it out."""
    found = _sheet(request, sheet_id)
    page: dict[str, Any] = {"sheet": found, "typed": "", "problem": ""}
    if request.method == "POST":
        typed = latin_digits(request.POST.get("keys", ""))
        problem = _key_in(request, found, typed)
        if not problem:
            messages.success(request, _("Row %(row)s is entered.") % {"row": in_digits(typed.split()[0][:12])})
            return redirect("keyed", sheet_id=sheet_id)
        page |= {"typed": typed, "problem": say(problem)}
    rows = queries.shown_rows(found)
    me = _me(request)
    # what another person typed is not shown before one's own word: it would be copied
    page["rows"] = [(shown, shown.row.state == "second" and shown.row.entered_by_id != me) for shown in rows]
    page["next"] = next(
        (shown.row.number for shown in rows if shown.row.state in ("open", "certain", "doubtful")), None
    )
    page["group_list"] = _groups(found)
    return render(request, "paper/keyed.html", page, status=400 if page["problem"] else 200)


def _key_in(request: HttpRequest, found: Sheet, typed: str) -> str:
    """Enters one keyed row; the code of what is wrong, or nothing."""
    read = rules.read_keys(typed)
    if read is None:
        return "keys_unreadable"
    which, values = read
    rows = (
        found.rows.filter(number=int(which))
        if which.isdecimal() and len(which) < 3
        else found.rows.filter(code=read_code(which) or "")
    )
    row = rows.first()
    if row is None:
        return "no_such_row"
    return _enter_keyed(request, row, values)


def _enter_keyed(request: HttpRequest, row: SheetRow, values: dict[str, str]) -> str:
    if row.is_blank and values and not row.walk_in_sealed:
        return "who"
    if "clock" in values:
        place = rules.half_hour(row.sheet.first_at, int(values.pop("clock")), INDIA)
        if place is None:
            return "time_not_on_sheet"
        values["time"] = place
    try:
        commands.enter_rows(row.sheet, [(row, values)], by=request.user, way="typed", now=clock.now())  # type: ignore[arg-type]
    except EntryError as error:
        return error.code
    return ""


@officers(*DESK)
def register(request: HttpRequest, session_id: UUID) -> HttpResponse:
    """Any other register of a session (the hospital's own book), person by person: looked for as it is written, in any script, and
    entered with the keys of a sheet. `part=found` answers with who was found alone."""
    session = _session(request, session_id)
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
    page["group_list"] = _groups(
        session.sheets.order_by("number").first() or Sheet(session=session, first_at=session.opens_at)
    )
    return render(request, "paper/register.html", page, status=400 if page["problem"] else 200)


def _enter_from_register(request: HttpRequest, session: Session) -> str:
    """Enters what the register says of one person: in their own row, or in a blank one that is theirs from now on. The code of what is
    wrong, or nothing."""
    read = rules.read_keys(f"1 {latin_digits(request.POST.get('keys', ''))}")
    if read is None:
        return "keys_unreadable"
    person = get_object_or_404(Person, pk=_id(request.POST.get("person")))
    row = commands.row_for(session, person.pk, by=request.user, now=clock.now())  # type: ignore[arg-type]
    return _enter_keyed(request, row, read[1])


@officers(*DESK)
def row(request: HttpRequest, row_id: UUID) -> HttpResponse:
    """One row: who stands in it when nobody was printed, or which of two words on it is right."""
    found = get_object_or_404(SheetRow.objects.select_related("sheet__session__site"), pk=row_id)
    require_area(request, found.sheet.session.site.org_unit_id)
    page: dict[str, Any] = {"row": found, "sheet": found.sheet, "groups": _groups(found.sheet)}
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
    return render(request, "paper/row.html", page)


def _act_on_row(request: HttpRequest, found: SheetRow, page: dict[str, Any]) -> HttpResponse | None:
    act = request.POST.get("act", "")
    try:
        return _do_on_row(request, found, page, act)
    except EntryError as error:
        page["problem"] = say(error.code)
        return None


def _do_on_row(request: HttpRequest, found: SheetRow, page: dict[str, Any], act: str) -> HttpResponse | None:
    if act in ("search", "new"):
        who = _who(request)
        if isinstance(who, str):
            page |= {"problem": say(who), "who": request.POST}
            return None
        if act == "search":
            page |= {
                "matches": queries.who_may_it_be(who.name, who.born_year, who.phone, who.sex),
                "who": request.POST,
                "searched": True,
            }
            return None
        commands.name_walk_in(found, sealed_person=msgspec.json.encode(msgspec.structs.replace(who, code=found.code)))
    elif act == "same":
        person = get_object_or_404(Person, pk=_id(request.POST.get("person")))
        commands.name_walk_in(found, person_id=person.pk)
        note_look(person.pk, by=request.user, why="sheet")  # type: ignore[arg-type]
    elif act == "settle":
        if request.POST.get("seen") != queries.seen_of(found):
            raise EntryError("row_moved")
        by: Any = request.user
        commands.enter_rows(found.sheet, [(found, _values_of(request, ""))], by=by, way="typed", now=clock.now())
    return redirect("sheet", sheet_id=found.sheet_id)


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


@officers(*DESK)
def items(request: HttpRequest) -> HttpResponse:
    """What paper left open, ranked by the days left to each person's next dose."""
    areas, now = request.areas, clock.now()  # type: ignore[attr-defined]
    if request.method == "POST":
        return _decide(request)
    kind = request.GET.get("kind", "")
    kind = kind if kind in OpenItem.KINDS else ""
    page = {
        "items": queries.open_items(areas, _me(request), now, _ITEMS_SHOWN, kind or None), "kind": kind, "kinds": OpenItem.KINDS,
        "decided": OpenItem.objects.filter(decided_by=_me(request)).select_related("session__site").order_by("-decided_at")[:10],
        "decisions": commands.DECISIONS, "bad_pages": queries.bad_pages(_units_of(areas)),
    }  # fmt: skip
    return render(request, "paper/items.html", page)


def _decide(request: HttpRequest) -> HttpResponse:
    item = get_object_or_404(OpenItem.objects.select_related("session__site"), pk=_id(request.POST.get("item")))
    require_area(request, item.session.site.org_unit_id)
    act, now = request.POST.get("act", ""), clock.now()
    if act == "take_back":
        if item.decided_by_id != _me(request):
            raise Http404
        commands.take_back(item, by=request.user, now=now)  # type: ignore[arg-type]
        messages.success(request, _("Taken back: it is open again, as it was."))
    elif item.decided_at is not None:
        messages.error(request, _("This is decided already."))
    elif not commands.claim(item.pk, by=request.user, now=now):  # type: ignore[arg-type]
        messages.error(request, _("Somebody else has this in hand. It is free again ten minutes after they took it."))
    elif act != "claim":
        try:
            commands.decide(item, act, by=request.user, now=now)  # type: ignore[arg-type]
            messages.success(request, _("Decided. It can be taken back below."))
        except EntryError as error:
            messages.error(request, say(error.code))
    return redirect("paper_items")


@phones
@answers
def phone_photo(request: HttpRequest) -> SheetAnswer:
    """A phone of a site sends a photo of a sheet. It is kept, then read at once: who took it has the sheet in hand still."""
    device, body = signed_body(request)
    site = Site.objects.select_related("org_unit").get(pk=device.site_id)
    try:
        if len(body) > _PHOTO_BYTES_MAX:
            raise PictureError("file_too_large")
        kept, _is_new = commands.receive_scan(
            body, name=f"{site.name}.jpg", org_unit=site.org_unit, by=None, now=clock.now(), device_id=device.device_id
        )
    except PictureError as error:
        return SheetAnswer("", 0, 0, 0, error.code, say(error.code), clock_answer())
    commands.read_now(kept)
    page = kept.pages.select_related("sheet").order_by("number").first()
    if page is None:
        return SheetAnswer("", 0, 0, 0, "", "", clock_answer())
    states = list(SheetRow.objects.filter(page=page).values_list("state", flat=True))
    code, place = (page.sheet.code, page.sheet.number) if page.sheet else ("", 0)
    doubtful = states.count("doubtful")
    return SheetAnswer(
        code, place, len(states), doubtful, page.problem, say(page.problem) if page.problem else "", clock_answer()
    )


@csrf_exempt
def _inbound(request: HttpRequest) -> HttpResponse:
    """An SMS that came in, from a gateway that knows our word for it. Answers with the text to send back."""
    asked = request.GET if request.method == "GET" else request.POST | request.GET
    if asked.get("t") != inbound_token(asked.get("g", "")):
        return HttpResponse(status=403)
    tally = commands.take_tally(asked.get("text", "")[:200], way="sms", by=None, now=clock.now())
    if tally is None:
        return _reply(
            _("Not understood. Write: S <code of a sheet> G <given> N <not given> W <wasted> A <adverse events>")
        )
    said = {"given": tally.given, "not_given": tally.not_given, "wasted": tally.wasted, "aefi": tally.aefi}
    return _reply(
        _("Noted: given %(given)d, not given %(not_given)d, wasted %(wasted)d, adverse events %(aefi)d.") % said
    )


def _reply(text: str) -> HttpResponse:
    return HttpResponse(text, content_type="text/plain; charset=utf-8")


inbound = anyone(_inbound)


def _groups(found: Sheet) -> list[tuple[str, list[tuple[str, str]]]]:
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
        shown.append((group.field, pairs[: len(found.batches)] if group.field == "batch" and found.batches else pairs))
    return shown


def _session(request: HttpRequest, session_id: UUID) -> Session:
    found = get_object_or_404(Session.objects.select_related("site__org_unit", "product", "drive"), pk=session_id)
    require_area(request, found.site.org_unit_id)
    return found


def _sheet(request: HttpRequest, sheet_id: UUID) -> Sheet:
    near = Sheet.objects.select_related("session__site__org_unit", "session__product", "session__drive")
    found = get_object_or_404(near, pk=sheet_id)
    require_area(request, found.session.site.org_unit_id)
    return found


def _language(request: HttpRequest) -> str:
    asked = request.GET.get("language", getattr(request, "LANGUAGE_CODE", "en"))
    return asked if asked in ("en", "bn", "hi") else "en"


def _me(request: HttpRequest) -> UUID:
    return request.user.pk  # type: ignore[return-value]


def _id(text: str | None) -> UUID:
    try:
        return UUID(text or "")
    except ValueError:
        raise Http404 from None


def _whole(text: str | None) -> int | None:
    """A whole number of at most four digits, in any script; None for anything else."""
    digits = latin_digits(text or "").strip()
    return int(digits) if digits.isascii() and digits.isdigit() and len(digits) < 5 else None
