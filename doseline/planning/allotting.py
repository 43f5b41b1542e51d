# SPDX-License-Identifier: Apache-2.0
"""People put into sessions: an errand takes a run that was asked for, reads who is to be placed and what is free, lets
`rules.allot` place them, and writes it down."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import transaction

from doseline.places.models import Site
from doseline.planning import rules
from doseline.planning.models import AllotmentRun, Drive
from doseline.planning.rules import Candidate, Placed, Room
from doseline.shared import packed, sql
from doseline.shared.clock import clock, today
from doseline.staff.models import Staff

_LEASE_SECONDS = 120
_WRITTEN_AT_ONCE = 20_000
_PRODUCT = 7  # its place in a row of to_place.sql: the vaccine of a second dose


def ask_for_allotment(
    *, drive: Drive, area: str, starts_on: date, ends_on: date, groups: Sequence[str], by: Staff | None,
    reserve_percent: int = 10,
) -> AllotmentRun:  # fmt: skip
    """Asks for the people of an area to be put into its sessions of these dates. The errand does it."""
    return AllotmentRun.objects.create(
        drive=drive, org_unit_id=area, starts_on=starts_on, ends_on=ends_on, priority_groups=list(groups), asked_by=by,
        asked_at=clock.now(), reserve_percent=reserve_percent,
    )  # fmt: skip


def keep_second_doses(_is_stopping: Callable[[], bool] = lambda: False) -> bool:
    """Asks for a run of second doses alone in every drive under way, from the day after tomorrow on, so that whoever's first dose came
    in late has a place, and whoever has none is known, without anybody asking. Never says that there is more. Idempotent while such
    a run is not done; of those that are, the last is kept."""
    day = today()
    for drive_id, area, ends_on in sql.rows("planning/drives_under_way", {"today": day}):
        done = AllotmentRun.objects.filter(drive=drive_id, is_automatic=True, state="done").order_by("-asked_at")
        AllotmentRun.objects.filter(pk__in=list(done.values_list("pk", flat=True)[1:])).delete()
        AllotmentRun.objects.create(
            drive_id=drive_id, org_unit_id=area, starts_on=day + timedelta(days=2), ends_on=ends_on, priority_groups=[],
            asked_at=clock.now(), is_automatic=True,
        )  # fmt: skip
    return False


def work_on_allotments(is_stopping: Callable[[], bool] = lambda: False) -> bool:
    """Does one run that waits, whole; False when there is none. Cut off, what was written stays, and the run starts again
    with whoever has no place yet: nobody is placed twice, nobody who has a good place is moved."""
    taken = sql.rows("planning/lease_run", {"seconds": _LEASE_SECONDS})
    if not taken:
        return False
    run = AllotmentRun.objects.get(pk=taken[0][0])
    _allot(run, is_stopping)
    return True


@dataclass(frozen=True)
class _Round:
    """What one round of placing came to: counts, who has no place and why, and who gave up the place of a first dose."""

    booked: int
    waiting: int
    unplaced: list[tuple[UUID, str]]
    gave_way: frozenset[UUID]


def _allot(run: AllotmentRun, is_stopping: Callable[[], bool]) -> None:
    sql.run("planning/free_lost_places", _inputs(run) | {"today": today(), "now": clock.now()})
    _progress(run, started_at=clock.now())
    first = last = _place(run, frozenset(), is_stopping)
    if first.gave_way and not is_stopping():
        last = _place(run, first.gave_way, is_stopping)
    if is_stopping():
        AllotmentRun.objects.filter(pk=run.pk).update(worked_on_until=None)
        return
    sql.many_rows(
        "planning/write_unplaced",
        {
            "run_id": run.run_id, "person_ids": packed.uuids([person_id for person_id, _reason in last.unplaced]),
            "reasons": packed.texts([reason for _person_id, reason in last.unplaced]),
        },
    )  # fmt: skip
    booked = first.booked + (last.booked if last is not first else 0)
    count = booked + last.waiting + len(last.unplaced)
    _progress(run, state="done", people_count=count, done_count=count, placed_count=booked, reserve_count=last.waiting,
              gave_way_count=len(first.gave_way), ended_at=clock.now())  # fmt: skip


def _place(run: AllotmentRun, gave_way: frozenset[UUID], is_stopping: Callable[[], bool]) -> _Round:
    """Places whoever is booked nowhere, and writes it down; of a run of second doses, those and whoever gave way to them."""
    inputs = _inputs(run)
    found = sql.many_rows("planning/to_place", inputs | {"today": today(), "groups": packed.texts(run.priority_groups)})
    if run.is_automatic:
        found = [row for row in found if row[_PRODUCT] or row[0] in gave_way]
    people, places = _candidates(found)
    ids: list[UUID] = [row[0] for row in found]
    _free(run, [ids[one.person] for one in people if one.product and not one.waits])
    rooms, session_ids, site_ids, windows = _rooms(inputs, run.reserve_percent)
    _progress(run, state="placing", people_count=len(people), done_count=0)
    near = rules.nearest(places, {site: place for site, place in enumerate(_site_places(site_ids)) if place})
    placed, unplaced = rules.allot(people, rooms, near, run.ends_on, lambda done: _progress(run, done_count=done))
    gone: list[tuple[UUID, UUID]] = []
    if any(none.reason in ("second_full", "second_waits") for none in unplaced):
        may = _may_give_way(session_ids)
        yielding = {session: len(allotments) for session, allotments in may.items()}
        found_so = (placed, unplaced)
        placed, unplaced, taken = rules.before_first_doses(people, rooms, near, run.ends_on, found_so, yielding)
        gone = [place for session, count in taken.items() for place in may[session][:count]]
        sql.many_rows(
            "planning/give_way", {"allotment_ids": packed.uuids([allotment_id for allotment_id, _person in gone])}
        )
    _free(run, [ids[one.person] for one in placed if one.kind == "booked" and people[one.person].waits])
    _progress(run, state="writing", done_count=0)
    _write(run, [one for one in placed if one.kind != "waits"], ids, session_ids, windows, is_stopping)
    return _Round(
        booked=sum(one.kind == "booked" for one in placed),
        waiting=sum(one.kind != "booked" and not people[one.person].product for one in placed),
        unplaced=[(ids[none.person], none.reason) for none in unplaced if not (run.is_automatic and none.reason == "not_due")],
        gave_way=frozenset(person_id for _allotment, person_id in gone),
    )  # fmt: skip


def _inputs(run: AllotmentRun) -> dict[str, Any]:
    return {"area": run.org_unit_id, "drive_id": run.drive_id, "starts_on": run.starts_on, "ends_on": run.ends_on}


def _free(run: AllotmentRun, person_ids: Sequence[UUID]) -> None:
    """Takes from people what they hold in sessions after today."""
    if person_ids:
        given = {"drive_id": run.drive_id, "today": today(), "person_ids": packed.uuids(person_ids)}
        sql.many_rows("planning/free_unfit_places", given)


def _may_give_way(session_ids: Sequence[UUID]) -> dict[int, list[tuple[UUID, UUID]]]:
    """Of each session, by its number, the places (allotment, person) of first doses that may still be given to a second one, the last
    allotted first."""
    numbers = {session_id: number for number, session_id in enumerate(session_ids)}
    inputs = {"today": today(), "session_ids": packed.uuids(session_ids)}
    found: dict[int, list[tuple[UUID, UUID]]] = {}
    for session_id, *place in sql.many_rows("planning/may_give_way", inputs):
        found.setdefault(numbers[session_id], []).append((place[0], place[1]))
    return found


def _candidates(found: Sequence[tuple[Any, ...]]) -> tuple[list[Candidate], dict[str, tuple[float, float]]]:
    """People as `rules.allot` takes them, by their place in `found`; and where each of their places lies."""
    people, places = [], {}
    for number, row in enumerate(found):
        _id, group, institution, household, place, latitude, longitude, product, earliest_on, latest_on, waits = row
        apart = household or institution
        people.append(Candidate(number, group, institution, place, apart, product, earliest_on, latest_on, waits))
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
    run: AllotmentRun, placed: Sequence[Placed], people: Sequence[UUID], session_ids: Sequence[UUID],
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


def _slots(in_order: Sequence[Placed], windows: Sequence[tuple[datetime, datetime]]) -> list[datetime]:
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


def _progress(run: AllotmentRun, **fields: Any) -> None:
    until = clock.now() + timedelta(seconds=_LEASE_SECONDS)
    AllotmentRun.objects.filter(pk=run.pk).exclude(state="cancelled").update(worked_on_until=until, **fields)
