# SPDX-License-Identifier: Apache-2.0
"""Faults F13 and F4 at the server, on a disk of its own: the power goes while phones send (CUTS=50 cuts more often), and there is no
room left. What was acknowledged is there afterwards. The phone's part is tests/browser/test_phone_disk.py."""

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


def test_a_server_whose_disk_is_full_says_so_and_goes_on_when_there_is_room() -> None:
    # given phones that send to a server, and not a block left on its disk
    with disk_with_power(1024) as disk:
        server = RealServer(disk.path / "data")
        server.start()
        phones = [SendingPhone(server, number) for number in range(PHONES)]
        filler = disk.fill()
        # when they go on sending until nothing can be written any more
        refused = None
        for _push in range(600):
            for phone in phones:
                for _act in range(50):
                    phone.act()
                refused = phone.refusal() if not phone.try_to_send() else refused
            if refused is not None:
                break
        # then they are told to come again later, and nothing that was acknowledged is missing
        assert refused is not None
        status, retry_after = refused
        assert (status, retry_after is not None) == (503, True)
        # and once there is room again the service is back by itself, with all they have
        filler.unlink()
        server.wait_until_well()
        for phone in phones:
            before = acknowledged(phone)
            for _try in range(200):
                if not phone.device.unsent():
                    break
                phone.try_to_send()
            assert not phone.device.unsent()
            assert ledger_of(server, phone) == {str(entry.fact_id) for entry in phone.device.journal} >= before
        server.run("rebuild-status")  # exits with 1, and so raises, when a row differs
        server.stop()
