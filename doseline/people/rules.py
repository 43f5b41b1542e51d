# SPDX-License-Identifier: Apache-2.0
"""What makes a person's data readable. Pure."""

import re
import unicodedata
from hashlib import sha256
from uuid import UUID

import msgspec
import phonenumbers

from doseline.people.wire import WalkInPerson
from doseline.shared.words import latin_digits

_SCIENTIFIC = re.compile(r"^(\d+)(?:[.,](\d+))?e\+?(\d+)$", re.I)
_PHONES_APART, _NO_DIGITS = re.compile(r"[/,;&\n]| or "), re.compile(r"\D")
_decoder = msgspec.json.Decoder(WalkInPerson)


def read_walk_in(opened: bytes) -> WalkInPerson:
    """A walk-in's details from the opened box, names NFC-normalised, no control characters. Raises MsgspecError."""
    walk_in = _decoder.decode(opened)
    return msgspec.structs.replace(
        walk_in,
        name=clean_name(walk_in.name) or "?",
        phone="".join(c for c in walk_in.phone if c.isdigit()),
        code=clean_name(walk_in.code),
        document_kind=clean_name(walk_in.document_kind),
        document_value=clean_name(walk_in.document_value),
    )


_SCRIPTS = ((0x0980, 0x09FF, "bn"), (0x0900, 0x097F, "hi"))


def language_of(name: str, area: str) -> str:
    """The language people are written to in: that of the script their name came in, else their area's (`area` is an org unit code:
    Bengali in West Bengal and Tripura)."""
    for letter in name:
        for first, last, language in _SCRIPTS:
            if first <= ord(letter) <= last:
                return language
    return "bn" if area.startswith(("IN.36", "IN.33")) else "hi"


def clean_name(text: str) -> str:
    """NFC, single spaces, no control characters: signed and compared text must have one form."""
    text = unicodedata.normalize("NFC", text)
    if not text.isprintable():
        text = "".join(c for c in text if unicodedata.category(c) not in ("Cc", "Cs") or c in "\t\n")
    return " ".join(text.split())


def is_ruined(text: str) -> bool:
    """True for a long number a spreadsheet shortened (9.83E+11): its last digits are gone for good."""
    return _SCIENTIFIC.match(text.replace(" ", "") if " " in text else text) is not None


def unshortened(text: str) -> str:
    """A number a spreadsheet wrote with its exponent and all its digits, written out: 6.755043021E+09 is 6755043021. Any other text as
    it is: where digits are missing, `is_ruined` says so."""
    found = _SCIENTIFIC.match(text.replace(" ", "")) if "e" in text or "E" in text else None
    if found is None:
        return text
    whole, part, places = found[1], found[2] or "", int(found[3])
    return whole + part if part and len(part) == places else text


def read_phone(text: str) -> tuple[str, str]:
    """An Indian mobile as its ten digits; another number in international form with its plus. Of two in one cell, the
    first. Faults: phone_ruined (a spreadsheet took its last digits), phone_unreadable."""
    if not text:
        return "", ""
    if text.isascii() and text.isdigit() and len(text) == 10 and text[0] > "4":
        return text, ""
    if (
        text.startswith("+91")
        and (bare := text[3:].lstrip(" -")).isascii()
        and bare.isdigit()
        and len(bare) == 10
        and bare[0] > "4"
    ):
        return bare, ""
    text = unshortened(text)
    if is_ruined(text):
        return "", "phone_ruined"
    plain = latin_digits(text)
    first = next((part for part in _PHONES_APART.split(plain) if sum(c.isdigit() for c in part) >= 10), plain)
    digits = _NO_DIGITS.sub("", first.removesuffix(".0"))
    for prefix in ("0091", "091", "91", "0"):
        if digits.startswith(prefix) and len(digits) - len(prefix) == 10:
            digits = digits.removeprefix(prefix)
            break
    if len(digits) == 10 and digits[0] > "4":
        return digits, ""
    return _other_phone(first)


def _other_phone(text: str) -> tuple[str, str]:
    try:
        number = phonenumbers.parse(text, "IN")
    except phonenumbers.NumberParseException:
        return "", "phone_unreadable"
    if not phonenumbers.is_valid_number(number):
        return "", "phone_unreadable"
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164), ""


def own_code_of(key: bytes, person_id: UUID) -> str:
    """The four digits a person is told in their invitation and says at the dose: made of the server's key, kept nowhere.
    messages/sql/compose.sql makes the same."""
    return f"{int.from_bytes(sha256(key + person_id.bytes).digest()[:4], 'big') % 10_000:04d}"
