# SPDX-License-Identifier: Apache-2.0
"""Ways out, one module a kind, each with `send(outgoing, gateway) -> Sent`. A gateway is called outside of any transaction,
with five seconds to answer, and is never believed to have delivered until its receipt says so."""

from collections.abc import Callable
from dataclasses import dataclass
from importlib import import_module
from typing import Any
from uuid import UUID

TIMEOUT_SECONDS = 5.0


@dataclass(frozen=True, kw_only=True)
class Outgoing:
    """A message on its way out. `receipt_url` is where a gateway tells what became of it: it carries the message's id and a
    token only we can make."""

    message_id: UUID
    purpose: str
    address: str
    body: str
    sender: str
    dlt_entity_id: str
    dlt_template_id: str
    receipt_url: str


@dataclass(frozen=True, kw_only=True)
class Sent:
    """What a gateway said: `accepted`; `refused` (for good: a number that does not exist); `failed` (may pass) or `hung` (no
    answer in time). `detail` is a code for people who look after gateways, never a number, name or text."""

    outcome: str
    detail: str = ""


class GatewayNotAllowedError(Exception):
    """A demo database never sends to a real gateway."""


_NEEDED = {"http": ("url", "parameters"), "kannel": ("url", "username", "password"), "smtp": ("host", "sender")}


def missing_settings(kind: str, settings: Any) -> list[str]:
    """Names of the settings a kind of gateway cannot send without and that are missing; all of them when it is no JSON object."""
    known = settings if isinstance(settings, dict) else {}
    return [name for name in _NEEDED.get(kind, ()) if not known.get(name)]


def sender_of(kind: str) -> Callable[[Outgoing, dict[str, Any]], Sent]:
    """The `send` of a kind of gateway."""
    found: Callable[[Outgoing, dict[str, Any]], Sent] = import_module(f"doseline.messages.gateways.{kind}").send
    return found
