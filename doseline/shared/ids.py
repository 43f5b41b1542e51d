# SPDX-License-Identifier: Apache-2.0
"""Names for things: time-ordered UUIDs for facts and rows, short codes that people read aloud or type."""

import os
import time
from uuid import UUID

# Crockford's base 32: no I, L, O or U, so a code survives handwriting and the telephone.
ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_CHECK_MODULUS = 31  # prime and ≤ 32, so one wrong letter or two swapped neighbours always show
_READ_AS = str.maketrans({"O": "0", "I": "1", "L": "1", "-": "", " ": ""})


def uuid7(unix_ms: int | None = None, random_bytes: bytes | None = None) -> UUID:
    """A version-7 UUID (RFC 9562 §5.7): 48 bits of Unix milliseconds, then random bits.

    `unix_ms` and 10 `random_bytes` may be given to make a rehearsal repeatable.
    """
    ms = time.time_ns() // 1_000_000 if unix_ms is None else unix_ms
    tail = os.urandom(10) if random_bytes is None else random_bytes
    value = (ms & (2**48 - 1)) << 80 | int.from_bytes(tail, "big")
    value = value & ~(0xF << 76) | 7 << 76
    value = value & ~(0x3 << 62) | 2 << 62
    return UUID(int=value)


def with_check_letter(body: str) -> str:
    """`body` (letters of ALPHABET) plus one letter that exposes a misread or swapped letter."""
    return body + ALPHABET[_weighted_sum(body)]


def random_code(length: int) -> str:
    """`length` random letters, the last a check letter: (length − 1) × 5 bits of chance."""
    body = "".join(ALPHABET[byte & 31] for byte in os.urandom(length - 1))
    return with_check_letter(body)


def read_code(typed: str) -> str | None:
    """The code a person meant by `typed` (any case, O for 0, spaces or dashes), or None if the check letter fails."""
    code = typed.upper().translate(_READ_AS)
    if len(code) < 2 or any(letter not in ALPHABET for letter in code):
        return None
    return code if with_check_letter(code[:-1]) == code else None


def _weighted_sum(body: str) -> int:
    return sum((place + 2) * ALPHABET.index(letter) for place, letter in enumerate(body)) % _CHECK_MODULUS
