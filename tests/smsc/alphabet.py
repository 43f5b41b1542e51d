# SPDX-License-Identifier: Apache-2.0
"""Text as it travels in a short message: the default alphabet of GSM 03.38, one octet a letter, or UCS-2."""

UCS2 = 8
_ESCAPE = 0x1B
_DEFAULT = (
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞ\x1bÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?"
    "¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
_ESCAPED = dict(zip(b"\x0a\x14\x28\x29\x2f\x3c\x3d\x3e\x40\x65", "\f^{}\\[~]|€", strict=True))
_OCTETS = {letter: bytes([octet]) for octet, letter in enumerate(_DEFAULT) if octet != _ESCAPE}
_OCTETS |= {letter: bytes([_ESCAPE, octet]) for octet, letter in _ESCAPED.items()}


def decode(octets: bytes, coding: int) -> str:
    """The text of octets with this data_coding. What has no letter becomes U+FFFD, so no test passes by chance."""
    if coding == UCS2:
        return octets.decode("utf-16-be", "replace")
    if coding in (1, 3):
        return octets.decode("latin-1")
    return _decode_default(octets)


def encode(text: str) -> tuple[bytes, int]:
    """Octets and their data_coding: the default alphabet if it has every letter, else UCS-2."""
    try:
        return b"".join(_OCTETS[letter] for letter in text), 0
    except KeyError:
        return text.encode("utf-16-be"), UCS2


def split(text: str) -> tuple[list[bytes], int]:
    """The octets of each part a phone sends the text in, and their data_coding. No letter is cut in two."""
    octets, coding = encode(text)
    whole, part = (140, 134) if coding == UCS2 else (160, 153)
    if len(octets) <= whole:
        return [octets], coding
    parts = [b""]
    for letter in text:
        piece = letter.encode("utf-16-be") if coding == UCS2 else _OCTETS[letter]
        if len(parts[-1]) + len(piece) > part:
            parts.append(b"")
        parts[-1] += piece
    return parts, coding


def _decode_default(octets: bytes) -> str:
    letters, is_escaped = [], False
    for octet in octets:
        if octet == _ESCAPE and not is_escaped:
            is_escaped = True
            continue
        table_letter = _DEFAULT[octet] if octet < len(_DEFAULT) else "\ufffd"
        letters.append(_ESCAPED.get(octet, table_letter) if is_escaped else table_letter)
        is_escaped = False
    return "".join(letters)
