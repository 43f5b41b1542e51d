# SPDX-License-Identifier: Apache-2.0
"""The start ladder, our side: what each rung's proof is, how each start is judged again when its fact arrives, and how the
district settles those that proved little. No rung ever waits for this: a session starts on the phone."""

import base64
import hashlib
import hmac
import os
from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec
from django.db.models import F

from doseline.planning.models import Session, SessionStart, StartAnswer, StartCard, StartSecret
from doseline.shared import sql
from doseline.shared.clock import clock
from doseline.shared.ids import ALPHABET, read_code, with_check_letter
from doseline.shared.keys import server_keys
from doseline.staff.models import Staff

CARD_CODES, CARD_LETTERS, CARD_ITERATIONS = 10, 11, 10_000
ANSWER_LETTERS = 8
CHALLENGE_DIGITS = 8


class _Said(msgspec.Struct):
    """What a start says of its rung (the wire's SessionOpened, of which the ledger keeps the text)."""

    rung: str
    challenge: str = ""
    answer: str = ""
    card_code: str = ""
    second_staff_id: UUID | None = None
    why: str = ""


def voice_answer(voice_key: bytes, challenge: str, device_id: UUID, on_date: str) -> str:
    """What an officer reads out to a phone that shows `challenge`: 40 bits of HMAC-SHA-256 over challenge, phone and day
    (YYYY-MM-DD), as eight letters that survive the telephone. The same as fieldapp/record/ladder.ts."""
    digest = hmac.digest(voice_key, f"doseline-voice-v1\n{challenge}\n{device_id}\n{on_date}".encode(), "sha256")
    number = int.from_bytes(digest[:5], "big")
    return "".join(ALPHABET[number >> 5 * place & 31] for place in range(ANSWER_LETTERS - 1, -1, -1))


def card_hash(code: str, salt: bytes, iterations: int) -> str:
    """PBKDF2-SHA-256 of a sealed card's code (as read by `read_code`), base64. With ten thousand rounds, trying the 2^50 codes
    of one card takes the fastest machines centuries."""
    return base64.b64encode(hashlib.pbkdf2_hmac("sha256", code.encode(), salt, iterations)).decode()


def read_card(typed: str) -> str | None:
    """The code of a sealed card meant by what was typed, or None when a letter is mistyped or left out: of eleven letters, the
    first ten pass for a whole code with their own check letter once in 32 times."""
    code = read_code(typed)
    return code if code is not None and len(code) == CARD_LETTERS else None


def card_of(session: Session) -> StartCard:
    """The session's card, made on first need: 30 ms, for its ten slow hashes."""
    return StartCard.objects.filter(session=session).first() or _make_card(session, 1)


def renew_card(session: Session) -> StartCard:
    """A card with other codes: the old one, lost or opened by the wrong hands, is worth nothing once phones have the next
    pack, and is found out here at once."""
    card = _make_card(session, card_of(session).generation + 1)
    Session.objects.filter(pk=session.pk).update(plan_version=F("plan_version") + 1)
    return card


def card_codes(card: StartCard) -> list[str]:
    """The ten codes of a card: 50 bits and a check letter each, from the server's own key, kept nowhere."""
    codes = []
    for place in range(CARD_CODES):
        name = f"{card.session_id}\n{card.generation}\n{place}".encode()
        number = int.from_bytes(hmac.digest(server_keys().cards, name, "sha256")[:8], "big")
        codes.append(
            with_check_letter("".join(ALPHABET[number >> 5 * letter & 31] for letter in range(CARD_LETTERS - 1)))
        )
    return codes


def _make_card(session: Session, generation: int) -> StartCard:
    salt = os.urandom(16)
    codes = card_codes(StartCard(session=session, generation=generation))
    kept, _is_new = StartCard.objects.update_or_create(
        session=session,
        defaults={
            "generation": generation, "salt": salt, "iterations": CARD_ITERATIONS, "made_at": clock.now(),
            "hashes": [card_hash(code, salt, CARD_ITERATIONS) for code in codes],
        },
    )  # fmt: skip
    return kept


def judge_starts(after: int, upto: int) -> None:
    """Writes down how each session start with after < status_seq ≤ upto was made and whether it proves itself. Idempotent on
    the fact. One read a stretch; for each start one write."""
    for row in sql.dicts("planning/starts", {"after": after, "upto": upto}):
        said = msgspec.json.decode(row["body"], type=_Said)
        proof, used = _judge(said, row)
        known = set(Staff.objects.filter(pk__in=[row["staff_id"], said.second_staff_id]).values_list("pk", flat=True))
        SessionStart.objects.get_or_create(
            fact_id=row["fact_id"],
            defaults={
                "session_id": row["session_id"], "device_id": row["device_id"], "rung": said.rung, "proof": proof,
                "staff_id": row["staff_id"] if row["staff_id"] in known else None,
                "second_staff_id": said.second_staff_id if said.second_staff_id in known else None,
                "why": said.why, "card_hash": used, "started_at": row["given_at"],
                "needs_settling": proof != "proven" or said.rung == "card",
            },
        )  # fmt: skip


def _judge(said: _Said, row: dict[str, Any]) -> tuple[str, str]:
    """The proof's worth, and the hash of the card's code used ("" for none). Permits were checked at the door."""
    if said.rung == "voice":
        return ("proven" if _was_answered(said, row) else "unproven"), ""
    if said.rung == "card":
        return _judge_card(said, row)
    if said.rung == "break_glass":
        return "provisional", ""
    return "proven", ""


def _was_answered(said: _Said, row: dict[str, Any]) -> bool:
    """The answer is right, and an officer was asked for it: who has the pack open could work it out alone."""
    if row["voice_key"] is None:
        return False
    expected = voice_answer(bytes(row["voice_key"]), said.challenge, row["device_id"], row["on_date"].isoformat())
    given = StartAnswer.objects.filter(session_id=row["session_id"], challenge=said.challenge)
    return expected == _letters(said.answer) and given.exists()


def _judge_card(said: _Said, row: dict[str, Any]) -> tuple[str, str]:
    code = read_card(said.card_code)
    if code is None or row["card_salt"] is None:
        return "unproven", ""
    used = card_hash(code, bytes(row["card_salt"]), row["card_iterations"])
    if used not in row["card_hashes"]:
        return "unproven", ""
    was_used = SessionStart.objects.filter(session_id=row["session_id"], card_hash=used).exists()
    return ("reused" if was_used else "proven"), used


def _letters(typed: str) -> str:
    return typed.upper().replace(" ", "").replace("-", "").replace("O", "0").replace("I", "1").replace("L", "1")


def give_answer(session_id: UUID, challenge: str, *, by: Staff, phones: list[UUID], on_date: str) -> dict[UUID, str]:
    """What to read out for each of the site's phones, when one of them shows `challenge` (eight digits). Written down with
    who asked. Empty before the session's first pack. Raises ValueError for a challenge that is not one."""
    if len(challenge) != CHALLENGE_DIGITS or not (challenge.isascii() and challenge.isdigit()):
        raise ValueError(challenge)
    secret = StartSecret.objects.filter(session_id=session_id).first()
    if secret is None:
        return {}
    StartAnswer.objects.create(session_id=session_id, challenge=challenge, given_by=by, given_at=clock.now())
    return {phone: voice_answer(bytes(secret.voice_key), challenge, phone, on_date) for phone in phones}


def settle_start(fact_id: UUID, *, by: Staff, now: datetime) -> bool:
    """The district has looked into a start and stands by it: what hangs on it is provisional no more. Whether this call
    did it; a second one changes nothing."""
    waiting = SessionStart.objects.filter(pk=fact_id, needs_settling=True, settled_at=None)
    return bool(waiting.update(settled_by=by, settled_at=now))


def starts_of(session_id: UUID) -> list[SessionStart]:
    """How a session was started, first to last."""
    found = SessionStart.objects.filter(session_id=session_id).select_related("staff", "second_staff", "settled_by")
    return list(found.order_by("started_at"))
