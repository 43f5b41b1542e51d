# SPDX-License-Identifier: Apache-2.0
"""The plan: sessions in bulk, people put into them, sessions moved and cancelled with their people."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import F

from doseline.places.models import Site, SiteClosure
from doseline.places.queries import within
from doseline.planning import rules
from doseline.planning.models import (
    Allotment,
    AllotmentRun,
    Drive,
    Session,
    SessionCancellation,
    SessionMove,
    SessionStaff,
)
from doseline.planning.rules import Candidate, Room
from doseline.shared import packed, sql
from doseline.shared.clock import INDIA, clock, today
from doseline.staff.models import RoleGrant, Staff
from doseline.vaccines.models import Batch, Product

TEAM_ROLES = ("site_manager", "verifier", "vaccinator", "observer", "entry_officer")
_LEASE_SECONDS = 120
_WRITTEN_AT_ONCE = 20_000
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
    return len(made), len(wanted) - len(made)


@transaction.atomic
def cancel_session(session: Session, *, by: Staff | None, reason: str, now: datetime) -> None:
    """Says that a session will not be held. Its people keep their row on its roster until they are planned anew; messages
    that claim it go no more. Idempotent."""
    SessionCancellation.objects.get_or_create(
        session=session, defaults={"cancelled_at": now, "cancelled_by": by, "reason": reason}
    )
    Session.objects.filter(pk=session.pk).update(plan_version=F("plan_version") + 1)


@transaction.atomic
def move_session(
    session: Session, *, site: Site, opens_at: datetime, by: Staff | None, reason: str, now: datetime
) -> None:
    """Moves a session to another site or time, as long as before, with its whole roster; who was told otherwise is told
    anew (messages/). Raises PlanError `past`, or `site_taken` when the site has a session that day."""
    day = opens_at.astimezone(INDIA).date()
    if opens_at < now:
        raise PlanError("past")
    others = Session.objects.filter(site=site, on_date=day, cancellation=None).exclude(pk=session.pk)
    if others.exists():
        raise PlanError("site_taken")
    SessionMove.objects.create(
        session=session, moved_at=now, moved_by=by, reason=reason, from_site_id=session.site_id,
        from_opens_at=session.opens_at,
    )  # fmt: skip
    shift = opens_at - session.opens_at
    Allotment.objects.filter(session=session).update(slot_at=F("slot_at") + shift, told_at=None, told_how="")
    session.site, session.on_date, session.closes_at, session.opens_at = site, day, session.closes_at + shift, opens_at
    session.plan_version += 1
    session.save(update_fields=["site", "on_date", "opens_at", "closes_at", "plan_version"])


def ask_for_allotment(
    *, drive: Drive, area: str, starts_on: date, ends_on: date, groups: Sequence[str], by: Staff | None,
    reserve_percent: int = 10,
) -> AllotmentRun:  # fmt: skip
    """Asks for the people of an area to be put into its sessions of these dates. The errand does it."""
    return AllotmentRun.objects.create(
        drive=drive, org_unit_id=area, starts_on=starts_on, ends_on=ends_on, priority_groups=list(groups), asked_by=by,
        asked_at=clock.now(), reserve_percent=reserve_percent,
    )  # fmt: skip


def work_on_allotments(is_stopping: Callable[[], bool] = lambda: False) -> bool:
    """Does one run that waits, whole; False when there is none. Cut off, what was written stays, and the run starts again
    with whoever has no place yet: nobody is placed twice, nobody who has a good place is moved."""
    taken = sql.rows("planning/lease_run", {"seconds": _LEASE_SECONDS})
    if not taken:
        return False
    run = AllotmentRun.objects.get(pk=taken[0][0])
    _allot(run, is_stopping)
    return True


def _allot(run: AllotmentRun, is_stopping: Callable[[], bool]) -> None:
    inputs = {"area": run.org_unit_id, "drive_id": run.drive_id, "starts_on": run.starts_on, "ends_on": run.ends_on}
    sql.run(
        "planning/free_lost_places", inputs | {"now": clock.now()}
    )  # whoever lost a place is placed like everyone else
    found = sql.many_rows("planning/to_place", inputs | {"today": today(), "groups": packed.texts(run.priority_groups)})
    people, places = _candidates(found)
    second = [row[0] for row, person in zip(found, people, strict=True) if person.product]
    sql.many_rows(
        "planning/free_unfit_places", {"drive_id": run.drive_id, "now": clock.now(), "person_ids": packed.uuids(second)}
    )
    rooms, session_ids, site_ids, windows = _rooms(inputs, run.reserve_percent)
    _progress(run, state="placing", people_count=len(people), done_count=0, started_at=clock.now())
    near = rules.nearest(places, {site: place for site, place in enumerate(_site_places(site_ids)) if place})
    placed, unplaced = rules.allot(people, rooms, near, run.ends_on, lambda done: _progress(run, done_count=done))
    _progress(run, state="writing", done_count=0)
    _write(run, placed, [row[0] for row in found], session_ids, windows, is_stopping)
    if is_stopping():
        AllotmentRun.objects.filter(pk=run.pk).update(worked_on_until=None)
        return
    people_ids = [row[0] for row in found]
    sql.many_rows(
        "planning/write_unplaced",
        {
            "run_id": run.run_id,
            "person_ids": packed.uuids([people_ids[none.person] for none in unplaced]),
            "reasons": packed.texts([none.reason for none in unplaced]),
        },
    )
    booked = sum(place.kind == "booked" for place in placed)
    _progress(run, state="done", done_count=len(people), placed_count=booked, reserve_count=len(placed) - booked,
              ended_at=clock.now())  # fmt: skip


def _candidates(found: Sequence[tuple[Any, ...]]) -> tuple[list[Candidate], dict[str, tuple[float, float]]]:
    """People as `rules.allot` takes them, by their place in `found`; and where each of their places lies."""
    people, places = [], {}
    for number, row in enumerate(found):
        _id, group, institution, household, place, latitude, longitude, product, earliest_on, latest_on = row
        people.append(
            Candidate(number, group, institution, place, household or institution, product, earliest_on, latest_on)
        )
        if place not in places and latitude is not None:
            places[place] = (latitude, longitude)
    return people, places


def _rooms(
    inputs: dict[str, Any], reserve_percent: int
) -> tuple[list[Room], list[UUID], list[UUID], list[tuple[datetime, datetime]]]:
    """Sessions with what is free in them, numbered; and the ids and windows behind the numbers."""
    rooms: list[Room] = []
    session_ids: list[UUID] = []
    windows: list[tuple[datetime, datetime]] = []
    sites: dict[UUID, int] = {}
    for row in sql.rows("planning/rooms", inputs):
        session_id, site_id, on_date, product, institution, free, waiting, capacity, opens_at, closes_at = row
        reserve = max(capacity * reserve_percent // 100 - waiting, 0)
        site = sites.setdefault(site_id, len(sites))
        rooms.append(Room(len(session_ids), site, on_date, product, institution, max(free, 0), reserve))
        session_ids.append(session_id)
        windows.append((opens_at, closes_at))
    return rooms, session_ids, list(sites), windows


def _site_places(site_ids: Sequence[UUID]) -> list[tuple[float, float] | None]:
    found = {
        site.site_id: (float(site.latitude), float(site.longitude))
        for site in Site.objects.filter(pk__in=site_ids).only("latitude", "longitude")
        if site.latitude is not None and site.longitude is not None
    }
    return [found.get(site_id) for site_id in site_ids]


def _write(
    run: AllotmentRun, placed: Sequence[rules.Placed], people: Sequence[UUID], session_ids: Sequence[UUID],
    windows: Sequence[tuple[datetime, datetime]], is_stopping: Callable[[], bool],
) -> None:  # fmt: skip
    """Writes places in batches, session by session, so that each session's slots are spread over its window."""
    in_order = sorted(placed, key=lambda place: (place.session, place.kind))
    slots = _slots(in_order, windows)
    for start in range(0, len(in_order), _WRITTEN_AT_ONCE):
        batch, when = in_order[start : start + _WRITTEN_AT_ONCE], slots[start : start + _WRITTEN_AT_ONCE]
        with transaction.atomic():
            sql.many_rows(
                "planning/write_allotments",
                {
                    "run_id": run.run_id, "now": clock.now(),
                    "session_ids": packed.uuids([session_ids[place.session] for place in batch]),
                    "person_ids": packed.uuids([people[place.person] for place in batch]),
                    "slots": packed.instants(when), "kinds": packed.texts([place.kind for place in batch]),
                },
            )  # fmt: skip
        _progress(run, done_count=start + len(batch))
        if is_stopping():
            return


def _slots(in_order: Sequence[rules.Placed], windows: Sequence[tuple[datetime, datetime]]) -> list[datetime]:
    sizes: dict[tuple[int, str], int] = {}
    for place in in_order:
        sizes[place.session, place.kind] = sizes.get((place.session, place.kind), 0) + 1
    found, seen = [], dict.fromkeys(sizes, 0)
    offsets = {
        key: rules.slots(count, int((windows[key[0]][1] - windows[key[0]][0]) / timedelta(minutes=1)))
        for key, count in sizes.items()
    }
    for place in in_order:
        key = (place.session, place.kind)
        found.append(windows[place.session][0] + timedelta(minutes=offsets[key][seen[key]]))
        seen[key] += 1
    return found


def invite_from_reserve(session: Session, count: int) -> int:
    """Books up to `count` of a session's reserve list, longest waiting first; returns how many. One statement."""
    return sql.run("planning/book_reserve", {"session_id": session.session_id, "count": count})


def _progress(run: AllotmentRun, **fields: Any) -> None:
    until = clock.now() + timedelta(seconds=_LEASE_SECONDS)
    AllotmentRun.objects.filter(pk=run.pk).exclude(state="cancelled").update(worked_on_until=until, **fields)


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
