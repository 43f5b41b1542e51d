# SPDX-License-Identifier: Apache-2.0
"""The demo's own network: what it takes in can be read on the demo's phones page. Each number has a fate that does not change:
most get everything, a few hear nothing, a few do not exist, as on any real day. `is_down` makes it refuse all."""

import zlib
from datetime import UTC, datetime
from typing import Any

from django.db import connection

from doseline.messages.gateways import Outgoing, Sent

_SILENT_PERCENT, _LOST_PERCENT = 6, 3


def send(outgoing: Outgoing, settings: dict[str, Any]) -> Sent:
    """Accepted, unless the gateway is down. The receipt comes by `commands.tell_demo_receipts`."""
    if settings.get("is_down"):
        return Sent(outcome="failed", detail="demo_down")
    fate = fate_of(outgoing.address, settings.get("salt", ""))
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO demo_sms (message_id, address, body, at, fate) VALUES (%s, %s, %s, %s, %s)",
            [outgoing.message_id, outgoing.address, outgoing.body, datetime.now(UTC), fate],
        )
    return Sent(outcome="accepted")


def fate_of(address: str, salt: str = "") -> str:
    """delivered, silent or undeliverable: the same for a number each time it is tried through the same gateway."""
    chance = zlib.crc32(f"{salt}{address}".encode()) % 100
    if chance < _SILENT_PERCENT:
        return "silent"
    return "undeliverable" if chance < _SILENT_PERCENT + _LOST_PERCENT else "delivered"
