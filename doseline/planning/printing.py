# SPDX-License-Identifier: Apache-2.0
"""A session's pack on paper, laid out by typst: the roster in the reader's script, blank rows for walk-ins, the team, and
a card of ten sealed start codes (rung 5 of the start ladder), made anew with each printing."""

import base64
import hashlib
import json
import os
from datetime import datetime
from io import BytesIO
from pathlib import Path
from typing import Any

import segno
import typst
from django.conf import settings
from django.db import transaction
from django.db.models import F
from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from doseline.planning.models import Session, StartCard
from doseline.planning.packs import roster_of
from doseline.planning.wording import say
from doseline.shared.clock import INDIA, clock
from doseline.shared.ids import random_code
from doseline.shared.words import day, in_digits, number, time_of_day

CODES, CODE_LETTERS, CARD_ITERATIONS = 10, 11, 100_000
_BLANK_ROWS = 10
_TEMPLATE = Path(__file__).parent / "data" / "pack.typ"
_FONTS = settings.DOSELINE_BUILD_DIR / "fonts"


def pack_pdf(session: Session, language: str) -> bytes:
    """The pack as PDF in a language, with a fresh card: an older card's codes are worth nothing from the next pack on.
    About half a second, most of it the card's hashes."""
    codes = make_card(session, clock.now())
    with translation.override(language):
        data = _data(session, language, codes)
    compiler = typst.Compiler(font_paths=[_FONTS], ignore_system_fonts=True, sys_inputs={"data": json.dumps(data)})
    made = compiler.compile(_TEMPLATE.read_bytes(), format="pdf")
    return made if isinstance(made, bytes) else b""


@transaction.atomic
def make_card(session: Session, now: datetime) -> list[str]:
    """Ten one-time codes of 50 bits and a check letter each; only their slow hashes are kept, and go into the next pack."""
    codes = [random_code(CODE_LETTERS) for _code in range(CODES)]
    salt = os.urandom(16)
    StartCard.objects.update_or_create(
        session=session,
        defaults={
            "salt": salt, "iterations": CARD_ITERATIONS, "printed_at": now,
            "hashes": [base64.b64encode(slow_hash(code, salt)).decode() for code in codes],
        },
    )  # fmt: skip
    Session.objects.filter(pk=session.pk).update(plan_version=F("plan_version") + 1)
    return codes


def slow_hash(code: str, salt: bytes, iterations: int = CARD_ITERATIONS) -> bytes:
    """PBKDF2-SHA-256 of a card's code: 30 ms, so that whoever has the phone's storage cannot try them all."""
    return hashlib.pbkdf2_hmac("sha256", code.encode(), salt, iterations)


def _data(session: Session, language: str, codes: list[str]) -> dict[str, Any]:
    site = session.site
    opens, closes = time_of_day(session.opens_at), time_of_day(session.closes_at)
    when = f"{day(session.on_date)} · {opens}–{closes}"
    return {
        "language": language, "title": f"{site.name} {session.on_date}", "site": site.name_in(language), "when": when,
        "product": session.product.name, "batches": ", ".join(session.batches.values_list("number", flat=True)) or "–",
        "footer": f"Doseline · {site.name_in(language)} · {when} · {_('printed')} {time_of_day(clock.now())}",
        "qr": _qr(f"DOSELINE:S:{session.session_id}"), "people": [_person(p, language) for p in roster_of(session)],
        "blank_rows": _BLANK_ROWS, "codes": [f"{code[:4]} {code[4:8]} {code[8:]}" for code in codes],
        "team": [
            {"role": say(member.role), "name": _staff_name(member.staff, language), "phone": ""}
            for member in session.team.select_related("staff").order_by("role")
        ],
        "calls": [], "words": _words(),
    }  # fmt: skip


def _person(person: Any, language: str) -> dict[str, str]:
    local_first = bool(person.name_local) and person.local_language == language
    name, second = (person.name_local, person.name_latin) if local_first else (person.name_latin, person.name_local)
    slot = datetime.fromtimestamp(person.slot_at, INDIA)
    return {
        "code": person.code, "name": name or second, "second": second if name else "",
        "age": number(clock.now().year - person.born_year),
        "sex": {"female": pgettext("sex", "F"), "male": pgettext("sex", "M")}.get(person.sex, pgettext("sex", "O")),
        "tail": in_digits("…" + (person.phone_tail or person.id_tail)) if person.phone_tail or person.id_tail else "",
        "slot": time_of_day(slot), "note": "" if person.told else _("not told yet"),
    }  # fmt: skip


def _staff_name(staff: Any, language: str) -> str:
    return str(staff.display_name_local or staff.display_name) if language == "bn" else str(staff.display_name)


def _words() -> dict[str, str]:
    return {
        "page": _("Page"), "batches": _("Batches"), "number": _("No."), "code": _("Code"), "name": _("Name"), "age": _("Age"),
        "sex": _("Sex"), "tail": _("Last 4"), "slot": _("Time"), "came": _("Came"), "given": _("Given"), "note": _("Note"),
        "team": _("Team"), "calls": _("Whom to call"), "card": _("Sealed card: to start when nothing else works"),
        "card_about": _(
            "Fold at the line and seal. Open it only when the session cannot be started on the phone in any other way, and type"
            " one code there. Each code works once, and each use is told to the district at once."
        ),
        "fold": _("fold here"),
    }  # fmt: skip


def _qr(text: str) -> str:
    out = BytesIO()
    segno.make(text, error="m", micro=False).save(out, kind="svg", xmldecl=True, border=2, light="white")
    return out.getvalue().decode()
