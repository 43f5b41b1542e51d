# SPDX-License-Identifier: Apache-2.0
"""The demo's day, played through the real upload address: stopped and begun again it goes on where it was."""

import pytest

from tests.browser.server import running_server

pytestmark = pytest.mark.processes


def test_a_day_played_in_two_parts_is_one_day() -> None:
    with running_server() as server:
        # given the morning, played and stopped
        server.run("play", "--url", server.url, "--speed", "600", "--until", "10:00")
        [(morning, phones)] = server.rows("SELECT count(*), count(DISTINCT device_id) FROM fact")
        assert (morning > 0, phones) == (True, 2)
        # when it goes on
        server.run("play", "--url", server.url, "--speed", "600", "--until", "11:30")
        # then the same phones have told more, and nothing they had told is told otherwise
        [(noon, phones)] = server.rows("SELECT count(*), count(DISTINCT device_id) FROM fact")
        assert (noon > morning, phones) == (True, 2)
        assert server.rows("SELECT problem, count(*) FROM hold GROUP BY problem") == []
