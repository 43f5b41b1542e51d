# SPDX-License-Identifier: Apache-2.0
"""Windows after an outage: one behind another, at the door's own pace, and never in the way of a site that keeps up."""

import pytest

from doseline.door.gate import FACTS_AT_ONCE, Gate


def test_a_phone_that_keeps_up_is_always_let_in() -> None:
    gate = Gate()
    for _phone in range(1_000):
        gate.window(500, now=0.0)
    assert gate.window(20, now=0.0).after_seconds == 0


def test_windows_follow_one_another_at_the_doors_pace() -> None:
    gate = Gate()
    gate.pace = 1_000 / 0.7
    starts = [gate.window(500, now=0.0).after_seconds for _phone in range(3)]
    assert starts == pytest.approx([0.0, 0.1, 0.2])
    # time passing is work done
    assert gate.window(500, now=10.0).after_seconds == 0


def test_a_pace_that_recovers_brings_windows_nearer() -> None:
    gate = Gate()
    gate.pace = 100.0
    for _phone in range(100):
        gate.window(FACTS_AT_ONCE, now=0.0)
    slow = gate.window(500, now=0.0).after_seconds
    gate.pace = 10_000.0
    assert gate.window(500, now=0.0).after_seconds < slow / 50


def test_small_transactions_say_nothing_of_the_pace() -> None:
    gate = Gate()
    before = gate.pace
    gate.note_recorded(1, 0.05)
    assert gate.pace == before
    gate.note_recorded(FACTS_AT_ONCE, 1.0)
    assert gate.pace < before
