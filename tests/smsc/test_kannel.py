# SPDX-License-Identifier: Apache-2.0
"""Messages through a real Kannel to imitated centres: what arrives, over which line, what is reported back,
and what survives a kill -9."""

import threading
import urllib.parse
import urllib.request
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import NamedTuple

import pytest

from tests.smsc import alphabet
from tests.smsc.centre import Centre, Received
from tests.smsc.kannel import BOXES, ENTITY_ID, PASSWORD, TEMPLATE_ID, USERNAME, Kannel

pytestmark = pytest.mark.processes

DELIVERED, UNDELIVERED, TAKEN_ON, REFUSED = "1", "2", "8", "16"
ENTITY, TEMPLATE = "1101456789012345678", "1107161234567890123"
LATIN = "Asha: your dose is at 10:30 @ the [school], £0. Désolé!"
BENGALI = "আশা, আপনার টিকা আগামীকাল সকাল ১০:৩০-এ।"
FAILED_OR_ARRIVED, ALL_TYPES = "19", "31"  # 1 + 2 + 16; those and 4 + 8


class Callback(NamedTuple):
    """One fetch of a dlr-url: our id, the type, the line, the centre's id of the message, its answer."""

    id: str
    type: str
    route: str
    their_id: str
    answer: str


class Callbacks:
    """Hears what Kannel reports, by HTTP."""

    def __init__(self) -> None:
        self.heard: list[Callback] = []
        self._news = threading.Condition()
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self._thread = threading.Thread(target=self._server.serve_forever)
        self._thread.start()

    def url(self, message: str) -> str:
        """The dlr-url of one message, with Kannel's escapes; its name must need none."""
        return (
            f"http://127.0.0.1:{self._server.server_port}/receipt"
            f"?id={message}&type=%d&route=%i&their_id=%F&answer=%A&at=%T"
        )

    def wait_for(self, message: str, kind: str, seconds: float = 10) -> Callback:
        """The first callback of this type about this message."""
        with self._news:
            found: list[Callback] = []

            def is_heard() -> bool:
                found[:] = [back for back in self.heard if (back.id, back.type) == (message, kind)]
                return bool(found)

            assert self._news.wait_for(is_heard, seconds), f"no {kind} about {message} in {self.heard}"
            return found[0]

    def hear(self, path: str) -> None:
        """Notes one fetch."""
        query = dict(urllib.parse.parse_qsl(urllib.parse.urlsplit(path).query, keep_blank_values=True))
        with self._news:
            self.heard.append(Callback(*(query[name] for name in Callback._fields)))
            self._news.notify_all()

    def close(self) -> None:
        """Ends the server."""
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        callbacks = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                callbacks.hear(self.path)
                self.send_response(200)
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, format: str, *args: object) -> None:
                pass

        return Handler


class Lines(NamedTuple):
    """Two centres, the Kannel between, and who hears its callbacks."""

    a: Centre
    b: Centre
    kannel: Kannel
    callbacks: Callbacks


@pytest.fixture(scope="module")
def callbacks() -> Iterator[Callbacks]:
    server = Callbacks()
    yield server
    server.close()


@pytest.fixture(scope="module")
def shared_lines(tmp_path_factory: pytest.TempPathFactory, callbacks: Callbacks) -> Iterator[Lines]:
    with Centre() as a, Centre() as b, Kannel(tmp_path_factory.mktemp("kannel"), {"a": a, "b": b}) as kannel:
        yield Lines(a, b, kannel, callbacks)


@pytest.fixture
def lines(shared_lines: Lines) -> Iterator[Lines]:
    """The shared lines, every centre well again afterwards."""
    yield shared_lines
    for centre in (shared_lines.a, shared_lines.b):
        centre.knobs.refuse_share = centre.knobs.undelivered_share = centre.knobs.throttle_share = 0.0
        centre.knobs.is_down = False
    shared_lines.kannel.wait_until_up()


def send(kannel: Kannel, callbacks: Callbacks, message: str, text: str, **more: str) -> tuple[int, str]:
    """Asks Kannel to send; status and body of its answer."""
    query = {
        "username": USERNAME,
        "password": PASSWORD,
        "from": "DOSELN",
        "to": "+915830000001",
        "text": text,
        "dlr-mask": FAILED_OR_ARRIVED,
        "dlr-url": callbacks.url(message),
        "meta-data": f"?smpp?PE_ID={ENTITY}&TEMPLATE_ID={TEMPLATE}",
        **more,
    }
    if alphabet.encode(text)[1] == alphabet.UCS2:
        query |= {"coding": "2", "charset": "UTF-8"}
    with urllib.request.urlopen(f"{kannel.sendsms_url}?{urllib.parse.urlencode(query)}", timeout=10) as answer:
        return answer.status, answer.read().decode()


def send_and_see(centre: Centre, kannel: Kannel, callbacks: Callbacks, message: str, text: str, smsc: str) -> Received:
    """What the centre then received."""
    before = len(centre.received)
    assert send(kannel, callbacks, message, text, smsc=smsc)[0] == 202
    return centre.wait_for(before + 1)[before]


@pytest.mark.parametrize(("message", "text"), [("latin", LATIN), ("bengali", BENGALI)])
def test_text_sender_and_registration_arrive_and_delivery_is_reported(lines: Lines, message: str, text: str) -> None:
    received = send_and_see(lines.a, lines.kannel, lines.callbacks, message, text, "a")
    assert (received.text, received.sender, received.to) == (text, "DOSELN", "915830000001")
    assert (received.is_unicode, received.parts, received.registered) == (message == "bengali", 1, True)
    assert received.tlvs == {ENTITY_ID: ENTITY, TEMPLATE_ID: TEMPLATE}
    report = lines.callbacks.wait_for(message, DELIVERED)
    assert (report.route, report.their_id) == ("a", received.message_id)
    assert " stat:DELIVRD " in report.answer


@pytest.mark.parametrize(("message", "text"), [("long-latin", "[id] €5, " * 30 + "."), ("long-bengali", BENGALI * 5)])
def test_long_text_arrives_whole(lines: Lines, message: str, text: str) -> None:
    received = send_and_see(lines.b, lines.kannel, lines.callbacks, message, text, "b")
    assert (received.text, received.parts) == (text, 3)
    assert (received.tlvs[ENTITY_ID], received.tlvs[TEMPLATE_ID]) == (ENTITY, TEMPLATE)
    assert lines.callbacks.wait_for(message, DELIVERED).their_id == received.message_id


def test_the_named_line_is_taken(lines: Lines) -> None:
    for turn, (name, centre) in enumerate([("a", lines.a), ("b", lines.b)] * 4):
        message = f"by-{name}-{turn}"
        assert send_and_see(centre, lines.kannel, lines.callbacks, message, message, name).text == message
        assert lines.callbacks.wait_for(message, DELIVERED).route == name


def test_b_goes_on_while_a_is_down(lines: Lines) -> None:
    lines.a.knobs.is_down = True
    assert send_and_see(lines.b, lines.kannel, lines.callbacks, "a-down", "a is down", "b").text == "a is down"
    assert lines.callbacks.wait_for("a-down", DELIVERED).route == "b"


def test_each_outcome_has_its_type(lines: Lines) -> None:
    send(lines.kannel, lines.callbacks, "well", "well", **{"dlr-mask": ALL_TYPES}, smsc="a")
    assert lines.callbacks.wait_for("well", TAKEN_ON).answer == "ACK/"
    assert lines.callbacks.wait_for("well", DELIVERED)
    lines.a.knobs.undelivered_share = 1.0
    send(lines.kannel, lines.callbacks, "no-phone", "no such phone", smsc="a")
    assert " stat:UNDELIV err:001 " in lines.callbacks.wait_for("no-phone", UNDELIVERED).answer
    lines.a.knobs.refuse_share = 1.0
    send(lines.kannel, lines.callbacks, "refused", "refused", smsc="a")
    assert lines.callbacks.wait_for("refused", REFUSED).answer.startswith("NACK/0x00000045")


def test_a_queued_message_survives_a_kill(tmp_path: Path, callbacks: Callbacks) -> None:
    with Centre() as a, Centre() as b, Kannel(tmp_path, {"a": a, "b": b}, is_strict=True) as kannel:
        a.knobs.is_down = True
        assert send(kannel, callbacks, "queued", BENGALI, smsc="a")[0] == 202
        send(kannel, callbacks, "meanwhile", "meanwhile", smsc="b")
        callbacks.wait_for("meanwhile", DELIVERED)
        kannel.kill("bearerbox")
        kannel.restart("bearerbox")
        kannel.wait_until_up()
        a.knobs.is_down = False
        assert [message.text for message in a.wait_for(1)] == [BENGALI]
        assert callbacks.wait_for("queued", DELIVERED).route == "a"
        assert [message.text for message in b.received] == ["meanwhile"]


def test_a_receipt_finds_its_message_after_kills(tmp_path: Path, callbacks: Callbacks) -> None:
    with Centre() as centre, Kannel(tmp_path, {"a": centre}) as kannel:
        for box in BOXES:
            centre.knobs.receipt_delay_seconds = 0.5
            send(kannel, callbacks, f"without-{box}", "on its way", **{"dlr-mask": ALL_TYPES})
            their_id = callbacks.wait_for(f"without-{box}", TAKEN_ON).their_id
            kannel.kill(box)
            kannel.restart(box)
            kannel.wait_until_up()
            assert callbacks.wait_for(f"without-{box}", DELIVERED).their_id == their_id
