# SPDX-License-Identifier: Apache-2.0
"""Who is recorded first: phones that keep up, then phones that catch up, and neither starves."""

import asyncio
import threading
from collections.abc import Sequence
from typing import Any

from doseline.door.coalescer import Coalescer
from doseline.ledger.commands import Verdict
from tests.door import in_its_own_loop

_YES = Verdict("recorded", None)


def _record_all(uploads: Sequence[int], batch_facts_max: int) -> list[list[int]]:
    """Sends a first upload and, while it is being recorded, the others; the sizes of the uploads of each later batch."""
    batches: list[list[int]] = []
    is_first, may_go = threading.Event(), threading.Event()

    def work(facts: Any) -> list[Verdict]:
        if not is_first.is_set():
            is_first.set()
            may_go.wait(10)
        else:
            batches.append(_sizes(facts))
        return [_YES] * len(facts)

    async def run() -> None:
        coalescer = Coalescer(work, lanes=1, batch_facts_max=batch_facts_max, waiting_facts_max=10_000)
        first = asyncio.create_task(coalescer.submit(["first"]))  # type: ignore[list-item]
        await asyncio.to_thread(is_first.wait, 10)
        others = [
            asyncio.create_task(coalescer.submit([place] * size))  # type: ignore[list-item]
            for place, size in enumerate(uploads)
        ]
        await asyncio.sleep(0)
        may_go.set()
        answers = await asyncio.gather(first, *others)
        assert [len(answer) for answer in answers] == [1, *uploads]
        coalescer.close()

    in_its_own_loop(run())
    return batches


def _sizes(facts: Sequence[int]) -> list[int]:
    sizes: dict[int, int] = {}
    for place in facts:
        sizes[place] = sizes.get(place, 0) + 1
    return list(sizes.values())


def test_small_uploads_go_before_large_ones() -> None:
    assert _record_all([100, 100, 1, 100, 2], batch_facts_max=210) == [[1, 2, 100, 100], [100]]


def test_large_uploads_get_half_of_a_batch_at_least() -> None:
    small = [10] * 30
    batches = _record_all([100, *small], batch_facts_max=200)
    assert batches[0] == [10] * 10 + [100]
    assert sum(map(len, batches)) == 31


def test_one_larger_than_a_batch_goes_alone() -> None:
    assert _record_all([300, 5], batch_facts_max=200) == [[5], [300]]
