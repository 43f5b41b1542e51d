# SPDX-License-Identifier: Apache-2.0
"""`doseline doctor`: what is wrong with this installation, in words."""

from django.conf import settings
from django.db import Error, connection
from django.db.migrations.executor import MigrationExecutor

from doseline.health import reasons_of_trouble
from doseline.messages.commands import usable_gateways

Finding = tuple[bool, str]


def examine() -> list[Finding]:
    """Each finding as (is well, sentence). Reads only."""
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT current_setting('server_version'), current_user, current_setting('fsync')")
            version, role, fsync = cursor.fetchone()
    except Error as error:
        return [(False, f"The database does not answer ({type(error).__name__}). Is `doseline up` running?")]
    return [
        (int(version.split(".")[0]) >= 15, f"PostgreSQL is {version}; 15 or newer is needed"),
        (fsync == "on", "PostgreSQL writes to the disk before it answers (fsync)"),
        (role == "doseline_app", "The program works as doseline_app, which cannot change the ledger"),
        *_tables(),
        *_ways_out(),
        *_running(),
        ((settings.DOSELINE_BUILD_DIR / "webroot" / "app" / "index.html").exists(), "The field app is built"),
    ]


def _tables() -> list[Finding]:
    executor = MigrationExecutor(connection)
    waiting = executor.migration_plan(executor.loader.graph.leaf_nodes())
    with connection.cursor() as cursor:
        cursor.execute("SELECT has_table_privilege('doseline_app', 'fact', 'UPDATE, DELETE')")
        (may_change,) = cursor.fetchone()
    return [
        (not waiting, "The tables are up to date (else: doseline migrate)"),
        (not may_change, "Nobody the program works as may change or delete a fact"),
    ]


def _ways_out() -> list[Finding]:
    """Real gateways tell their receipts to an address: one that only this machine knows brings none."""
    where = settings.DOSELINE_PUBLIC_URL
    kinds = {gateway.kind for gateways in usable_gateways().values() for gateway in gateways} - {"demo"}
    is_reached = not any(name in where for name in ("127.0.0.1", "localhost"))
    said = f"Gateways tell what became of a message to {where}"
    return (
        [(is_reached, said if is_reached else f"{said}: set DOSELINE_PUBLIC_URL unless they run on this machine")]
        if kinds
        else []
    )


def _running() -> list[Finding]:
    reasons = reasons_of_trouble()
    return [(False, reason) for reason in reasons] or [(True, "The follow-ups worker is going round")]
