# SPDX-License-Identifier: Apache-2.0
"""What makes a person's data readable. Pure."""

import unicodedata
from hashlib import sha256
from uuid import UUID

import msgspec

from doseline.people.wire import WalkInPerson

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


def clean_name(text: str) -> str:
    """NFC, single spaces, no control characters: signed and compared text must have one form."""
    text = unicodedata.normalize("NFC", text)
    if not text.isprintable():
        text = "".join(c for c in text if unicodedata.category(c) not in ("Cc", "Cs") or c in "\t\n")
    return " ".join(text.split())


def own_code_of(key: bytes, person_id: UUID) -> str:
    """The four digits a person is told in their invitation and says at the dose: made of the server's key, kept nowhere.
    messages/sql/compose.sql makes the same."""
    return f"{int.from_bytes(sha256(key + person_id.bytes).digest()[:4], 'big') % 10_000:04d}"
