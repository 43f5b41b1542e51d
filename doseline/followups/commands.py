# SPDX-License-Identifier: Apache-2.0
"""The worker: gives recorded facts their place in order, then lets each reaction catch up. Each reaction keeps its own
place and fails alone, with back-off; after five failures a human is called (log and healthz)."""

import logging
from datetime import UTC, datetime, timedelta

from django.db import connection, transaction

from doseline.followups.lock import try_lock, unlock
from doseline.followups.wiring import REACTIONS, Reaction
from doseline.ledger.commands import release_holds
from doseline.shared import sql

FACTS_PER_STRETCH = 6_000
FAILURES_BEFORE_CALL = 5
_BACKOFF_SECONDS_MAX = 300
log = logging.getLogger("doseline.followups")


def work_once() -> int:
    """One round: order what is new, let every reaction do one stretch, place what can be placed.

    Returns how many stretches were done (0 means nothing to do now). Safe to call from several processes: only the
    holder of the lock does anything, and it lets go between rounds. A round cut off anywhere is simply done again.
    """
    if not try_lock():
        return 0
    try:
        stamped = sql.run("followups/stamp")
        done = sum(_advance(reaction) for reaction in REACTIONS)
        return done + release_holds() + (1 if stamped and not done else 0)
    finally:
        _free_lock()


def drain(rounds_max: int = 10_000) -> None:
    """Works until nothing is left: for tests and the command line."""
    for _round in range(rounds_max):
        if work_once() == 0:
            return
    raise RuntimeError("follow-ups did not come to an end")


def beat() -> None:
    """Tells healthz that the worker goes round."""
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO worker_beat (worker, beat_at) VALUES ('followups', %s)"
            " ON CONFLICT (worker) DO UPDATE SET beat_at = excluded.beat_at",
            [datetime.now(UTC)],
        )


def _free_lock() -> None:
    """A connection that died has freed it already."""
    if connection.connection is not None and not connection.connection.closed:
        unlock()


def _advance(reaction: Reaction) -> int:
    """One stretch of one reaction; 1 when it moved. Its failure is written down and is nobody else's."""
    try:
        with transaction.atomic():
            stretch = _next_stretch(reaction.name)
            if stretch is None:
                return 0
            reaction.apply(*stretch)
            sql.run("followups/progress", {"reaction": reaction.name, "upto": stretch[1]})
    except Exception as error:  # the worker loop's one catch-all: a reaction must not stop the others
        if connection.connection is None or connection.connection.closed:
            raise
        _note_failure(reaction, error)
        return 0
    return 1


def _next_stretch(reaction: str) -> tuple[int, int] | None:
    rows = sql.rows("followups/next_stretch", {"reaction": reaction, "facts_max": FACTS_PER_STRETCH})
    return (rows[0][0], rows[0][1]) if rows and rows[0][1] is not None else None


def _note_failure(reaction: Reaction, error: Exception) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO reaction_progress AS progress (reaction, status_seq, failure_count) VALUES (%s, 0, 1)"
            " ON CONFLICT (reaction) DO UPDATE SET failure_count = progress.failure_count + 1"
            " RETURNING failure_count",
            [reaction.name],
        )
        failures = int(cursor.fetchone()[0])
        wait = min(2**failures, _BACKOFF_SECONDS_MAX)
        cursor.execute(
            "UPDATE reaction_progress SET next_try_at = %s, last_problem = %s WHERE reaction = %s",
            [datetime.now(UTC) + timedelta(seconds=wait), type(error).__name__, reaction.name],
        )
    called = "a human is needed" if failures >= FAILURES_BEFORE_CALL else "will try again"
    log.error("%s failed (%d times, %s): %s", reaction.name, failures, called, type(error).__name__)
