# SPDX-License-Identifier: Apache-2.0
"""Messages: composed by the thousand, sent in two lanes (codes never wait behind bulk), believed only when a receipt comes,
escalated by the clock until each person is told or on the call list. The `message` row is the truth; there is no queue."""

import hmac
import json
import logging
import random
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from hashlib import sha256
from pathlib import Path
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import connection, transaction

from doseline.messages import queries, rules
from doseline.messages.gateways import Outgoing, Sent, sender_of
from doseline.messages.models import Gateway, Template
from doseline.people.commands import replace_phone, retire_phone
from doseline.people.rules import read_phone
from doseline.shared import sql
from doseline.shared.clock import clock
from doseline.shared.ids import uuid7
from doseline.shared.keys import server_keys

_SENT_AT_ONCE, _CALLED_AT_ONCE = 200, 20
_LEASE = timedelta(seconds=60)
_CANCELLED_UNHEARD = timedelta(minutes=30)  # so long may the word of a cancellation go without a receipt
_CLAIM = timedelta(minutes=15)
_MAY_STILL_ARRIVE = timedelta(minutes=10)
_NO_ANSWER_AGAIN, _NO_ANSWER_LATER = timedelta(minutes=20), timedelta(hours=2)
_COMPOSED_AT_ONCE = 500
_chance = random.Random()  # noqa: S311 - shares traffic out, keeps no secret
log = logging.getLogger("doseline.messages")
NUMBER_WANTED = ("no_number", "wrong_number")  # outcomes of calls that another number would set going again


# --- Composing -------------------------------------------------------------------------------------------------------


def compose(
    session_ids: Sequence[UUID], purpose: str, *, channel: str = "sms", level: int = 0, only_untold: bool = False,
    first_before: datetime | None = None,
) -> int:  # fmt: skip
    """Composes a message of `purpose` for everyone booked in these sessions that has none yet; returns how many. Bulk waits for
    the end of the night; a second try for a session soon after it does not. Idempotent. One statement for 500 sessions; 35 µs a
    message among a million."""
    templates = list(Template.objects.filter(purpose=purpose, channel=channel, is_active=True))
    templates = [template for template in templates if not faults_of(template)]
    if not templates:
        return 0
    now = clock.now()
    inputs = {
        "purpose": purpose, "channel": channel, "level": level, "now": now, "only_untold": only_untold,
        "first_before": first_before,
        "due_at": now if purpose in rules.URGENT and not level else awake_from(now), "soon_after": rules.SOON_AFTER,
        "languages": [template.language for template in templates], "texts": [template.text for template in templates],
        "template_ids": [template.template_id for template in templates], "own_code_key": server_keys().cards,
    }  # fmt: skip
    return sum(
        sql.run("messages/compose", inputs | {"session_ids": list(session_ids[start : start + _COMPOSED_AT_ONCE])})
        for start in range(0, len(session_ids), _COMPOSED_AT_ONCE)
    )


def send_code(
    purpose: str, *, address: str, code: str, language: str, channel: str = "sms", session_id: UUID | None = None,
    staff_id: UUID | None = None, site: str = "",
) -> UUID | None:  # fmt: skip
    """Puts a one-time code into the lane of codes: out within a second, again through the other gateway after 30 s unless it is
    known to have arrived, worth nothing after ten minutes. A channel without a text of its own says what an SMS would.
    Returns the message, or None when there is no text that may be sent, or no gateway to send it by."""
    found = Template.objects.filter(purpose=purpose, channel__in=[channel, "sms"], is_active=True)
    best = sorted(found, key=lambda t: (t.channel != channel, t.language != language, t.language != "en"))
    if not best or (best[0].channel == channel and faults_of(best[0])) or not usable_gateways().get(channel):
        return None
    template = best[0]
    now, message_id = clock.now(), uuid7()
    body = rules.render(template.text, {"code": code, "site": site, "brand": settings.DOSELINE_BRAND})
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO message (message_id, purpose, channel, session_id, staff_id, language, template_id, address, body,"
            " segments, created_at, not_after, due_at) VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s)",
            [message_id, purpose, channel, session_id, staff_id, template.language, template.template_id, address, body,
             rules.segments(body), now, now + rules.CODE_LIVES, now],
        )  # fmt: skip
    return message_id


def load_texts() -> int:
    """Loads the texts to begin with; those already there stay as they are. Returns how many were new. Idempotent."""
    listed = json.loads((Path(__file__).parent / "data" / "texts.json").read_text(encoding="utf-8"))["texts"]
    made = 0
    for purpose, language, text in listed:
        _template, is_new = Template.objects.get_or_create(
            purpose=purpose, language=language, channel="sms", defaults={"text": text}
        )
        made += is_new
    return made


def compose_what_changed(_is_stopping: Callable[[], bool] = lambda: False) -> bool:
    """Tells the people of sessions that were moved or cancelled, where they had heard of them; whoever had not is invited. Each move
    and cancellation once; True when there was one."""
    found = sql.rows("messages/untold_changes", {"now": clock.now()})
    for cause_id, session_id, purpose, is_news in found:
        if purpose == "change":
            sql.run("messages/overtake", {"session_id": session_id, "now": clock.now()})
        if is_news:
            compose([session_id], purpose)
        if is_news and purpose == "change":  # whom no word had reached
            compose([session_id], "invitation", only_untold=True)
        sql.run("messages/note_cause", {"cause_id": cause_id, "now": clock.now()})
    return bool(found)


def faults_of(template: Template) -> list[tuple[str, str]]:
    """What keeps a template from being used (`rules.faults_of_template`)."""
    return rules.faults_of_template(template.text, template.registered, VARIABLES[template.purpose])


VARIABLES = {
    purpose: frozenset(("name", "site", "date", "time", "code", "own_code", "vaccine"))
    for purpose in ("invitation", "reminder", "change", "cancellation")
} | {
    "dose_ack": frozenset(("name", "vaccine", "date", "code")), "second_dose": frozenset(("name", "vaccine", "date", "code")),
    "aefi_alert": frozenset(("code", "site", "time")),
    "start_code": frozenset(("code", "site", "brand")), "login_code": frozenset(("code", "site", "brand")),
}  # fmt: skip


def awake_from(now: datetime) -> datetime:
    """When bulk may go out: now, or seven in the morning."""
    return rules.next_morning(now) if rules.is_quiet(now) else now


# --- Sending ---------------------------------------------------------------------------------------------------------


def send_codes(is_stopping: Callable[[], bool] = lambda: False) -> bool:
    """Sends codes that are due, and those a second time that are not known to have arrived. True when it did something."""
    again = sql.run("messages/resend_codes", {"now": clock.now(), "before": clock.now() - rules.CODE_RESENT_AFTER})
    return bool(_send(codes=True, is_stopping=is_stopping) or again)


def send_bulk(is_stopping: Callable[[], bool] = lambda: False) -> bool:
    """Sends everything else that is due, 200 at a time. True when there may be more."""
    return _send(codes=False, is_stopping=is_stopping) > 0


def _send(*, codes: bool, is_stopping: Callable[[], bool]) -> int:
    """One round: claim, call the gateways outside of any transaction, settle. How many were claimed."""
    gateways = usable_gateways()
    if not gateways:
        return 0
    now = clock.now()
    claimed = sql.dicts(
        "messages/claim_due", {"now": now, "until": now + _LEASE, "limit": _SENT_AT_ONCE, "codes": codes}
    )
    if not claimed or is_stopping():
        return len(claimed)
    templates = Template.objects.in_bulk([message["template_id"] for message in claimed])
    with ThreadPoolExecutor(_CALLED_AT_ONCE, thread_name_prefix="gateway") as callers:
        results = list(callers.map(lambda message: _try(message, templates, gateways), claimed))
    _settle(claimed, results)
    return len(claimed)


def _try(
    message: dict[str, Any], templates: dict[UUID, Template], gateways: dict[str, list[Gateway]]
) -> tuple[str, Sent]:
    """(gateway, what it said) of one try; no gateway when its channel has none."""
    by_code = {gateway.code: gateway for gateway in gateways.get(message["channel"], [])}
    last = message["gateway"] if message["tries"] > 1 else ""
    cannot_wait = last and message["purpose"] in rules.CODES  # for the way it should go by
    avoid = [] if cannot_wait else message["avoid"].split()
    weights = [(gateway.code, gateway.weight) for gateway in by_code.values()]
    code = rules.choose_gateway(weights, avoid, last, _chance)
    if code is None:
        return "", Sent(outcome="failed", detail="no_gateway")
    template = templates.get(message["template_id"])
    outgoing = Outgoing(
        message_id=message["message_id"], purpose=message["purpose"], address=message["address"], body=message["body"],
        sender=template.sender if template else "", dlt_entity_id=template.dlt_entity_id if template else "",
        dlt_template_id=template.dlt_template_id if template else "", receipt_url=receipt_url(message["message_id"], code),
    )  # fmt: skip
    try:
        return code, sender_of(by_code[code].kind)(outgoing, by_code[code].settings)
    except (KeyError, ValueError) as error:  # settings that lack something: a fault of ours, not of the message
        return code, Sent(outcome="failed", detail=f"settings_{type(error).__name__}")
    finally:
        connection.close()


def _settle(claimed: Sequence[dict[str, Any]], results: Sequence[tuple[str, Sent]]) -> None:
    now = clock.now()
    next_due = []
    for message, (_code, sent) in zip(claimed, results, strict=True):
        may_pass = sent.outcome in ("failed", "hung")
        next_due.append(rules.next_try(message["tries"], message["created_at"], now) if may_pass else None)
    sql.run(
        "messages/settle",
        {
            "now": now, "message_ids": [message["message_id"] for message in claimed],
            "outcomes": [sent.outcome for _code, sent in results], "gateways": [code for code, _sent in results],
            "details": [sent.detail[:80] for _code, sent in results], "next_due": next_due,
        },
    )  # fmt: skip


def usable_gateways() -> dict[str, list[Gateway]]:
    """Active gateways by channel. In a demo database only the demo's own: it can never send to a real one."""
    found: dict[str, list[Gateway]] = {}
    is_demo = clock.setting() is not None
    for gateway in Gateway.objects.filter(is_active=True).order_by("code"):
        if (gateway.kind == "demo") == is_demo:
            found.setdefault(gateway.channel, []).append(gateway)
    return found


# --- Receipts --------------------------------------------------------------------------------------------------------


def receipt_url(message_id: UUID, gateway: str) -> str:
    """Where a gateway tells what became of a message. The token is a MAC over both: nobody else can tell us anything."""
    return f"{settings.DOSELINE_PUBLIC_URL}/messages/v1/receipt?m={message_id}&g={gateway}&t={receipt_token(message_id, gateway)}"


def receipt_token(message_id: UUID, gateway: str) -> str:
    """The first 128 bits of HMAC-SHA-256 under the server's file key, in hex."""
    return hmac.new(server_keys().receipts, f"{message_id} {gateway}".encode(), sha256).hexdigest()[:32]


def inbound_url(gateway: str) -> str:
    """Where a gateway hands us an SMS somebody wrote, as `text`; it answers with the text to send back."""
    return f"{settings.DOSELINE_PUBLIC_URL}/messages/v1/inbound?g={gateway}&t={inbound_token(gateway)}"


def inbound_token(gateway: str) -> str:
    """What a gateway must say with each SMS it hands us: a MAC over its code."""
    return hmac.new(server_keys().receipts, f"inbound {gateway}".encode(), sha256).hexdigest()[:32]


def receive_receipts(receipts: Sequence[tuple[UUID, str, str, str]]) -> int:
    """Takes (message, gateway, state, detail) in; returns how many moved a message on. Idempotent; order does not matter."""
    if not receipts:
        return 0
    now = clock.now()
    inputs = {
        "message_ids": [receipt[0] for receipt in receipts], "gateways": [receipt[1] for receipt in receipts],
        "states": [receipt[2] for receipt in receipts], "details": [receipt[3][:80] for receipt in receipts],
        "at": now, "retry_at": now + rules.RETRY_EVERY,
    }  # fmt: skip
    return int(sql.rows("messages/receive_receipts", inputs)[0][0])


def tell_demo_receipts(_is_stopping: Callable[[], bool] = lambda: False) -> bool:
    """The demo network's receipts, a few seconds after it took a message. True when there were any."""
    if clock.setting() is None:
        return False
    found = sql.rows("messages/demo_receipts")
    receive_receipts([(row[0], row[1], row[2], "demo") for row in found if row[2] != "silent"])
    return bool(found)


# --- Watching --------------------------------------------------------------------------------------------------------


def escalate(_is_stopping: Callable[[], bool] = lambda: False) -> bool:
    """What the clock asks for sessions in the next 18 hours with someone untold: another gateway, another channel, a call.
    Idempotent: each step is composed once a person and session."""
    now = clock.now()
    sql.run("messages/time_out", {"now": now})
    due: dict[str, list[UUID]] = {"gateway": [], "channel": [], "call": []}
    for session_id, opens_at in sql.rows(
        "messages/due_for_escalation", {"now": now, "until": now + timedelta(hours=18)}
    ):
        due[rules.escalation_due(opens_at, now) or "gateway"].append(session_id)
    for session_ids in due.values():  # whoever is at a later step has had the earlier ones, or gets them now as well
        compose(session_ids, "invitation", only_untold=True)
        with transaction.atomic():  # nobody sends a second try before it knows which gateways tried the first
            for purpose in ("invitation", "change"):
                compose(session_ids, purpose, level=1, only_untold=True, first_before=now - _MAY_STILL_ARRIVE)
            sql.run("messages/avoid_tried", {"session_ids": session_ids})
    for session_ids in (due["channel"], due["call"]):
        for channel in ("email", "voice"):
            compose(session_ids, "invitation", channel=channel, only_untold=True)
    # whom no message can reach any more is called as soon as that is known, whoever may still hear from the hour of calls on
    for session_ids, whom in (([*due["gateway"], *due["channel"]], "lost"), (due["call"], "all")):
        sql.run("messages/make_calls", {"session_ids": session_ids, "now": now, "whom": whom})
    sql.run("messages/make_cancelled_calls", {"now": now, "silent_before": now - _CANCELLED_UNHEARD})
    sql.run("messages/drop_calls", {"now": now})
    sql.run("messages/refresh_packs", {"now": now})
    return False


def shift_weights(_is_stopping: Callable[[], bool] = lambda: False) -> bool:
    """Moves traffic away from gateways that fail or do not deliver, and slowly back. One read, one write for each moved."""
    now = clock.now()
    for row in sql.rows("messages/gateway_health", {"now": now}):
        code, _channel, weight, normal, errors, judged, undelivered, seconds, _refused = row
        health = rules.GatewayHealth(
            code=code, weight=weight, normal_weight=normal, errors=errors, judged=judged, undelivered=undelivered,
            seconds_since_change=seconds,
        )  # fmt: skip
        to = rules.shifted_weight(health)
        if to != weight:
            log.warning("gateway %s: weight %d, was %d", code, to, weight)
            Gateway.objects.filter(pk=code, weight=weight).update(weight=to, weight_changed_at=now)
    return False


def probe_codes(_is_stopping: Callable[[], bool] = lambda: False) -> bool:
    """Sends a code to each probe number of each gateway (`probes` in its settings: region and number), so that how long codes
    take and how many are lost is known before anybody waits for one. Every five minutes."""
    template = Template.objects.filter(purpose="login_code", channel="sms", language="en").first()
    for gateway in usable_gateways().get("sms", []) if template is not None else []:
        for probe in gateway.settings.get("probes", []):
            others = " ".join(g.code for g in usable_gateways()["sms"] if g.code != gateway.code)
            message_id = send_code("login_code", address=probe["number"], code="000000", language="en")
            with connection.cursor() as cursor:
                cursor.execute("UPDATE message SET gateway = %s, avoid = %s, level = 1 WHERE message_id = %s",
                               ["", others, message_id])  # fmt: skip
                cursor.execute(
                    "INSERT INTO code_probe (gateway, region, address, message_id, sent_at) VALUES (%s, %s, %s, %s, %s)",
                    [gateway.code, probe["region"], probe["number"], message_id, clock.now()],
                )
    return False


# --- Calls -----------------------------------------------------------------------------------------------------------


def call_whom_nothing_reaches(session_ids: list[UUID]) -> int:
    """Puts people of these sessions on the call list long before the clock would: those without any message, and those whose messages
    failed. Returns how many there are to call more than before. Idempotent."""
    made = sql.rows("messages/make_calls", {"session_ids": session_ids, "now": clock.now(), "whom": "failing"})
    return sum(can_be_made for (can_be_made,) in made)


def claim_call(*, by: UUID, area: str, given_back: Sequence[UUID] = ()) -> UUID | None:
    """The next person to call in an area, this caller's for 15 minutes; None when nobody is left to call. Those the caller gave back
    come last."""
    now = clock.now()
    inputs = {"by": by, "area": area, "now": now, "until": now + _CLAIM, "given_back": list(given_back)}
    found = sql.rows("messages/next_call", inputs)
    return found[0][0] if found else None


def release_call(call_id: UUID, *, by: UUID) -> None:
    """Gives a call back that this caller holds, for the next caller to take. Idempotent."""
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE call_task SET claimed_by = NULL, claimed_until = NULL WHERE call_id = %s AND claimed_by = %s AND ended_at IS NULL",
            [call_id, by],
        )


def correct_number(call_id: UUID, number: str, *, by: UUID) -> str:
    """Puts the number somebody was told in place of the one that is called; the call stays with its caller, and what went to the other
    has told nobody. Returns the code of what is wrong with it (`phone_unreadable`, `not_yours`), or nothing. Idempotent."""
    number, fault = read_phone(number.strip())
    if fault or not number:
        return "phone_unreadable"
    found = queries.call(call_id)
    if (
        found is None
        or found["claimed_by"] != by
        or found["claimed_until"] is None
        or found["claimed_until"] < clock.now()
    ):
        return "not_yours"
    now = clock.now()
    with transaction.atomic():
        replace_phone(found["person_id"], found["phone"] or "", number, by=by, now=now)
        sql.run("messages/forget_numbers", {"person_id": found["person_id"], "now": now})
    return ""


def give_number(call_id: UUID, number: str, *, by: UUID) -> str:
    """Notes the number of somebody whose call ended because there was none, or a wrong one; they are to be called anew. Returns the
    code of what is wrong (`phone_unreadable`, `not_yours` for a call that ended otherwise), or nothing. Idempotent."""
    number, fault = read_phone(number.strip())
    if fault or not number:
        return "phone_unreadable"
    found = queries.call(call_id)
    if found is None or found["outcome"] not in NUMBER_WANTED:
        return "not_yours"
    now = clock.now()
    replace_phone(found["person_id"], found["phone"] or "", number, by=by, now=now)
    sql.run("messages/call_anew", {"call_id": call_id, "now": now})
    return ""


def say_outcome(call_id: UUID, outcome: str, *, by: UUID) -> bool:
    """Writes down how a call went; False when it is not this caller's (any more). No answer is tried again while there is time. A
    number that is somebody else's takes no message any more, and what it took counts for nothing; where the person has another
    number, that is called."""
    now = clock.now()
    called = queries.call(call_id)
    phone = str(called["phone"] or "") if called else ""
    soon = now + _NO_ANSWER_AGAIN
    again_at = awake_from(soon)  # nobody's sleep is worth a second try, unless the morning is too late for it
    inputs = {
        "call_id": call_id, "outcome": outcome, "by": by, "now": now,
        "again_at": soon if called and again_at >= called["deadline_at"] else again_at, "morning_at": rules.next_morning(now),
        "later_at": now + _NO_ANSWER_LATER,
    }  # fmt: skip
    with transaction.atomic():
        if not sql.rows("messages/say_outcome", inputs):
            return False
        if called and outcome == "wrong_number":
            has_another = retire_phone(called["person_id"], phone, by=by, now=now)
            sql.run("messages/forget_numbers", {"person_id": called["person_id"], "now": now})
            if has_another:
                sql.run("messages/call_anew", {"call_id": call_id, "now": now})
    return True
