# SPDX-License-Identifier: Apache-2.0
"""The plan of the days to come: calendar, sessions in bulk, people into sessions, sites with their teams, readiness."""

import secrets
from datetime import date, datetime, time, timedelta
from typing import Any
from uuid import UUID

import phonenumbers
from django.contrib import messages
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from doseline.people.models import Person
from doseline.places.models import OrgUnit, Site, SiteClosure
from doseline.places.queries import within
from doseline.planning import allotting, commands, printing, queries, starts
from doseline.planning.models import AllotmentRun, Drive, PackPrint, Session, SessionPack, SessionStaff
from doseline.planning.wording import say
from doseline.shared import clock, sql
from doseline.shared.clock import INDIA, day_ahead
from doseline.shared.ids import uuid7
from doseline.shared.words import latin_digits, number
from doseline.staff.access import DESK, officers, require_area
from doseline.staff.commands import set_pin
from doseline.staff.models import RoleGrant, Staff
from doseline.vaccines.models import Batch, Product

_ROWS_PER_PAGE = 200


@officers(*DESK)
def plan(request: HttpRequest) -> HttpResponse:
    """A week of an area: sites down, days across, booked of bookable in each session."""
    unit = _area(request)
    monday = _day(request.GET.get("week"), clock.today() + timedelta(days=1))
    monday -= timedelta(days=monday.weekday())
    page = {
        "unit": unit, "areas": _areas(request), "rows": queries.week_of(unit.code, monday), "monday": monday,
        "days": [monday + timedelta(days=place) for place in range(7)], "before": monday - timedelta(days=7),
        "after": monday + timedelta(days=7), "tomorrow": clock.today() + timedelta(days=1),
        "runs": AllotmentRun.objects.filter(org_unit=unit, is_automatic=False).order_by("-asked_at")[:5], "groups": _groups(),
        "last_day": monday + timedelta(days=6),
    }  # fmt: skip
    page["second"] = queries.second_without_place(unit.code, 1, 0)
    return render(request, "planning/plan.html", page)


@officers(*DESK)
def second_doses(request: HttpRequest) -> HttpResponse:
    """Everybody of an area whose second dose is due and who is booked nowhere, with the reason."""
    unit = _area(request)
    number = max(int(request.GET.get("page", "1")), 1) if request.GET.get("page", "1").isdigit() else 1
    rows = queries.second_without_place(unit.code, _ROWS_PER_PAGE, (number - 1) * _ROWS_PER_PAGE)
    total = rows[0]["total"] if rows else 0
    page = {
        "unit": unit,
        "rows": rows,
        "total": total,
        "next_page": number + 1 if number * _ROWS_PER_PAGE < total else None,
    }
    return render(request, "planning/second.html", page)


@officers(*DESK)
def new_sessions(request: HttpRequest) -> HttpResponse:
    """Sessions in bulk: sites, days, hours, product, batches, capacity."""
    unit = _area(request)
    page: dict[str, Any] = {
        "unit": unit, "sites": Site.objects.filter(within(unit.code, "org_unit__code")).order_by("name"),
        "products": Product.objects.order_by("code"),
        "batches": Batch.objects.filter(expires_on__gte=clock.today()).order_by("number"),
        "today": clock.today(), "weekdays": _weekdays(),
    }  # fmt: skip
    if request.method != "POST":
        return render(request, "planning/new.html", page | {"filled": _usual_plan(unit)})
    page["filled"] = request.POST.dict() | {name: request.POST.getlist(name) for name in ("site", "weekday", "batch")}
    try:
        made, left = commands.make_sessions(_read_plan(request, unit))
    except commands.PlanError as error:
        return render(request, "planning/new.html", page | {"refusal": say(error.code)}, status=400)
    messages.success(
        request, _("%(made)s sessions made, %(left)s left out: closed or planned already.") % _counted(made, left)
    )
    return redirect(f"/hq/plan/?area={unit.code}&week={request.POST.get('first_on', '')}")


def _usual_plan(unit: OrgUnit) -> dict[str, Any]:
    """What the form says before anybody has: no site yet, the vaccine planned last there, every day but Sunday, nine to five."""
    last = Session.objects.filter(within(unit.code, "site__org_unit__code")).order_by("-on_date").first()
    return {
        "site": [], "product": last.product_id if last else "", "weekday": [str(day) for day in range(6)], "batch": [],
        "opens": "09:00", "closes": "17:00", "capacity": "100", "walk_in_capacity": "0",
    }  # fmt: skip


def _read_plan(request: HttpRequest, unit: OrgUnit) -> commands.SessionPlan:
    """The form's plan. Raises PlanError."""
    asked = request.POST
    sites = list(Site.objects.filter(within(unit.code, "org_unit__code")).order_by("name"))
    if asked.get("all_sites") != "yes":
        chosen = set(_ids(asked.getlist("site")))
        sites = [site for site in sites if site.pk in chosen]
    if not sites:
        raise commands.PlanError("no_sites")
    try:
        first, last = date.fromisoformat(asked["first_on"]), date.fromisoformat(asked["last_on"])
        weekdays = {int(day) for day in asked.getlist("weekday")} or set(range(7))
        product = Product.objects.get(pk=asked["product"])
        opens, closes = time.fromisoformat(asked["opens"]), time.fromisoformat(asked["closes"])
        capacity, walk_ins = int(asked["capacity"]), int(asked["walk_in_capacity"] or 0)
    except (KeyError, ValueError, Product.DoesNotExist):
        raise commands.PlanError("bad_form") from None
    span = min((last - first).days, 366)
    dates = [day for day in (first + timedelta(days=n) for n in range(span + 1)) if day.weekday() in weekdays]
    if not dates or first < clock.today():
        raise commands.PlanError("no_dates")
    batches = list(Batch.objects.filter(pk__in=_ids(asked.getlist("batch"))))
    if any(batch.product_id != product.pk for batch in batches):
        raise commands.PlanError("batch_of_another")
    return commands.SessionPlan(
        drive=_drive(unit, product, first), sites=sites, dates=dates, opens=opens, closes=closes, product=product,
        batches=batches, capacity=capacity,
        walk_in_capacity=walk_ins,
    )  # fmt: skip


@officers(*DESK)
def batches(request: HttpRequest) -> HttpResponse:
    """Every batch of every vaccine, and the form that adds one: without a batch no session is ready."""
    unit = _area(request)
    page: dict[str, Any] = {"unit": unit, "products": Product.objects.order_by("name"), "filled": request.POST}
    if request.method == "POST":
        refusal = _add_batch(request)
        if not refusal:
            messages.success(request, _("Batch added."))
            return redirect(f"/hq/plan/batches/?area={unit.code}")
        page["refusal"] = say(refusal)
    page["found"] = Batch.objects.select_related("product").order_by("-expires_on", "number")[:500]
    page["today"] = clock.today()
    return render(request, "planning/batches.html", page, status=400 if "refusal" in page else 200)


def _add_batch(request: HttpRequest) -> str:
    """Adds a batch; the code of what is wrong, or nothing. The same again changes its day of expiry alone."""
    name = " ".join(request.POST.get("number", "").split())[:40]
    product = Product.objects.filter(pk=request.POST.get("product")).first()
    expires_on = _day(request.POST.get("expires_on"), date.min)
    if not name or product is None:
        return "bad_form"
    if expires_on < clock.today():
        return "batch_expired"
    Batch.objects.update_or_create(product=product, number=name, defaults={"expires_on": expires_on})
    return ""


def _copy_week(request: HttpRequest) -> HttpResponse:
    unit = _area(request)
    monday = _day(request.POST.get("from"), clock.today())
    target = _day(request.POST.get("to"), monday + timedelta(days=7))
    target -= timedelta(days=target.weekday())
    made, left = commands.copy_week(area=unit.code, from_monday=monday, to_monday=target)
    messages.success(
        request, _("%(made)s sessions made, %(left)s left out: closed or planned already.") % _counted(made, left)
    )
    return redirect(f"/hq/plan/?area={unit.code}&week={target}")


copy_week = officers(*DESK)(require_POST(_copy_week))


def _ask_allotment(request: HttpRequest) -> HttpResponse:
    unit = _area(request)
    first = _day(request.POST.get("first_on"), clock.today() + timedelta(days=1))
    last = _day(request.POST.get("last_on"), first + timedelta(days=6))
    groups = [group for group in request.POST.getlist("group") if group in _groups()]
    if not groups or last < first:
        messages.error(request, say("day_order" if groups else "no_groups"))
        return redirect(f"/hq/plan/?area={unit.code}")
    found = Session.objects.filter(within(unit.code, "site__org_unit__code"), on_date__range=(first, last))
    drive_ids = list(found.order_by("drive").values_list("drive", flat=True).distinct())
    if not drive_ids:
        messages.error(request, _("No session is planned in these days. Plan sessions first."))
        return redirect(f"/hq/plan/?area={unit.code}")
    for drive in Drive.objects.filter(pk__in=drive_ids):
        run = allotting.ask_for_allotment(
            drive=drive, area=unit.code, starts_on=first, ends_on=last, groups=groups, by=request.user  # type: ignore[arg-type]
        )  # fmt: skip
    return redirect("allotment_run", run_id=run.pk)


ask_allotment = officers(*DESK)(require_POST(_ask_allotment))


@officers(*DESK)
def allotment_run(request: HttpRequest, run_id: UUID) -> HttpResponse:
    """One planning of people into sessions: how far it is, who is placed, who is not and why."""
    run = get_object_or_404(AllotmentRun.objects.select_related("org_unit"), pk=run_id)
    require_area(request, run.org_unit_id)
    reason, placed = request.GET.get("reason", ""), request.GET.get("placed", "")
    page: dict[str, Any] = {"run": run, "reasons": queries.unplaced_by_reason(run_id), "reason": reason}
    page["unlocated"] = sql.dicts("planning/unlocated_sites", {"run_id": run_id})
    page["second_reasons"] = [why for why, _count in page["reasons"] if why.startswith("second")]
    if reason or placed in ("booked", "reserve"):
        number = max(int(request.GET.get("page", "1")), 1) if request.GET.get("page", "1").isdigit() else 1
        read, what = (queries.unplaced, reason) if reason else (queries.placed_by_run, placed)
        rows = read(run_id, what, _ROWS_PER_PAGE, (number - 1) * _ROWS_PER_PAGE)
        total = rows[0]["total"] if rows else 0
        page |= {"rows": rows, "total": total, "placed": "" if reason else placed,
                 "next_page": number + 1 if number * _ROWS_PER_PAGE < total else None}  # fmt: skip
    template = "planning/run_progress.html" if request.GET.get("part") == "progress" else "planning/run.html"
    return render(request, template, page)


@officers(*DESK)
def readiness(request: HttpRequest) -> HttpResponse:
    """How ready the sessions of a day are, trouble first."""
    unit = _area(request)
    on_date = _day(request.GET.get("date"), day_ahead())
    found = queries.readiness_of(unit.code, on_date, clock.now())
    return render(request, "planning/readiness.html", {"unit": unit, "areas": _areas(request), "on_date": on_date,
                  "found": found, "ready_count": sum(one.is_ready for one in found)})  # fmt: skip


@officers(*DESK)
def plan_session(request: HttpRequest, session_id: UUID) -> HttpResponse:
    """One session before its day: team, batches, room, packs, prints; move it, cancel it."""
    session = _session(request, session_id)
    if request.method == "POST":
        return _change_session(request, session)
    roster = session.roster.filter(kind="booked").count()
    page = {
        "session": session, "roster_count": roster, "reserve_count": session.roster.filter(kind="reserve").count(),
        "team": session.team.select_related("staff__pin").order_by("role"), "roles": commands.TEAM_ROLES,
        "site_staff": _site_staff(session.site),
        "packs": SessionPack.objects.filter(session=session).defer("content", "manifest").order_by("-version")[:5],
        "prints": session.prints.order_by("-printed_at")[:5],
        "moves": session.moves.select_related("from_site").order_by("-moved_at"),
        "sites": Site.objects.filter(within(_district_of(session.site), "org_unit__code")).order_by("name"),
        "batches": Batch.objects.filter(product=session.product, expires_on__gte=session.on_date),
        "own_batches": set(session.batches.values_list("batch_id", flat=True)), "is_cancelled": hasattr(session, "cancellation"),
        "closure": session.site.closures.filter(on_date=session.on_date).first(),
    }  # fmt: skip
    return render(request, "planning/session.html", page)


def _change_session(request: HttpRequest, session: Session) -> HttpResponse:
    """`act` says what: move, cancel, add, remove (a team member), batches, new_card, reserve."""
    asked, act = request.POST, request.POST.get("act")
    try:
        if act == "move":
            site = get_object_or_404(Site, pk=asked.get("site"))
            require_area(request, site.org_unit_id)
            opens_at = datetime.fromisoformat(asked["opens_at"]).replace(tzinfo=INDIA)
            commands.move_session(
                session, site=site, opens_at=opens_at, by=_me(request), reason=_reason(request), now=clock.now()
            )
        elif act == "cancel":
            commands.cancel_session(session, by=_me(request), reason=_reason(request), now=clock.now())
        elif act in ("add", "remove"):
            _change_team(session, act, asked.get("staff", ""), asked.get("role", ""))
        elif act == "batches":
            session.batches.set(Batch.objects.filter(pk__in=_ids(asked.getlist("batch")), product=session.product))
        elif act == "new_card":
            starts.renew_card(session)
        elif act == "reserve":
            commands.invite_from_reserve(session, int(asked.get("count") or 0))
        else:
            raise Http404
    except commands.PlanError as error:
        messages.error(request, say(error.code))
    except (KeyError, ValueError):
        messages.error(request, say("bad_form"))
    if act in ("add", "remove", "batches"):
        Session.objects.filter(pk=session.pk).update(plan_version=session.plan_version + 1)
    return redirect("plan_session", session_id=session.pk)


def _change_team(session: Session, act: str, staff_id: str, role: str) -> None:
    if act == "remove":
        session.team.filter(staff_id=UUID(staff_id)).delete()
    elif role in commands.TEAM_ROLES:
        member = get_object_or_404(_site_staff(session.site), pk=UUID(staff_id))
        SessionStaff.objects.update_or_create(session=session, staff=member, defaults={"role": role})


@officers(*DESK)
def sites(request: HttpRequest) -> HttpResponse:
    """The sites of an area, and the form for one more."""
    unit = _area(request)
    page: dict[str, Any] = {
        "unit": unit, "areas": _areas(request), "kinds": [kind for kind, _name in Site.KINDS],
        "sites": Site.objects.filter(within(unit.code, "org_unit__code")).select_related("org_unit").order_by("org_unit_id", "name"),
        "below": OrgUnit.objects.filter(within(unit.code, "code")).order_by("code"),
    }  # fmt: skip
    if request.method == "POST":
        made = _make_site(request)
        if made is not None:
            return redirect("site", site_id=made.pk)
        page["refusal"] = say("bad_form")
    return render(request, "planning/sites.html", page, status=400 if "refusal" in page else 200)


def _make_site(request: HttpRequest) -> Site | None:
    asked = request.POST
    area = asked.get("place", "")
    require_area(request, area)
    if not asked.get("name", "").strip() or not OrgUnit.objects.filter(pk=area).exists():
        return None
    try:
        latitude, longitude = _coordinates(request)
    except ValueError:
        return None
    kinds = dict(Site.KINDS)
    return Site.objects.create(
        name=asked["name"].strip()[:120], name_bn=asked.get("name_bn", "").strip()[:120],
        name_hi=asked.get("name_hi", "").strip()[:120], org_unit_id=area, pincode=asked.get("pincode", "")[:6],
        kind=asked["kind"] if asked.get("kind") in kinds else "fixed", institution=asked.get("institution", "").strip()[:120],
        latitude=latitude, longitude=longitude,
    )  # fmt: skip


def _coordinates(request: HttpRequest) -> tuple[float, float] | tuple[None, None]:
    """Latitude and longitude in degrees, in whatever digits, or neither. Raises ValueError for anything else."""
    texts = [latin_digits(request.POST.get(name, "")).strip().replace(",", ".") for name in ("latitude", "longitude")]
    if not any(texts):
        return None, None
    latitude, longitude = (float(text) for text in texts)
    if not (-90 <= latitude <= 90 and -180 <= longitude <= 180):  # nor NaN
        raise ValueError("coordinates")
    return latitude, longitude


@officers(*DESK)
def site(request: HttpRequest, site_id: UUID) -> HttpResponse:
    """A site: who works there, on which days it is closed."""
    found = get_object_or_404(Site.objects.select_related("org_unit"), pk=site_id)
    require_area(request, found.org_unit_id)
    page: dict[str, Any] = {}
    if request.method == "POST":
        page = _change_site(request, found)
        if not page:
            return redirect("site", site_id=site_id)
    page |= {
        "site": found, "roles": commands.TEAM_ROLES, "new_id": uuid7(),
        "closures": found.closures.order_by("on_date"), "today": clock.today(),
        "grants": RoleGrant.objects.filter(site=found).select_related("staff__pin").order_by("role"),
    }  # fmt: skip
    return render(request, "planning/site.html", page)


@transaction.atomic
def _change_site(request: HttpRequest, found: Site) -> dict[str, Any]:
    """What the page says of it; nothing where there is nothing to say. `act`: staff (a new member with a fresh PIN, shown once),
    pin (a fresh PIN), place (where it is, whose staff come here first), closure, reopen."""
    asked, act = request.POST, request.POST.get("act")
    if act == "place":
        try:
            found.latitude, found.longitude = _coordinates(request)
        except ValueError:
            return {"refusal": say("coordinates"), "typed": asked}
        found.institution = asked.get("institution", "").strip()[:120]
        found.save(update_fields=["latitude", "longitude", "institution"])
    if act == "staff" and asked.get("phone", "").strip() and not _phone(asked["phone"]):
        return {"refusal": say("phone"), "typed": asked}
    if act == "staff" and asked.get("name", "").strip() and asked.get("role") in commands.TEAM_ROLES:
        member, is_new = Staff.objects.get_or_create(
            pk=UUID(asked.get("new_id", "")),
            defaults={
                "username": f"site-{uuid7().hex[-12:]}", "password": "!", "display_name": asked["name"].strip()[:80],
                "display_name_local": asked.get("name_local", "").strip()[:80], "phone": _phone(asked.get("phone", "")),
                "email": asked.get("email", "").strip()[:120],
            },
        )  # fmt: skip
        if not is_new:  # the page was sent twice: the PIN has been shown
            return {}
        RoleGrant.objects.create(staff=member, role=asked["role"], site=found)
        return {"fresh_pin": _fresh_pin(member), "fresh_name": member.display_name}
    if act == "pin":
        member = get_object_or_404(_site_staff(found), pk=UUID(asked.get("staff") or ""))
        return {"fresh_pin": _fresh_pin(member), "fresh_name": member.display_name}
    if act == "closure":
        day = _day(asked.get("on_date"), clock.today())
        SiteClosure.objects.update_or_create(site=found, on_date=day, defaults={"reason": _reason(request)})
        if Session.objects.filter(site=found, on_date=day, cancellation=None).exists():
            return {"refusal": say("closed_with_session")}
    if act == "reopen":
        found.closures.filter(pk=UUID(asked.get("closure") or "")).delete()
    return {}


def _phone(text: str) -> str:
    """Ten digits of an Indian mobile, or a number in international form; "" when it is neither."""
    try:
        read = phonenumbers.parse(latin_digits(text), "IN")
    except phonenumbers.NumberParseException:
        return ""
    is_indian = read.country_code == 91
    form = phonenumbers.PhoneNumberFormat.E164
    return str(read.national_number) if is_indian else phonenumbers.format_number(read, form)


def _fresh_pin(member: Staff) -> str:
    pin = f"{secrets.randbelow(10**6):06d}"
    set_pin(member, pin, clock.now())
    return pin


@officers(*DESK)
def print_pack(request: HttpRequest, session_id: UUID) -> HttpResponse:
    """A session's pack on paper: roster, team, blank rows, sealed start codes. Noted, so headquarters sees it was printed."""
    session = _session(request, session_id)
    newest = SessionPack.objects.filter(session=session).order_by("-version").values_list("version", flat=True).first()
    language = request.GET.get("language", getattr(request, "LANGUAGE_CODE", "en"))
    content = printing.pack_pdf(session, language if language in ("en", "bn", "hi") else "en")
    PackPrint.objects.create(session=session, version=newest or 0, printed_at=clock.now(), printed_by=_me(request))
    return HttpResponse(
        content, content_type="application/pdf", headers={"Content-Disposition": 'inline; filename="pack.pdf"'}
    )


def _session(request: HttpRequest, session_id: UUID) -> Session:
    found = get_object_or_404(
        Session.objects.select_related("site__org_unit", "product", "cancellation"), pk=session_id
    )
    require_area(request, found.site.org_unit_id)
    return found


def _district_of(site: Site) -> str:
    return ".".join(site.org_unit_id.split(".")[:3])


def _site_staff(site: Site) -> Any:
    return Staff.objects.filter(grants__site=site).distinct()


def _area(request: HttpRequest) -> OrgUnit:
    """The area asked for, or the officer's own."""
    asked = request.GET.get("area") or request.POST.get("area") or request.areas[0]  # type: ignore[attr-defined]
    require_area(request, asked)
    return get_object_or_404(OrgUnit, pk=asked)


def _areas(request: HttpRequest) -> list[OrgUnit]:
    own = list(OrgUnit.objects.filter(code__in=request.areas))  # type: ignore[attr-defined]
    return own + list(OrgUnit.objects.filter(parent__in=own).order_by("name"))


def _drive(unit: OrgUnit, product: Product, first: date) -> Drive:
    """The drive of the product's programme over the area or one above it; made when there is none yet."""
    for drive in Drive.objects.filter(programme=product.programme_id).order_by("-starts_on"):
        if unit.code == drive.org_unit_id or unit.code.startswith(f"{drive.org_unit_id}."):
            return drive
    return Drive.objects.create(programme_id=product.programme_id, org_unit=unit, name=unit.name, starts_on=first)


def _me(request: HttpRequest) -> Staff:
    return request.user  # type: ignore[return-value]


def _reason(request: HttpRequest) -> str:
    return request.POST.get("reason", "").strip()[:200]


def _groups() -> list[str]:
    return [code for code, _name in Person.PRIORITY_GROUPS]


def _weekdays() -> list[tuple[int, str]]:
    names = (_("Monday"), _("Tuesday"), _("Wednesday"), _("Thursday"), _("Friday"), _("Saturday"), _("Sunday"))
    return list(enumerate(names))


def _counted(made: int, left: int) -> dict[str, str]:
    return {"made": number(made), "left": number(left)}


def _day(text: str | None, default: date) -> date:
    try:
        return date.fromisoformat(text or "")
    except ValueError:
        return default


def _ids(texts: list[str]) -> list[UUID]:
    found = []
    for text in texts:
        try:
            found.append(UUID(text))
        except ValueError:
            continue
    return found
