# SPDX-License-Identifier: Apache-2.0
"""The worker process: goes round for ever, rests when there is nothing to do, comes back when the database does."""

import logging
import signal
import threading
import time
from types import FrameType

import psycopg
from django.db import InterfaceError, OperationalError, connection

from doseline.followups.commands import beat, work_once
from doseline.situation.commands import refresh_stops

_REST_SECONDS = 0.2
_AWAY_SECONDS = 1.0
_SLOW_ROUND_SECONDS = 5.0
log = logging.getLogger("doseline.followups")


def run_worker() -> None:
    """Runs until SIGTERM or SIGINT. A round cut off by the database going away is done again from its beginning."""
    is_stopping = threading.Event()

    def stop(_signal: int, _frame: FrameType | None) -> None:
        is_stopping.set()

    signal.signal(signal.SIGTERM, stop)
    signal.signal(signal.SIGINT, stop)
    slow_round_at = float("-inf")
    while not is_stopping.is_set():
        try:
            did_something = work_once()
            if time.monotonic() - slow_round_at >= _SLOW_ROUND_SECONDS:
                slow_round_at = time.monotonic()
                refresh_stops()
                beat()
        except (OperationalError, InterfaceError, psycopg.OperationalError, psycopg.InterfaceError) as error:
            log.warning("database away: %s", type(error).__name__)
            connection.close()
            is_stopping.wait(_AWAY_SECONDS)
            continue
        if not did_something:
            is_stopping.wait(_REST_SECONDS)
