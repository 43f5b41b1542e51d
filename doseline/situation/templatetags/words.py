# SPDX-License-Identifier: Apache-2.0
"""Template filters over shared/words.py, and the words for states, causes and outcomes."""

from django import template
from django.utils.translation import gettext as _

from doseline.planning import wording as plan_wording
from doseline.shared import problems, words
from doseline.situation import wording

register = template.Library()
register.filter("number", words.number)
register.filter("whole", words.whole)
register.filter("duration", words.duration)
register.filter("time_of_day", words.time_of_day)
register.filter("day", words.day)
register.filter("day_short", words.day_short)
register.filter("weekday", words.weekday)
register.filter("local_input", words.local_input)
register.filter("digits", lambda value: words.in_digits(str(value)))
register.filter("plan_word", plan_wording.say)
register.filter("wording", wording.word)
register.filter("icon", wording.icon)
register.filter("sentence", problems.sentence)


@register.filter
def item(values: dict[str, object], name: str) -> object:
    """`values[name]`, where a template knows the name only as a variable."""
    return values.get(name)


@register.filter
def group_name(code: str) -> str:
    """A priority group as people call it: the codes are the field's own, but for whoever is of none."""
    return _("Others") if code == "other" else code
