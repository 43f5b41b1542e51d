# SPDX-License-Identifier: Apache-2.0
"""A message centre of an operator, imitated on loopback: SMPP 3.4 over TCP, with knobs for all that can go wrong.
It runs in a thread of its own; everything public may be called from any other thread."""

import asyncio
import random
import socket
import threading
from collections.abc import Callable, Coroutine, Iterable
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from types import TracebackType
from typing import Any, Self, TypeVar

from tests.smsc import alphabet
from tests.smsc.pdu import (
    ALREADY_BOUND,
    ANSWER,
    BAD_COMMAND,
    BAD_PASSWORD,
    BAD_SYSTEM_ID,
    BIND_RECEIVER,
    BIND_TRANSMITTER,
    BINDS,
    DELIVER_SM,
    ENQUIRE_LINK,
    GENERIC_NACK,
    HAS_HEADER,
    NOT_BOUND,
    OK,
    SUBMIT_FAILED,
    SUBMIT_SM,
    THROTTLED,
    TRY_AGAIN,
    UNBIND,
    Address,
    Joint,
    Pdu,
    Submit,
    pack_deliver,
    pack_receipt,
    read,
    read_login,
    read_submit,
)

_T = TypeVar("_T")
_ANSWER_SECONDS_MAX = 10


@dataclass
class Knobs:
    """How the centre behaves; turn them at any time. Shares are chances from 0 to 1, drawn with the centre's seed.

    What becomes of a message and of its receipts is drawn when the centre takes it on.
    `is_down` and `is_hanging` have taken effect by the time the assignment returns. What came in while the centre hung
    is worked off when it no longer does, even if the sender has given up and sent it again: as in life.
    """

    accept_delay_seconds: float = 0.0
    receipt_delay_seconds: float = 0.05
    refuse_share: float = 0.0
    throttle_share: float = 0.0
    silent_share: float = 0.0  # neither answered nor received
    lost_receipt_share: float = 0.0
    duplicate_receipt_share: float = 0.0
    undelivered_share: float = 0.0
    late_first: bool = False
    is_hanging: bool = False
    is_down: bool = False
    when_turned: Callable[[], None] = field(default=lambda: None, repr=False, kw_only=True)

    def __setattr__(self, name: str, value: object) -> None:
        super().__setattr__(name, value)
        if name in ("is_down", "is_hanging") and "when_turned" in vars(self):
            self.when_turned()


@dataclass(frozen=True)
class Received:
    """One message the centre took on, put together if it came in `parts`. `tlvs` are the first part's, by tag;
    `message_id` is the first part's too, the one a sender gets receipts for."""

    message_id: str
    sender: str
    to: str
    text: str
    is_unicode: bool
    parts: int
    registered: bool
    tlvs: dict[int, str]
    at: datetime


class Centre:
    """Listens on 127.0.0.1 from `start` to `stop`, always on the same port, for the login doseline/secret."""

    system_id = "doseline"
    password = "secret"

    def __init__(self, seed: int = 1) -> None:
        self.knobs = Knobs(when_turned=self._obey)
        self.port = 0
        self._chance = random.Random(seed)
        self._received: list[Received] = []
        self._news = threading.Condition()
        self._parts: dict[tuple[str, str, int, int], dict[int, tuple[str, Submit]]] = {}
        self._last_id = 0
        self._links: set[_Link] = set()
        self._serving: set[asyncio.Task[None]] = set()
        self._submits: set[asyncio.Task[None]] = set()  # forgotten when the centre goes down
        self._receipts: set[asyncio.Task[None]] = set()  # kept
        self._loop: asyncio.AbstractEventLoop | None = None

    def start(self) -> Self:
        """Returns once it listens, unless it is down."""
        self._place = _reserve_a_port()
        self.port = self._place.getsockname()[1]
        self._listener: socket.socket | None = None
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name=f"centre-{self.port}", daemon=True)
        self._thread.start()
        self._ask(self._begin())
        return self

    def stop(self) -> None:
        """Closes everything. Idempotent; what was received stays readable."""
        if self._loop is None:
            return
        self._ask(self._end())
        loop, self._loop = self._loop, None
        loop.call_soon_threadsafe(loop.stop)
        self._thread.join()
        loop.close()
        self._place.close()

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    @property
    def received(self) -> list[Received]:
        """What has been received so far, in order: a copy."""
        with self._news:
            return list(self._received)

    def forget(self) -> None:
        """Lets go of what was received so far."""
        with self._news:
            self._received.clear()

    def wait_for(self, count: int, seconds: float = 10) -> list[Received]:
        """All that was received, once it is `count` messages or more. Raises TimeoutError if it never is."""
        with self._news:
            if not self._news.wait_for(lambda: len(self._received) >= count, seconds):
                raise TimeoutError(f"{len(self._received)} of {count} messages after {seconds} s: {self._received}")
            return list(self._received)

    def deliver_from(self, sender: str, to: str, text: str, seconds: float = 10) -> None:
        """Sends what a phone wrote, in several parts if it is long. Returns once the other side has taken it on."""
        self._ask(self._deliver_text(sender, to, text), seconds)

    # Below this line everything but _obey and _ask runs in the centre's own thread.

    def _obey(self) -> None:
        if self._loop is not None:
            self._ask(self._apply())

    def _ask(self, work: Coroutine[Any, Any, _T], seconds: float = 10) -> _T:
        assert self._loop is not None, "the centre is not started"
        future = asyncio.run_coroutine_threadsafe(work, self._loop)
        try:
            return future.result(seconds)
        except TimeoutError:
            future.cancel()
            raise

    async def _begin(self) -> None:
        self._turned = asyncio.Condition()
        await self._apply()

    async def _apply(self) -> None:
        if self.knobs.is_down:
            await self._close()
        elif self._listener is None:
            self._listener = _bind(self.port)
            self._listener.setblocking(False)
            self._listener.listen()
            asyncio.get_running_loop().add_reader(self._listener, self._let_in, self._listener)
        async with self._turned:
            self._turned.notify_all()

    async def _close(self) -> None:
        if self._listener is not None:
            asyncio.get_running_loop().remove_reader(self._listener)
            self._listener.close()
            self._listener = None
        await _cancel(self._serving)
        await _cancel(self._submits)

    async def _end(self) -> None:
        await self._close()
        await _cancel(self._receipts)

    async def _until(self, is_so: Callable[[], bool]) -> None:
        async with self._turned:
            await self._turned.wait_for(is_so)

    async def _until_awake(self) -> None:
        await self._until(lambda: not self.knobs.is_hanging)

    def _let_in(self, listener: socket.socket) -> None:
        """asyncio's own server loses a connection that comes in just as it closes; this does not."""
        with suppress(OSError):
            connection, _ = listener.accept()
            connection.setblocking(False)
            task = _run(self._serve(connection), self._serving)
            task.add_done_callback(lambda _: connection.close())

    async def _serve(self, connection: socket.socket) -> None:
        reader, writer = await asyncio.open_connection(sock=connection)
        link = _Link(writer)
        self._links.add(link)
        try:
            while link.is_open:
                pdu = await read(reader)
                if pdu.command not in BINDS:
                    await self._until_awake()
                await self._handle(link, pdu)
        except (OSError, EOFError, ValueError):
            pass  # the other side went away, or sends nonsense: either way the line ends
        except asyncio.CancelledError:
            writer.transport.abort()
            raise
        finally:
            self._links.discard(link)
            await link.close()

    async def _handle(self, link: "_Link", pdu: Pdu) -> None:
        if pdu.command in BINDS:
            await self._bind(link, pdu)
        elif pdu.command & ANSWER:
            link.settle(pdu)
        elif pdu.command == SUBMIT_SM:
            _run(self._submit(link, pdu, read_submit(pdu.body)), self._submits)
        elif pdu.command in (ENQUIRE_LINK, UNBIND):
            await link.answer(pdu, OK)
            link.is_open = pdu.command != UNBIND
        else:
            await link.send(Pdu(GENERIC_NACK, BAD_COMMAND, pdu.number))

    async def _bind(self, link: "_Link", pdu: Pdu) -> None:
        system_id, password = read_login(pdu.body)
        status = OK
        if link.bound_by is not None:
            status = ALREADY_BOUND
        elif system_id != self.system_id:
            status = BAD_SYSTEM_ID
        elif password != self.password:
            status = BAD_PASSWORD
        await link.answer(pdu, status, b"CENTRE\0")
        if status == OK:
            link.bound_by = pdu.command
            async with self._turned:
                self._turned.notify_all()

    async def _submit(self, link: "_Link", pdu: Pdu, message: Submit) -> None:
        """Runs beside the reading of the next packet; and on when the other side has gone, which cannot take back."""
        with suppress(OSError):
            if link.bound_by in (None, BIND_RECEIVER):
                await link.answer(pdu, NOT_BOUND)
                return
            await asyncio.sleep(self.knobs.accept_delay_seconds)
            await self._until_awake()
            await self._accept(link, pdu, message)

    async def _accept(self, link: "_Link", pdu: Pdu, message: Submit) -> None:
        for share, status in ((self.knobs.refuse_share, SUBMIT_FAILED), (self.knobs.throttle_share, THROTTLED)):
            if self._falls(share):
                await link.answer(pdu, status)
                return
        if self._falls(self.knobs.silent_share):
            return
        message_id = self._take(message)
        states = self._draw_states(message.wanted)
        if states:
            _run(self._send_receipts(message, message_id, states), self._receipts)
        await link.answer(pdu, OK, message_id.encode() + b"\0")

    def _falls(self, share: float) -> bool:
        return self._chance.random() < share

    def _take(self, message: Submit) -> str:
        """Gives the message an id and keeps it; one of several parts waits for the others first."""
        self._last_id += 1
        message_id = f"{self._last_id:08d}"
        joint = message.joint or Joint(0, 1, 1)
        key = (message.sender.name, message.to.name, joint.reference, joint.total)
        parts = self._parts.setdefault(key, {})
        parts[joint.place] = (message_id, message)
        if len(parts) == joint.total:
            del self._parts[key]
            self._keep([parts[place] for place in sorted(parts)])
        return message_id

    def _keep(self, parts: list[tuple[str, Submit]]) -> None:
        message_id, first = parts[0]
        received = Received(
            message_id=message_id,
            sender=first.sender.name,
            to=first.to.name,
            text=alphabet.decode(b"".join(part.octets for _, part in parts), first.coding),
            is_unicode=first.coding == alphabet.UCS2,
            parts=len(parts),
            registered=bool(first.wanted),
            tlvs={tag: value.rstrip(b"\0").decode("utf-8", "replace") for tag, value in first.tlvs.items()},
            at=datetime.now(UTC),
        )
        with self._news:
            self._received.append(received)
            self._news.notify_all()

    def _draw_states(self, wanted: int) -> list[str]:
        """What the receipts of a message just taken on will say; none if nobody wants them or they get lost."""
        is_lost = self._falls(self.knobs.lost_receipt_share)
        stat = "UNDELIV" if self._falls(self.knobs.undelivered_share) else "DELIVRD"
        times = 2 if self._falls(self.knobs.duplicate_receipt_share) else 1
        if is_lost or not wanted or (wanted == 2 and stat == "DELIVRD"):
            return []
        return [stat] * times + ["ENROUTE"] * self.knobs.late_first

    async def _send_receipts(self, message: Submit, message_id: str, states: list[str]) -> None:
        await asyncio.sleep(self.knobs.receipt_delay_seconds)
        for state in states:
            await self._deliver(pack_receipt(message, message_id, state, datetime.now(UTC)))

    async def _deliver_text(self, sender: str, to: str, text: str) -> None:
        parts, coding = alphabet.split(text)
        reference = self._chance.randrange(256)
        for place, octets in enumerate(parts, start=1):
            header = Joint(reference, len(parts), place).pack() if len(parts) > 1 else b""
            flags = HAS_HEADER if header else 0
            await self._deliver(pack_deliver(Address(1, 1, sender), Address(0, 1, to), header + octets, flags, coding))

    async def _deliver(self, body: bytes) -> None:
        """Offers a deliver_sm until someone has taken it on, over whichever line there is by then."""
        status = TRY_AGAIN
        while status == TRY_AGAIN:
            await self._until(lambda: bool(self._receivers()) and not self.knobs.is_hanging)
            try:
                status = await self._chance.choice(self._receivers()).ask(DELIVER_SM, body)
            except OSError:  # TimeoutError is one
                continue
            if status == TRY_AGAIN:
                await asyncio.sleep(0.2)

    def _receivers(self) -> list["_Link"]:
        return [link for link in self._links if link.bound_by not in (None, BIND_TRANSMITTER)]


class _Link:
    """One connection of a client."""

    def __init__(self, writer: asyncio.StreamWriter) -> None:
        self.bound_by: int | None = None
        self.is_open = True
        self._writer = writer
        self._asked: dict[int, asyncio.Future[int]] = {}
        self._last_number = 0

    async def send(self, pdu: Pdu) -> None:
        self._writer.write(pdu.pack())
        await self._writer.drain()

    async def answer(self, asked: Pdu, status: int, body: bytes = b"") -> None:
        await self.send(Pdu(asked.command | ANSWER, status, asked.number, body if status == OK else b""))

    async def ask(self, command: int, body: bytes) -> int:
        """The status of the answer. Raises ConnectionError if the line ends first, TimeoutError if it never comes."""
        self._last_number += 1
        number = self._last_number
        self._asked[number] = asyncio.get_running_loop().create_future()
        try:
            await self.send(Pdu(command, OK, number, body))
            return await asyncio.wait_for(self._asked[number], _ANSWER_SECONDS_MAX)
        finally:
            del self._asked[number]

    def settle(self, pdu: Pdu) -> None:
        """Hands an answer to whoever waits for it."""
        asked = self._asked.get(pdu.number)
        if asked is not None and not asked.done():
            asked.set_result(pdu.status)

    async def close(self) -> None:
        for asked in self._asked.values():
            if not asked.done():
                asked.set_exception(ConnectionResetError("the line ended"))
        self._writer.close()
        with suppress(OSError):
            await self._writer.wait_closed()


def _run(work: Coroutine[Any, Any, None], beside: set[asyncio.Task[None]]) -> asyncio.Task[None]:
    task = asyncio.create_task(work)
    beside.add(task)
    task.add_done_callback(beside.discard)
    return task


async def _cancel(tasks: Iterable[asyncio.Task[Any]]) -> None:
    ending = list(tasks)
    for task in ending:
        task.cancel()
    await asyncio.gather(*ending, return_exceptions=True)


def _reserve_a_port() -> socket.socket:
    """Holds a port that nobody else is given, also while nobody listens on it."""
    return _bind(0)


def _bind(port: int) -> socket.socket:
    bound = socket.socket()
    bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    bound.bind(("127.0.0.1", port))
    return bound
