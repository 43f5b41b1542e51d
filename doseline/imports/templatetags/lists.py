# SPDX-License-Identifier: Apache-2.0
"""Template filters for lists: the words of imports/wording.py."""

from typing import Any

from django import template
from django.utils.translation import get_language

from doseline.imports import wording

register = template.Library()
register.filter("say", wording.say)


@register.filter
def remedy(code: str) -> str:
    """What to do about a fault."""
    return str(wording.FAULTS[code][1]) if code in wording.FAULTS else ""


@register.filter
def area_name(value: str, areas: dict[str, Any]) -> str:
    """An area's name where `value` is an area's code; else `value`."""
    unit = areas.get(value)
    return str(unit.name_in(get_language() or "en")) if unit is not None else value


@register.filter
def about(kind: str) -> str:
    """What a kind of row is."""
    return str(wording.KINDS[kind][1])
