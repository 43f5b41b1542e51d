# SPDX-License-Identifier: Apache-2.0
"""How a session stands, from its numbers and the time. Pure."""

from collections.abc import Mapping
from datetime import datetime, timedelta

from msgspec import Struct

STALL_AFTER = timedelta(minutes=15)
SILENT_AFTER = timedelta(minutes=15)
LATE_AFTER = timedelta(minutes=15)
PACE_JUDGED_AFTER = timedelta(minutes=30)
STALLED_PACE, SLOW_PACE = 0.4, 0.7

# In the order in which trouble should meet the eye.
STATES = ("stalled", "silent", "late", "slow", "paper", "going", "not_started", "closed")


class Standing(Struct, frozen=True, kw_only=True):
    """A session's numbers."""

    opens_at: datetime
    closes_at: datetime
    opened_at: datetime | None
    closed_at: datetime | None
    mode: str | None
    expected_count: int
    given_count: int
    not_given_count: int
    absent_count: int
    last_dose_at: datetime | None
    heard_at: datetime | None


def session_state(session: Standing, now: datetime) -> str:
    """One of STATES. Stalled: no dose for 15 minutes in an open session with people still to come, or under 40 % of
    the pace that would see everyone by closing time; slow: under 70 %. Silent: no heartbeat for 15 minutes."""
    if session.closed_at is not None:
        return "closed"
    if session.mode == "paper":  # also one that no phone ever opened, once its sheets or its tally came
        return "paper"
    if session.opened_at is None:
        return "late" if now - session.opens_at >= LATE_AFTER else "not_started"
    if session.heard_at is None or now - session.heard_at >= SILENT_AFTER:
        return "silent"
    if _seen_to(session) >= session.expected_count:
        return "going"
    if now - stopped_since(session) >= STALL_AFTER:
        return "stalled"
    return _by_pace(session, now)


def stopped_since(session: Standing) -> datetime:
    """When the last dose was given, or the session opened."""
    last = session.last_dose_at or session.opened_at or session.opens_at
    return max(last, session.opened_at or last)


def expected_by(session: Standing, now: datetime) -> float:
    """Doses an even pace from opening to planned closing would have given by `now`."""
    if session.opened_at is None:
        return 0.0
    length = (session.closes_at - session.opens_at).total_seconds()
    run = min(max((now - session.opened_at).total_seconds(), 0.0), length)
    return session.expected_count * run / length


def stop_going_on(session: Standing, state: str, now: datetime) -> tuple[datetime, str] | None:
    """When a stop still going on began, and its kind: `late_start`, or None for a stop whose cause the site tells."""
    if state == "late":
        return session.opens_at, "late_start"
    if state in ("stalled", "silent") and now - stopped_since(session) >= STALL_AFTER:
        return stopped_since(session), "not_said"
    return None


def _seen_to(session: Standing) -> int:
    """People nobody waits for any more."""
    return session.given_count + session.not_given_count + session.absent_count


def _by_pace(session: Standing, now: datetime) -> str:
    if session.opened_at is None or now - session.opened_at < PACE_JUDGED_AFTER:
        return "going"
    pace = _seen_to(session) / max(expected_by(session, now), 1.0)
    if pace < STALLED_PACE:
        return "stalled"
    return "slow" if pace < SLOW_PACE else "going"


def clear_in(waiting: int, facts_per_second: float) -> timedelta | None:
    """How long until what phones hold is in, at the pace the doors take backlog in (doseline/door/gate.py). None when nothing
    waits or no door has told its pace."""
    if not waiting or not facts_per_second:
        return None
    return timedelta(seconds=waiting / facts_per_second)


# A vial is filled a little over what it is labelled with: one dose more is usual, two are not.
OVERFILL_DOSES = 1


def balance(counted: Mapping[str, int]) -> list[tuple[str, int]]:
    """Which of a session's closing counts differ (`contract/wire/session_closed.json` Counted), as (what, difference) in the
    order heads, doses, vials, vial_doses: people who came less those accounted for, doses counted less those recorded, vials
    received less those accounted for, doses counted less what the opened vials can hold (never below 0).
    Positive: more was counted than is recorded. The same as fieldapp/record/balance.ts."""
    accounted = counted["given"] + counted["paper_doses"] + counted["not_given"] + counted["left"]
    vials = counted["vials_opened"] + counted["vials_wasted"] + counted["vials_returned"]
    labelled = counted.get("doses_per_vial", 0)
    held = counted["vials_opened"] * (labelled + OVERFILL_DOSES)
    differences = (
        ("heads", counted["heads"] - accounted),
        ("doses", counted["doses"] - counted["given"] - counted["paper_doses"]),
        ("vials", counted["vials_received"] - vials),
        ("vial_doses", max(0, counted["doses"] - held) if labelled else 0),
    )
    return [(what, difference) for what, difference in differences if difference]
