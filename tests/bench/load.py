# SPDX-License-Identifier: Apache-2.0
"""The load: phones on keep-alive connections, each sending its next request when the last is answered. A process of
its own (`python -m tests.bench.load`) that costs about 20 µs a request; requests come pickled on stdin, what was
measured goes out as JSON."""

import gzip
import json
import pickle
import resource
import select
import socket
import subprocess
import sys
import time
from dataclasses import asdict, dataclass

_DRAIN_SECONDS = 20.0


@dataclass(frozen=True)
class Job:
    """What to send: for each connection its requests, in order; over and over when `repeats`."""

    port: int
    connections: list[list[bytes]]
    repeats: bool
    warm_seconds: float
    seconds: float


@dataclass(frozen=True)
class Answered:
    """What came back. Rates and times are of the measured seconds; `recorded` and `requests_each` of all."""

    rate: float
    p50_ms: float
    p99_ms: float
    recorded: int
    requests_each: list[int]
    ran_out: bool
    cpu_seconds: float
    example_gzipped_bytes: int


def put_under_load(job: Job) -> Answered:
    """Runs a job in a process of its own. Raises RuntimeError when any answer is not 200."""
    child = subprocess.run(
        [sys.executable, "-m", "tests.bench.load"],
        input=pickle.dumps(job),
        stdout=subprocess.PIPE,
        check=False,
    )
    if child.returncode:
        raise RuntimeError("the load did not come through; its reason is above")
    return Answered(**json.loads(child.stdout))


class _Connection:
    """One phone's socket, its place in its requests, and the answer it is reading."""

    def __init__(self, port: int, requests: list[bytes], repeats: bool) -> None:
        self.socket = socket.create_connection(("127.0.0.1", port))
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.requests, self.repeats = requests, repeats
        self.sent = self.recorded = 0
        self.sent_at = 0.0
        self.buffer = b""
        self.last = b""
        self.is_gzipped = False

    def send_next(self) -> bool:
        """Sends the next request; False when there is none left."""
        if self.sent >= len(self.requests) and not self.repeats:
            return False
        request = self.requests[self.sent % len(self.requests)]
        self.sent += 1
        self.sent_at = time.perf_counter()
        self.socket.sendall(request)
        return True

    def read(self) -> bool:
        """Takes what has come; True when it completes the answer. Raises RuntimeError unless it is a 200."""
        received = self.socket.recv(262_144)
        self.buffer = self.buffer + received if self.buffer else received
        end = self.buffer.find(b"\r\n\r\n")
        if not received:
            raise RuntimeError("the server closed a connection")
        if end < 0:
            return False
        head = self.buffer[:end].lower()
        start = head.index(b"content-length:") + 15
        length = int(head[start : head.find(b"\r", start) if b"\r" in head[start:] else None])
        if len(self.buffer) < end + 4 + length:
            return False
        if not head.startswith(b"http/1.1 200"):
            raise RuntimeError(self.buffer[:2000].decode(errors="replace"))
        self.last = self.buffer[end + 4 :]
        self.is_gzipped = b"content-encoding: gzip" in head
        self.recorded += self.last.count(b'"recorded"')
        self.buffer = b""
        return True

    def gzipped_bytes(self) -> int:
        """Size of the last answer's body compressed, whether the server did so or a proxy would."""
        return len(self.last) if self.is_gzipped else len(gzip.compress(self.last, 6))


def _run(job: Job) -> Answered:
    connections = {c.socket.fileno(): c for c in (_Connection(job.port, r, job.repeats) for r in job.connections)}
    poll = select.epoll()
    for number in connections:
        poll.register(number, select.EPOLLIN)
    start = time.perf_counter()
    from_, until = start + job.warm_seconds, start + job.warm_seconds + job.seconds
    ran_out = False
    waiting, times = len(connections), []
    for connection in connections.values():
        connection.send_next()
    while waiting:
        ready = poll.poll(_DRAIN_SECONDS)
        if not ready:
            raise RuntimeError(f"no answer for {_DRAIN_SECONDS:.0f} s")
        for number, _event in ready:
            connection = connections[number]
            if not connection.read():
                continue
            now = time.perf_counter()
            if from_ <= now < until:
                times.append(now - connection.sent_at)
            if now >= until or not connection.send_next():
                waiting -= 1
                if now < until:  # a phone without work ends the measuring: fewer phones would be another measure
                    ran_out, until = True, now
    times.sort()
    usage = resource.getrusage(resource.RUSAGE_SELF)
    return Answered(
        rate=len(times) / (until - from_),
        p50_ms=times[len(times) // 2] * 1000,
        p99_ms=times[len(times) * 99 // 100] * 1000,
        recorded=sum(c.recorded for c in connections.values()),
        requests_each=[c.sent for c in connections.values()],
        ran_out=ran_out,
        cpu_seconds=usage.ru_utime + usage.ru_stime,
        example_gzipped_bytes=next(iter(connections.values())).gzipped_bytes(),
    )


if __name__ == "__main__":
    from tests.bench import load  # the job was pickled under this module's own name

    print(json.dumps(asdict(load._run(pickle.load(sys.stdin.buffer)))))  # noqa: S301 - from our own parent
