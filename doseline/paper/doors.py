# SPDX-License-Identifier: Apache-2.0
"""What machines bring of paper: a phone's photo of a sheet or of what somebody showed, and an SMS with a session's tally."""

from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.utils.crypto import constant_time_compare
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt

from doseline.messages.commands import inbound_token
from doseline.paper import commands, rules, scans
from doseline.paper.evidence import keep_evidence
from doseline.paper.models import SheetRow
from doseline.paper.pictures import PictureError
from doseline.paper.wording import ask_again, say
from doseline.places.models import Site
from doseline.shared.clock import clock
from doseline.staff.access import anyone, phones
from doseline.sync.views import answers, clock_answer, signed_body
from doseline.sync.wire import EvidenceAnswer, SheetAnswer

_PHOTO_BYTES_MAX = 8 * 1024 * 1024


@phones
@answers
def phone_photo(request: HttpRequest) -> SheetAnswer:
    """A phone of a site sends a photo of a sheet. It is kept, then read at once: who took it has the sheet in hand still."""
    device, body = signed_body(request)
    site = Site.objects.select_related("org_unit").get(pk=device.site_id)
    try:
        if len(body) > _PHOTO_BYTES_MAX:
            raise PictureError("file_too_large")
        kept, _is_new = scans.receive_scan(
            body, name=f"{site.name}.jpg", org_unit=site.org_unit, by=None, now=clock.now(), device_id=device.device_id
        )
    except PictureError as error:
        return SheetAnswer("", 0, 0, 0, error.code, say(error.code), clock_answer())
    scans.read_now(kept)
    page = kept.pages.select_related("sheet").order_by("number").first()
    if page is None:
        return SheetAnswer("", 0, 0, 0, "", "", clock_answer())
    states = list(SheetRow.objects.filter(page=page).values_list("state", flat=True))
    code, place = (page.sheet.code, page.sheet.number) if page.sheet else ("", 0)
    doubtful = states.count("doubtful")
    return SheetAnswer(
        code, place, len(states), doubtful, page.problem, say(page.problem) if page.problem else "", clock_answer()
    )


@phones
@answers
def phone_evidence(request: HttpRequest, fact_id: UUID) -> EvidenceAnswer:
    """A phone sends a photo of what somebody showed, for a fact of its own."""
    device, body = signed_body(request)
    try:
        if len(body) > _PHOTO_BYTES_MAX:
            raise PictureError("file_too_large")
        keep_evidence(body, fact_id=fact_id, device_id=device.device_id, now=clock.now())
    except PictureError as error:
        return EvidenceAnswer(error.code, say(error.code), clock_answer())
    return EvidenceAnswer("", "", clock_answer())


@csrf_exempt
def _inbound(request: HttpRequest) -> HttpResponse:
    """An SMS that came in, from a gateway that knows our word for it. Answers with the text to send back."""
    asked = request.GET if request.method == "GET" else request.POST | request.GET
    if not constant_time_compare(asked.get("t", ""), inbound_token(asked.get("g", ""))):
        return HttpResponse(status=403)
    tally = commands.take_tally(asked.get("text", "")[:200], way="sms", by=None, now=clock.now())
    if tally is None and (code := rules.sheet_said(asked.get("text", "")[:200])):
        text = _("We know no sheet %(code)s. Copy the code from the top of any sheet of the session.")
        return _reply(text % {"code": code})
    if tally is None:
        return _reply(
            _("Not understood. Write: S <code of a sheet> G <given> N <not given> W <wasted> A <adverse events>")
        )
    said = {"given": tally.given, "not_given": tally.not_given, "wasted": tally.wasted, "aefi": tally.aefi}
    noted = _("Noted: given %(given)d, not given %(not_given)d, wasted %(wasted)d, adverse events %(aefi)d.") % said
    planned = commands.beyond_plan(tally)
    return _reply(f"{noted} {ask_again(planned)}" if planned else noted)


def _reply(text: str) -> HttpResponse:
    return HttpResponse(text, content_type="text/plain; charset=utf-8")


inbound = anyone(_inbound)
