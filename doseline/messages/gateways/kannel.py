# SPDX-License-Identifier: Apache-2.0
"""Kannel's smsbox over HTTP (Kannel 1.4.5 user guide, chapter 12). Accepted means only that Kannel has it: 202 with "3: Queued
for later delivery" is no proof of sending. DLT's entity and template ids travel as SMPP TLVs."""

from typing import Any
from urllib.parse import urlencode

import urllib3

from doseline.messages.gateways import TIMEOUT_SECONDS, Outgoing, Sent
from doseline.messages.rules import is_gsm

_pool = urllib3.PoolManager(maxsize=32, retries=False, timeout=urllib3.Timeout(TIMEOUT_SECONDS))
_RECEIPT_MASK = 19  # delivered, undeliverable, refused by the centre


def send(outgoing: Outgoing, settings: dict[str, Any]) -> Sent:
    """`settings`: url (…/cgi-bin/sendsms), username, password, and smsc for one of its centres."""
    asked = {
        "username": settings["username"], "password": settings["password"], "to": _number(outgoing.address, settings),
        "from": outgoing.sender or settings.get("sender", ""), "text": outgoing.body, "charset": "UTF-8",
        "coding": "0" if is_gsm(outgoing.body) else "2", "dlr-mask": str(_RECEIPT_MASK),
        "dlr-url": outgoing.receipt_url + "&status=%d&detail=%A",
    }  # fmt: skip
    if settings.get("smsc"):
        asked["smsc"] = settings["smsc"]
    if outgoing.dlt_entity_id:
        asked["meta-data"] = "?smpp?" + urlencode(
            {"PE_ID": outgoing.dlt_entity_id, "TEMPLATE_ID": outgoing.dlt_template_id}
        )
    try:
        answer = _pool.request("GET", f"{settings['url']}?{urlencode(asked)}")
    except urllib3.exceptions.NewConnectionError as error:  # a kind of timeout to urllib3; nobody was there to take it
        return Sent(outcome="failed", detail=type(error).__name__)
    except urllib3.exceptions.TimeoutError:
        return Sent(outcome="hung", detail="timeout")
    except urllib3.exceptions.HTTPError as error:
        return Sent(outcome="failed", detail=type(error).__name__)
    if answer.status == 202:
        return Sent(outcome="accepted")
    # 403 is also "not routable": all centres are away just now, which may pass
    return Sent(outcome="failed", detail=f"http_{answer.status}")


def _number(address: str, settings: dict[str, Any]) -> str:
    return address if address.startswith("+") else settings.get("country", "+91") + address
