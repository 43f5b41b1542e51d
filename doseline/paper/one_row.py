# SPDX-License-Identifier: Apache-2.0
"""A volunteer's page: one cropped row at a time, taken in hand, and nothing else of the sheet. Who helps with forty sheets needs no
more sight than that (product.md, promise 6)."""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from doseline.paper import commands, queries
from doseline.paper.commands import EntryError
from doseline.paper.models import SheetRow
from doseline.paper.row_views import act_on_row, groups_of, strip_of, values_of
from doseline.paper.views import asker, id_of
from doseline.paper.wording import say
from doseline.people.commands import note_look
from doseline.shared import sql
from doseline.shared.clock import clock
from doseline.staff.access import HELPERS, officers

_IN_HAND = timedelta(minutes=10)


@officers(*HELPERS)
def one_row(request: HttpRequest) -> HttpResponse:
    """The next row in hand: its picture, what was read of it, and the way to say what it says. `row` in a form is the row it was made
    for: one that somebody else has meanwhile is not overwritten."""
    now = clock.now()
    page: dict[str, Any] = {}
    if request.method == "POST":
        found = _in_hand(request, id_of(request.POST.get("row")), now)
        if found is None:
            messages.error(request, say("row_moved"))
            return redirect("one_row")
        answer = _act(request, found, page, now)
        if answer is not None:
            return answer
    areas, me = request.areas, request.user.pk  # type: ignore[attr-defined]
    taken = sql.rows("paper/next_row", {"areas": areas, "me": me, "now": now, "until": now + _IN_HAND})
    if not taken:
        return render(request, "paper/one_row.html", {"row": None})
    [(row_id, left)] = taken
    row = SheetRow.objects.select_related("sheet__session__site").get(pk=row_id)
    [shown] = queries.with_people([row])
    if shown.name and request.method == "GET":
        note_look(row.person_id, by=asker(request), why="sheet", now=clock.now())
    is_second = row.state == "second"
    page |= {
        "row": row, "shown": shown, "groups": groups_of(row.sheet), "seen": queries.seen_of(row), "is_second": is_second,
        # the first person's word is not shown before one's own: it would be copied
        "values": {} if is_second else row.reading, "doubtful": [] if is_second else [doubt[0] for doubt in row.doubts],
        "left": left,
    }  # fmt: skip
    return render(request, "paper/one_row.html", page)


@officers(*HELPERS)
def row_in_hand_picture(request: HttpRequest, row_id: UUID) -> HttpResponse:
    """The strip of the picture that shows the row one has in hand; no other."""
    found = _in_hand(request, row_id, clock.now())
    if found is None:
        raise Http404
    return strip_of(found)


def _in_hand(request: HttpRequest, row_id: UUID | None, now: datetime) -> SheetRow | None:
    """The row, while the asker has it in hand."""
    rows = SheetRow.objects.select_related("sheet__session__site")
    return rows.filter(pk=row_id, claimed_by=request.user, claimed_until__gte=now).first()  # type: ignore[misc]


def _act(request: HttpRequest, found: SheetRow, page: dict[str, Any], now: datetime) -> HttpResponse | None:
    """Does what was asked of the row in hand; None when the page is to be shown again."""
    act = request.POST.get("act", "")
    try:
        if act == "right":
            if request.POST.get("seen") != queries.seen_of(found):
                raise EntryError("row_moved")
            by: Any = request.user
            commands.enter_rows(found.sheet, [(found, values_of(request, ""))], by=by, way="roster_scan", now=now)
        elif act == "not_readable":
            found.doubts = [*found.doubts, ["row", "not_readable"]]
            found.state = "doubtful" if found.state == "certain" else found.state
            found.save(update_fields=["doubts", "state"])
        elif act in ("search", "new", "nobody") or act.startswith("same:"):
            answer = act_on_row(request, found, page, act, back=redirect("one_row"))
            waiting = ("certain", "doubtful")  # of which something is still to be said: it stays in hand
            SheetRow.objects.filter(pk=found.pk).exclude(state__in=waiting).update(claimed_by=None, claimed_until=None)
            return answer
        else:
            raise EntryError("row_moved")
    except EntryError as error:
        page["problem"] = say(error.code)
        return None
    SheetRow.objects.filter(pk=found.pk).update(claimed_by=None, claimed_until=None)
    messages.success(request, _("Entered.") if act == "right" else _("Passed on: somebody else looks at it."))
    return redirect("one_row")
