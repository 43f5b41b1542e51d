# SPDX-License-Identifier: Apache-2.0
"""The simulator over many seeds: 200 in every run, as many as you like with `make simulate SEEDS=10000`. A seed that fails is
named with what happened in its day; `make simulate SEED=<n>` lives it again."""

import os
import time
from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
from django.db import transaction

from doseline.shared.clock import ClockSetting, clock
from tests.drive import Drive, build_drive
from tests.simulator.world import World

SEEDS = int(os.environ.get("SEEDS") or 200)
ONE = os.environ.get("SEED")
TOLD_LINES = 60
NINE_O_CLOCK = datetime(2021, 1, 16, 3, 30, tzinfo=UTC)  # in India


@pytest.fixture
def drive(db: None) -> Iterator[Drive]:
    """The small drive on a day of its own: a seed is the same day at whatever hour it is lived."""
    morning = os.environ.get("MORNING")
    stands_at = datetime.fromisoformat(morning) if morning else NINE_O_CLOCK
    clock._setting = ClockSetting(real_anchor=stands_at, demo_anchor=stands_at, demo_stop=stands_at, speed=1.0)
    clock._read_at = float("inf")
    yield build_drive()
    clock.forget()


def _live(seed: int, drive: Drive) -> str | None:
    """Lives one seed's day in a transaction of its own; None, or what went wrong and the end of its trace."""
    with transaction.atomic():
        world = World(seed, drive)
        try:
            world.run()
        except AssertionError as broken:
            lines = list(world.trace) if ONE else list(world.trace)[-TOLD_LINES:]
            story = "\n".join(lines)
            return f"seed {seed} ({world.catastrophe}): {broken}\n{story}\nReplay: make simulate SEED={seed}"
        finally:
            transaction.set_rollback(True)
    return None


@pytest.mark.timeout(0)
def test_every_seed_keeps_the_promises(drive: Drive, capsys: pytest.CaptureFixture[str]) -> None:
    seeds = [int(ONE)] if ONE else range(SEEDS)
    started, failed = time.monotonic(), []
    for done, seed in enumerate(seeds, 1):
        if (story := _live(seed, drive)) is not None:
            failed.append(story)
        if SEEDS > 200 and done % 100 == 0:
            with capsys.disabled():
                rate = done / (time.monotonic() - started)
                left = (len(seeds) - done) / rate / 60
                print(
                    f"\r{done:,} of {len(seeds):,} days lived, {len(failed)} failed, {left:.0f} min left ",
                    end="",
                    flush=True,
                )
        if len(failed) >= 5:
            break
    assert not failed, "\n\n".join(failed)
