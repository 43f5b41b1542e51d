# SPDX-License-Identifier: Apache-2.0
"""Which phone is speaking: its key, its site, whether it was cut off. Sync knows phones, never log-ins, so an expired
or disabled log-in cannot stop an upload (offline.md, rule 4)."""

import base64
import time
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import load_der_public_key

from doseline.shared.problems import ProblemError
from doseline.staff.models import Device

PUSH_DOMAIN = b"doseline-push-v1\n"
READ_DOMAIN = b"doseline-read-v1\n"
ASK_DOMAIN = b"doseline-ask-v1\n"
HAND_DOMAIN = b"doseline-hand-v1\n"
READ_CLOCK_DIFFERENCE_MAX = timedelta(minutes=5)
_KNOWN_SECONDS = 20.0  # a revocation bites within this
_KNOWN_DEVICES_MAX = 200_000
_ECDSA = ec.ECDSA(SHA256())


@dataclass(frozen=True, slots=True)
class KnownDevice:
    """A phone as the door needs it."""

    device_id: UUID
    site_id: UUID
    is_revoked: bool
    public_key: ec.EllipticCurvePublicKey
    public_key_der: bytes

    def verify(self, signed: bytes, signature: str) -> None:
        """Raises ProblemError unless `signature` (base64 of r‖s, as WebCrypto makes it) is this phone's over `signed`.
        About 0.08 ms."""
        verify_signature(self.public_key, signed, signature)

    def admit_read(self, *, target: str, at: str, signature: str, now: datetime) -> None:
        """Raises ProblemError unless this phone signed a read of `target` (path and query) within five minutes of now.
        Reads, unlike uploads, need a fresh signature and are refused to a phone that was cut off."""
        self._admit(READ_DOMAIN + f"{at}\n{target}".encode(), at, signature, now)

    def admit_ask(self, *, target: str, body: bytes, at: str, signature: str, now: datetime) -> None:
        """As `admit_read`, for a question with a `body`."""
        self._admit(ASK_DOMAIN + f"{at}\n{target}\n".encode() + body, at, signature, now)

    def _admit(self, signed: bytes, at: str, signature: str, now: datetime) -> None:
        if not signature:
            raise ProblemError("sync.signature_missing")
        self.verify(signed, signature)
        try:
            difference = abs(now - datetime.fromisoformat(at.replace("Z", "+00:00")))
        except (ValueError, TypeError):
            raise ProblemError("sync.bad_parameter") from None
        if difference > READ_CLOCK_DIFFERENCE_MAX:
            raise ProblemError("sync.clock_differs")
        if self.is_revoked:
            raise ProblemError("sync.device_revoked")


class DeviceBook:
    """Remembers phones for 20 s, so the hot path asks the database once a phone, not once an upload."""

    def __init__(self) -> None:
        self._known: dict[UUID, tuple[float, KnownDevice]] = {}

    def remembered(self, device_id: UUID) -> KnownDevice | None:
        """The phone if asked for within the last 20 s."""
        entry = self._known.get(device_id)
        return entry[1] if entry is not None and time.monotonic() - entry[0] < _KNOWN_SECONDS else None

    def get(self, device_id: UUID) -> KnownDevice:
        """The phone. Raises ProblemError `sync.unknown_device`. One indexed read when not remembered."""
        return self.remembered(device_id) or self._load(device_id)

    def _load(self, device_id: UUID) -> KnownDevice:
        row = Device.objects.filter(device_id=device_id).values_list("site_id", "public_key", "revocation").first()
        if row is None:
            raise ProblemError("sync.unknown_device")
        der = bytes(row[1])
        known = KnownDevice(device_id, row[0], row[2] is not None, load_public_key(der), der)
        if len(self._known) > _KNOWN_DEVICES_MAX:
            self._known.clear()
        self._known[device_id] = (time.monotonic(), known)
        return known


def verify_signature(key: ec.EllipticCurvePublicKey, signed: bytes, signature: str) -> None:
    """Raises ProblemError `sync.signature_wrong` unless `signature` (base64 of r‖s, as WebCrypto makes it) is of `key` over
    `signed`."""
    try:
        raw = base64.b64decode(signature, validate=True)
        if len(raw) != 64:
            raise ValueError
        der = encode_dss_signature(int.from_bytes(raw[:32], "big"), int.from_bytes(raw[32:], "big"))
        key.verify(der, signed, _ECDSA)
    except (ValueError, InvalidSignature):
        raise ProblemError("sync.signature_wrong") from None


def load_public_key(der: bytes) -> ec.EllipticCurvePublicKey:
    """A phone's key from SPKI DER. Raises ProblemError `enrol.key_unusable` unless it is on P-256."""
    try:
        key = load_der_public_key(der)
    except (ValueError, TypeError):
        raise ProblemError("enrol.key_unusable") from None
    if not isinstance(key, ec.EllipticCurvePublicKey) or not isinstance(key.curve, ec.SECP256R1):
        raise ProblemError("enrol.key_unusable")
    return key


def read_device_id(text: str) -> UUID:
    """A device id from a header. Raises ProblemError `sync.unknown_device` when it is none."""
    try:
        return UUID(text)
    except ValueError:
        raise ProblemError("sync.unknown_device") from None
