# SPDX-License-Identifier: Apache-2.0
"""What tests of messages and calls do: send, hear receipts, let time go by, say how a call went."""

import html
import re
from collections import Counter
from typing import Any

import pytest
from django.db import connection
from django.test import Client

from doseline.messages import commands, rules
from tests.gateway import TestGateway

Ways = tuple[TestGateway, TestGateway]


def count_states() -> Counter[str]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT state FROM message")
        return Counter(row[0] for row in cursor.fetchall())


def message_to(address: str) -> dict[str, Any]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT message_id, state, gateway, tries FROM message WHERE address = %s ORDER BY created_at", [address]
        )
        return dict(zip(("message_id", "state", "gateway", "tries"), cursor.fetchone(), strict=True))


def send_all(rounds: int = 6) -> None:
    for _round in range(rounds):
        if not commands.send_bulk():
            return


def bring_receipts(gateway: TestGateway, code: str, status: str = "DELIVRD") -> list[int]:
    """Calls each message's receipt address as the gateway would; the answers' statuses."""
    found = []
    for message in gateway.received:
        path = message["dlr"].split("//", 1)[1].split("/", 1)[1]
        assert f"g={code}" in path
        found.append(Client().get(f"/{path}&status={status}").status_code)
    return found


def stay_awake(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rules, "is_quiet", lambda _at: False)


def deliver(message: dict[str, str]) -> None:
    Client().get(f"/{message['dlr'].split('//', 1)[1].split('/', 1)[1]}&status=DELIVRD")


def say_of_call(caller: Client, call: str, outcome: str, **more: str) -> Any:
    """How a call went, said on its page as it stands."""
    said = re.search(r'name="said" value="([^"]*)"', caller.get(call).content.decode())
    return caller.post(call, {"outcome": outcome, "said": html.unescape(said[1]) if said else ""} | more)


def ask(statement: str, *inputs: Any) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(statement, list(inputs))
        return list(cursor.fetchall()) if cursor.description else []


def age_messages(minutes: int) -> None:
    with connection.cursor() as cursor:
        cursor.execute("UPDATE message SET created_at = created_at - make_interval(mins => %s)", [minutes])
