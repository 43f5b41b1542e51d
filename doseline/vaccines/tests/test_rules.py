# SPDX-License-Identifier: Apache-2.0
"""The shared dose cases, and properties that hold for any dose."""

import json
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from doseline.vaccines.rules import DoseBefore, Schedule, judge_dose

CASES = json.loads((Path(__file__).parents[3] / "contract" / "cases" / "dose.json").read_text(encoding="utf-8"))
SCHEDULE = Schedule(**CASES["schedule"])
TIMES = st.datetimes(datetime(2021, 1, 1), datetime(2023, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001 - Hypothesis adds it


@pytest.mark.parametrize("case", CASES["cases"], ids=lambda case: case["name"])
def test_shared_case(case: dict[str, Any]) -> None:
    judged = judge_dose(
        schedule=SCHEDULE,
        born_year=case["born_year"],
        doses_before=[
            DoseBefore(product=d["product"], given_at=datetime.fromisoformat(d["given_at"])) for d in case["before"]
        ],
        batch_expires_on=date.fromisoformat(case["expires_on"]) if case["expires_on"] else None,
        now=datetime.fromisoformat(case["now"]),
    )
    due = judged.next_due
    assert {
        "dose_number": judged.dose_number,
        "warnings": list(judged.warnings),
        "next_due": due
        and {name: getattr(due, name).isoformat() for name in ("earliest_on", "recommended_on", "latest_on")},
    } == case["expect"]


@given(st.lists(TIMES, max_size=5), TIMES, st.permutations(range(5)))
def test_the_order_in_which_doses_are_known_does_not_matter(
    before: list[datetime], now: datetime, order: list[int]
) -> None:
    doses = [DoseBefore(product="COVISHIELD", given_at=at) for at in before]
    shuffled = [doses[place] for place in order if place < len(doses)]
    asked: dict[str, Any] = {"schedule": SCHEDULE, "born_year": 1980, "batch_expires_on": None, "now": now}
    assert judge_dose(doses_before=doses, **asked) == judge_dose(doses_before=shuffled, **asked)


@given(TIMES)
def test_a_second_dose_in_its_window_is_never_warned_of(first: datetime) -> None:
    due = judge_dose(schedule=SCHEDULE, born_year=1980, doses_before=[], batch_expires_on=None, now=first).next_due
    assert due is not None
    assert due.earliest_on <= due.recommended_on <= due.latest_on
    later = first + timedelta(days=SCHEDULE.earliest_days)
    before = [DoseBefore(product="COVISHIELD", given_at=first)]
    assert (
        judge_dose(schedule=SCHEDULE, born_year=1980, doses_before=before, batch_expires_on=None, now=later).warnings
        == ()
    )
