# SPDX-License-Identifier: Apache-2.0
"""What is said of plans: refusals, reasons for no place, checks of readiness."""

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from doseline.planning.wire import PackPerson
from doseline.shared.words import number

WORDS: dict[str, Promise] = {
    "window": _("The session must close after it opens."),
    "capacity": _("Give a capacity of at least one, and fewer walk-ins than that."),
    "too_many_sessions": _("That is more than 20,000 sessions. Plan fewer sites or days at a time."),
    "called_off": _("This session is cancelled. Plan a new one instead."),
    "past": _("That time is past. Choose one still to come."),
    "no_groups": _("Choose at least one priority group."),
    "day_order": _("The last day lies before the first."),
    "phone": _("This is no phone number. Write ten digits."),
    "coordinates": _("Write latitude and longitude in degrees, such as 22.5726 and 88.3639, or leave both empty."),
    "closed_with_session": _("A session is planned there on that day. Move or cancel it, or its people come in vain."),
    "site_taken": _("That site has a session on that day already."),
    "no_sites": _("Choose at least one site."),
    "no_dates": _("No day is left: choose first and last day, and days of the week within them."),
    "bad_form": _("Something in the form is missing or cannot be read. Fill it in again."),
    "batch_of_another": _("A batch you ticked is of another vaccine. Untick it, or choose that vaccine."),
    "batch_expired": _("Give the day on which the batch expires, today or later."),
    "pin": _("A PIN is six digits."),
    "no_session_near": _("No session within 60 km; a site without coordinates takes only its own institution's people"),
    "full": _("All sessions near are full"),
    "second_full": _("Second dose due, all sessions near are full"),
    "second_waits": _("Second dose due, on a reserve list only"),
    "second_no_session": _("Second dose due, no session near gives its vaccine then"),
    "not_due": _("Second dose due only after these days"),
    "waiting": _("Waiting"),
    "placing": _("Being placed"),
    "writing": _("Being written down"),
    "done": _("Done"),
    "cancelled": _("Cancelled"),
    "site_open": _("Site open that day"),
    "team": _("Team complete, each with a PIN"),
    "pack": _("Pack built with the newest plan"),
    "fetched": _("Pack on a phone"),
    "batches": _("Batch at hand, not expired"),
    "phones": _("Phone enrolled"),
    "told": _("Everyone on the roster told"),
    "site_manager": _("Site manager"),
    "verifier": _("Verifier"),
    "vaccinator": _("Vaccinator"),
    "observer": _("Observer"),
    "entry_officer": _("Entry officer"),
    "district_officer": _("District immunisation officer"),
    "state_officer": _("State officer"),
    "national_officer": _("National officer"),
    "desk": _("Desk"),
    "fixed": _("Fixed"),
    "outreach": _("Outreach"),
    "mobile": _("Mobile"),
    "permit": _("Start permit of the pack"),
    "second_phone": _("Handed on by another phone"),
    "code": _("One-time code"),
    "voice": _("Answer by telephone"),
    "card": _("Sealed card"),
    "break_glass": _("Two persons, without proof"),
    "proven": _("Proven"),
    "reused": _("This code was used before"),
    "unproven": _("The proof does not hold"),
    "provisional": _("Provisional until the district ratifies it"),
}


def next_dose(person: PackPerson) -> str:
    """ "Dose 2" of whoever has had one, if only on a sheet; nothing of a first."""
    before = len(person.doses) or int(bool(person.on_paper))
    return str(_("Dose {n}")).format(n=number(before + 1)) if before else ""


def say(code: str) -> str:
    """The words for a code; the code itself where there are none."""
    return str(WORDS.get(code, code))
