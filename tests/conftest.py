# SPDX-License-Identifier: Apache-2.0
"""What tests share: a database in which the program works under its own limited role, a small drive, personas."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.db import connection
from django.test.utils import setup_databases, teardown_databases
from django.utils import translation

from doseline.shared.clock import clock
from tests.drive import Drive, build_drive


@pytest.fixture(scope="session")
def django_db_setup(django_test_environment: None, django_db_blocker: Any) -> Iterator[None]:
    """Makes the test database; then everything runs as `doseline_app`, as in service, until it is dropped."""
    with django_db_blocker.unblock():
        made = setup_databases(verbosity=0, interactive=False)
        _work_as("doseline_app")
    yield
    with django_db_blocker.unblock():
        _work_as(None)
        teardown_databases(made, verbosity=0)


def _work_as(role: str | None) -> None:
    connection.close()
    options = connection.settings_dict["OPTIONS"]
    options["options"] = "-c jit=off" + (f" -c role={role}" if role else "")


@pytest.fixture
def drive(db: None) -> Drive:
    """Two sessions of ten people at two sites in Kolkata, today; Asha vaccinates at the first, with a phone."""
    clock.forget()
    return build_drive()


@pytest.fixture(autouse=True)
def _fresh_caches() -> None:
    from django.core.cache import cache

    cache.clear()
    translation.activate("en")  # a page asked for in Bengali leaves its language in the thread
    clock._setting = None
    clock._read_at = float("-inf")


@pytest.fixture
def live_db(django_db_setup: None, django_db_blocker: Any) -> Iterator[None]:
    """The database without a transaction around the test, for tests that commit, use threads or rebuild; emptied after."""
    with django_db_blocker.unblock():
        try:
            yield
        finally:
            _empty()
            connection.close()


@pytest.fixture
def live_drive(live_db: None) -> Drive:
    """The small drive, committed."""
    return build_drive()


def _empty() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SET ROLE NONE")
        cursor.execute(
            "SELECT string_agg(format('%I.%I', schemaname, tablename), ', ') FROM pg_tables"
            " WHERE schemaname IN ('public', 'status', 'status_shadow') AND tablename <> 'django_migrations'"
        )
        cursor.execute(f"TRUNCATE {cursor.fetchone()[0]}")
        cursor.execute("INSERT INTO reaction_progress (reaction, status_seq) VALUES ('stamp', 0)")
        cursor.execute("INSERT INTO stop_progress (status_seq) VALUES (0)")


def pytest_addoption(parser: pytest.Parser) -> None:
    """`--write-schema` writes schema.sql from the migrations."""
    parser.addoption("--write-schema", action="store_true")


@pytest.fixture(scope="session", autouse=True)
def _write_schema(request: pytest.FixtureRequest) -> None:
    if request.config.getoption("--write-schema"):
        blocker = request.getfixturevalue("django_db_blocker")
        request.getfixturevalue("django_db_setup")
        from pathlib import Path

        from tests.house.schema import dump_schema

        with blocker.unblock():
            (Path(__file__).parents[1] / "schema.sql").write_text(dump_schema(), encoding="utf-8")
