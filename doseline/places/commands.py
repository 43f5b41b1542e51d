# SPDX-License-Identifier: Apache-2.0
"""Loads the areas of government."""

import json
from pathlib import Path

from doseline.places.models import OrgUnit

NATION = "IN"


def load_india() -> int:
    """Loads nation, 37 states and 756 districts with Co-WIN's ids; returns how many areas. Idempotent: names are
    brought up to date, nothing is deleted."""
    data = json.loads((Path(__file__).parent / "data" / "india.json").read_text(encoding="utf-8"))
    nation = data["nation"]
    units = [OrgUnit(code=NATION, level="nation", name=nation["name"], name_bn=nation["bn"], name_hi=nation["hi"])]
    for state in data["states"]:
        code = f"{NATION}.{state['id']}"
        units.append(_unit(code, "state", NATION, [state["id"], state["name"], state["bn"], state["hi"]]))
        units += [_unit(f"{code}.{district[0]}", "district", code, district) for district in state["districts"]]
    OrgUnit.objects.bulk_create(
        units, update_conflicts=True, unique_fields=["code"], update_fields=["name", "name_bn", "name_hi"]
    )
    return len(units)


def _unit(code: str, level: str, parent: str, described: list[str | int]) -> OrgUnit:
    cowin_id, name, *translated = described
    name_bn, name_hi = translated if translated else ("", "")
    return OrgUnit(
        code=code,
        level=level,
        parent_id=parent,
        cowin_id=int(cowin_id),
        name=str(name),
        name_bn=str(name_bn),
        name_hi=str(name_hi),
    )
