# SPDX-License-Identifier: Apache-2.0
"""The plan: sessions in bulk, people put into them, sessions moved and cancelled with their people."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from uuid import UUID

from django.db import transaction
from django.db.models import F

from doseline.places.models import Site, SiteClosure
from doseline.places.queries import within
from doseline.planning.models import (
    Allotment,
    Drive,
    Session,
    SessionCancellation,
    SessionMove,
    SessionStaff,
)
from doseline.planning.packs import BUILT_BEFORE
from doseline.shared import sql
from doseline.shared.clock import INDIA, clock, today
from doseline.staff.models import RoleGrant, Staff
from doseline.vaccines.models import Batch, Product

TEAM_ROLES = ("site_manager", "verifier", "vaccinator", "observer", "entry_officer")
_SESSIONS_MAX = 20_000


@dataclass(frozen=True, kw_only=True)
class SessionPlan:
    """Sessions to be made: at each site, on each date, one."""

    drive: Drive
    sites: Sequence[Site]
    dates: Sequence[date]
    opens: time
    closes: time
    product: Product
    batches: Sequence[Batch]
    capacity: int
    walk_in_capacity: int


class PlanError(Exception):
    """A plan that cannot be made; `code` has its sentence in planning/wording.py."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


@transaction.atomic
def make_sessions(plan: SessionPlan) -> tuple[int, int]:
    """Makes the sessions of a plan with the teams of their sites; returns how many were made and how many were left out,
    because the site is closed that day or has a session then already. Idempotent. Raises PlanError `window`, `capacity`,
    `too_many_sessions`. A handful of statements however many."""
    if plan.closes <= plan.opens:
        raise PlanError("window")
    if plan.walk_in_capacity > plan.capacity or plan.capacity < 1:
        raise PlanError("capacity")
    if len(plan.sites) * len(plan.dates) > _SESSIONS_MAX:
        raise PlanError("too_many_sessions")
    wanted = [
        Session(
            drive=plan.drive, site=site, product=plan.product, on_date=day, opens_at=_at(day, plan.opens),
            closes_at=_at(day, plan.closes), expected_count=0, capacity=plan.capacity,
            walk_in_capacity=plan.walk_in_capacity,
        )
        for day in plan.dates
        for site in plan.sites
    ]  # fmt: skip
    return _make(wanted, {session.session_id: plan.batches for session in wanted})


@transaction.atomic
def copy_week(*, area: str, from_monday: date, to_monday: date) -> tuple[int, int]:
    """Plans the sessions of one week once more in another, same sites, hours, products and batches; returns made and left
    out, as `make_sessions`: days that are past are left out too. Idempotent; a handful of statements however many."""
    shift = to_monday - from_monday
    found = Session.objects.filter(
        within(area, "site__org_unit__code"),
        on_date__gte=from_monday, on_date__lt=from_monday + timedelta(days=7), cancellation=None,
    )  # fmt: skip
    wanted, batches = [], {}
    for session in found.prefetch_related("batches"):
        copy = Session(
            drive_id=session.drive_id, site_id=session.site_id, product_id=session.product_id,
            on_date=session.on_date + shift, opens_at=session.opens_at + shift, closes_at=session.closes_at + shift,
            expected_count=0, capacity=session.capacity, walk_in_capacity=session.walk_in_capacity,
        )  # fmt: skip
        wanted.append(copy)
        batches[copy.session_id] = [one for one in session.batches.all() if one.expires_on >= copy.on_date]
    return _make(wanted, batches)


def _make(wanted: Sequence[Session], batches: Mapping[UUID, Sequence[Batch]]) -> tuple[int, int]:
    """Makes those sessions whose site is neither closed nor taken on their day; returns made and left out."""
    at = {"site__in": {session.site_id for session in wanted}, "on_date__in": {session.on_date for session in wanted}}
    taken = set(Session.objects.filter(**at, cancellation=None).values_list("site_id", "on_date"))
    taken |= set(SiteClosure.objects.filter(**at).values_list("site_id", "on_date"))
    first = today()
    made = Session.objects.bulk_create(
        one for one in wanted if one.on_date >= first and (one.site_id, one.on_date) not in taken
    )
    links = Session.batches.through
    links.objects.bulk_create(
        links(session_id=session.session_id, batch_id=batch.batch_id)
        for session in made
        for batch in batches[session.session_id]
    )
    _give_teams(made)
    _offer_anew(made, clock.now())
    return len(made), len(wanted) - len(made)


def _offer_anew(changed: Sequence[Session], now: datetime) -> None:
    """Packs name the days to which somebody can be put off: those in work hear of days that came, went or moved."""
    inputs = {"session_ids": [session.pk for session in changed], "now": now, "until": now + BUILT_BEFORE}
    sql.run("planning/offer_anew", inputs)


@transaction.atomic
def cancel_session(session: Session, *, by: Staff | None, reason: str, now: datetime) -> None:
    """Says that a session will not be held. Its people keep their row on its roster until they are planned anew; messages
    that claim it go no more. Idempotent."""
    SessionCancellation.objects.get_or_create(
        session=session, defaults={"cancelled_at": now, "cancelled_by": by, "reason": reason}
    )
    Session.objects.filter(pk=session.pk).update(plan_version=F("plan_version") + 1)
    _offer_anew([session], now)


@transaction.atomic
def move_session(
    session: Session, *, site: Site, opens_at: datetime, by: Staff | None, reason: str, now: datetime
) -> None:
    """Moves a session to another site or time, as long as before, with its whole roster; who was told otherwise is told
    anew (messages/). Raises PlanError `past`, `called_off`, or `site_taken` when the site has a session that day."""
    day = opens_at.astimezone(INDIA).date()
    if opens_at < now:
        raise PlanError("past")
    if SessionCancellation.objects.filter(session=session).exists():
        raise PlanError("called_off")
    others = Session.objects.filter(site=site, on_date=day, cancellation=None).exclude(pk=session.pk)
    if others.exists():
        raise PlanError("site_taken")
    told_count = Allotment.objects.filter(session=session).exclude(told_at=None).count()
    SessionMove.objects.create(
        session=session, moved_at=now, moved_by=by, reason=reason, from_site_id=session.site_id, from_opens_at=session.opens_at,
        told_count=told_count,
    )  # fmt: skip
    shift = opens_at - session.opens_at
    Allotment.objects.filter(session=session).update(slot_at=F("slot_at") + shift, told_at=None, told_how="")
    session.site, session.on_date, session.closes_at, session.opens_at = site, day, session.closes_at + shift, opens_at
    session.plan_version += 1
    session.save(update_fields=["site", "on_date", "opens_at", "closes_at", "plan_version"])
    _offer_anew([session], now)


def invite_from_reserve(session: Session, count: int) -> int:
    """Books up to `count` of a session's reserve list, longest waiting first; returns how many. One statement."""
    return sql.run("planning/book_reserve", {"session_id": session.session_id, "count": count})


def _give_teams(sessions: Sequence[Session]) -> None:
    """Each session gets the people who hold a role at its site; who they are can be changed session by session."""
    at_site: dict[UUID, list[tuple[UUID, str]]] = {}
    sites = {session.site_id for session in sessions}
    for site_id, staff_id, role in RoleGrant.objects.filter(site__in=sites, role__in=TEAM_ROLES).values_list(
        "site_id", "staff_id", "role"
    ):
        at_site.setdefault(site_id, []).append((staff_id, role))
    SessionStaff.objects.bulk_create(
        (
            SessionStaff(session=session, staff_id=staff_id, role=role)
            for session in sessions
            for staff_id, role in dict(at_site.get(session.site_id, ())).items()
        ),
        ignore_conflicts=True,
    )


def _at(day: date, hour: time) -> datetime:
    return datetime.combine(day, hour, tzinfo=INDIA)
