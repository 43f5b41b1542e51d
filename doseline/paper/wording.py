# SPDX-License-Identifier: Apache-2.0
"""What is said of sheets: column headings, and the letters in their bubbles."""

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

HEADINGS: dict[str, tuple[Promise, ...]] = {
    "came": (_("Came"),), "identity": (_("Identity seen"),), "given": (_("Dose given"),),
    "reason": (_("Refused"), _("Unwell"), _("Contraindicated"), _("Had it already"), _("No vaccine"), _("Another day")),
    "batch": (_("Batch A"), _("Batch B"), _("Batch C"), _("Batch D")), "arm": (_("Left arm"), _("Right arm")),
    "aefi": (_("No reaction"), _("Minor reaction"), _("Serious reaction")),
}  # fmt: skip
PROBLEMS: dict[str, Promise] = {
    "empty_file": _("The file is empty. Take the picture again and send that."),
    "file_too_large": _("The file is larger than 60 MB. Send its pages in several files."),
    "not_a_picture": _("This is neither a picture nor a PDF. Send JPEG, PNG, HEIC or PDF."),
    "picture_too_large": _("The picture has more points than we take. Take it again with the phone's usual setting."),
    "page_broken": _("This page is damaged and cannot be opened. Take its picture again; the other pages are read."),
    "pdf_locked": _("The PDF is protected with a password. Save it without one, or photograph the pages."),
    "pdf_broken": _("The PDF is damaged. Make it again, or photograph the pages."),
    "too_many_pages": _("The file has more than 200 pages. Send it in parts."),
    "not_a_sheet": _("No sheet of ours is on this picture: none of its six black squares is seen. Another register is keyed in."),
    "marks_covered": _("Fewer than three of the six black squares can be seen. Photograph the whole page, with nothing on its edges."),
    "two_sheets": _("Two sheets are on this picture. Photograph each by itself; nothing was taken from it."),
    "too_dark": _("The picture is too dark. Take it by a window or under a lamp."),
    "blurred": _("The picture is blurred. Hold the phone still above the page and take it again."),
    "no_code": _("The square pattern at the top right cannot be read. Type the code under it, or photograph the page again."),
    "unknown_code": _("We know no sheet with this code. Was it printed by another drive?"),
    "sheet_void": _("This sheet was said to be void. Its rows are kept: say which of the two is right."),
    "sheet_lost": _("This sheet was said to be lost. It is found: its rows are kept."),
    "session_cancelled": _("The session of this sheet was cancelled. What was done on the day is kept all the same."),
    "given_and_not": _("A dose and a reason for none are both marked. Choose one."),
    "dose_without_given": _("A batch or an arm is marked, but no dose. Mark the dose, or take them out."),
    "who": _("Nobody was printed in this row. First say who stands in it."),
    "entered_too_often": _("This row has been changed 49 times. Let the state office look at it."),
    "unknown_decision": _("This cannot be decided so."),
    "keys_unreadable": _("Write the row, then what it says: 3 ga (given, batch A), 4 r (refused), 5 - (did not come)."),
    "row_moved": _("Somebody changed this row meanwhile. Look at it again."),
    "not_blank": _("This row is somebody's already. Correct what it says instead."),
    "has_a_row": _("This person has a row of their own in this session. Enter it there."),
    "nothing_against": _("The other side says nothing any more. Look at the row again."),
    "no_such_row": _("This sheet has no such row."),
    "decided_already": _("This is decided already."),
    "row_entered": _(
        "This row is entered already, and says otherwise. Look whether it is the right row; to replace it, type = before it: =3 r."
    ),
    "batch_not_on_sheet": _("This sheet has no batch of that letter. Key the row without the letter if the batch is not known."),
    "in_other_hands": _("Somebody else has this in hand. It is free again ten minutes after they took it."),
    "time_not_on_sheet": _("This sheet has no such time."),
    "name_missing": _("Write the name as it stands in the row."),
    "year_unreadable": _("Write the year of birth in four digits: 1985."),
}  # fmt: skip
DOUBTS: dict[str, Promise] = {
    "faint": _("faint"), "two_marks": _("two marks"), "struck": _("crossed out?"), "hidden": _("the row's ends are hidden"),
    "given_and_not": _("a dose and a reason for none"), "no_batch": _("no batch marked"), "no_arm": _("no arm marked"),
    "no_came": _("a reason, and not that they came: a stain?"),
    "no_time": _("no time marked"), "not_given_but_dose": _("batch or arm marked, but no dose"),
    "photos_differ": _("two pictures say different things"), "photo_differs": _("a later picture says something else"),
    "who": _("who stands here?"), "pale": _("the copy is pale: look at every mark"),
    "nothing_marked": _("no mark can be seen here: is that right?"),
    "not_readable": _("a helper could not read it"),
    "neither": _("came, but neither a dose nor a reason"), "no_such_batch": _("this sheet has no such batch"),
}  # fmt: skip
FIELDS: dict[str, Promise] = {
    "came": _("Came"), "identity": _("Identity seen"), "given": _("Dose given"), "reason": _("Why no dose"), "batch": _("Batch"),
    "arm": _("Arm"), "aefi": _("Reaction"), "time": _("Time"),
}  # fmt: skip
STATES: dict[str, Promise] = {
    "issued": _("Printed"), "used": _("In use"), "received": _("Came back"), "entered": _("Entered"), "reconciled": _("Reconciled"),
    "void": _("Void"), "lost": _("Lost"), "open": _("Nothing known yet"), "certain": _("Read, certain"),
    "doubtful": _("To be looked at"), "second": _("Waits for a second person"), "differs": _("Two people say different things"),
    "empty": _("Did not come"), "waiting": _("Waiting"), "reading": _("Being read"), "read": _("Read"), "failed": _("Cannot be read"),
}  # fmt: skip
KINDS: dict[str, Promise] = {
    "rows": _("Rows to enter"), "differs": _("Two people say different things"),
    "contradiction": _("Another record says something else"),
    "twice": _("One person in two rows"),
    "missing_sheet": _("Sheet not back"), "tally": _("Doses told and doses entered differ"),
    "photo": _("A later picture says something else"),
}  # fmt: skip
DECISIONS: dict[str, Promise] = {
    "drop": _("This row is not theirs"), "both": _("Both are right"), "phone": _("The other record is right"),
    "paper": _("The sheet is right"), "keep": _("The entry is right"), "explained": _("Explained: it is as told"),
}  # fmt: skip
# In the bubbles: the same in every language, so that a sheet is read the same.
LETTERS: dict[str, tuple[str, ...]] = {
    "came": ("",), "identity": ("",), "given": ("",), "reason": ("R", "U", "X", "H", "V", "D"), "batch": ("A", "B", "C", "D"),
    "arm": ("L", "R"), "aefi": ("0", "1", "!"),
}  # fmt: skip


def say(code: str) -> str:
    """The words for a code of any of the tables above; the code itself where there are none."""
    for table in (PROBLEMS, DOUBTS, STATES, KINDS, DECISIONS, FIELDS):
        if code in table:
            return str(table[code])
    return code


def ask_again(planned: int) -> str:
    """The question a tally raises that tells far more than the `planned` doses of its session."""
    text = _("That is far more than the %(count)d doses planned: if a digit slipped, say it again.")
    return str(text) % {"count": planned}
