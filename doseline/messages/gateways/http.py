# SPDX-License-Identifier: Apache-2.0
"""An aggregator that takes one GET or POST a message and calls back: most Indian ones do. Which parameter holds what, and
which answers mean accepted or refused, are settings."""

import re
from typing import Any
from urllib.parse import urlencode

import urllib3

from doseline.messages.gateways import TIMEOUT_SECONDS, Outgoing, Sent

_pool = urllib3.PoolManager(maxsize=32, retries=False, timeout=urllib3.Timeout(TIMEOUT_SECONDS))
_ANSWER_BYTES_MAX = 4_096


def send(outgoing: Outgoing, settings: dict[str, Any]) -> Sent:
    """`settings`: url; method (GET or POST); parameters, whose values may hold {to} {text} {from} {receipt_url} {message_id}
    {entity_id} {template_id}; headers; accepted (a pattern the answer must match, else any 2xx); refused (a pattern of
    answers that are final)."""
    values = {
        "to": outgoing.address, "text": outgoing.body, "from": outgoing.sender, "receipt_url": outgoing.receipt_url,
        "message_id": str(outgoing.message_id), "entity_id": outgoing.dlt_entity_id, "template_id": outgoing.dlt_template_id,
    }  # fmt: skip
    asked = urlencode({name: _filled(value, values) for name, value in settings["parameters"].items()})
    is_post = settings.get("method", "GET").upper() == "POST"
    headers = dict(settings.get("headers", {}))
    try:
        if is_post:
            headers["Content-Type"] = "application/x-www-form-urlencoded"
            answer = _pool.request("POST", settings["url"], body=asked, headers=headers)
        else:
            answer = _pool.request("GET", f"{settings['url']}?{asked}", headers=headers)
    except urllib3.exceptions.NewConnectionError as error:  # a kind of timeout to urllib3; nobody was there to take it
        return Sent(outcome="failed", detail=type(error).__name__)
    except urllib3.exceptions.TimeoutError:
        return Sent(outcome="hung", detail="timeout")
    except urllib3.exceptions.HTTPError as error:
        return Sent(outcome="failed", detail=type(error).__name__)
    return _judge(answer.status, answer.data[:_ANSWER_BYTES_MAX].decode("utf-8", "replace"), settings)


def _judge(status: int, text: str, settings: dict[str, Any]) -> Sent:
    if settings.get("refused") and re.search(settings["refused"], text):
        return Sent(outcome="refused", detail="refused")
    if 200 <= status < 300 and (not settings.get("accepted") or re.search(settings["accepted"], text)):
        return Sent(outcome="accepted")
    return Sent(outcome="failed", detail=f"http_{status}")


def _filled(pattern: str, values: dict[str, str]) -> str:
    return re.sub(r"\{(\w+)\}", lambda found: values.get(found[1], found[0]), pattern)
