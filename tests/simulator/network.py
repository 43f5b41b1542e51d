# SPDX-License-Identifier: Apache-2.0
"""What a bad network does to an upload and its answer. Times are the simulator's; same chance, same network."""

import random
from dataclasses import dataclass
from datetime import datetime, timedelta


@dataclass
class Network:
    """One phone's way to the server. `flaps`: 10 s on, 20 s off (F6)."""

    chance: random.Random
    loss: float
    doubling: float
    flaps: bool
    round_trip_max: timedelta
    down_from: datetime | None = None
    down_until: datetime | None = None

    def is_up(self, now: datetime) -> bool:
        """Whether anything passes at this moment."""
        if self.down_from and self.down_until and self.down_from <= now < self.down_until:
            return False
        return not self.flaps or int(now.timestamp()) % 30 < 10

    def delay(self) -> timedelta:
        """How long one way takes."""
        return self.round_trip_max * self.chance.random() / 2

    def is_lost(self) -> bool:
        """Whether what is sent now never arrives."""
        return self.chance.random() < self.loss

    def copies(self) -> int:
        """How often what is sent arrives: a proxy or a repeated try may double it."""
        return 2 if self.chance.random() < self.doubling else 1

    def spoil(self, body: bytes) -> bytes:
        """The body as it comes through: whole, or once in a while cut at any byte or with one bit turned (F9)."""
        luck = self.chance.random()
        if luck < 0.02:
            return body[: self.chance.randrange(len(body))]
        if luck < 0.04:
            place = self.chance.randrange(len(body))
            return body[:place] + bytes([body[place] ^ 1 << self.chance.randrange(8)]) + body[place + 1 :]
        return body


def any_network(chance: random.Random, start: datetime, hours: float) -> Network:
    """From good to hardly there; one in three is down for most of the day (F5)."""
    kind = chance.random()
    network = Network(
        chance, loss=chance.choice((0.0, 0.05, 0.3)), doubling=chance.choice((0.0, 0.1)), flaps=kind < 0.3,
        round_trip_max=timedelta(seconds=chance.choice((0.2, 2.0))),
    )  # fmt: skip
    if kind > 0.66:
        network.down_from = start + timedelta(hours=chance.uniform(0, hours / 2))
        network.down_until = network.down_from + timedelta(hours=chance.uniform(0.1, hours))
    return network
