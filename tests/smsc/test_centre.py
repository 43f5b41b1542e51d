# SPDX-License-Identifier: Apache-2.0
"""The imitated centre, spoken to directly: its knobs, and the parts of SMPP that Kannel never shows."""

import socket
import struct
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Self

import pytest

from tests.smsc import alphabet
from tests.smsc.centre import Centre
from tests.smsc.pdu import (
    ALREADY_BOUND,
    ANSWER,
    BAD_COMMAND,
    BAD_PASSWORD,
    BIND_RECEIVER,
    BIND_TRANSCEIVER,
    BIND_TRANSMITTER,
    DELIVER_SM,
    ENQUIRE_LINK,
    GENERIC_NACK,
    HAS_HEADER,
    NOT_BOUND,
    OK,
    SUBMIT_FAILED,
    SUBMIT_SM,
    THROTTLED,
    UNBIND,
    Address,
    Joint,
    Pdu,
    Submit,
    pack_deliver,
    read_submit,
)

SENDER, PHONE = Address(5, 0, "DOSELN"), Address(1, 1, "915830000001")


class Client:
    """A blocking SMPP client. It answers nothing by itself."""

    def __init__(self, centre: Centre) -> None:
        self._socket = socket.create_connection(("127.0.0.1", centre.port), timeout=5)
        self._file = self._socket.makefile("rb")
        self._number = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._file.close()
        self._socket.close()

    def send(self, command: int, body: bytes = b"") -> int:
        """Sends a request; its number."""
        self._number += 1
        self._socket.sendall(Pdu(command, OK, self._number, body).pack())
        return self._number

    def read(self) -> Pdu:
        """The next packet. Raises EOFError once the centre has closed the line."""
        head = self._file.read(16)
        if len(head) < 16:
            raise EOFError
        length, command, status, number = struct.unpack(">IIII", head)
        return Pdu(command, status, number, self._file.read(length - 16))

    def ask(self, command: int, body: bytes = b"") -> Pdu:
        """The answer to a request."""
        number = self.send(command, body)
        answer = self.read()
        assert (answer.number, answer.command & ANSWER) == (number, ANSWER)
        return answer

    def bind(self, command: int = BIND_TRANSCEIVER, password: str = Centre.password) -> int:
        """Status of the answer to a login."""
        body = b"doseline\0" + password.encode() + b"\0\0\x34\0\0\0"
        return self.ask(command, body).status

    def submit(self, text: str = "hello", wanted: int = 0) -> Pdu:
        """The answer to a message."""
        return self.ask(SUBMIT_SM, submit_body(*alphabet.encode(text), wanted=wanted))

    def take(self) -> Submit:
        """The next deliver_sm, taken on."""
        pdu = self.read()
        assert pdu.command == DELIVER_SM
        self._socket.sendall(Pdu(DELIVER_SM | ANSWER, OK, pdu.number, b"\0").pack())
        return read_submit(pdu.body)  # it has the same fields

    def take_stat(self) -> str:
        """What the next receipt says."""
        text = self.take().octets.decode()
        return text.split("stat:")[1].split()[0]


def submit_body(octets: bytes, coding: int = 0, flags: int = 0, wanted: int = 0) -> bytes:
    """A submit_sm has the fields of a deliver_sm."""
    body = bytearray(pack_deliver(SENDER, PHONE, octets, flags, coding))
    body[-len(octets) - 5] = wanted
    return bytes(body)


@pytest.fixture
def centre() -> Iterator[Centre]:
    with Centre() as running:
        running.knobs.receipt_delay_seconds = 0.0
        yield running


@pytest.fixture
def client(centre: Centre) -> Iterator[Client]:
    with Client(centre) as bound:
        assert bound.bind() == OK
        yield bound


def test_logins(centre: Centre) -> None:
    with Client(centre) as client:
        assert client.submit().status == NOT_BOUND
        assert client.bind(password="wrong") == BAD_PASSWORD
        assert client.bind(BIND_RECEIVER) == OK
        assert client.bind(BIND_RECEIVER) == ALREADY_BOUND
        assert client.submit().status == NOT_BOUND
    with Client(centre) as client:
        assert client.bind(BIND_TRANSMITTER) == OK
        assert client.submit().body == b"00000001\0"
    assert len(centre.received) == 1


def test_other_requests(client: Client) -> None:
    assert client.ask(ENQUIRE_LINK).status == OK
    answer = client.ask(0x03)  # query_sm
    assert (answer.command, answer.status) == (GENERIC_NACK, BAD_COMMAND)
    assert client.ask(UNBIND).status == OK
    with pytest.raises(EOFError):
        client.read()


def test_parts_are_put_together_in_their_order(centre: Centre, client: Client) -> None:
    parts, coding = alphabet.split("টিকা 😀 " * 20)
    for place in (2, 1, 3):
        octets = Joint(7, 3, place).pack() + parts[place - 1]
        assert client.ask(SUBMIT_SM, submit_body(octets, coding, HAS_HEADER)).status == OK
    (received,) = centre.wait_for(1)
    assert (received.text, received.parts, received.message_id) == ("টিকা 😀 " * 20, 3, "00000002")


def test_refused_throttled_and_silent(centre: Centre, client: Client) -> None:
    centre.knobs.refuse_share = 1.0
    assert client.submit().status == SUBMIT_FAILED
    centre.knobs.refuse_share, centre.knobs.throttle_share = 0.0, 1.0
    assert client.submit().status == THROTTLED
    centre.knobs.throttle_share, centre.knobs.silent_share = 0.0, 1.0
    client.send(SUBMIT_SM, submit_body(b"unheard"))
    assert client.ask(ENQUIRE_LINK).status == OK
    centre.knobs.silent_share = 0.0
    client.submit("heard")
    assert [message.text for message in centre.received] == ["heard"]


def test_receipts(centre: Centre, client: Client) -> None:
    centre.knobs.lost_receipt_share = 1.0
    client.submit(wanted=1)
    centre.knobs.lost_receipt_share = 0.0
    client.submit("no receipt wanted")
    client.submit("only of a failure", wanted=2)
    client.submit(wanted=1)
    assert client.take_stat() == "DELIVRD"
    centre.knobs.undelivered_share = 1.0
    client.submit(wanted=2)
    assert client.take_stat() == "UNDELIV"
    centre.knobs.undelivered_share, centre.knobs.duplicate_receipt_share = 0.0, 1.0
    centre.knobs.late_first = True
    client.submit(wanted=1)
    assert [client.take_stat() for _ in range(3)] == ["DELIVRD", "DELIVRD", "ENROUTE"]


def test_a_receipt_waits_for_a_receiver(centre: Centre) -> None:
    with Client(centre) as client:
        client.bind(BIND_TRANSMITTER)
        client.submit("hello", wanted=1)
    with Client(centre) as client:
        client.bind(BIND_RECEIVER)
        receipt = client.take()
    assert (receipt.sender.name, receipt.to.name) == (PHONE.name, SENDER.name)
    assert receipt.octets.startswith(b"id:00000001 sub:001 dlvrd:001 submit date:")
    assert receipt.tlvs == {0x1E: b"00000001\0", 0x427: b"\2"}


def test_what_a_phone_wrote(centre: Centre, client: Client) -> None:
    with ThreadPoolExecutor(1) as phone:
        sent = phone.submit(centre.deliver_from, "915830000001", "56161", "হ্যাঁ" * 20)
        taken = [client.take(), client.take()]
        sent.result()
    assert [part.joint and part.joint[1:] for part in taken] == [(2, 1), (2, 2)]
    assert alphabet.decode(b"".join(part.octets for part in taken), taken[0].coding) == "হ্যাঁ" * 20
    assert (taken[0].sender.name, taken[0].to.name) == ("915830000001", "56161")


def test_hanging_it_answers_nothing_until_it_no_longer_does(centre: Centre) -> None:
    centre.knobs.is_hanging = True
    with Client(centre) as gone, Client(centre) as patient:
        assert gone.bind() == patient.bind() == OK
        gone.send(SUBMIT_SM, submit_body(b"given up"))
        number = patient.send(ENQUIRE_LINK)
    with Client(centre) as patient:
        patient.bind()
        number = patient.send(SUBMIT_SM, submit_body(b"waited"))
        assert centre.received == []
        centre.knobs.is_hanging = False
        assert patient.read().number == number
    assert {message.text for message in centre.wait_for(2)} == {"given up", "waited"}


def test_down_it_refuses_and_comes_back_on_its_port(centre: Centre, client: Client) -> None:
    port = centre.port
    centre.knobs.is_down = True
    with pytest.raises(EOFError):
        client.read()
    with pytest.raises(ConnectionRefusedError):
        Client(centre)
    centre.knobs.is_down = False
    with Client(centre) as again:
        assert again.bind() == OK
    assert centre.port == port


def test_waiting_ends_at_its_deadline(centre: Centre) -> None:
    with pytest.raises(TimeoutError, match="0 of 1 messages"):
        centre.wait_for(1, seconds=0.01)


@pytest.mark.parametrize("text", ["@£$ _{}[]~|\\^€ àÑ§", "A" * 161, "€" * 200])
def test_the_default_alphabet_comes_back_as_it_was(text: str) -> None:
    parts, coding = alphabet.split(text)
    assert coding == 0
    assert max(map(len, parts)) <= 153
    assert alphabet.decode(b"".join(parts), coding) == text
