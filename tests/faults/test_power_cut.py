# SPDX-License-Identifier: Apache-2.0
"""Fault F13 at the server: the power goes while phones send. What was acknowledged is there when it comes back.
CUTS=50 cuts more often. The phone's part is tests/browser/test_power_cut.py."""

import os
import random
import time

import pytest

from tests.browser.server import RealServer
from tests.faults.power import disk_with_power
from tests.faults.sending import SendingPhone, acknowledged, ledger_of

pytestmark = pytest.mark.processes
CUTS = int(os.environ.get("CUTS", "3"))
PHONES = 4


def test_the_cut_takes_what_was_not_made_sure_of() -> None:
    # given one file written and made sure of, and one only written
    with disk_with_power(64) as disk:
        for name in ("sure", "unsure"):
            with (disk.path / name).open("w") as file:
                file.write(name)
                file.flush()
                if name == "sure":
                    os.fsync(file.fileno())
        # when the power goes
        disk.cut()
        # then the one is there and the other is not
        assert (disk.path / "sure").read_text() == "sure"
        assert not (disk.path / "unsure").exists() or (disk.path / "unsure").read_text() == ""


def test_a_server_keeps_every_acknowledged_fact_through_power_cuts() -> None:
    # given phones that send to a server
    chance = random.Random(1)
    with disk_with_power(2048) as disk:
        server = RealServer(disk.path / "data")
        server.start()
        disk.settle()
        phones = [SendingPhone(server, number) for number in range(PHONES)]
        try:
            for phone in phones:
                phone.start()
            for _cut in range(CUTS):
                time.sleep(chance.uniform(0.5, 1.5))
                # when the power of its disk goes, with all that ran there
                acknowledged_before = [acknowledged(phone) for phone in phones]
                assert server.process is not None
                server.process.kill()
                server.process.wait()
                disk.cut()
                # then it comes up again by itself with everything it had said yes to
                server.start()
                for phone, before in zip(phones, acknowledged_before, strict=True):
                    assert ledger_of(server, phone) >= before
        finally:
            for phone in phones:
                phone.is_over.set()
            for phone in phones:
                phone.join(timeout=60)
        for phone in phones:
            assert phone.try_to_send()
            assert ledger_of(server, phone) >= acknowledged(phone)
        server.stop()
