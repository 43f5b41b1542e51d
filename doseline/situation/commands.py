# SPDX-License-Identifier: Apache-2.0
"""Keeps what headquarters counts of stops. Called by the worker now and then; reads status, never the ledger."""

from doseline.shared import sql
from doseline.situation.rules import STALL_AFTER


def refresh_stops() -> None:
    """Works out ended stops for sessions that moved since last time. One statement, O(doses of those sessions)."""
    sql.run("situation/refresh_stops", {"stall_seconds": STALL_AFTER.total_seconds()})
