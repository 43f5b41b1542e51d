# SPDX-License-Identifier: Apache-2.0
"""Who goes to which session. Pure: people and sessions in, places out; the same in, the same out.

Second doses first, the one whose window ends soonest before the others: whoever had one dose was promised the next, and first
doses give way to it until they are told. Then by priority group; one's own institution first, then what is near; members of a
household, and the shifts of an institution, spread over days, so that a ward is not away (or ill) on one day. Where there is no
place, the reason."""

from bisect import bisect_left, insort
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from math import asin, cos, radians, sin, sqrt
from typing import NamedTuple

GROUP_ORDER = ("HCW", "FLW", "60+", "45-59", "other")
NEAR_KM_MAX = 60.0
_LOOKED_AT = 24  # sessions with room weighed for one person, nearest and earliest first
_EARTH_KM = 6371.0


class Candidate(NamedTuple):
    """Someone to be placed. `place` is any key of `distances`; `apart` names those who should not all come on one day
    (household, ward, else institution); a second dose has a product and a window. `waits`: is on a reserve list already."""

    person: int
    group: str
    institution: str
    place: str
    apart: str
    product: str = ""
    earliest_on: date | None = None
    latest_on: date | None = None
    waits: bool = False


@dataclass(slots=True)
class Room:
    """A session with what is free in it; `free` and `reserve` fall as people are placed."""

    session: int
    site: int
    on_date: date
    product: str
    institution: str
    free: int
    reserve: int


class Placed(NamedTuple):
    """A person's place: a session, booked or on its reserve list (`reserve`; `waits`, and no session: on the one they were on)."""

    person: int
    session: int
    kind: str


class Unplaced(NamedTuple):
    """A person without a place, and why: no_session_near, full; of a second dose second_full, second_waits (on a reserve list, placed
    there), second_no_session (due in these days, and no session near gives that vaccine then), or not_due until they are over."""

    person: int
    reason: str


def allot(
    people: Sequence[Candidate], rooms: Sequence[Room], near: Mapping[str, Sequence[int]], ends_on: date,
    tell: Callable[[int], None] = lambda _done: None,
) -> tuple[list[Placed], list[Unplaced]]:  # fmt: skip
    """Places people. `near` gives for each place its sites, nearest first; `ends_on` is the last day planned for.
    `tell(done)` is called every 10,000 people. O(people × a few sessions): a million people in about 20 s."""
    plan = _Plan(rooms, near, ends_on)
    order = {group: rank for rank, group in enumerate(GROUP_ORDER)}
    placed: list[Placed] = []
    left: list[tuple[Candidate, str]] = []
    for done, person in enumerate(sorted(people, key=lambda one: _urgency(one, order))):
        found = plan.book(person)
        if isinstance(found, str):
            left.append((person, found))
        else:
            placed.append(Placed(person.person, found.session, "booked"))
        if done % 10_000 == 9_999:
            tell(done + 1)
    unplaced = []
    for person, reason in left:
        room = plan.wait(person) if reason in ("full", "second_full") and not person.waits else None
        if room is not None or person.waits:
            waiting = Placed(person.person, room.session, "reserve") if room else Placed(person.person, -1, "waits")
            placed.append(waiting)
            if person.product:
                unplaced.append(Unplaced(person.person, "second_waits"))
        else:
            unplaced.append(Unplaced(person.person, reason))
    return placed, unplaced


def before_first_doses(
    people: Sequence[Candidate], rooms: Sequence[Room], near: Mapping[str, Sequence[int]], ends_on: date,
    found: tuple[list[Placed], list[Unplaced]], yielding: Mapping[int, int],
) -> tuple[list[Placed], list[Unplaced], Counter[int]]:  # fmt: skip
    """The same as `allot` found, and second doses it had no place for booked where a first dose may still give way: `yielding` says
    how many of a session's can, who have not been told of it. Also returns how many of each session then have to."""
    placed, unplaced = found
    short = {none.person for none in unplaced if none.reason in ("second_full", "second_waits")}
    takeable = [replace(room, free=yielding[room.session], reserve=0) for room in rooms if yielding.get(room.session)]
    second = [person._replace(waits=False) for person in people if person.person in short]
    taken = [one for one in allot(second, takeable, near, ends_on)[0] if one.kind == "booked"]
    given = {one.person for one in taken}
    placed = [one for one in placed if one.person not in given] + taken
    return placed, [one for one in unplaced if one.person not in given], Counter(one.session for one in taken)


def _urgency(person: Candidate, order: Mapping[str, int]) -> tuple[date, int, bool]:
    """Second doses by the end of their window, then everybody else by group, who waits already before the others."""
    until = (person.latest_on or date.min) if person.product else date.max
    return until, order.get(person.group, len(order)), not person.waits


class _Plan:
    """What is still free while people are placed, in order of day at each site."""

    def __init__(self, rooms: Sequence[Room], near: Mapping[str, Sequence[int]], ends_on: date) -> None:
        self._near = near
        self._ends_on = ends_on
        self._open: dict[tuple[int, str], list[Room]] = defaultdict(list)  # by site and vaccine, and by site alone ("")
        self._of_institution: dict[str, list[Room]] = defaultdict(list)
        self._waiting: dict[int, list[Room]] = defaultdict(list)
        self._together: dict[tuple[str, date], int] = defaultdict(int)
        self._open_sites: dict[tuple[str, str], list[int]] = {}
        for room in sorted(rooms, key=lambda room: (room.on_date, room.session)):
            self._waiting[room.site].append(room)
            if room.free > 0:
                self._open[room.site, ""].append(room)
                self._open[room.site, room.product].append(room)
                if room.institution:
                    self._of_institution[room.institution].append(room)

    def book(self, person: Candidate) -> Room | str:
        """The session this person is booked into, or why there is none. A second dose whose window has no session is given after it:
        late is better than never."""
        own = [room for room in self._of_institution.get(person.institution, ()) if room.free > 0]
        if own and len(own) < len(self._of_institution[person.institution]):
            self._of_institution[person.institution] = own
        room = self._best(person, own) or self._best(person, self._near_rooms(person))
        if room is None and person.latest_on is not None:
            person = person._replace(latest_on=None)
            room = self._best(person, own) or self._best(person, self._near_rooms(person))
        if room is None:
            return self._reason(person, own)
        room.free -= 1
        self._together[person.apart, room.on_date] += 1
        if room.free == 0:
            self._open[room.site, ""].remove(room)
            self._open[room.site, room.product].remove(room)
        return room

    def wait(self, person: Candidate) -> Room | None:
        """The nearest session that still takes someone on its reserve list."""
        person = person._replace(latest_on=None)
        for site in self._near.get(person.place, ()):
            for room in self._waiting[site]:
                if room.reserve > 0 and _fits(person, room):
                    room.reserve -= 1
                    return room
        return None

    def _near_rooms(self, person: Candidate) -> list[Room]:
        """Some two dozen sessions with room, nearest and earliest first; for a second dose, of its vaccine and from its day on."""
        product = person.product
        sites = self._open_sites.get((person.place, product))
        if sites is None or any(not self._open[site, product] for site in sites[:3]):
            sites = [site for site in (sites or self._near.get(person.place, ())) if self._open[site, product]]
            self._open_sites[person.place, product] = sites
        found: list[Room] = []
        for site in sites:
            rooms = self._open[site, product]
            found += rooms[bisect_left(rooms, person.earliest_on, key=_day) :] if person.earliest_on else rooms
            if len(found) >= _LOOKED_AT:
                break
        return found[:_LOOKED_AT]

    def _best(self, person: Candidate, rooms: Iterable[Room]) -> Room | None:
        """Of the sessions that fit, the one on whose day fewest of one's own come; of those, the first."""
        best, fewest = None, 0
        for room in rooms:
            if not _fits(person, room):
                continue
            together = self._together.get((person.apart, room.on_date), 0) if person.apart else 0
            if best is None or together < fewest:
                best, fewest = room, together
                if not together:
                    break
        return best

    def _reason(self, person: Candidate, own: list[Room]) -> str:
        near = [room for site in self._near.get(person.place, ()) for room in self._waiting[site]]
        if not person.product:
            return "full" if near or own else "no_session_near"
        if any(_fits(person, room) for room in near):
            return "second_full"
        is_due = person.earliest_on is None or person.earliest_on <= self._ends_on
        return "second_no_session" if is_due else "not_due"


def _day(room: Room) -> date:
    return room.on_date


def _fits(person: Candidate, room: Room) -> bool:
    if person.product and room.product != person.product:
        return False
    if person.earliest_on is not None and room.on_date < person.earliest_on:
        return False
    return person.latest_on is None or room.on_date <= person.latest_on


def nearest(
    places: Mapping[str, tuple[float, float]], sites: Mapping[int, tuple[float, float]]
) -> dict[str, list[int]]:
    """For each place the sites within 60 km, nearest first; (latitude, longitude) in degrees.
    O(places × sites): 1 µs a pair."""
    found: dict[str, list[int]] = {}
    for place, here in places.items():
        ranked: list[tuple[float, int]] = []
        for site, there in sites.items():
            if abs(here[0] - there[0]) < 0.6:  # 0.6° of latitude is 67 km
                distance = distance_km(here, there)
                if distance <= NEAR_KM_MAX:
                    insort(ranked, (distance, site))
        found[place] = [site for _distance, site in ranked]
    return found


def distance_km(one: tuple[float, float], other: tuple[float, float]) -> float:
    """Great-circle distance of two (latitude, longitude) in degrees (haversine)."""
    lat1, lon1, lat2, lon2 = map(radians, (*one, *other))
    half = sin((lat2 - lat1) / 2) ** 2 + cos(lat1) * cos(lat2) * sin((lon2 - lon1) / 2) ** 2
    return 2 * _EARTH_KM * asin(sqrt(half))


def slots(count: int, minutes: int, per_slot_minutes: int = 30) -> list[int]:
    """Minutes after opening at which each of `count` people is asked to come: spread evenly over the window, in steps of
    half an hour, the last half hour left for who is late."""
    steps = max(minutes // per_slot_minutes - 1, 1)
    return [per_slot_minutes * (place * steps // max(count, 1)) for place in range(count)]
