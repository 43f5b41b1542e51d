# SPDX-License-Identifier: Apache-2.0
"""What stories are told with."""

from collections.abc import Iterator
from datetime import timedelta

import pytest

from doseline.messages import commands as messages
from doseline.messages.models import Gateway
from doseline.paper import commands
from doseline.paper.models import Sheet
from doseline.shared import clock
from tests.drive import Drive, build_drive
from tests.gateway import TestGateway, running


@pytest.fixture
def sheets(drive: Drive) -> list[Sheet]:
    """The first session's sheets: ten people, and blank rows."""
    return commands.make_sheets(drive.session, by=None, now=clock.now())


@pytest.fixture
def ways(live_db: None) -> Iterator[tuple[TestGateway, TestGateway]]:
    """Two gateways of equal weight, and the texts to begin with."""
    with running() as one, running() as other:
        messages.load_texts()
        for code, gateway in (("one", one), ("other", other)):
            Gateway.objects.create(code=code, kind="http", channel="sms", settings=gateway.settings())
        yield one, other


@pytest.fixture
def tomorrow(ways: object) -> Drive:
    """Sessions that open in 20 hours."""
    return build_drive(opens_in=timedelta(hours=20))
