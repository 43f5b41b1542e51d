# SPDX-License-Identifier: Apache-2.0
"""Allotment keeps to what was promised: own institution, distance, capacity, households apart, reasons."""

from collections import Counter
from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from doseline.planning.rules import Candidate, Room, allot, before_first_doses, distance_km, nearest, slots

DAY = date(2021, 1, 16)
LAST = DAY + timedelta(days=9)


def _room(session: int, *, site: int = 0, day: int = 0, free: int = 2, reserve: int = 0, institution: str = "") -> Room:
    return Room(session, site, DAY + timedelta(days=day), "COVISHIELD", institution, free, reserve)


def _person(number: int, group: str = "HCW", institution: str = "", apart: str = "", product: str = "") -> Candidate:
    return Candidate(number, group, institution, "here", apart, product)


def test_health_workers_come_first() -> None:
    placed, unplaced = allot([_person(1, "60+"), _person(2, "HCW")], [_room(1, free=1)], {"here": [0]}, LAST)
    assert [place.person for place in placed] == [2]
    assert [(none.person, none.reason) for none in unplaced] == [(1, "full")]


def test_ones_own_institution_before_what_is_nearer() -> None:
    rooms = [_room(1, site=0), _room(2, site=1, institution="Rural Hospital")]
    placed, _ = allot([_person(1, institution="Rural Hospital"), _person(2)], rooms, {"here": [0, 1]}, LAST)
    assert {place.person: place.session for place in placed} == {1: 2, 2: 1}


def test_a_ward_is_not_away_on_one_day() -> None:
    rooms = [_room(day, day=day, free=10) for day in range(3)]
    placed, _ = allot([_person(number, apart="Ward 2") for number in range(9)], rooms, {"here": [0]}, LAST)
    assert Counter(place.session for place in placed) == {0: 3, 1: 3, 2: 3}


def test_the_reserve_list_takes_whom_the_session_cannot() -> None:
    placed, unplaced = allot([_person(n) for n in range(4)], [_room(1, free=2, reserve=1)], {"here": [0]}, LAST)
    assert Counter(place.kind for place in placed) == {"booked": 2, "reserve": 1}
    assert [none.reason for none in unplaced] == ["full"]


def test_reasons_for_no_place() -> None:
    second = _person(1, product="COVAXIN")
    early = Candidate(2, "HCW", "", "here", "", "COVISHIELD", DAY + timedelta(days=28), DAY + timedelta(days=42))
    lost = Candidate(3, "HCW", "", "nowhere", "")
    _, unplaced = allot([second, early, lost], [_room(1)], {"here": [0], "nowhere": []}, LAST)
    assert {none.person: none.reason for none in unplaced} == {
        1: "second_no_session",
        2: "not_due",
        3: "no_session_near",
    }


def _second(number: int, until: int, group: str = "other") -> Candidate:
    return Candidate(number, group, "", "here", "", "COVISHIELD", DAY - timedelta(days=9), DAY + timedelta(days=until))


def test_second_doses_come_first_the_soonest_to_lapse_before_the_others() -> None:
    people = [_person(1), _second(2, 9), _person(3), _second(4, 3, "60+"), _second(5, 5, "HCW")]
    placed, unplaced = allot(people, [_room(1, free=2, reserve=1)], {"here": [0]}, LAST)
    assert [(place.person, place.kind) for place in placed] == [(4, "booked"), (5, "booked"), (2, "reserve")]
    assert [(none.person, none.reason) for none in unplaced] == [(2, "second_waits"), (1, "full"), (3, "full")]
    _, unplaced = allot(people, [_room(1, free=2)], {"here": [0]}, LAST)
    assert (2, "second_full") in [(none.person, none.reason) for none in unplaced]


def test_first_doses_give_way_to_a_second_one_while_nobody_has_told_them() -> None:
    people, rooms = [_second(1, 9), _second(2, 3), _person(3)], [_room(1, free=0, reserve=1), _room(2, day=2, free=0)]
    found = allot(people, rooms, {"here": [0]}, LAST)
    assert [(one.person, one.kind) for one in found[0]] == [(2, "reserve")]
    placed, unplaced, gave_way = before_first_doses(people, rooms, {"here": [0]}, LAST, found, {2: 1})
    # the sooner to lapse has the one place that can be had, and is no longer on the reserve list
    assert [(one.person, one.session, one.kind) for one in placed] == [(2, 2, "booked")]
    assert [(none.person, none.reason) for none in unplaced] == [(1, "second_full"), (3, "full")]
    assert gave_way == {2: 1}


def test_who_waits_on_a_reserve_list_is_booked_when_there_is_room_and_else_goes_on_waiting() -> None:
    waiting, new = _person(1)._replace(waits=True), _person(2)
    placed, unplaced = allot([new, waiting], [_room(1, free=1)], {"here": [0]}, LAST)
    assert ([(one.person, one.kind) for one in placed], unplaced) == ([(1, "booked")], [(2, "full")])
    placed, unplaced = allot([waiting], [_room(1, free=0, reserve=5)], {"here": [0]}, LAST)
    assert ([(one.person, one.session, one.kind) for one in placed], unplaced) == ([(1, -1, "waits")], [])


def test_a_second_dose_due_in_these_days_without_a_session_then_is_told_apart() -> None:
    due = Candidate(1, "HCW", "", "here", "", "COVISHIELD", DAY + timedelta(days=3), DAY + timedelta(days=30))
    later = due._replace(person=2, earliest_on=LAST + timedelta(days=1))
    lost = due._replace(person=3, place="nowhere")
    _, unplaced = allot([due, later, lost], [_room(1)], {"here": [0], "nowhere": []}, LAST)
    found = {none.person: none.reason for none in unplaced}
    assert found == {1: "second_no_session", 2: "not_due", 3: "second_no_session"}


def test_a_second_dose_finds_its_vaccine_behind_many_sessions_of_another() -> None:
    others = [Room(n, 0, DAY + timedelta(days=n % 9), "COVAXIN", "", 5, 0) for n in range(100)]
    placed, _ = allot([_second(1, 9)], [*others, _room(200, site=1)], {"here": [0, 1]}, LAST)
    assert [place.session for place in placed] == [200]


def test_a_second_dose_that_is_late_is_given_all_the_same() -> None:
    rooms = [_room(1, day=20), _room(2, day=4)]
    placed, _ = allot([_second(1, 2), _second(2, 5)], rooms, {"here": [0]}, LAST)
    assert {place.person: place.session for place in placed} == {1: 2, 2: 2}


@given(st.lists(st.tuples(st.sampled_from(["HCW", "60+"]), st.sampled_from(["", "A", "B"]), st.sampled_from("xyz"))),
       st.lists(st.tuples(st.integers(0, 3), st.integers(0, 4), st.integers(0, 5), st.integers(0, 2)), max_size=8))  # fmt: skip
def test_never_more_than_there_is_room_for(
    people: list[tuple[str, str, str]], rooms: list[tuple[int, int, int, int]]
) -> None:
    candidates = [Candidate(n, group, inst, "here", apart) for n, (group, inst, apart) in enumerate(people)]
    made = [
        _room(n, site=site, day=day, free=free, reserve=reserve) for n, (site, day, free, reserve) in enumerate(rooms)
    ]
    capacity = {room.session: (room.free, room.reserve) for room in made}
    placed, unplaced = allot(candidates, made, {"here": [0, 1, 2, 3]}, LAST)
    booked = Counter(place.session for place in placed if place.kind == "booked")
    waiting = Counter(place.session for place in placed if place.kind == "reserve")
    assert all(booked[session] <= free and waiting[session] <= reserve for session, (free, reserve) in capacity.items())
    everyone = sorted([place.person for place in placed] + [none.person for none in unplaced])
    assert everyone == list(range(len(people)))
    if any(none.reason == "full" for none in unplaced):
        assert sum(booked.values()) == sum(free for free, _ in capacity.values())


def test_distances_and_the_nearest() -> None:
    kolkata, howrah, delhi = (22.57, 88.36), (22.59, 88.31), (28.61, 77.21)
    assert 5 < distance_km(kolkata, howrah) < 6
    assert nearest({"k": kolkata}, {1: delhi, 2: howrah, 3: kolkata}) == {"k": [3, 2]}


def test_slots_fill_the_window() -> None:
    assert slots(4, 120) == [0, 0, 30, 60]
    assert max(slots(100, 480)) == 420
