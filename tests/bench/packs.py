# SPDX-License-Identifier: Apache-2.0
"""Rows of what a phone fetches the evening before: the pack of a session with 100 people, over signed reads."""

from datetime import UTC, datetime

from tests.bench.drive import SESSION, made_id
from tests.bench.house import House
from tests.bench.limits import CLIENTS, settle
from tests.bench.load import Job, put_under_load
from tests.bench.registry import Row
from tests.bench.uploads import pack_reads

_FIRST_PHONE = 192
_RATE_AIM, _BYTES_AIM = 3_000.0, 25_000.0
_WARM_SECONDS, _SECONDS = 2, 8


def packs(house: House) -> list[Row]:
    """Sixty-four phones fetch their packs, again and again."""
    settle(house)
    from doseline.planning.packs import build_pack

    numbers = range(_FIRST_PHONE, _FIRST_PHONE + CLIENTS)
    for number in numbers:
        build_pack(made_id(SESSION, number), datetime.now(UTC))
    requests = [pack_reads(house.phones[number], number) for number in numbers]
    answered = put_under_load(Job(house.port, requests, True, _WARM_SECONDS, _SECONDS))
    fetched = Row(
        name="pack",
        value=answered.rate,
        unit="requests/s",
        limit_name="aim",
        limit=_RATE_AIM,
        p50_ms=answered.p50_ms,
        p99_ms=answered.p99_ms,
        rss_mb=house.server_rss_mb(),
    )
    return [
        fetched,
        Row(
            name="pack_bytes",
            value=answered.example_gzipped_bytes,
            unit="bytes gzipped",
            limit_name="aim",
            limit=_BYTES_AIM,
        ),
    ]
