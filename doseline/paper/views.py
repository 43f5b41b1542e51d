# SPDX-License-Identifier: Apache-2.0
"""The paper desk: print and hand over sheets, take pictures in, decide what is open. What is on a sheet: row_views.py."""

import re
from collections.abc import Callable
from itertools import islice
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from doseline.paper import commands, open_items, printing, queries, reviews, scans
from doseline.paper.commands import EntryError
from doseline.paper.evidence import evidence_of
from doseline.paper.models import OpenItem, ReviewDecision, Scan, ScanPage, Sheet, SheetRow
from doseline.paper.pictures import BYTES_MAX, PictureError
from doseline.paper.wording import ask_again, say
from doseline.people.commands import note_look
from doseline.places.models import OrgUnit
from doseline.places.queries import within
from doseline.places.rules import is_within
from doseline.planning.models import Drive, PackPrint, Session
from doseline.shared import sql
from doseline.shared.clock import INDIA, clock
from doseline.shared.ids import read_code
from doseline.shared.words import latin_digits, number
from doseline.staff.access import DESK, officers, require_area

_FILES_MAX = 40
_SCANS_SHOWN = 100
_ITEMS_SHOWN = 100
_DECIDED_SHOWN = 50
_HANDED_AT_ONCE = 300
_CODE_LETTERS = 8
# Which sessions stand behind a number of the page.
_BEHIND: dict[str, Callable[[dict[str, Any]], bool]] = {
    "on_paper": lambda session: session["is_held"], "out": lambda session: session["out_count"] > 0,
}  # fmt: skip
HANDED = ("used", "received", "lost", "void")  # what may be said of a sheet that changes hands


@officers(*DESK)
def paper(request: HttpRequest) -> HttpResponse:
    """The desk's page: how paper stands, what came in, and the form to send pictures."""
    areas = request.areas  # type: ignore[attr-defined]
    now = clock.now()
    if request.method == "POST":
        _receive(request)
        return redirect("paper")
    sent = list(queries.scans_of(_units_of(areas))[:_SCANS_SHOWN])
    only = request.GET.get("only", "")
    sessions = queries.sessions_on_paper(areas, now) if only == "all" else queries.sessions_at_work(areas, now)
    page = {
        "standing": queries.standing(areas, now), "due": queries.due_by_day(areas, now.astimezone(INDIA).date()),
        "sessions": [one for one in sessions if _BEHIND.get(only, bool)(one)], "only": only, "scans": sent,
        "is_reading": any(scan.state in ("waiting", "reading") for scan in sent),
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
            _scan, is_new = scans.receive_scan(file.read(), name=name, org_unit=unit, by=by, now=clock.now())
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
    pages: list[Any] = list(
        found.pages.select_related("sheet__session__site__org_unit").defer("closed").order_by("number")
    )
    if not any(is_within(found.org_unit_id, area) for area in request.areas):  # type: ignore[attr-defined]
        pages = [
            page for page in pages if page.sheet and _is_ours(request, page.sheet)
        ]  # sent elsewhere, of a sheet of ours
        if not pages:
            raise Http404
    elif request.method == "POST":
        _act_on_page(request, found)
        return redirect("scan", scan_id=scan_id)
    for page in pages:
        page.is_ours = page.sheet is None or _is_ours(request, page.sheet)
    is_here = any(is_within(found.org_unit_id, area) for area in request.areas)  # type: ignore[attr-defined]
    return render(request, "paper/scan.html", {"scan": found, "pages": pages, "is_here": is_here})


@officers(*DESK)
def scan_picture(request: HttpRequest, scan_id: UUID, number: int) -> HttpResponse:
    """One page of a file as it came, made smaller: what a person needs to read a code, or to see why nothing could be read."""
    found = get_object_or_404(Scan, pk=scan_id)
    if not any(is_within(found.org_unit_id, area) for area in request.areas):  # type: ignore[attr-defined]
        raise Http404
    jpeg = scans.picture_of(found, number)
    if jpeg is None:
        raise Http404
    return HttpResponse(jpeg, content_type="image/jpeg")


def _is_ours(request: HttpRequest, sheet: Sheet) -> bool:
    return any(is_within(sheet.session.site.org_unit_id, area) for area in request.areas)  # type: ignore[attr-defined]


def _act_on_page(request: HttpRequest, found: Scan) -> None:
    """A page's code typed by a person who can read it, the page put aside, or taken off a sheet it does not show."""
    page = get_object_or_404(ScanPage, scan=found, number=_whole(request.POST.get("page")) or 0)
    if request.POST.get("act") == "other_sheet":
        _take_off_sheet(request, page)
        return
    if request.POST.get("act") == "aside" and page.problem:
        ScanPage.objects.filter(pk=page.pk).update(settled_at=clock.now())
        return
    if page.sheet_id is not None:
        raise Http404
    code = read_code(request.POST.get("code", ""))
    sheet = Sheet.objects.select_related("session__site").filter(code=code).first() if code else None
    if sheet is None or not _is_ours(request, sheet):
        text = _(
            "No sheet has this code. It stands under the square pattern at the top right: eight letters and digits."
        )
        messages.error(request, text)
    elif scans.name_page(page, sheet.code, clock.now()) is None:
        messages.error(request, _("This picture cannot be laid flat. Key the sheet in, or photograph it again."))


def _take_off_sheet(request: HttpRequest, page: ScanPage) -> None:
    if page.sheet is None or not _is_ours(request, page.sheet):
        raise Http404
    entered = scans.unname_page(page, clock.now())
    messages.success(request, _("The page waits for its code; what it proposed there is taken out."))
    if entered:
        text = ngettext(
            "%(count)s row was entered from it already: correct it on the sheet.",
            "%(count)s rows were entered from it already: correct them on the sheet.",
            entered,
        )
        messages.error(request, text % {"count": number(entered)})


@officers(*DESK)
def sheets(request: HttpRequest, session_id: UUID) -> HttpResponse:
    """The sheets of a session: print, hand over, tell the tally."""
    session = session_within(request, session_id)
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
        tally = commands.take_tally(text, way="call", by=request.user, now=now)  # type: ignore[arg-type]
        messages.success(request, _("Noted. It counts as the session's tally until its rows are in."))
        if tally is not None and (planned := commands.beyond_plan(tally)):
            messages.warning(request, ask_again(planned))
    elif act == "second_check":
        require_area(request, session.drive.org_unit_id)
        Drive.objects.filter(pk=session.drive_id).update(second_check=request.POST.get("is_on") == "yes")
    else:
        sheet = get_object_or_404(Sheet, pk=id_of(request.POST.get("sheet")), session=session)
        place = request.POST.get("place", "")
        if not commands.hand_over(sheet, act, by=request.user, place=place, now=now):  # type: ignore[arg-type]
            messages.error(request, _("This sheet is further along already."))


def _codes_in(text: str) -> dict[str, str]:
    """What was typed or scanned → the code it holds, empty for none. One a line, or several in one, spaced as printed or not."""
    found: dict[str, str] = {}
    for line in re.split(r"[\r\n,;]+", text):
        whole = read_code(line.rsplit(":", 1)[-1])
        is_one = whole is not None and len(whole) == _CODE_LETTERS
        for word in [line.strip()] if is_one else line.split():
            found[word] = read_code(word.rsplit(":", 1)[-1]) or ""
    return dict(islice(found.items(), _HANDED_AT_ONCE))


@officers(*DESK)
def hand_over(request: HttpRequest) -> HttpResponse:
    """Sheets that change hands, many at once: their codes scanned into one field, or typed. Each is said for itself."""
    page: dict[str, Any] = {"asked": request.POST, "said": []}
    if request.method == "POST":
        act = request.POST.get("act", "")
        if act not in HANDED:
            raise Http404
        codes = _codes_in(latin_digits(request.POST.get("codes", "")))
        found = {
            sheet.code: sheet for sheet in Sheet.objects.select_related("session__site").filter(code__in=codes.values())
        }
        for one, code in codes.items():
            sheet = found.get(code)
            if sheet is None or not _is_ours(request, sheet):
                page["said"].append((one[:40], None, "unknown"))
                continue
            place = request.POST.get("place", "")
            moved = commands.hand_over(sheet, act, by=request.user, place=place, now=clock.now())  # type: ignore[arg-type]
            page["said"].append((sheet.code, sheet, "moved" if moved else "same" if sheet.state == act else "further"))
    return render(request, "paper/hand_over.html", page | {"acts": HANDED})


@officers(*DESK)
def sheets_pdf(request: HttpRequest, session_id: UUID) -> HttpResponse:
    """A session's sheets to print. What is missing is made; what was made is printed again as it was."""
    session = session_within(request, session_id)
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
    sheet = sheet_within(request, sheet_id)
    language = _language(request)
    heading, [page] = queries.drawn([sheet], language)
    [picture] = printing.draw_pictures(heading, [page], language)
    name = f'inline; filename="{sheet.code}.png"'
    return HttpResponse(picture, content_type="image/png", headers={"Content-Disposition": name})


@officers(*DESK)
def items(request: HttpRequest) -> HttpResponse:
    """What paper left open, ranked by the days left to each person's next dose."""
    areas, now = request.areas, clock.now()  # type: ignore[attr-defined]
    if request.method == "POST":
        return _decide(request)
    kind = request.GET.get("kind", "")
    kind = kind if kind in OpenItem.KINDS else ""
    decided = list(
        OpenItem.objects.filter(decided_by=asker(request))
        .select_related("session__site")
        .order_by("-decided_at")[:_DECIDED_SHOWN]
    )
    rows = SheetRow.objects.select_related("sheet").in_bulk([item.subject_id for item in decided])
    page = {
        "items": queries.open_items(areas, asker(request), now, _ITEMS_SHOWN, kind or None), "kind": kind, "kinds": OpenItem.KINDS,
        "decided": [(item, rows.get(item.subject_id)) for item in decided],
        "decisions": open_items.DECISIONS, "bad_pages": queries.bad_pages(_units_of(areas)),
    }  # fmt: skip
    return render(request, "paper/items.html", page)


def _decide(request: HttpRequest) -> HttpResponse:
    item = get_object_or_404(OpenItem.objects.select_related("session__site"), pk=id_of(request.POST.get("item")))
    require_area(request, item.session.site.org_unit_id)
    act, now = request.POST.get("act", ""), clock.now()
    if act == "take_back":
        if item.decided_at is None:
            messages.error(request, _("It is open again already."))
            return redirect("paper_items")
        if item.decided_by_id != asker(request):
            raise Http404
        try:
            open_items.take_back(item, by=request.user, now=now)  # type: ignore[arg-type]
            messages.success(request, _("Taken back: it is open again, as it was."))
        except EntryError as error:
            messages.error(request, say(error.code))
    elif item.decided_at is not None:
        messages.error(request, _("This is decided already."))
    elif not open_items.claim(item.pk, by=request.user, now=now):  # type: ignore[arg-type]
        messages.error(request, _("Somebody else has this in hand. It is free again ten minutes after they took it."))
    elif act != "claim":
        try:
            open_items.decide(item, act, by=request.user, now=now)  # type: ignore[arg-type]
            messages.success(request, _("Decided. It can be taken back below."))
        except EntryError as error:
            messages.error(request, say(error.code))
    return redirect("paper_items")


@officers(*DESK)
@require_POST
def review(request: HttpRequest) -> HttpResponse:
    """The desk's word on what two records say of one person, from the list of what is to review, for one or for all like it of a
    session; or taken back."""
    kind, area, act = request.POST.get("kind", ""), request.POST.get("area", ""), request.POST.get("act", "")
    require_area(request, area)
    back = redirect("board_list", area=area, kind="reviews")
    try:
        if act == "take_back":
            decision = get_object_or_404(
                ReviewDecision, pk=id_of(request.POST.get("decision")), decided_by=asker(request)
            )
            session_within(request, decision.session_id)
            if decision.taken_back_at is not None:
                messages.error(request, _("It is open again already."))
                return back
            reviews.take_back(decision.pk, by=request.user, now=clock.now())  # type: ignore[arg-type]
            messages.success(request, _("Taken back: it is open again in a few seconds."))
            return back
        fact_id = id_of(request.POST.get("fact"))
        found = sql.dicts("paper/under_review", {"fact_id": fact_id, "kind": kind})
        if not found:
            raise EntryError("decided_already")
        session = session_within(request, found[0]["session_id"])
        if act == "this_stands":  # the other record, wherever it is, is to go
            session_within(request, found[0]["other_session_id"])
        if request.POST.get("all"):
            reviews.decide_alike(session.pk, kind, act, by=request.user, now=clock.now())  # type: ignore[arg-type]
        else:
            reviews.decide(fact_id, kind, act, by=request.user, now=clock.now())  # type: ignore[arg-type]
        messages.success(request, _("Noted. The list follows in a few seconds."))
    except EntryError as error:
        messages.error(request, say(error.code))
    return back


def session_within(request: HttpRequest, session_id: UUID) -> Session:
    """A session of the officer's own areas; to everybody else it is not there."""
    found = get_object_or_404(Session.objects.select_related("site__org_unit", "product", "drive"), pk=session_id)
    require_area(request, found.site.org_unit_id)
    return found


def sheet_within(request: HttpRequest, sheet_id: UUID) -> Sheet:
    """A sheet of the officer's own areas, with its session, site and drive."""
    near = Sheet.objects.select_related("session__site__org_unit", "session__product", "session__drive")
    found = get_object_or_404(near, pk=sheet_id)
    require_area(request, found.session.site.org_unit_id)
    return found


def _language(request: HttpRequest) -> str:
    asked = request.GET.get("language", getattr(request, "LANGUAGE_CODE", "en"))
    return asked if asked in ("en", "bn", "hi") else "en"


def asker(request: HttpRequest) -> UUID:
    """Who asks."""
    return request.user.pk  # type: ignore[return-value]


def id_of(text: str | None) -> UUID:
    """An id from a form; what is none is not found."""
    try:
        return UUID(text or "")
    except ValueError:
        raise Http404 from None


def _whole(text: str | None) -> int | None:
    """A whole number of at most four digits, in any script; None for anything else."""
    digits = latin_digits(text or "").strip()
    return int(digits) if digits.isascii() and digits.isdigit() and len(digits) < 5 else None


@officers(*DESK)
def evidence(request: HttpRequest, fact_id: UUID) -> HttpResponse:
    """The photo of what somebody showed of an earlier dose; who looks goes on that person's record."""
    found = evidence_of(fact_id)
    if found is None:
        raise Http404
    jpeg, person_id, places = found
    if not any(is_within(place, area) for place in places for area in request.areas):  # type: ignore[attr-defined]
        raise Http404
    note_look(person_id, by=asker(request), why="evidence", now=clock.now())
    return HttpResponse(jpeg, content_type="image/jpeg")
