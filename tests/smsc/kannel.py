# SPDX-License-Identifier: Apache-2.0
"""Debian's Kannel as child processes, between a test and its message centres; everything stays on loopback."""

import os
import signal
import socket
import subprocess
import time
import urllib.parse
import urllib.request
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import Literal, Self

from tests.smsc.centre import Centre

Box = Literal["bearerbox", "smsbox"]
BOXES: tuple[Box, ...] = ("bearerbox", "smsbox")
USERNAME, PASSWORD = "doseline", "secret"
ENTITY_ID, TEMPLATE_ID = 0x1400, 0x1401

_CORE = """\
group = core
admin-port = {admin_port}
admin-interface = 127.0.0.1
admin-password = {password}
admin-deny-ip = "*.*.*.*"
admin-allow-ip = "127.0.0.1"
smsbox-port = {box_port}
smsbox-interface = 127.0.0.1
box-deny-ip = "*.*.*.*"
box-allow-ip = "127.0.0.1"
log-file = "{folder}/bearerbox.log"
log-level = 0
access-log = "{folder}/access.log"
store-type = spool
store-location = "{folder}/store"
dlr-storage = spool
dlr-spool = "{folder}/receipts"
sms-resend-freq = 1

group = smsbox
smsbox-id = {username}
bearerbox-host = 127.0.0.1
sendsms-port = {sendsms_port}
sendsms-interface = 127.0.0.1
log-file = "{folder}/smsbox.log"
log-level = 0
http-request-retry = 30
http-queue-delay = 1

group = sendsms-user
username = {username}
password = {password}
user-deny-ip = "*.*.*.*"
user-allow-ip = "127.0.0.1"
max-messages = 10
concatenation = true

group = smpp-tlv
name = PE_ID
tag = {entity_id:#06x}
type = nulterminated
length = 30

group = smpp-tlv
name = TEMPLATE_ID
tag = {template_id:#06x}
type = nulterminated
length = 30
"""

_CENTRE = """\

group = smsc
smsc = smpp
smsc-id = {name}
{routing}-smsc-id = {name}
host = 127.0.0.1
port = {port}
transceiver-mode = true
smsc-username = {username}
smsc-password = {password}
system-type = ""
source-addr-autodetect = true
reconnect-delay = 1
enquire-link-interval = 2
connection-timeout = 5
wait-ack = 5
"""


_INBOUND = """\

group = smsbox-route
smsbox-id = {username}
smsc-id = "{centres}"

group = sms-service
keyword = default
get-url = "{inbound}&text=%a"
max-messages = 1
"""


class Kannel:
    """bearerbox and smsbox with one line to each centre, named by its smsc-id; `folder` keeps spool and logs. What phones write
    goes to `inbound`, whose answer is sent back.

    A message with `smsc=b` goes to b, or to any other if b is down. With `is_strict` it waits for b, and a message
    that names no centre is refused.
    """

    def __init__(
        self, folder: Path, centres: Mapping[str, Centre], is_strict: bool = False, inbound: str | None = None
    ) -> None:
        self.folder, self.centres, self.is_strict, self.inbound = folder, centres, is_strict, inbound
        self._places: list[socket.socket] = []
        self._boxes: dict[Box, subprocess.Popen[bytes]] = {}

    def start(self) -> Self:
        """Writes kannel.conf and returns once both boxes and the lines to all centres that are up work."""
        self._places = [_reserve_a_port() for _ in range(3)]
        self.admin_port, self._box_port, self.sendsms_port = (place.getsockname()[1] for place in self._places)
        self.sendsms_url = f"http://127.0.0.1:{self.sendsms_port}/cgi-bin/sendsms"
        for part in ("store", "receipts"):
            (self.folder / part).mkdir(parents=True, exist_ok=True)
        (self.folder / "kannel.conf").write_text(self._configuration(), encoding="utf-8")
        try:
            self._launch("bearerbox", self.admin_port)
            self._launch("smsbox", self.sendsms_port)
            self.wait_until_up()
        except BaseException:
            self.stop()
            raise
        return self

    def stop(self) -> None:
        """Ends both boxes at once; spool and logs stay. Idempotent."""
        for box in list(self._boxes):
            self.kill(box)
        for place in self._places:
            place.close()
        self._places = []

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def kill(self, box: Box) -> None:
        """Ends a box by kill -9. Without bearerbox, smsbox closes its door and would come back after 11 seconds."""
        process = self._boxes.pop(box)
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)  # the group: smsbox starts itself anew in a child
        process.wait()

    def restart(self, box: Box) -> None:
        """Starts a box again, killing it first if it runs; with bearerbox smsbox too, which cannot do without it."""
        boxes = BOXES if box == "bearerbox" else (box,)
        for name in reversed(boxes):
            if name in self._boxes:
                self.kill(name)
        for name in boxes:
            self._launch(name, self.admin_port if name == "bearerbox" else self.sendsms_port)

    def wait_until_up(self, seconds: float = 15) -> None:
        """Returns once smsbox is with bearerbox and every centre that is not down is online; fails with the log."""
        wanted = [f"{name}[{name}]" for name, centre in self.centres.items() if not centre.knobs.is_down]
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            lines = self.status().splitlines()
            online = [line for line in lines if "(online " in line]
            if any("smsbox:" in line for line in lines) and all(
                any(line.strip().startswith(name) for line in online) for name in wanted
            ):
                return
            time.sleep(0.05)
        raise AssertionError(f"Kannel is not up after {seconds} s\n{self.status()}\n{self._log('bearerbox')}")

    def status(self) -> str:
        """Bearerbox's own report of its boxes, lines and queues; empty while it does not answer."""
        try:
            return self.ask_admin("status.txt")
        except OSError:
            return ""

    def ask_admin(self, page: str, **parameters: str) -> str:
        """What an admin page answers, such as `store-status.txt`, or `stop-smsc` with `smsc="a"`."""
        query = urllib.parse.urlencode({"password": PASSWORD, **parameters})
        with urllib.request.urlopen(f"http://127.0.0.1:{self.admin_port}/{page}?{query}", timeout=5) as answer:
            text: str = answer.read().decode()
            return text

    def _configuration(self) -> str:
        text = _CORE.format(
            folder=self.folder,
            admin_port=self.admin_port,
            box_port=self._box_port,
            sendsms_port=self.sendsms_port,
            username=USERNAME,
            password=PASSWORD,
            entity_id=ENTITY_ID,
            template_id=TEMPLATE_ID,
        )
        routing = "allowed" if self.is_strict else "preferred"
        for name, centre in self.centres.items():
            text += _CENTRE.format(
                name=name, routing=routing, port=centre.port, username=centre.system_id, password=centre.password
            )
        if self.inbound is not None:
            text += _INBOUND.format(inbound=self.inbound, username=USERNAME, centres=";".join(self.centres))
        return text

    def _launch(self, box: Box, port: int) -> None:
        """Starts a box and returns once it listens on its port."""
        with (self.folder / f"{box}.out").open("ab") as out:
            self._boxes[box] = subprocess.Popen(
                [f"/usr/sbin/{box}", str(self.folder / "kannel.conf")],
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=out,
                cwd=self.folder,
                start_new_session=True,
            )
        deadline = time.monotonic() + 10
        while time.monotonic() < deadline and self._boxes[box].poll() is None:
            try:
                socket.create_connection(("127.0.0.1", port), timeout=1).close()
                return
            except OSError:
                time.sleep(0.02)
        raise AssertionError(f"{box} does not start\n{self._log(box)}")

    def _log(self, box: Box) -> str:
        return "\n".join((self.folder / f"{box}.out").read_text("utf-8", "replace").splitlines()[-40:])


def _reserve_a_port() -> socket.socket:
    """Holds a port as long as Kannel runs, so that a box finds it free when it starts again."""
    place = socket.socket()
    place.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    place.bind(("127.0.0.1", 0))
    return place
