# SPDX-License-Identifier: Apache-2.0
"""The start ladder at the desk: the answer read out to a site, and starts settled."""

from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST

from doseline.planning import starts
from doseline.planning.models import Session, SessionStart
from doseline.shared.clock import clock
from doseline.shared.words import latin_digits
from doseline.staff.access import DESK, officers, require_area
from doseline.staff.models import Device


@officers(*DESK)
def voice_answer(request: HttpRequest, session_id: UUID) -> HttpResponse:
    """A site calls and reads out eight digits; the page says what to read back. Every answer is written down."""
    session = get_object_or_404(Session.objects.select_related("site"), pk=session_id)
    require_area(request, session.site.org_unit_id)
    page: dict[str, object] = {"session": session}
    if request.method == "POST":
        challenge = latin_digits(request.POST.get("challenge", "")).replace(" ", "").replace("-", "")
        phones = {phone.pk: phone.label for phone in Device.objects.filter(site=session.site, revocation=None)}
        try:
            answers = starts.give_answer(
                session_id, challenge, by=request.user, phones=list(phones), on_date=session.on_date.isoformat()  # type: ignore[arg-type]
            )  # fmt: skip
            page |= {"answers": [(phones[pk], f"{said[:4]} {said[4:]}") for pk, said in answers.items()]}
        except ValueError:
            page |= {"is_wrong": True}
    return render(request, "planning/voice.html", page, status=400 if "is_wrong" in page else 200)


def _settle_start(request: HttpRequest, fact_id: UUID) -> HttpResponse:
    start = get_object_or_404(SessionStart.objects.select_related("session__site"), pk=fact_id)
    require_area(request, start.session.site.org_unit_id)
    starts.settle_start(fact_id, by=request.user, now=clock.now())  # type: ignore[arg-type]
    return redirect("session", session_id=start.session_id)


settle_start = officers(*DESK)(require_POST(_settle_start))
