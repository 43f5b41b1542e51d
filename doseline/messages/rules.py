# SPDX-License-Identifier: Apache-2.0
"""What may be said, to whom it counts, when, and through whom. Pure."""

import random
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta, timezone

INDIA_OFFSET = timezone(timedelta(hours=5, minutes=30))
FINAL = frozenset(("delivered", "permanent_failure", "technical_failure", "timed_out", "cancelled"))
_RANK = {"created": 0, "sending": 1, "temporary_failure": 1, "sent": 2} | dict.fromkeys(FINAL, 3)
QUIET_FROM, QUIET_UNTIL = time(22, 0), time(7, 0)
EVENING_FROM = time(19, 0)
SOON_AFTER = timedelta(hours=5)  # a session that opens so soon after the end of the night is written about at night too
URGENT = frozenset(("start_code", "login_code", "change", "cancellation"))
CODES = frozenset(("start_code", "login_code"))
VARIABLE_LETTERS_MAX = 30  # India's DLT rules
RETRY_EVERY, RETRY_FOR = timedelta(minutes=5), timedelta(hours=4)
CODE_LIVES, CODE_RESENT_AFTER = timedelta(minutes=10), timedelta(seconds=30)
ERRORS_MAX, ERRORS_WITHIN = 50, timedelta(seconds=60)
UNDELIVERED_SHARE_MAX, JUDGED_AFTER = 0.15, timedelta(minutes=5)
WEIGHT_STEP = 10
_VARIABLE = re.compile(r"\{(\w+)\}")
_GSM = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞ ÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿"
    "abcdefghijklmnopqrstuvwxyzäöñüà"
)
_GSM_DOUBLE = frozenset("^{}\\[~]|€\f")


def moves_on(now: str, to: str) -> bool:
    """Whether a state may follow: only forward. Nothing follows a final state, however late the receipt."""
    return (now not in FINAL and _RANK[to] > _RANK[now]) or (now == "sent" and to == "temporary_failure")


def is_quiet(at: datetime) -> bool:
    """Whether people sleep at that moment in India."""
    local = at.astimezone(INDIA_OFFSET).time()
    return local >= QUIET_FROM or local < QUIET_UNTIL


def next_try(tries: int, created_at: datetime, now: datetime) -> datetime | None:
    """When to try again after a failure that may pass: once at once, then every five minutes for four hours; then no more."""
    if tries <= 1:
        return now
    return now + RETRY_EVERY if now - created_at < RETRY_FOR else None


def variables_of(text: str) -> list[str]:
    """The variables of a template's text, in order."""
    return _VARIABLE.findall(text)


def faults_of_template(text: str, registered: str, known: frozenset[str]) -> list[tuple[str, str]]:
    """What keeps a template from being used, as (code, detail): unknown variables; and where it differs from the
    registered text by as little as one byte: the place and what stands there."""
    faults = [("unknown_variable", name) for name in variables_of(text) if name not in known]
    if registered:
        ours, theirs = _VARIABLE.sub("{#var#}", text), registered
        if ours != theirs:
            place = next(
                (n for n, (a, b) in enumerate(zip(ours, theirs, strict=False)) if a != b), min(len(ours), len(theirs))
            )
            faults.append(("differs_from_registered", f"{place + 1}: …{ours[max(place - 8, 0) : place + 8]}…"))
    return faults


def segments(text: str) -> int:
    """How many SMS a text is paid as: 160 or 153 letters each in GSM's alphabet, else 70 or 67 UTF-16 units (GSM 03.38,
    3GPP TS 23.040)."""
    if all(letter in _GSM or letter in _GSM_DOUBLE for letter in text):
        units = len(text) + sum(letter in _GSM_DOUBLE for letter in text)
        return 1 if units <= 160 else -(-units // 153)
    units = len(text.encode("utf-16-be")) // 2
    return 1 if units <= 70 else -(-units // 67)


def is_gsm(text: str) -> bool:
    """Whether a text fits GSM's own alphabet."""
    return all(letter in _GSM or letter in _GSM_DOUBLE for letter in text)


_NUMBER_AND_TOWN = re.compile(r"(?: [0-9০-৯०-९]{1,3})?, [^,]{1,18}$")


def render(text: str, values: Mapping[str, str]) -> str:
    """A template's text with its variables, each cut to 30 letters as DLT demands. Raises KeyError for a missing one."""
    return _VARIABLE.sub(lambda found: cut_for_dlt(values[found[1]]), text)


def cut_for_dlt(value: str) -> str:
    """At most 30 letters of `value`, cut between words where that leaves half of them. A number and a town at its end stay: there are
    many `Block Health Centre 1`. As the SQL function of the same name."""
    if len(value) <= VARIABLE_LETTERS_MAX:
        return value
    found = _NUMBER_AND_TOWN.search(value)
    tail = found[0] if found else ""
    room, head = VARIABLE_LETTERS_MAX - len(tail), value[: len(value) - len(tail)]
    words = re.sub(r"[\s,]+[^\s,]*$", "", head[: room + 1])
    return (head if len(words) * 2 < room else words)[:room] + tail


@dataclass(frozen=True, kw_only=True)
class GatewayHealth:
    """A gateway's last minutes: errors within 60 s; messages accepted five minutes ago or more (within half an hour), and how
    many of these are not delivered."""

    code: str
    weight: int
    normal_weight: int
    errors: int
    judged: int
    undelivered: int
    seconds_since_change: float


def shifted_weight(health: GatewayHealth) -> int:
    """The weight a gateway should have now: ten points less when it fails or does not deliver, five back toward normal
    after five quiet minutes. Never below 0 or above 100 (after GOV.UK Notify)."""
    is_failing = health.errors > ERRORS_MAX
    is_silent = health.judged >= 20 and health.undelivered > health.judged * UNDELIVERED_SHARE_MAX
    if is_failing or is_silent:
        wait = 10.0 if is_failing else 60.0
        return max(health.weight - WEIGHT_STEP, 0) if health.seconds_since_change >= wait else health.weight
    if health.seconds_since_change < 300 or health.weight == health.normal_weight:
        return health.weight
    step = 5 if health.weight < health.normal_weight else -5
    return max(0, min(100, health.weight + step))


def choose_gateway(
    weights: Sequence[tuple[str, int]], avoid: Sequence[str], last: str, chance: random.Random
) -> str | None:
    """One of the gateways by weight; None when there is no gateway. A second try goes by none of those that tried the first (`avoid`,
    oldest first), however long that takes, or where they were all there are, not by the one that took it. The one that has just
    failed (`last`) is taken again only where there is no other."""
    ways = [[w for w in weights if w[0] not in avoid], [w for w in weights if w[0] not in avoid[-1:]], list(weights)]
    open_ones = next(filter(None, ways), [])
    open_ones = [way for way in open_ones if way[0] != last] or open_ones
    total = sum(weight for _code, weight in open_ones)
    if not open_ones:
        return None
    if total == 0:
        return open_ones[0][0]
    point = chance.uniform(0, total)
    for code, weight in open_ones:
        point -= weight
        if point <= 0 and weight:
            return code
    return open_ones[-1][0]


def calls_from(opens_at: datetime) -> datetime:
    """When people not told of a session are to be called: ten hours before, but nobody is called out of bed, and an evening is called
    from its beginning. Where ten hours before is night, in the morning if it leaves five hours, else from seven in the evening before,
    as for all sessions for which they fall into that evening: the earliest have the least time left."""
    at = (opens_at - timedelta(hours=10)).astimezone(INDIA_OFFSET)
    if not is_quiet(at):
        return (
            min(at, at.replace(hour=EVENING_FROM.hour, minute=0, second=0, microsecond=0))
            if at.time() >= EVENING_FROM
            else at
        )
    morning = next_morning(at)
    if opens_at - morning >= timedelta(hours=5):
        return morning
    return morning - timedelta(hours=12)


def next_morning(at: datetime) -> datetime:
    """When calls may begin again after the night that comes, or is."""
    local = at.astimezone(INDIA_OFFSET)
    morning = local.replace(hour=QUIET_UNTIL.hour, minute=0, second=0, microsecond=0)
    return morning if local < morning else morning + timedelta(days=1)


def escalation_due(opens_at: datetime, now: datetime) -> str:
    """What is due for someone not yet told of a session: nothing, another gateway (18 hours before), another channel (12), a
    call (`calls_from`)."""
    left = opens_at - now
    if now >= calls_from(opens_at):
        return "call"
    if left <= timedelta(hours=12):
        return "channel"
    return "gateway" if left <= timedelta(hours=18) else ""


def expected_arrivals(told: int, not_told: int, show_rate_told: float, show_rate_not_told: float) -> int:
    """How many of a roster are likely to come."""
    return round(told * show_rate_told + not_told * show_rate_not_told)


def receipt_state(status: str) -> str | None:
    """What a gateway's status means: Kannel's numbers (1 delivered, 2 undeliverable, 4 queued, 8 with the centre, 16 refused by
    the centre) or SMPP's words, as many aggregators use them. None for one we do not know."""
    known = {
        "1": "delivered", "2": "permanent_failure", "4": "sent", "8": "sent", "16": "temporary_failure",
        "delivrd": "delivered", "delivered": "delivered", "undeliv": "permanent_failure", "undelivered": "permanent_failure",
        "expired": "temporary_failure", "rejectd": "permanent_failure", "rejected": "permanent_failure", "failed": "permanent_failure",
        "deleted": "permanent_failure", "unknown": "temporary_failure", "enroute": "sent", "acceptd": "sent", "sent": "sent",
        "bounced": "permanent_failure",
    }  # fmt: skip
    return known.get(status.strip().lower())
