# SPDX-License-Identifier: Apache-2.0
"""Who was really told: the delivery watch, its lists, the call desk, templates and gateways; and where receipts come in."""

import re
from datetime import date
from typing import Any
from uuid import UUID

from django.contrib import messages as notices
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.crypto import constant_time_compare
from django.utils.translation import gettext as _
from django.utils.translation import override
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from doseline.messages import commands, queries, rules
from doseline.messages.models import CHANNELS, PURPOSES, Gateway, Template
from doseline.messages.wording import script
from doseline.people.commands import note_looks
from doseline.places.models import OrgUnit
from doseline.places.queries import within
from doseline.planning.commands import invite_from_reserve
from doseline.planning.models import Session
from doseline.shared import clock, sql
from doseline.shared.clock import day_ahead
from doseline.shared.words import day, latin_digits, number, time_of_day
from doseline.staff.access import DESK, TEXT_KEEPERS, anyone, officers, require_area

OUTCOMES = ("will_come", "reached", "cannot", "no_answer", "wrong_number")
CANCELLED_OUTCOMES = ("reached", "no_answer", "wrong_number")
_ROWS_PER_PAGE = 200
_GIVEN_BACK_KEPT = 50


@officers(*DESK)
def reach(request: HttpRequest) -> HttpResponse:
    """The delivery watch of a day: how many of each session's people know of it, and what to do about the others."""
    unit, on_date = _area(request), _day(request)
    page = {
        "unit": unit, "areas": _areas(request), "on_date": on_date, "watch": queries.watch_of(unit.code, on_date, clock.now()),
        "numbers": queries.NUMBERS, "trouble": queries.sms_trouble(queries.gateways(clock.now())),
        "trust": queries.code_trust(clock.now()),
        "cancelled": queries.by_session(queries.cancelled_people(unit.code, on_date)),
        "cancelled_numbers": queries.CANCELLED_NUMBERS,
        "preview": [view for view in queries.templates() if view.template.purpose == "invitation"],
    }  # fmt: skip
    return render(request, "messages/reach.html", page)


def _send(request: HttpRequest) -> HttpResponse:
    """Composes invitations or reminders for every session of a day in an area, or for one session; or has those called whom no
    message is on its way to."""
    unit, on_date = _area(request), _day(request)
    purpose = request.POST.get("purpose")
    if purpose not in ("invitation", "reminder", "call"):
        raise Http404
    sessions = Session.objects.filter(within(unit.code, "site__org_unit__code"), on_date=on_date, cancellation=None)
    if request.POST.get("session"):
        sessions = sessions.filter(pk=UUID(request.POST["session"]))
    session_ids = list(sessions.values_list("session_id", flat=True))
    if purpose == "call":
        count = {"count": number(commands.call_whom_nothing_reaches(session_ids))}
        notices.success(request, _("%(count)s people are put on the call list now.") % count)
        return redirect(f"/hq/calls/?area={unit.code}")
    composed = commands.compose(session_ids, purpose)
    count = {"count": number(composed)}
    if not composed:
        notices.info(
            request,
            _("Everybody who can be written to has been. Whom it did not reach: remind them, or have them called."),
        )
    elif not commands.usable_gateways().get("sms"):
        notices.error(request, _("%(count)s messages wait: no gateway for SMS is in use.") % count)
    elif commands.awake_from(clock.now()) > clock.now():
        notices.success(request, _("%(count)s messages go out at seven in the morning.") % count)
    else:
        notices.success(request, _("%(count)s messages are on their way.") % count)
    return redirect(f"/hq/messages/?area={unit.code}&date={on_date}")


send = officers(*DESK)(require_POST(_send))


@officers(*DESK)
def reach_list(request: HttpRequest, kind: str) -> HttpResponse:
    """The people behind a number of the watch."""
    unit, on_date = _area(request), _day(request)
    if kind not in (*queries.NUMBERS, "all"):
        raise Http404
    return render(request, "messages/reach_list.html", _list_page(request, unit, on_date, kind, None))


@officers(*DESK)
def reach_session(request: HttpRequest, session_id: UUID) -> HttpResponse:
    """One session's people: who was told, how, and who was not; and the button that invites from its reserve list."""
    session = get_object_or_404(Session.objects.select_related("site__org_unit"), pk=session_id)
    unit = session.site.org_unit
    require_area(request, unit.code)
    if hasattr(session, "cancellation"):
        return render(request, "messages/cancelled_list.html", _cancelled_page(request, session))
    if request.method == "POST":
        count = invite_from_reserve(session, _number(request.POST.get("count"), 0))
        commands.compose([session.session_id], "invitation")
        notices.success(request, _("%(count)s people invited from the reserve list.") % {"count": number(count)})
        return redirect("reach_session", session_id=session_id)
    kind = request.GET.get("kind", "all")
    page = _list_page(request, unit, session.on_date, kind if kind in queries.NUMBERS else "all", session_id)
    watch = queries.watch_of(unit.code, session.on_date, clock.now())
    own = next((row for row in watch.sessions if row["session_id"] == session_id), None)
    return render(
        request, "messages/reach_list.html", page | {"session": session, "own": own, "numbers": queries.NUMBERS}
    )


def _cancelled_page(request: HttpRequest, session: Session) -> dict[str, Any]:
    people = queries.cancelled_people(session.site.org_unit_id, session.on_date, session.pk)
    kind = request.GET.get("kind", "all")
    kind = kind if kind in queries.CANCELLED_NUMBERS else "all"
    return {
        "session": session, "unit": session.site.org_unit, "on_date": session.on_date, "kind": kind,
        "numbers": queries.CANCELLED_NUMBERS,
        "own": next(iter(queries.by_session(people)), None), "rows": [one for one in people if queries.is_behind(one, kind)],
    }  # fmt: skip


def _list_page(
    request: HttpRequest, unit: OrgUnit, on_date: date, kind: str, session_id: UUID | None
) -> dict[str, Any]:
    page = _number(request.GET.get("page"), 1)
    rows = queries.list_of(
        unit.code, on_date, kind, session_id=session_id, limit=_ROWS_PER_PAGE, offset=(page - 1) * _ROWS_PER_PAGE
    )
    total = rows[0]["total"] if rows else 0
    return {"unit": unit, "on_date": on_date, "kind": kind, "rows": rows, "total": total,
            "next_page": page + 1 if page * _ROWS_PER_PAGE < total else None}  # fmt: skip


@officers(*DESK)
def calls(request: HttpRequest) -> HttpResponse:
    """The call desk: how many are to be called, and the next one."""
    unit = _area(request)
    if request.method == "POST":
        call_id = _next_call(request, unit.code)
        if call_id is None:
            notices.info(request, _("Nobody is left to call just now."))
            return redirect(f"/hq/calls/?area={unit.code}")
        return _to_call(call_id, unit.code)
    page = {
        "unit": unit,
        "areas": _areas(request),
        "left": queries.calls_left(unit.code, clock.now()),
        "shown": ("due", "claimed", "later", *OUTCOMES, "not_called", "no_number"),
    }
    return render(request, "messages/calls.html", page)


@officers(*DESK)
def call_list(request: HttpRequest, what: str) -> HttpResponse:
    """The people behind a number of the call desk."""
    unit, page = _area(request), _number(request.GET.get("page"), 1)
    if what not in (*OUTCOMES, "due", "claimed", "later", "no_number", "not_needed", "not_called"):
        raise Http404
    if request.method == "POST":
        return _give_number(request)
    rows = queries.call_list(unit.code, what, clock.now(), limit=_ROWS_PER_PAGE, offset=(page - 1) * _ROWS_PER_PAGE)
    total = rows[0]["total"] if rows else 0
    shown = {
        "unit": unit,
        "what": what,
        "rows": rows,
        "total": total,
        "is_number_wanted": what in commands.NUMBER_WANTED,
    }
    if what in commands.NUMBER_WANTED:
        note_looks([row["person_id"] for row in rows], by=request.user.pk, why="call", now=clock.now())  # type: ignore[arg-type]
    return render(
        request, "messages/call_list.html", shown | {"next_page": page + 1 if page * _ROWS_PER_PAGE < total else None}
    )


def _give_number(request: HttpRequest) -> HttpResponse:
    """The number of somebody no number reached, from whoever knows it."""
    call_id = _uuid(request.POST.get("call"))
    found = queries.call(call_id)
    if found is None:
        raise Http404
    require_area(request, found["org_unit_id"])
    fault = commands.give_number(call_id, request.POST.get("phone", ""), by=request.user.pk)  # type: ignore[arg-type]
    if fault == "phone_unreadable":
        notices.error(request, _("This is no phone number. Write it in ten digits: 50000 12345."))
    elif fault:
        notices.error(request, _("Somebody has given a number meanwhile."))
    else:
        notices.success(request, _("The number is noted; they are on the call list."))
    return redirect(f"{request.path}?area={request.POST.get('area', '')}")


def _uuid(text: str | None) -> UUID:
    try:
        return UUID(text or "")
    except ValueError:
        raise Http404 from None


def _release(request: HttpRequest, call_id: UUID) -> HttpResponse:
    """Gives a call back, for somebody else to take at once."""
    found = queries.call(call_id)
    if found is None:
        raise Http404
    require_area(request, found["org_unit_id"])
    commands.release_call(call_id, by=request.user.pk)  # type: ignore[arg-type]
    request.session["given_back"] = [str(call_id), *request.session.get("given_back", [])][:_GIVEN_BACK_KEPT]
    return redirect(f"/hq/calls/?area={_area(request).code}")


release = officers(*DESK)(require_POST(_release))


@officers(*DESK)
def call(request: HttpRequest, call_id: UUID) -> HttpResponse:
    """One person to call: what to say, whom to dial, how it went. Only for the caller who holds it."""
    found = queries.call(call_id)
    if found is None:
        raise Http404
    require_area(request, found["org_unit_id"])
    if request.method == "POST":
        if "phone" in request.POST:
            return _correct_number(request, call_id)
        outcome = request.POST.get("outcome", "")
        if outcome not in OUTCOMES:
            raise Http404
        if found["is_called_off"]:
            commands.release_call(call_id, by=request.user.pk)  # type: ignore[arg-type]
            notices.error(
                request, _("The session was cancelled while you called. Tell them not to come; nothing was written.")
            )
            return redirect(f"/hq/calls/?area={_area(request).code}")
        was_mine = found["claimed_by"] == request.user.pk  # and is, while nobody else has it, however long it took
        is_moved = was_mine and request.POST.get("said") != _said(found)
        if is_moved and outcome not in ("no_answer", "wrong_number"):
            notices.error(
                request,
                _("The session was moved while you called. Tell them what stands here now, and say again how it went."),
            )
            return _to_call(call_id, _area(request).code)
        if not commands.say_outcome(call_id, outcome, by=request.user.pk):  # type: ignore[arg-type]
            notices.error(request, _("This call has ended, or is somebody else's by now. Nothing was written."))
        area = _area(request).code
        next_id = _next_call(request, area) if request.POST.get("more") else None
        return _to_call(next_id, area) if next_id else redirect(f"/hq/calls/?area={area}")
    if found["is_called_off"] or not _is_mine(request, found):
        return render(request, "messages/call_gone.html", {"call": found}, status=409)
    outcomes = CANCELLED_OUTCOMES if found["purpose"] == "cancellation" else OUTCOMES
    page = {
        "call": found,
        "area": _area(request).code,
        "script": _script(found),
        "said": _said(found),
        "outcomes": outcomes,
        "is_night": rules.is_quiet(clock.now()),
    }
    return render(request, "messages/call.html", page)


def _next_call(request: HttpRequest, area: str) -> UUID | None:
    given_back = [UUID(call_id) for call_id in request.session.get("given_back", [])]
    return commands.claim_call(by=request.user.pk, area=area, given_back=given_back)  # type: ignore[arg-type]


def _is_mine(request: HttpRequest, found: dict[str, Any]) -> bool:
    held_until = found["claimed_until"] if found["claimed_by"] == request.user.pk else None
    return held_until is not None and held_until >= clock.now()


def _said(found: dict[str, Any]) -> str:
    """Where and when the person is told to come: what a caller reads out must still be so when they say how it went."""
    return f"{found['slot_at'].isoformat()} {found['name']}"


def _to_call(call_id: UUID, area: str) -> HttpResponse:
    """The page of a call, made from an area: the next one comes from there too."""
    return redirect(f"{reverse('call', args=[call_id])}?area={area}")


def _correct_number(request: HttpRequest, call_id: UUID) -> HttpResponse:
    fault = commands.correct_number(call_id, request.POST["phone"], by=request.user.pk)  # type: ignore[arg-type]
    if fault == "phone_unreadable":
        notices.error(request, _("This is no phone number. Write it in ten digits: 50000 12345."))
    elif fault:
        notices.error(request, _("This call has ended, or is somebody else's by now. Nothing was written."))
    else:
        notices.success(request, _("The number is corrected. Call it now."))
    return _to_call(call_id, _area(request).code)


def _script(found: dict[str, Any]) -> str:
    language = found["language"] if found["language"] in ("bn", "hi") else "en"
    local = language != "en"
    site = {"bn": found["name_bn"], "hi": found["name_hi"]}.get(language) or found["name"]
    with override(language):
        return script(
            found["purpose"], language,
            name=(found["name_local"] if local else found["name_latin"]) or found["name_latin"] or found["name_local"],
            site=site, date=day(found["slot_at"]), time=time_of_day(found["slot_at"]),
        )  # fmt: skip


@officers(*TEXT_KEEPERS)
def texts(request: HttpRequest) -> HttpResponse:
    """Templates and gateways: what is said, what it costs, where it differs from the registered text, and the ways out."""
    if request.method == "POST":
        _save_text(request)
        return redirect("texts")
    page = {
        "templates": queries.templates(), "gateways": queries.gateways(clock.now()), "trust": queries.code_trust(clock.now()),
        "ways": Gateway.objects.order_by("channel", "code"), "purposes": PURPOSES, "channels": CHANNELS,
    }  # fmt: skip
    return render(request, "messages/texts.html", page)


def _save_text(request: HttpRequest) -> None:
    asked = request.POST
    if asked.get("gateway"):
        gateway = get_object_or_404(Gateway, pk=asked["gateway"])
        gateway.is_active = asked.get("is_active") == "yes"
        gateway.save(update_fields=["is_active"])
        return
    template = get_object_or_404(Template, pk=UUID(asked.get("template", "")))
    if not asked.get("text", "").strip():
        notices.error(request, _("A text cannot be empty. To stop it, take it out of use."))
        return
    template.text, template.registered = asked.get("text", "").strip(), asked.get("registered", "").strip()
    template.dlt_template_id, template.dlt_entity_id = (
        asked.get("dlt_template_id", "")[:40],
        asked.get("dlt_entity_id", "")[:40],
    )
    template.sender, template.is_active = asked.get("sender", "")[:11], asked.get("is_active") == "yes"
    template.save()
    faults = commands.faults_of(template)
    if faults:
        notices.error(request, _("Saved, but it cannot be used: see what is wrong beside it."))


@csrf_exempt
def _receipt(request: HttpRequest) -> HttpResponse:
    """What a gateway says became of a message. Without the token of that very message and gateway: 403, and nothing is taken
    in. Answers 200 to what it knows already."""
    asked = request.GET if request.method == "GET" else request.POST | request.GET
    try:
        message_id, gateway = UUID(asked.get("m", "")), asked.get("g", "")
    except ValueError:
        return HttpResponse(status=400)
    if not constant_time_compare(asked.get("t", ""), commands.receipt_token(message_id, gateway)):
        return HttpResponse(status=403)
    state = rules.receipt_state(asked.get("status", ""))
    if state is None:
        return HttpResponse(status=400)
    commands.receive_receipts([(message_id, gateway, state, asked.get("detail", "")[:40])])
    return HttpResponse(status=200)


receipt = anyone(_receipt)


@anyone
def demo_phones(request: HttpRequest) -> HttpResponse:
    """What the phones of a demo received, newest first; 404 outside a demo."""
    if clock.clock.setting() is None:
        raise Http404
    asked = re.sub(r"[^0-9]", "", latin_digits(request.GET.get("number", "")))[-10:]
    rows = sql.dicts("messages/demo_phones", {"number": asked or None})
    return render(request, "messages/demo_phones.html", {"rows": rows, "number": asked})


def _area(request: HttpRequest) -> OrgUnit:
    asked = request.GET.get("area") or request.POST.get("area") or request.areas[0]  # type: ignore[attr-defined]
    require_area(request, asked)
    return get_object_or_404(OrgUnit, pk=asked)


def _areas(request: HttpRequest) -> list[OrgUnit]:
    own = list(OrgUnit.objects.filter(code__in=request.areas))  # type: ignore[attr-defined]
    return own + list(OrgUnit.objects.filter(parent__in=own).order_by("name"))


def _day(request: HttpRequest) -> date:
    try:
        return date.fromisoformat(request.GET.get("date") or request.POST.get("date") or "")
    except ValueError:
        return day_ahead()


def _number(text: str | None, default: int) -> int:
    return int(text) if text and text.isascii() and text.isdigit() and len(text) < 7 else default
