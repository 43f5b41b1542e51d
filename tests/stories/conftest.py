# SPDX-License-Identifier: Apache-2.0
"""What stories are told with."""

import pytest

from doseline.paper import commands
from doseline.paper.models import Sheet
from doseline.shared import clock
from tests.drive import Drive


@pytest.fixture
def sheets(drive: Drive) -> list[Sheet]:
    """The first session's sheets: ten people, and blank rows."""
    return commands.make_sheets(drive.session, by=None, now=clock.now())
