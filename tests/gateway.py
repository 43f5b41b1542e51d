# SPDX-License-Identifier: Apache-2.0
"""An aggregator's HTTP gateway for tests: other people's network, with their faults. It takes messages, keeps them, and says
what it is told to say."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit


class TestGateway:
    """`mode`: well, refusing (500), throttling (429), final (400 REJECT), hanging (no answer until released), doing_nothing
    (200, and no receipt ever: the test decides about receipts anyway)."""

    __test__ = False

    def __init__(self) -> None:
        self.mode = "well"
        self.received: list[dict[str, str]] = []
        self.released = threading.Event()
        self._lock = threading.Lock()
        gateway = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                gateway._take(self)

            def log_message(self, *_arguments: Any) -> None:
                return

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self._server.server_port}/send"

    def settings(self) -> dict[str, Any]:
        """As the `http` gateway's settings."""
        parameters = {
            "to": "91{to}",
            "text": "{text}",
            "dlr": "{receipt_url}",
            "id": "{message_id}",
            "pe": "{entity_id}",
        }
        return {"url": self.url, "parameters": parameters, "accepted": "OK", "refused": "REJECT"}

    def _take(self, request: BaseHTTPRequestHandler) -> None:
        if self.mode == "hanging":
            self.released.wait(30)
            return
        status, text = {
            "refusing": (500, "down"), "throttling": (429, "slow down"), "final": (400, "REJECT no such number"),
        }.get(self.mode, (200, "OK"))  # fmt: skip
        if status == 200:
            with self._lock:
                self.received.append(
                    {name: values[0] for name, values in parse_qs(urlsplit(request.path).query).items()}
                )
        request.send_response(status)
        request.send_header("Content-Length", str(len(text)))
        request.end_headers()
        request.wfile.write(text.encode())


@contextmanager
def running() -> Iterator[TestGateway]:
    """A gateway that listens for the block."""
    gateway = TestGateway()
    thread = threading.Thread(target=gateway._server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield gateway
    finally:
        gateway.released.set()
        gateway._server.shutdown()
        gateway._server.server_close()
