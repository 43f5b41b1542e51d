# SPDX-License-Identifier: Apache-2.0
"""Loads the areas of government."""

import csv
import json
from collections.abc import Iterable, Sequence
from pathlib import Path

from doseline.places.models import OrgUnit

NATION = "IN"
_BLOCK_COLUMNS = ("district", "name", "name_bn", "name_hi")


class BlockFileError(Exception):
    """A block that cannot be loaded; the sentence names row, field and remedy. None of its file was."""


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


def load_blocks_file(path: Path) -> int:
    """Loads blocks from a CSV with the columns district (Co-WIN's id), name, name_bn, name_hi; returns how many.
    Idempotent by district and name. Raises BlockFileError before anything is changed."""
    with path.open(encoding="utf-8-sig", newline="") as file:
        rows = csv.DictReader(file)
        if missing := [column for column in _BLOCK_COLUMNS[:2] if column not in (rows.fieldnames or ())]:
            raise BlockFileError(f"{path.name} lacks the column {missing[0]}. Columns: {', '.join(_BLOCK_COLUMNS)}.")
        return load_blocks(tuple((row.get(column) or "").strip() for column in _BLOCK_COLUMNS) for row in rows)


def load_blocks(blocks: Iterable[Sequence[str]]) -> int:
    """Adds blocks (district's Co-WIN id, name, name in Bengali, in Hindi) below their districts, numbered in the order
    they came; names of known ones are brought up to date. Returns how many. Raises BlockFileError."""
    districts = {str(unit.cowin_id): unit for unit in OrgUnit.objects.filter(level="district")}
    known = {(unit.parent_id, unit.name): unit for unit in OrgUnit.objects.filter(level="block")}
    count = {district: sum(parent == district for parent, _ in known) for district in {parent for parent, _ in known}}
    units = []
    for row, (district_id, name, name_bn, name_hi) in enumerate(blocks, start=2):
        district = districts.get(district_id)
        if district is None:
            raise BlockFileError(f"Row {row}: district {district_id!r} is none. Give Co-WIN's number, such as 725.")
        if not name:
            raise BlockFileError(f"Row {row}: the name is empty. Give the block's name in Latin letters.")
        unit = known.get((district.code, name))
        if unit is None:
            count[district.code] = count.get(district.code, 0) + 1
            code = f"{district.code}.{count[district.code]}"
            unit = known[district.code, name] = OrgUnit(code=code, level="block", parent=district, name=name)
        unit.name_bn, unit.name_hi = name_bn, name_hi
        units.append(unit)
    OrgUnit.objects.bulk_create(
        units, update_conflicts=True, unique_fields=["code"], update_fields=["name_bn", "name_hi"]
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
