# SPDX-License-Identifier: Apache-2.0
"""Invitations through Debian's own Kannel to imitated message centres, its receipts back into the program: nobody is lost
when a gateway dies half-way, and nobody counts as told because a gateway said yes (F21, F22)."""

from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from datetime import timedelta
from pathlib import Path
from threading import Event
from typing import Any, NamedTuple

import pytest
from django.db import connection
from django.test.testcases import LiveServerThread, _StaticFilesHandler
from pytest_django import Settings

from doseline.messages import commands, queries, rules
from doseline.messages.models import Gateway, Template
from doseline.paper import commands as paper
from doseline.paper.models import Tally
from doseline.planning.models import Session
from doseline.shared import clock
from tests.drive import Drive, build_drive
from tests.smsc.centre import Centre, Received
from tests.smsc.kannel import ENTITY_ID, PASSWORD, TEMPLATE_ID, USERNAME, Kannel

pytestmark = pytest.mark.processes

ENTITY, TEMPLATE = "1101456789012345678", "1107161234567890123"
LINES = ("a", "b")


class Network(NamedTuple):
    """Two operators, each behind a Kannel of its own, and twenty people with a session in 20 hours."""

    centres: dict[str, Centre]
    kannels: dict[str, Kannel]
    drive: Drive

    def received(self) -> list[Received]:
        """What the operators took on, in no order between them."""
        return [message for centre in self.centres.values() for message in centre.received]

    def tried(self) -> dict[str, int]:
        """How many people each operator has a message for: one more to the same person, as after a restart, is no more people."""
        return {name: len({message.to for message in centre.received}) for name, centre in self.centres.items()}


@pytest.fixture(scope="module")
def lines(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[dict[str, Centre], dict[str, Kannel]]]:
    with ExitStack() as stack:
        centres = {name: stack.enter_context(Centre()) for name in LINES}
        kannels = {
            name: stack.enter_context(Kannel(tmp_path_factory.mktemp(f"kannel-{name}"), {name: centres[name]}))
            for name in LINES
        }
        yield centres, kannels


@pytest.fixture
def network(
    lines: tuple[dict[str, Centre], dict[str, Kannel]], live_db: None, settings: Settings,
    monkeypatch: pytest.MonkeyPatch,
) -> Iterator[Network]:  # fmt: skip
    """Everything well, by day, and the program listening for receipts."""
    centres, kannels = lines
    for centre in centres.values():
        centre.knobs.is_down = False
        centre.knobs.undelivered_share = centre.knobs.lost_receipt_share = 0.0
        centre.forget()
    for kannel in kannels.values():
        if not kannel.status():
            kannel.restart("bearerbox")
        kannel.wait_until_up()
    monkeypatch.setattr(rules, "is_quiet", lambda _at: False)
    settings.ALLOWED_HOSTS = ["*"]
    drive = build_drive(opens_in=timedelta(hours=20))
    commands.load_texts()
    Template.objects.filter(purpose="invitation").update(
        sender="DOSELN", dlt_entity_id=ENTITY, dlt_template_id=TEMPLATE
    )
    for name, kannel in kannels.items():
        box = {"url": kannel.sendsms_url, "username": USERNAME, "password": PASSWORD, "smsc": name}
        Gateway.objects.create(code=name, kind="kannel", channel="sms", settings=box)
    door = LiveServerThread("127.0.0.1", _StaticFilesHandler)
    door.daemon = True
    door.start()
    door.is_ready.wait()
    assert door.error is None
    settings.DOSELINE_PUBLIC_URL = f"http://127.0.0.1:{door.port}"
    yield Network(centres, kannels, drive)
    door.terminate()


def _states() -> Counter[str]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT state FROM message")
        return Counter(row[0] for row in cursor.fetchall())


def _invite(network: Network) -> None:
    ids = [session.session_id for session in network.drive.sessions]
    assert commands.compose(ids, "invitation") == 20


def _send_all() -> None:
    for _round in range(6):
        if not commands.send_bulk():
            return


def _until(reached: Callable[[], Any]) -> None:
    """Looks again until it is so, for 20 seconds at most: receipts come when the other processes send them."""
    for _look in range(400):
        if reached():
            return
        Event().wait(0.05)
    raise AssertionError(f"{_states()}")


def _after_eleven_minutes() -> None:
    with connection.cursor() as cursor:
        cursor.execute("UPDATE message SET created_at = created_at - interval '11 minutes'")


def test_everyone_is_told_over_two_lines(network: Network) -> None:
    _invite(network)
    _send_all()
    _until(lambda: _states() == {"delivered": 20})
    received = network.received()
    assert len({message.to for message in received}) == len(received) == 20
    assert all(centre.received for centre in network.centres.values())
    for message in received:
        assert message.to.startswith("9150000")
        assert message.sender == "DOSELN"
        assert (message.tlvs[ENTITY_ID], message.tlvs[TEMPLATE_ID]) == (ENTITY, TEMPLATE)
        assert message.is_unicode
        assert "আপনার কোভিড টিকা" in message.text
    watch = queries.watch_of("IN.36", network.drive.session.on_date, clock.now())
    assert (watch.totals["told"], watch.totals["silent"], watch.totals["none"]) == (20, 0, 0)


def test_a_gateway_killed_half_way_loses_nobody(network: Network, monkeypatch: pytest.MonkeyPatch) -> None:
    """The first ten are out when one Kannel is killed with -9: whatever it had is with its spool, the rest goes by the other."""
    monkeypatch.setattr(commands, "_CALLED_AT_ONCE", 1)
    monkeypatch.setattr(commands, "_SENT_AT_ONCE", 10)
    _invite(network)
    commands.send_bulk()
    network.kannels["a"].kill("smsbox")
    network.kannels["a"].kill("bearerbox")
    before = len(network.centres["a"].received)
    _send_all()
    assert len(network.centres["a"].received) == before
    assert _states()["temporary_failure"] + _states()["created"] == 0
    network.kannels["a"].restart("bearerbox")
    _until(lambda: _states() == {"delivered": 20})
    assert len({message.to for message in network.received()}) == 20


def test_a_yes_is_no_proof_and_the_untold_are_called(network: Network) -> None:
    """One operator says yes and delivers nothing. The other tries each of them; whoever is left at T-10 h is to be called."""
    network.centres["a"].knobs.undelivered_share = 1.0
    network.centres["b"].knobs.lost_receipt_share = 1.0
    _invite(network)
    _send_all()
    _until(lambda: _states()["sending"] == 0 and sum(network.tried().values()) >= 20)
    watch = queries.watch_of("IN.36", network.drive.session.on_date, clock.now())
    assert watch.totals["told"] == 0
    Session.objects.update(opens_at=clock.now() + timedelta(hours=9))
    _after_eleven_minutes()
    commands.escalate()
    _send_all()
    _until(lambda: network.tried() == {"a": 20, "b": 20})
    _after_eleven_minutes()
    commands.escalate()
    assert queries.calls_left("IN.36", clock.now()) == {"due": 20}
    watch = queries.watch_of("IN.36", network.drive.session.on_date, clock.now())
    assert (watch.totals["to_call"], watch.totals["told"]) == (20, 0)


def test_a_site_tells_its_day_in_one_sms(network: Network, tmp_path: Path) -> None:
    # given a site on paper, a centre, and Kannel told where to bring what phones write
    sheet, *_others = paper.make_sheets(network.drive.session, by=None, now=clock.now())
    with Centre() as centre, Kannel(tmp_path, {"c": centre}, inbound=commands.inbound_url("c")):
        # when the site writes one SMS, and somebody else a few words
        centre.deliver_from("919830012345", "56767", f"s {sheet.code[:4]} {sheet.code[4:]} g43 n5 w2 a1")
        centre.deliver_from("919830012346", "56767", "when is my turn?")
        answers = {message.to: message.text for message in centre.wait_for(2)}
    # then the day is noted, and each is told what became of their words
    assert [(tally.given, tally.not_given, tally.wasted, tally.aefi, tally.way) for tally in Tally.objects.all()] == [
        (43, 5, 2, 1, "sms")
    ]
    assert "given 43, not given 5" in answers["919830012345"]
    assert "Not understood" in answers["919830012346"]
