# SPDX-License-Identifier: Apache-2.0
"""Rows of the way a dose takes: pushed one by one, all in one session, a hundred at a time; and followed up."""

from collections.abc import Callable

from tests.bench.drain import drain_all
from tests.bench.drive import Phone
from tests.bench.house import House
from tests.bench.limits import CLIENTS, measure_limit, settle
from tests.bench.load import Answered, Job, put_under_load
from tests.bench.registry import Row
from tests.bench.uploads import batch_uploads, dose_uploads, hot_uploads

_LIMIT_SECONDS, _WARM_SECONDS, _SECONDS = 4, 2, 8
Writer = Callable[[Phone, int, int], list[bytes]]


def doses(house: House) -> list[Row]:
    """One dose an upload, everywhere; then its follow-ups."""
    pushed, answered = _measure_push(house, "dose_push", "pb_dose", dose_uploads, first_phone=0, limits_expected=1.3)
    seconds = drain_all()
    followed = Row(
        name="followups_doses",
        value=answered.recorded / seconds,
        unit="facts/s",
        limit_name="dose_push",
        limit=answered.rate,
    )
    return [pushed, followed]


def hot(house: House) -> list[Row]:
    """One dose an upload, all in one session."""
    pushed, _ = _measure_push(house, "dose_push_hot", "pb_hot", hot_uploads, first_phone=64, limits_expected=9)
    return [pushed]


def batches(house: House) -> list[Row]:
    """A hundred facts an upload; then their follow-ups."""
    house.owner.execute("SELECT 1")  # starts the house when this is the first row
    drain_all()
    pushed, answered = _measure_push(
        house, "batch_push", "pb_batch", batch_uploads, first_phone=128, limits_expected=1.3, facts_each=100
    )
    seconds = drain_all()
    followed = Row(
        name="followups",
        value=answered.recorded / seconds,
        unit="facts/s",
        limit_name="batch_push",
        limit=answered.rate * 100,
    )
    return [pushed, followed]


def _measure_push(
    house: House,
    name: str,
    limit_name: str,
    write: Writer,
    *,
    first_phone: int,
    limits_expected: float,
    facts_each: int = 1,
) -> tuple[Row, Answered]:
    """Limit, row, limit again: on a machine with other things to do, what is compared must be close in time."""
    before = measure_limit(house, limit_name, _LIMIT_SECONDS)
    count = int(before * limits_expected * (_WARM_SECONDS + _SECONDS) / CLIENTS)
    phones = house.phones[first_phone : first_phone + CLIENTS]
    requests = [write(phone, number, count) for number, phone in enumerate(phones)]
    settle(house)
    answered = put_under_load(Job(house.port, requests, False, _WARM_SECONDS, _SECONDS))
    rss_mb = house.server_rss_mb()
    _verify(house, phones, answered, facts_each)
    limit = (before + measure_limit(house, limit_name, _LIMIT_SECONDS)) / 2
    unit = "batches/s" if facts_each > 1 else "requests/s"
    row = Row(
        name=name,
        value=answered.rate,
        unit=unit,
        limit_name=limit_name,
        limit=limit,
        p50_ms=answered.p50_ms,
        p99_ms=answered.p99_ms,
        rss_mb=rss_mb,
    )
    return row, answered


def _verify(house: House, phones: list[Phone], answered: Answered, facts_each: int) -> None:
    """Raises AssertionError unless every answer said `recorded` and the ledger has each phone's facts once, no gap."""
    sent = sum(answered.requests_each) * facts_each
    found = house.owner.execute(
        "SELECT count(*), count(DISTINCT fact_id), (SELECT sum(highest) FROM ("
        " SELECT max(device_seq) AS highest FROM fact WHERE device_id = ANY(%(ids)s) GROUP BY device_id) AS phone)"
        " FROM fact WHERE device_id = ANY(%(ids)s)",
        {"ids": [phone.device_id for phone in phones]},
    ).fetchone()
    if found != (sent, sent, sent) or answered.recorded != sent:
        raise AssertionError(f"sent {sent}, told recorded {answered.recorded}, in the ledger {found}")
