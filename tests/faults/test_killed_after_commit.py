# SPDX-License-Identifier: Apache-2.0
"""Fault F1 to the letter: a thousand times, the process that recorded an upload is killed with -9 between commit and
answer. The phone hears nothing, sends the same bytes again, and every fact is in the ledger once."""

import os
import random
import signal
from collections.abc import Callable

from django.db import connection

from doseline.ledger.commands import Verdict
from doseline.shared import clock
from tests.drive import Drive, TestPhone

KILLS, FACTS_EACH = 1_000, 3


def _in_a_child_killed_after(work: Callable[[], object]) -> None:
    """Runs `work` in a process of its own with a connection of its own; it ends by kill -9, without an answer."""
    child = os.fork()
    if child == 0:
        try:
            connection.connection = None  # the parent's socket stays the parent's
            work()
            os.kill(os.getpid(), signal.SIGKILL)
        finally:
            os._exit(1)  # only reached when the work failed
    _, status = os.waitpid(child, 0)
    assert os.WIFSIGNALED(status), "the child failed before it was killed"


def test_a_thousand_kills_between_commit_and_answer(live_drive: Drive) -> None:
    chance = random.Random(1)
    phone = live_drive.phone()
    known = phone.known()
    people = live_drive.people()
    connection.close()
    for _kill in range(KILLS):
        for _fact in range(FACTS_EACH):
            phone.act("person_arrived", person_id=chance.choice(people).person_id)
        body = phone.device.push_body(phone.device.unsent(), clock.now())
        _in_a_child_killed_after(lambda sent=body: phone.push_bytes(sent, known=known))  # type: ignore[misc]
        assert _send_again(phone, body) == [Verdict("already_recorded", None)] * FACTS_EACH
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*), count(DISTINCT fact_id), max(device_seq) FROM fact")
        assert cursor.fetchone() == (KILLS * FACTS_EACH,) * 3
        cursor.execute("SELECT sum(cardinality(fact_ids)), (SELECT count(*) FROM hold) FROM followup")
        assert cursor.fetchone() == (KILLS * FACTS_EACH, 0)


def _send_again(phone: TestPhone, body: bytes) -> list[Verdict]:
    sent = phone.device.unsent()
    verdicts = phone.push_bytes(body)
    phone.device.settle([(str(entry.fact_id), v.verdict) for entry, v in zip(sent, verdicts, strict=True)])
    return verdicts
