# SPDX-License-Identifier: Apache-2.0
"""Return to service: 5,000 phones that were cut off come back with 100 facts each while 200 sites go on sending their day, dose by
dose, with the follow-ups worker at work. Phones knock and keep to their windows as fieldapp/sync/loop.ts does."""

import asyncio
import json
import multiprocessing
import random
import statistics
import time
from dataclasses import dataclass, field
from datetime import UTC, datetime
from multiprocessing.connection import Connection
from typing import Any

from tests.bench.drive import PEOPLE_PER_SITE, PERSON, SESSION, SITES, STAFF, made_id
from tests.bench.house import House
from tests.bench.limits import measure_limit, settle
from tests.bench.registry import Row

PHONES, FACTS_EACH, FACTS_PER_KNOCK = 5_000, 100, 10
LIVE_SITES, LIVE_EVERY_SECONDS = 200, 4.0
KNOCKS_WITHIN_SECONDS = 30.0  # chance in the phones' back-off parts them by at least this
AEFI_SHARE = 0.05
_TRIES_MAX = 30
_GIVEN_UP_SECONDS = 240


@dataclass
class Seen:
    """What the phones saw. Times in seconds since the first knock; `live` in ms."""

    live: list[float] = field(default_factory=list)
    clear: float = 0.0
    aefi_clear: float = 0.0
    waits: int = 0


def returns(house: House) -> list[Row]:
    """Rows `return_live`, `return_aefi` and `return_clear`."""
    house.owner.execute("SELECT 1")  # starts the house when this is the first row
    limit = measure_limit(house, "pb_batch", 4)
    settle(house)
    devices = _devices()
    assert house._supervisor is not None
    house._supervisor._start("worker")
    try:
        seen = _in_a_process_of_its_own(house.port, devices)
    finally:
        house._supervisor.children.pop("worker").terminate()
    counted = "SELECT count(*) FROM fact JOIN device USING (device_id) WHERE label = 'returning'"
    [(facts,)] = house.owner.execute(counted).fetchall()
    assert facts == PHONES * FACTS_EACH + len(seen.live), f"{facts} facts arrived"
    p99 = statistics.quantiles(seen.live, n=100)[98]
    return [
        Row(name="return_live", value=p99, unit="ms at p99, a record of a site that kept up", limit_name="aim",
            limit=1000.0, p50_ms=statistics.median(seen.live), p99_ms=p99),
        Row(name="return_aefi", value=seen.aefi_clear, unit="s until every adverse event is in", limit_name="knocks",
            limit=KNOCKS_WITHIN_SECONDS),
        Row(name="return_clear", value=seen.clear, unit=f"s until {PHONES:,} phones with {FACTS_EACH} each are clear",
            limit_name="pb_batch", limit=PHONES * FACTS_EACH / (limit * 100)),
    ]  # fmt: skip


def _devices() -> list[Any]:
    """The phones, enrolled by rows: 5,000, each with the facts it holds, then those of the sites that kept up."""
    from doseline.rehearsal.device import SimulatedDevice
    from doseline.shared import clock
    from doseline.shared.ids import uuid7
    from doseline.staff.models import Device, EnrolmentCode

    chance, now = random.Random(5), clock.now()
    made = [SimulatedDevice(chance, device_id=uuid7()) for _ in range(PHONES + LIVE_SITES)]
    codes = [
        EnrolmentCode(code_hash=chance.randbytes(32), site_id=made_id(1, n % SITES), made_at=now, expires_at=now)
        for n in range(len(made))
    ]
    EnrolmentCode.objects.bulk_create(codes, batch_size=1000)
    rows = [
        Device(
            device_id=one.device_id, site_id=code.site_id, label="returning", public_key=one.public_key, enrolled_by=code,
            enrolled_at=now,
        )
        for one, code in zip(made, codes, strict=True)
    ]  # fmt: skip
    Device.objects.bulk_create(rows, batch_size=1000)
    for n, one in enumerate(made[:PHONES]):
        for place in range(FACTS_EACH - 1):
            _act(one, n % SITES, place, now, "person_arrived")
        if chance.random() < AEFI_SHARE:
            particulars = {"reason": "severe", "symptoms": ["fever"], "onset_at": now.isoformat()}
            _act(one, n % SITES, 0, now, "aefi_reported", **particulars)
        else:
            _act(one, n % SITES, FACTS_EACH - 1, now, "person_arrived")
    return made


def _act(device: Any, site: int, place: int, at: datetime, kind: str, **particulars: Any) -> Any:
    person = made_id(PERSON, site * PEOPLE_PER_SITE + place)
    where = {"session_id": made_id(SESSION, site), "staff_id": made_id(STAFF, site)}
    return device.act(kind, at=at, person_id=person, **where, **particulars)


def _in_a_process_of_its_own(port: int, devices: list[Any]) -> Seen:
    """The phones' side, apart from the bench. Raises EOFError when it did not come through; its reason is above."""
    context = multiprocessing.get_context("fork")
    ours, theirs = context.Pipe()
    child = context.Process(target=_live_it, args=(port, devices, theirs))
    child.start()
    theirs.close()
    seen: Seen = ours.recv()
    child.join()
    return seen


def _live_it(port: int, devices: list[Any], told: Connection) -> None:
    told.send(asyncio.run(_Return(port, devices[:PHONES], devices[PHONES:]).run()))


class _Return:
    """The phones, as tasks of one loop."""

    def __init__(self, port: int, returning: list[Any], live: list[Any]) -> None:
        self.port, self.returning, self.live = port, returning, live
        self.chance = random.Random(6)
        self.seen = Seen()
        self.is_over = False

    async def run(self) -> Seen:
        self.started = time.monotonic()
        live = [asyncio.create_task(self._keep_up(place, device)) for place, device in enumerate(self.live)]
        async with asyncio.timeout(_GIVEN_UP_SECONDS):
            await asyncio.gather(*map(self._come_back, self.returning))
        self.seen.clear = time.monotonic() - self.started
        self.is_over = True
        await asyncio.gather(*live)
        return self.seen

    async def _come_back(self, device: Any) -> None:
        await asyncio.sleep(self.chance.uniform(0, KNOCKS_WITHIN_SECONDS))
        limit = FACTS_PER_KNOCK
        for _try in range(_TRIES_MAX):
            waiting = device.unsent()
            if not waiting:
                return
            has_aefi = '"aefi_reported"' in waiting[-1].text
            sending = ([waiting[-1], *waiting[:-1]] if has_aefi else waiting)[:limit]
            answer = await self._push(device, sending)
            if answer is None:
                self.seen.waits += 1
                await asyncio.sleep(5 * (0.5 + self.chance.random()))
                continue
            if has_aefi:
                self.seen.aefi_clear = max(self.seen.aefi_clear, time.monotonic() - self.started)
            limit = answer.get("facts_max", 100)
            await asyncio.sleep(answer.get("send_after_seconds", 0.0))
        raise RuntimeError("a phone did not get its facts in")

    async def _keep_up(self, place: int, device: Any) -> None:
        """A site that was never cut off: a record now and then, timed."""
        await asyncio.sleep(self.chance.uniform(0, LIVE_EVERY_SECONDS))
        while not self.is_over:
            entry = _act(device, place, self.chance.randrange(PEOPLE_PER_SITE), datetime.now(UTC), "person_arrived")
            asked = time.monotonic()
            if await self._push(device, [entry]) is not None:
                self.seen.live.append((time.monotonic() - asked) * 1000)
            await asyncio.sleep(LIVE_EVERY_SECONDS * (0.5 + self.chance.random()))

    async def _push(self, device: Any, entries: list[Any]) -> dict[str, Any] | None:
        """The answer to an upload, its verdicts taken in; None when the phone is told to wait."""
        body = device.push_body(entries, datetime.now(UTC))
        headers = {**device.push_headers(body), "Host": "x", "Content-Length": str(len(body)), "Connection": "close"}
        head = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
        try:
            reader, writer = await asyncio.open_connection("127.0.0.1", self.port)
            writer.write(f"POST /sync/v1/facts HTTP/1.1\r\n{head}\r\n".encode() + body)
            text = await reader.read()
            writer.close()
        except OSError:
            return None
        start, _, said = text.partition(b"\r\n\r\n")
        if start[9:12] != b"200":
            return None
        answer: dict[str, Any] = json.loads(said)
        told = {one["fact_id"]: one["verdict"] for one in answer["verdicts"]}
        for entry in entries:
            entry.verdict = told[str(entry.fact_id)]
        return answer
