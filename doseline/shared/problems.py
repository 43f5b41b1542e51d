# SPDX-License-Identifier: Apache-2.0
"""The one catalogue of what can go wrong at an edge: code, HTTP status, and a sentence that says what to do.
Codes are never reused. docs/problems.md lists them; a test keeps the two equal."""

from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


@dataclass(frozen=True)
class Problem:
    """`sentence` is for the person at the screen, in their language; `status` is for machines."""

    code: str
    status: int
    sentence: Promise


class ProblemError(Exception):
    """Raised by an edge, answered as JSON `{"problem", "sentence"}` with the problem's status."""

    def __init__(self, code: str, *, retry_after_seconds: int | None = None) -> None:
        super().__init__(code)
        self.problem = CATALOGUE[code]
        self.retry_after_seconds = retry_after_seconds


_ALL = (
    # The request as a whole: nothing of it was kept, the phone keeps it and tries again.
    Problem("sync.body_too_large", 413, _("The upload is larger than 1 MB. Send fewer facts at a time.")),
    Problem("sync.too_many_facts", 413, _("The upload has more than 500 facts. Send fewer at a time.")),
    Problem("sync.unreadable_batch", 400, _("The upload is not complete JSON in UTF-8. Send it again.")),
    Problem("sync.unknown_device", 401, _("This phone is not enrolled here. Enrol it again; its records are safe on it.")),
    Problem("sync.signature_missing", 401, _("The upload is not signed. Update the app.")),
    Problem("sync.signature_wrong", 401, _("The upload changed on its way or was signed by another phone. Send it again.")),
    Problem("sync.device_revoked", 403, _("This phone was cut off. Bring it to the district office; its records are kept.")),
    Problem("sync.clock_differs", 401, _("The phone's clock differs from ours. Take the time from the answer and ask again.")),
    Problem("sync.unknown_session", 404, _("There is no such session at this phone's site.")),
    Problem("sync.pack_not_built", 404, _("The session's pack has not been built yet. Ask the district desk.")),
    Problem("sync.busy", 503, _("Many phones are sending now. Yours will send again in a moment.")),
    Problem("sync.database_away", 503, _("The server cannot write just now. Your phone keeps everything and will send again.")),
    Problem("sync.bad_parameter", 400, _("A value in the address is missing or not of its kind.")),
    Problem("sync.method_not_allowed", 405, _("This address does not take that method.")),
    Problem("enrol.unreadable", 400, _("The enrolment request is not readable. Update the app.")),
    Problem("enrol.code_unknown", 403, _("This code is wrong, used or too old. Ask the district office for a new one.")),
    Problem("enrol.key_unusable", 400, _("The phone's key is not a P-256 public key. Update the app.")),
    Problem("enrol.too_many_tries", 429, _("Too many wrong codes from here. Wait ten minutes.")),
    Problem("start.not_of_the_team", 403, _("This team member is not in the session's team. Ask the district desk to add them.")),
    Problem("start.no_address", 409, _("We have no such address for this team member. Start in another way.")),
    Problem("start.asked_too_often", 429, _("Six codes were sent within the hour. Start in another way.")),
    Problem("start.cannot_send", 503, _("No code can be sent just now. Start in another way.")),
    Problem("start.code_wrong", 403, _("This code is wrong, used or older than ten minutes. Look again, or start in another way.")),
    Problem("start.unreadable", 400, _("The question is not readable. Update the app.")),
    Problem("carried.unreadable", 400, _("This is no whole file of records from a phone of this drive. Have the phone make it anew.")),
    Problem("carried.too_many", 413, _("Not taken in: at most 20 files at a time. Choose it again with the rest.")),
    # One fact: the rest of its batch is not touched.
    Problem("sync.unreadable_fact", 422, _("This record cannot be read. It is kept as it came, for headquarters.")),
    Problem("sync.unknown_kind", 422, _("This record is of a kind the server does not know. It is held until someone places it.")),
    Problem("sync.foreign_device", 422, _("This record says it was written on another phone. It is kept apart.")),
    Problem("sync.time_in_future", 422, _("This record's time lies in the future. It is held until someone sets the time.")),
    Problem("sync.time_absurd", 422, _("This record's time is more than a year ago. It is held until someone sets the time.")),
    Problem("sync.permit_invalid", 422, _("The start permit is not for this session and phone. The start is held for the district.")),
    Problem("ledger.fact_conflict", 422, _("Another record has the same name but says something else. Both are kept.")),
    Problem("ledger.sequence_reused", 422, _("The phone used the same number for two records. Both are kept.")),
    Problem("ledger.chain_broken", 422, _("This record does not follow from the phone's record before it. It is held.")),
    Problem("ledger.unknown_session", 422, _("This record names a session we do not know. It is held until someone places it.")),
    Problem("ledger.unknown_person", 422, _("This record names a person we do not know yet. It is held until they are found.")),
)  # fmt: skip
CATALOGUE = {problem.code: problem for problem in _ALL}


def sentence(code: str) -> str:
    """The sentence for `code` in the language in force. Raises KeyError for a code that is not in the catalogue."""
    return str(CATALOGUE[code].sentence)
