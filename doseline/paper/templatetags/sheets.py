# SPDX-License-Identifier: Apache-2.0
"""Filters of the paper desk's pages."""

from typing import Any

from django import template

from doseline.imports import wording as lists
from doseline.paper import wording

register = template.Library()
register.filter("paper_word", wording.say)
register.filter("reason_word", lists.say)


@register.filter
def value_of(values: dict[str, Any], name: str) -> Any:
    """The value kept under a name, or nothing."""
    return values.get(name, "")


@register.filter
def why(doubts: list[list[str]]) -> str:
    """The doubts of a row in words."""
    return ", ".join(
        dict.fromkeys(
            doubt if name in ("row", "person") or code.startswith("no_") else f"{wording.say(name)}: {doubt}"
            for name, code in doubts
            if (doubt := str(wording.DOUBTS.get(code, code)))
        )
    )


@register.filter
def in_words(values: dict[str, str], groups: list[tuple[str, list[tuple[str, str]]]]) -> str:
    """What a row says, in words."""
    told = [dict(labels).get(values[name], "") for name, labels in groups if name in values]
    return " · ".join(word for word in told if word)
