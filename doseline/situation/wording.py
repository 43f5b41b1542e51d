# SPDX-License-Identifier: Apache-2.0
"""What codes are called on screens: states with their icons, causes of stops, outcomes."""

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

ICONS = {
    "stalled": "■",
    "silent": "◌",
    "late": "▲",
    "slow": "▼",
    "paper": "▤",
    "going": "▶",
    "not_started": "○",
    "closed": "✔",
}
_WORDS: dict[str, Promise] = {
    "stalled": _("Stalled"),
    "silent": _("Silent"),
    "late": _("Late"),
    "slow": _("Slow"),
    "paper": _("On paper"),
    "going": _("Going"),
    "not_started": _("Not started"),
    "closed": _("Closed"),
    "late_start": _("Late start"),
    "not_said": _("Cause not told"),
    "app_slow": _("App slow or not opening"),
    "no_code": _("Code did not come"),
    "no_vaccine": _("No vaccine"),
    "no_people": _("No people"),
    "crowd": _("Crowd"),
    "aefi_help": _("Adverse event, help needed"),
    "pause": _("Pause"),
    "power": _("No power"),
    "other": pgettext_lazy("cause", "Other"),
    "expected": _("Expected"),
    "arrived": _("Arrived"),
    "to_vaccinate": _("To vaccinate"),
    "observing": _("Observing"),
    "done": _("Done"),
    "not_given": _("Not given"),
    "absent": _("Absent"),
    "refused": _("Refused"),
    "unwell": _("Unwell"),
    "contraindicated": _("Contraindicated"),
    "already_had": _("Already had it"),
    "deferred": _("Deferred"),
    "released": _("Released"),
    "left_early": _("Left early"),
    "aefi": _("Adverse event (AEFI)"),
    "female": _("Female"),
    "male": _("Male"),
    "device": _("Phone"),
    "online": _("Online"),
    "doses": _("Doses given"),
    "walk_ins": _("Walk-ins"),
    "on_phones": _("Records still on phones"),
    "stops": _("Stops"),
    "not_heard": _("Sites not heard"),
    "reviews": _("To review"),
    "holds": _("Held"),
    "starts": _("Starts to look into"),
    "dose_twice_same_day": _("Two doses on one day"),
    "national_officer": _("National officer"),
    "state_officer": _("State officer"),
    "district_officer": _("District immunisation officer"),
    "roster_scan": _("Scanned roster"),
    "attested": _("Attested"),
    "imported": _("Imported"),
    "typed_once": _("Typed once"),
    "typed_twice": _("Typed twice"),
}


def word(code: str | None) -> str:
    """What `code` is called in the language of the page; the code itself for one without a word (a batch number)."""
    return str(_WORDS.get(code or "", code or "–"))


def icon(state: str) -> str:
    """The icon of a site's state."""
    return ICONS.get(state, "·")
