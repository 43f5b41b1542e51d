# SPDX-License-Identifier: Apache-2.0
"""Many small uploads, one transaction. Requests that arrive while a transaction is running wait together for the
next; each is answered after the commit that holds its facts. The waiting is the batching: no timers. Small uploads, of phones that
keep up, go before the large ones of phones that catch up.

This is where async ends: a batch goes to a synchronous command in a thread of its own.
"""

import asyncio
from collections import deque
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor

from doseline.ledger.commands import IncomingFact, Verdict
from doseline.shared.problems import ProblemError

_SMALL_FACTS_MAX = 20  # what a phone sends that keeps up
_Waiting = tuple[Sequence[IncomingFact], "asyncio.Future[list[Verdict]]"]


class Coalescer:
    """Collects `submit`ted facts and hands them to `work` in batches of at most `batch_facts_max`.

    `work` returns one verdict a fact, in order; it must be safe to call again with the same facts. When a batch
    fails, each of its requests is tried alone, so that one bad request cannot take others with it.

    One lane records small uploads, where sharing a transaction is worth most; the others join in only while a full
    batch waits.
    """

    def __init__(
        self,
        work: Callable[[list[IncomingFact]], list[Verdict]],
        *,
        lanes: int,
        batch_facts_max: int,
        waiting_facts_max: int,
    ) -> None:
        self._work = work
        self._executor = ThreadPoolExecutor(lanes, thread_name_prefix="record")
        self._batch_facts_max = batch_facts_max
        self._waiting_facts_max = waiting_facts_max
        self._small: deque[_Waiting] = deque()
        self._large: deque[_Waiting] = deque()
        self._waiting_facts = 0
        self._lanes = self._idle_lanes = lanes
        self._running: set[asyncio.Task[None]] = set()

    async def submit(self, facts: Sequence[IncomingFact]) -> list[Verdict]:
        """One verdict a fact, after the commit. Raises what `work` raises, or ProblemError `sync.busy` when too much
        is waiting already."""
        if self._waiting_facts + len(facts) > self._waiting_facts_max:
            raise ProblemError("sync.busy", retry_after_seconds=5)
        future: asyncio.Future[list[Verdict]] = asyncio.get_running_loop().create_future()
        (self._small if len(facts) <= _SMALL_FACTS_MAX else self._large).append((facts, future))
        self._waiting_facts += len(facts)
        if self._idle_lanes and (self._idle_lanes == self._lanes or self._has_full_batch()):
            self._start_lane()
        return await future

    def close(self) -> None:
        """Waits for the transaction in hand."""
        self._executor.shutdown(wait=True)

    def _start_lane(self) -> None:
        self._idle_lanes -= 1
        task = asyncio.get_running_loop().create_task(self._run_lane())
        self._running.add(task)
        task.add_done_callback(self._running.discard)

    async def _run_lane(self) -> None:
        try:
            while self._waiting_facts and (self._idle_lanes == self._lanes - 1 or self._has_full_batch()):
                await self._run_batch(self._take_batch())
        finally:
            self._idle_lanes += 1

    def _has_full_batch(self) -> bool:
        return self._waiting_facts >= self._batch_facts_max

    def _take_batch(self) -> list[_Waiting]:
        """Small uploads first, in half the batch at most while large ones wait: neither ever waits for all of the other."""
        room = self._batch_facts_max // 2 if self._large else self._batch_facts_max
        batch, count = _take(self._small, room)
        more, large_count = _take(self._large, self._batch_facts_max - count, is_first=not batch)
        self._waiting_facts -= count + large_count
        return batch + more

    async def _run_batch(self, batch: list[_Waiting]) -> None:
        facts = [fact for request, _ in batch for fact in request]
        try:
            verdicts = await asyncio.get_running_loop().run_in_executor(self._executor, self._work, facts)
        except Exception as error:  # told to each request below
            await self._run_each_alone(batch, error)
            return
        start = 0
        for request, future in batch:
            if not future.done():
                future.set_result(verdicts[start : start + len(request)])
            start += len(request)

    async def _run_each_alone(self, batch: list[_Waiting], error: Exception) -> None:
        if len(batch) > 1:
            for one in batch:
                await self._run_batch([one])
        elif not batch[0][1].done():
            batch[0][1].set_exception(error)


def _take(waiting: deque[_Waiting], room: int, *, is_first: bool = True) -> tuple[list[_Waiting], int]:
    """Requests that fit into `room` facts, in their order, and how many facts they hold; one that `is_first` fits always."""
    taken: list[_Waiting] = []
    count = 0
    while waiting and (count + len(waiting[0][0]) <= room or (is_first and not taken)):
        taken.append(waiting.popleft())
        count += len(taken[-1][0])
    return taken, count
