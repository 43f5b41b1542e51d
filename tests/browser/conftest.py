# SPDX-License-Identifier: Apache-2.0
"""Debian's Chromium on a small phone, and a real server."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, Playwright, sync_playwright

from tests.browser.fieldapp import PHONE, enrol, enrolment_code, launch, officer_page, start, unlock
from tests.browser.server import RealServer, running_server


@pytest.fixture(scope="session")
def playwright() -> Iterator[Playwright]:
    with sync_playwright() as started:
        yield started


@pytest.fixture(scope="session")
def browser(playwright: Playwright) -> Iterator[Browser]:
    launched = launch(playwright)
    yield launched
    launched.close()


@pytest.fixture(scope="module")
def server() -> Iterator[RealServer]:
    with running_server() as started:
        yield started


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    context = browser.new_context(**PHONE)
    opened = context.new_page()
    opened.set_default_timeout(10_000)
    problems: list[str] = []
    opened.on("pageerror", lambda error: problems.append(str(error)))
    yield opened
    context.close()
    assert not problems


@pytest.fixture(scope="module")
def desk(browser: Browser, server: RealServer) -> Iterator[Page]:
    """An officer's page at headquarters."""
    opened = officer_page(browser, server)
    yield opened
    opened.context.close()


@pytest.fixture
def phone(page: Page, desk: Page, server: RealServer) -> Page:
    """A phone with the session open."""
    enrol(page, server, enrolment_code(desk, server))
    unlock(page)
    start(page)
    return page
