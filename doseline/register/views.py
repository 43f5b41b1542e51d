# SPDX-License-Identifier: Apache-2.0
"""The desk of the register: find a person, see what is on record of them, decide who is one person. What is searched for comes
by POST, so that names and numbers stand in no address and no log."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from doseline.people.commands import decide_pair, note_look, unlink_people
from doseline.people.models import DuplicatePair, Person, PersonLink
from doseline.places.models import OrgUnit
from doseline.places.rules import is_within
from doseline.register import queries
from doseline.shared.clock import clock, today
from doseline.staff.access import DESK, officers, require_area

_PAIRS_SHOWN = 30


@officers(*DESK)
def people(request: HttpRequest) -> HttpResponse:
    """The form to find somebody, and who was found."""
    page: dict[str, Any] = {"pairs_open": queries.count_pairs(request.areas)[0]}  # type: ignore[attr-defined]
    if request.method == "POST":
        text, born = request.POST.get("text", "")[:200], request.POST.get("born", "")[:20]
        search = queries.find_people(text, born, request.areas, today())  # type: ignore[attr-defined]
        page |= {"text": text, "born": born, "search": search}
        page["units"] = _units([found.person.org_unit for found in search.found])
    return render(request, "register/people.html", page)


@officers(*DESK)
def person(request: HttpRequest, person_id: UUID) -> HttpResponse:
    """What is on record of one person. The look itself goes on record."""
    found = get_object_or_404(Person.objects.select_related("org_unit"), pk=person_id)
    require_area(request, found.org_unit_id)
    near = queries.pairs_of(person_id)
    page = queries.record_of(found) | {
        "person": found,
        "pairs": [pair for pair in near if not pair.is_apart],
        "apart": [pair for pair in near if pair.is_apart],
        "units": _units([end.org_unit for pair in near for end in (pair.one, pair.other)]),
    }
    note_look(person_id, by=request.user.pk, why="register", now=clock.now())  # type: ignore[arg-type]
    return render(request, "register/person.html", page)


@officers(*DESK)
def pairs(request: HttpRequest) -> HttpResponse:
    """Pairs that may be one person, and the word of the officer on one of them."""
    areas = request.areas  # type: ignore[attr-defined]
    if request.method == "POST":
        return _decide(request)
    open_pairs, searching = queries.count_pairs(areas)
    found = queries.pairs_to_decide(areas, _PAIRS_SHOWN)
    units = _units([end.org_unit for pair in found for end in (pair.one, pair.other)])
    page = {"pairs": found, "units": units, "count": open_pairs, "searching": searching}
    return render(request, "register/pairs.html", page)


def _decide(request: HttpRequest) -> HttpResponse:
    try:
        pair_id = UUID(request.POST.get("pair", ""))
    except ValueError:
        raise Http404 from None
    pair = get_object_or_404(DuplicatePair.objects.select_related("one", "other"), pk=pair_id)
    _require_either(request, pair.one, pair.other)
    outcome = request.POST.get("outcome", "")
    if outcome not in ("linked", "two_people"):
        raise Http404
    decide_pair(pair, outcome=outcome, by=request.user.pk, now=clock.now())
    if outcome == "linked":
        messages.success(request, _("Linked: one person now. It can be taken back on this page."))
        return redirect("person", person_id=pair.one_id)
    messages.success(request, _("Kept: two people."))
    return redirect(_back(request))


def _unlink(request: HttpRequest, link_id: UUID) -> HttpResponse:
    """Takes a link back; both rows count by themselves again."""
    link = get_object_or_404(PersonLink.objects.select_related("person", "same_as"), pk=link_id)
    _require_either(request, link.person, link.same_as)
    unlink_people(link, by=request.user.pk, now=clock.now())
    messages.success(request, _("Taken back: two people again."))
    return redirect(_back(request))


unlink = officers(*DESK)(require_POST(_unlink))


def _require_either(request: HttpRequest, one: Person, other: Person) -> None:
    """Raises Http404 unless one of the two lies in the officer's areas."""
    areas = request.areas  # type: ignore[attr-defined]
    if not any(is_within(end.org_unit_id, area) for end in (one, other) for area in areas):
        raise Http404


def _back(request: HttpRequest) -> str:
    """The page the decision was taken on: a person's, or the list of pairs."""
    try:
        return f"/hq/people/{UUID(request.POST.get('person', ''))}/"
    except ValueError:
        return "/hq/people/pairs/"


def _units(codes: list[str]) -> dict[str, OrgUnit]:
    return {unit.code: unit for unit in OrgUnit.objects.filter(code__in=set(codes))}
