# SPDX-License-Identifier: Apache-2.0
"""Officials log in with a passkey, in a real Chromium with an authenticator of its own (over CDP)."""

from datetime import datetime

import pytest
from playwright.sync_api import Browser, expect

from doseline.shared.clock import INDIA
from tests.browser.fieldapp import officer_page
from tests.browser.server import RealServer

pytestmark = [pytest.mark.browser, pytest.mark.processes]
_AUTHENTICATOR = {
    "protocol": "ctap2", "transport": "internal", "hasResidentKey": True, "hasUserVerification": True,
    "isUserVerified": True, "automaticPresenceSimulation": True,
}  # fmt: skip


def test_a_passkey_opens_headquarters(browser: Browser, server: RealServer) -> None:
    # given an officer at a computer with a passkey authenticator (passkeys need a name, not a number, for the server)
    page = officer_page(browser, server, "dipa", host="localhost")
    local = page.url.split("/hq/")[0]
    tools = page.context.new_cdp_session(page)
    tools.send("WebAuthn.enable")
    tools.send("WebAuthn.addVirtualAuthenticator", {"options": _AUTHENTICATOR})
    # when a passkey is added, and they log out
    page.goto(f"{local}/account/2fa/webauthn/add/")
    password = f"doseline-dipa-{datetime.now(INDIA):%Y}"
    page.locator("input[name=password]").fill(password)  # asked for again before any new key
    page.locator("main form button[type=submit]").first.click()
    page.locator("input[name=name]").fill("Desk")
    page.locator("input[name=passwordless]").check()
    page.locator("#mfa_webauthn_add").click()
    page.wait_for_url("**/account/2fa/**")
    page.get_by_role("button", name="Log out").click()
    # then the passkey alone opens headquarters: it is both factors
    page.goto(f"{local}/account/login/?next=/hq/")
    page.locator("#passkey_login").click()
    page.wait_for_url("**/hq/area/IN.36.725/")
    expect(page.locator("h1").first).to_contain_text("Kolkata")
    page.context.close()
