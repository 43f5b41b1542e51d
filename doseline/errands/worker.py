# SPDX-License-Identifier: Apache-2.0
"""The errands process: a thread a lane, each going round its errands for ever. An errand that fails is logged by its kind
of failure, rests, and is tried again; the others go on."""

import logging
import os
import signal
import threading
import time
from datetime import UTC, datetime

from django.db import connection

from doseline.errands.wiring import ERRANDS, Errand
from doseline.shared import sql

_LOOK_SECONDS = 0.2
_FAILED_REST_SECONDS = 10.0
_BEAT_SECONDS = 5.0
log = logging.getLogger("doseline.errands")


def run_errands() -> None:
    """Runs until SIGTERM or SIGINT; what is in hand is finished or put down at its next batch. On the embedded database there is one
    such process at a time: what one that was killed had in hand is taken up at once."""
    if not os.environ.get("DATABASE_URL"):
        sql.run("errands/take_up_again")
    is_stopping = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda _signal, _frame: is_stopping.set())
    lanes = {errand.lane for errand in ERRANDS}
    threads = [
        threading.Thread(target=_go_round, args=([e for e in ERRANDS if e.lane == lane], is_stopping), name=lane)
        for lane in sorted(lanes)
    ]
    for thread in threads:
        thread.start()
    while not is_stopping.wait(_BEAT_SECONDS):
        _beat()
    for thread in threads:
        thread.join()


def _go_round(errands: list[Errand], is_stopping: threading.Event) -> None:
    due = dict.fromkeys((errand.name for errand in errands), 0.0)
    while not is_stopping.is_set():
        for errand in errands:
            if time.monotonic() >= due[errand.name] and not is_stopping.is_set():
                due[errand.name] = time.monotonic() + _run(errand, is_stopping)
        is_stopping.wait(_LOOK_SECONDS)
    connection.close()


def _run(errand: Errand, is_stopping: threading.Event) -> float:
    """Seconds until it is due again."""
    try:
        return 0.0 if errand.run(is_stopping.is_set) else errand.rest_seconds
    except Exception as error:  # one errand must not stop the others; its row still says what is to be done
        log.error("%s failed: %s", errand.name, type(error).__name__)
        connection.close()
        return max(errand.rest_seconds, _FAILED_REST_SECONDS)


def _beat() -> None:
    try:
        with connection.cursor() as cursor:
            cursor.execute(
                "INSERT INTO worker_beat (worker, beat_at) VALUES ('errands', %s)"
                " ON CONFLICT (worker) DO UPDATE SET beat_at = excluded.beat_at",
                [datetime.now(UTC)],
            )
    except Exception as error:  # the database is away; the next beat tries again
        log.warning("no beat: %s", type(error).__name__)
        connection.close()
