# SPDX-License-Identifier: Apache-2.0
"""What is said of lists: faults of cells with their remedy, reasons a list is refused or held, fields, kinds of row."""

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

FAULTS: dict[str, tuple[Promise, Promise]] = {
    "name_missing": (_("The name is empty."), _("Write the person's name.")),
    "name_is_number": (_("This is no name."), _("Write the name in letters, or choose another column for names.")),
    "two_people": (_("Two people are in one cell."), _("Give each person a row of their own.")),
    "birth_missing": (_("Neither birth date nor age is given."), _("Write the birth date, the year of birth or the age.")),
    "date_unreadable": (_("This date does not exist or cannot be read."), _("Write it as day/month/year: 16/01/1985.")),
    "date_in_future": (_("This date is still to come."), _("Write the date of birth.")),
    "date_too_old": (_("This date is more than 120 years ago."), _("Check the year.")),
    "year_unreadable": (_("This is no year of birth."), _("Write four digits: 1985.")),
    "age_unreadable": (_("This is no age."), _("Write the age in whole years: 36.")),
    "sex_missing": (_("The sex is not given."), _("Write F, M or O.")),
    "sex_unknown": (_("This is not female, male or other."), _("Write F, M or O.")),
    "phone_unreadable": (_("This is no phone number."), _("Write ten digits: 58300 12345. The person is taken without a phone.")),
    "phone_ruined": (
        _("The spreadsheet has shortened this phone number; its last digits are lost."),
        _("Set the column's format to Text and write the number again. The person is taken without a phone."),
    ),
    "number_ruined": (
        _("The spreadsheet has shortened this number; its last digits are lost."),
        _("Set the column's format to Text, then write or paste the number again."),
    ),
    "number_rounded": (
        _("The spreadsheet keeps only 15 digits and made the rest zeros."),
        _("Set the column's format to Text, then write or paste the number again."),
    ),
    "id_unreadable": (_("This is no document number."), _("Write letters and digits only, at least three.")),
    "email_unreadable": (_("This is no e-mail address."), _("Write it as name@place.in. The person is taken without it.")),
    "group_unknown": (_("This is no priority group."), _("Write HCW, FLW, 60+, 45-59 or other.")),
    "pincode_unreadable": (_("This is no PIN code."), _("Write six digits. The person is taken without it.")),
    "dose_date_missing": (_("The date of the dose is empty."), _("Write the day it was given: 16/01/2021.")),
    "dose_date_unreadable": (_("This date does not exist or cannot be read."), _("Write it as day/month/year: 16/01/2021.")),
    "dose_date_in_future": (_("This date is still to come."), _("Write the day the dose was given.")),
    "batch_unknown": (
        _("No batch of this vaccine has this number."),
        _("Correct the number, or have the batch added. The dose is taken without a batch."),
    ),
    "vaccine_unknown": (_("This is no vaccine of the drive."), _("Write COVISHIELD or COVAXIN, as the vial has it.")),
    "dose_number_unreadable": (_("This is no dose number."), _("Write 1 or 2. The dose is taken and counted by its date.")),
    "area_unknown": (
        _("There is no such district or block in your area."),
        _("Write its name as the board has it, or Co-WIN's number."),
    ),
}  # fmt: skip
REFUSALS: dict[str, Promise] = {
    "empty_file": _("The file is empty. Save the list again and send that file."),
    "wrong_type": _("This file is no list. Save it as Excel workbook (.xlsx) or CSV and send that."),
    "locked_workbook": _("The workbook is protected with a password. Remove the password in Excel and save it again."),
    "broken_workbook": _("The workbook is damaged. Open it in Excel, save it under a new name and send that."),
    "broken_csv": _("The CSV cannot be read: a quotation mark is not closed. Save it again from the spreadsheet."),
    "macro_workbook": _("The workbook contains macros. Save it as .xlsx without macros and send that."),
    "zip_bomb": _("The workbook unpacks to more than we take. Copy the list into a new workbook and send that."),
    "too_many_columns": _("The list has more than 200 columns. Delete the empty ones and send it again."),
    "too_many_rows": _("The list has more than a million rows. Cut it into parts."),
    "workbook_too_long": _("The workbook has more than 200,000 rows. Save it as CSV and send that."),
    "too_large": _("The file is larger than 300 MB. Cut it into parts."),
    "no_file": _("Choose a file first."),
    "purged": _("The file was deleted after 30 days, as announced. Send it again."),
    "too_faulty": _("More than half of the rows cannot be read. Perhaps the columns are not what they seem: choose them again."),
    "wrong_file": _("Fewer than 7 in 10 of these people are in the register: this may be the wrong file. Nothing was changed."),
    "no_name": _("Say which column holds the names."),
    "no_sex": _("Say which column holds the sex."),
    "no_birth": _("Say which column holds the birth date, the year of birth or the age."),
    "no_dose_date": _("Say which column holds the date of the dose."),
    "no_product": _("Say which vaccine these doses were, where a row names none."),
    "no_site": _("Say at which site these doses were given."),
    "column_twice": _("Two columns are said to hold the same. Choose one."),
    "applied": _("Rows of this list are in the register already; its columns can no longer change."),
}  # fmt: skip
FIELDS: dict[str, Promise] = {
    "registry_code": _("Doseline code"), "name": _("Full name"), "first_name": _("First name"),
    "middle_name": _("Middle name"), "last_name": _("Surname"), "name_local": _("Name in local script"),
    "name_latin": _("Name in Latin letters"), "born_on": _("Birth date"), "birth_year": _("Year of birth"), "age": _("Age"),
    "sex": _("Sex"), "phone": _("Mobile number"), "email": _("E-mail"), "id_kind": _("Kind of document"),
    "registered": _("Registered"), "dose_on": _("Date of the dose"), "dose_product": _("Vaccine"), "dose_batch": _("Batch"),
    "dose_number": _("Dose number"),
    "id_value": _("Document number"), "id_employer_card": _("Employee number"), "id_aadhaar": _("Aadhaar number"),
    "id_voter_id": _("Voter card number"), "id_pan": _("PAN"), "id_passport": _("Passport number"),
    "id_driving_licence": _("Driving licence number"), "id_other": _("Document number"),
    "priority_group": _("Priority group"), "institution": _("Institution"), "household": _("Household, ward or shift"),
    "district": _("District"), "block": _("Block"), "pincode": _("PIN code"), "org_unit": _("Area"),
}  # fmt: skip
KINDS: dict[str, tuple[Promise, Promise]] = {
    "new": (_("New"), _("Nobody in the register is like them. They are added when you apply.")),
    "same": (_("Same"), _("In the register just so. Nothing changes.")),
    "differs": (_("Differs"), _("In the register, with something otherwise. All of a person's differences are taken, or none.")),
    "moves": (_("Will move"), _("In the register at another institution or in another area.")),
    "close": (_("Close match"), _("Perhaps somebody in the register. Say who, or keep both.")),
    "likely": (_("Close matches with the same name, phone and birth"), _("Very likely the person named first.")),
    "noted": (
        _("Taken, with something left out"),
        _("These rows are taken; what could not be read of them is left out. Each says what."),
    ),
    "twice": (
        _("In the list twice"),
        _("An earlier row of this list is the same person. These rows are left out, unless you keep both."),
    ),
    "twice_dose": (
        _("Another line of the same person"),
        _("An earlier line names this person: the dose of this one is recorded with theirs, and a line copied says nothing new."),
    ),
    "faulty": (_("Cannot be read"), _("Download these rows, correct them, and send them as a list of their own.")),
}  # fmt: skip
REASONS: dict[str, Promise] = {
    "name_same": _("same name"), "name_alike": _("name spelt alike"), "name_part": _("part of the name the same"),
    "name_differs": _("another name"), "born_same": _("same birth date"), "born_swapped": _("day and month swapped"),
    "born_one_digit": _("one digit of the birth date differs"), "born_near": _("birth date a few days off"),
    "born_differs": _("another birth date"),
    "year_same": _("same year of birth"), "year_near": _("year of birth beside it"), "phone_same": _("same phone"),
    "phone_one_digit": _("one digit of the phone differs"), "phone_differs": _("another phone"),
    "document_same": _("same document"), "document_differs": _("another document of the same kind"),
    "sex_same": _("same sex"), "sex_differs": _("another sex"), "institution_same": _("same institution"),
    "district_same": _("same district"), "district_differs": _("another district"), "code_same": _("same Doseline code"),
}  # fmt: skip
STATES: dict[str, Promise] = {
    "columns": _("Waiting for its columns"), "reading": _("Being read"), "review": _("To be looked through"),
    "partly": _("Applied, but for what waits for a word"),
    "held": _("Held"), "applying": _("Being applied"), "done": _("Done"), "cancelled": _("Cancelled"), "failed": _("Not readable"),
}  # fmt: skip
OUTCOMES: dict[str, Promise] = {
    "added": _("Added"), "changed": _("Changed"), "left": _("Left as it was"),
    "again": _("Changed meanwhile: look again"), "add": _("Will be added"), "take": _("Will be taken"),
    "keep": _("Stays as it is"), "skip": _("Left out"),
}  # fmt: skip


def say(code: str) -> str:
    """The words for a code of any of the tables above; the code itself where there are none."""
    for table in (FIELDS, REFUSALS, REASONS, STATES, OUTCOMES):
        if code in table:
            return str(table[code])
    if code in KINDS:
        return str(KINDS[code][0])
    return str(FAULTS[code][0]) if code in FAULTS else code
