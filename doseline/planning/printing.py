# SPDX-License-Identifier: Apache-2.0
"""A session's pack on paper, laid out by typst: the roster in the reader's script, blank rows for walk-ins, the team, and
a card of ten sealed start codes (rung 5 of the start ladder)."""

import json
from datetime import datetime
from io import BytesIO
from pathlib import Path
from typing import Any

import segno
import typst
from django.conf import settings
from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from doseline.places.models import Site
from doseline.planning.models import Session
from doseline.planning.packs import roster_of
from doseline.planning.starts import card_codes, card_of
from doseline.planning.wire import PackPerson
from doseline.planning.wording import next_dose, say
from doseline.shared.clock import INDIA, clock
from doseline.shared.words import day, in_digits, number, time_of_day
from doseline.staff.models import RoleGrant

_BLANK_ROWS = 10
_TEMPLATE = Path(__file__).parent / "data" / "pack.typ"
_FONTS = settings.DOSELINE_BUILD_DIR / "fonts"


def pack_pdf(session: Session, language: str) -> bytes:
    """The pack as PDF in a language. However often it is printed, the sealed card is the same. About 0.1 s."""
    codes = card_codes(card_of(session))
    with translation.override(language):
        data = _data(session, language, codes)
    compiler = typst.Compiler(font_paths=[_FONTS], ignore_system_fonts=True, sys_inputs={"data": json.dumps(data)})
    made = compiler.compile(_TEMPLATE.read_bytes(), format="pdf")
    return made if isinstance(made, bytes) else b""


def _data(session: Session, language: str, codes: list[str]) -> dict[str, Any]:
    site = session.site
    opens, closes = time_of_day(session.opens_at), time_of_day(session.closes_at)
    when = f"{day(session.on_date)} · {opens}–{closes}"
    people = [{"no": number(row), **_person(p, language)} for row, p in enumerate(roster_of(session), start=1)]
    return {
        "language": language, "title": f"{site.name} {session.on_date}", "site": site.name_in(language), "when": when,
        "product": session.product.name, "batches": ", ".join(session.batches.values_list("number", flat=True)) or "–",
        "footer": f"Doseline · {site.name_in(language)} · {when} · {_('printed')} {time_of_day(clock.now())}",
        "qr": _qr(f"DOSELINE:S:{session.session_id}"), "people": people,
        "blank_rows": [number(len(people) + row) for row in range(1, _BLANK_ROWS + 1)], "digits": in_digits("0123456789"),
        "codes": [f"{code[:4]} {code[4:8]} {code[8:]}" for code in codes],
        "team": [
            {"role": say(member.role), "name": _staff_name(member.staff, language), "phone": member.staff.phone}
            for member in session.team.select_related("staff").order_by("role")
        ],
        "calls": _calls(site, language), "words": _words(),
    }  # fmt: skip


def _calls(site: Site, language: str) -> list[dict[str, str]]:
    """Whom the site calls when something is wrong, the nearest office first: officers with a phone over an area it lies in."""
    parts = site.org_unit_id.split(".")
    areas = [".".join(parts[:depth]) for depth in range(len(parts), 0, -1)]
    grants = RoleGrant.objects.filter(org_unit_id__in=areas, staff__is_active=True).exclude(staff__phone="")
    nearest = sorted(grants.select_related("staff", "org_unit"), key=lambda grant: areas.index(str(grant.org_unit_id)))
    return [
        {
            "role": f"{say(grant.role)}, {grant.org_unit.name_in(language) if grant.org_unit else ''}",
            "name": _staff_name(grant.staff, language),
            "phone": grant.staff.phone,
        }
        for grant in nearest
    ]


def _person(person: PackPerson, language: str) -> dict[str, str]:
    local_first = bool(person.name_local) and person.local_language == language
    name, second = (person.name_local, person.name_latin) if local_first else (person.name_latin, person.name_local)
    slot = datetime.fromtimestamp(person.slot_at, INDIA)
    return {
        "code": person.code, "name": name or second, "second": second if name else "",
        "age": number(clock.now().year - person.born_year),
        "sex": {"female": pgettext("sex", "F"), "male": pgettext("sex", "M")}.get(person.sex, pgettext("sex", "O")),
        "tail": in_digits("…" + (person.phone_tail or person.id_tail)) if person.phone_tail or person.id_tail else "",
        "slot": time_of_day(slot),
        "note": " · ".join(filter(None, (next_dose(person), "" if person.told else _("not told yet")))),
    }  # fmt: skip


def _staff_name(staff: Any, language: str) -> str:
    return str(staff.display_name_local or staff.display_name) if language == "bn" else str(staff.display_name)


def _words() -> dict[str, str]:
    return {
        "page": _("Page"), "batches": _("Batches"), "number": _("No."), "code": _("Code"), "name": _("Name"), "age": _("Age"),
        "sex": _("Sex"), "tail": _("Last 4"), "slot": _("Time"), "came": _("Came"), "given": _("Given"),
        "note": pgettext("roster", "Note"),
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
