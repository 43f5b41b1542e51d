# SPDX-License-Identifier: Apache-2.0
"""Packets of SMPP 3.4, packed and taken apart: only those the message centre for tests needs."""

import asyncio
import struct
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from tests.smsc import alphabet

GENERIC_NACK, BIND_RECEIVER, BIND_TRANSMITTER, SUBMIT_SM, DELIVER_SM = 0x80000000, 0x01, 0x02, 0x04, 0x05
UNBIND, BIND_TRANSCEIVER, ENQUIRE_LINK = 0x06, 0x09, 0x15
ANSWER = 0x80000000
BINDS = {BIND_RECEIVER, BIND_TRANSMITTER, BIND_TRANSCEIVER}

OK, BAD_COMMAND, NOT_BOUND, ALREADY_BOUND, BAD_PASSWORD, BAD_SYSTEM_ID = 0x00, 0x03, 0x04, 0x05, 0x0E, 0x0F
SUBMIT_FAILED, THROTTLED, TRY_AGAIN = 0x45, 0x58, 0x64

RECEIPTED_MESSAGE_ID, MESSAGE_PAYLOAD, MESSAGE_STATE = 0x001E, 0x0424, 0x0427
HAS_HEADER, IS_RECEIPT, IS_INTERMEDIATE = 0x40, 0x04, 0x20
STATES = {"ENROUTE": 1, "DELIVRD": 2, "UNDELIV": 5, "ACCEPTD": 6}

_HEADER = struct.Struct(">IIII")
_OCTETS_MAX = 70_000


class Pdu(NamedTuple):
    """One packet."""

    command: int
    status: int
    number: int
    body: bytes = b""

    def pack(self) -> bytes:
        """As octets on the wire."""
        return _HEADER.pack(_HEADER.size + len(self.body), *self[:3]) + self.body


class Address(NamedTuple):
    """Type of number, numbering plan and the number or name itself."""

    ton: int
    npi: int
    name: str

    def pack(self) -> bytes:
        """As three fields of a packet."""
        return bytes([self.ton, self.npi]) + self.name.encode("latin-1") + b"\0"


class Joint(NamedTuple):
    """Where a part belongs in a message sent in several: a reference, how many there are, which this is from 1."""

    reference: int
    total: int
    place: int

    def pack(self) -> bytes:
        """As a user data header."""
        return bytes([5, 0, 3, *self])


@dataclass(frozen=True)
class Submit:
    """What a submit_sm asks for. `wanted` is registered_delivery: bit 0 any receipt, bit 1 only that of a failure."""

    sender: Address
    to: Address
    wanted: int
    coding: int
    octets: bytes
    joint: Joint | None
    tlvs: dict[int, bytes]


async def read(reader: asyncio.StreamReader) -> Pdu:
    """The next packet. Raises ValueError where its length is none, IncompleteReadError at the end."""
    length, command, status, number = _HEADER.unpack(await reader.readexactly(_HEADER.size))
    if not _HEADER.size <= length <= _OCTETS_MAX:
        raise ValueError(f"a packet of {length} octets")
    return Pdu(command, status, number, await reader.readexactly(length - _HEADER.size))


def read_login(body: bytes) -> tuple[str, str]:
    """System id and password of a bind."""
    fields = _Fields(body)
    return fields.text(), fields.text()


def read_submit(body: bytes) -> Submit:
    """Takes a submit_sm apart. The text may be in short_message or in the TLV message_payload."""
    fields = _Fields(body)
    fields.text()
    sender, to = fields.address(), fields.address()
    flags, _protocol, _priority = fields.octet(), fields.octet(), fields.octet()
    fields.text()
    fields.text()
    wanted, _replace, coding, _canned = fields.octet(), fields.octet(), fields.octet(), fields.octet()
    octets = fields.take(fields.octet())
    tlvs = fields.tlvs()
    octets = octets or tlvs.pop(MESSAGE_PAYLOAD, b"")
    joint = None
    if flags & HAS_HEADER and octets:
        end = octets[0] + 1
        joint, octets = _read_header(octets[1:end]), octets[end:]
    return Submit(sender, to, wanted & 3, coding, octets, joint, tlvs)


def pack_deliver(
    sender: Address,
    to: Address,
    octets: bytes,
    flags: int = 0,
    coding: int = 0,
    tlvs: Mapping[int, bytes] | None = None,
) -> bytes:
    """The body of a deliver_sm."""
    fixed = bytes([flags, 0, 0, 0, 0, 0, 0, coding, 0, len(octets)])
    added = b"".join(struct.pack(">HH", tag, len(value)) + value for tag, value in (tlvs or {}).items())
    return b"\0" + sender.pack() + to.pack() + fixed + octets + added


def pack_receipt(message: Submit, message_id: str, stat: str, at: datetime) -> bytes:
    """The body of the deliver_sm that says how one message fares. It goes from the phone to whoever sent."""
    day = f"{at:%y%m%d%H%M}"
    delivered = int(stat == "DELIVRD")
    error = int(stat == "UNDELIV")
    start = alphabet.decode(message.octets, message.coding)[:20].encode("ascii", "replace").decode()
    text = (
        f"id:{message_id} sub:001 dlvrd:{delivered:03} submit date:{day} done date:{day}"
        f" stat:{stat} err:{error:03} text:{start}"
    )
    tlvs = {RECEIPTED_MESSAGE_ID: message_id.encode() + b"\0", MESSAGE_STATE: bytes([STATES[stat]])}
    flags = IS_INTERMEDIATE if stat in ("ENROUTE", "ACCEPTD") else IS_RECEIPT
    return pack_deliver(message.to, message.sender, text.encode(), flags, tlvs=tlvs)


class _Fields:
    """Reads a body from its start to its end."""

    def __init__(self, body: bytes) -> None:
        self._body, self._at = body, 0

    def take(self, length: int) -> bytes:
        start, self._at = self._at, self._at + length
        if self._at > len(self._body):
            raise ValueError("a packet that ends too soon")
        return self._body[start : self._at]

    def octet(self) -> int:
        return self.take(1)[0]

    def text(self) -> str:
        end = self._body.index(b"\0", self._at)
        return self.take(end + 1 - self._at)[:-1].decode("latin-1")

    def address(self) -> Address:
        return Address(self.octet(), self.octet(), self.text())

    def tlvs(self) -> dict[int, bytes]:
        found = {}
        while self._at < len(self._body):
            tag, length = struct.unpack(">HH", self.take(4))
            found[tag] = self.take(length)
        return found


def _read_header(header: bytes) -> Joint | None:
    """The 8-bit concatenation among the elements of a user data header."""
    at = 0
    while at + 2 <= len(header):
        kind, length = header[at], header[at + 1]
        if kind == 0 and length == 3 and len(header) >= at + 5:
            return Joint(*header[at + 2 : at + 5])
        at += 2 + length
    return None
