# SPDX-License-Identifier: Apache-2.0
"""The embedded database: how much memory it takes, and what it says when it is killed while starting."""

from pathlib import Path

import psycopg
import pytest

from doseline.shared import embedded_postgres
from doseline.shared.embedded_postgres import EmbeddedPostgres

_GB = 1024**3


@pytest.mark.parametrize(("limit", "buffers_mb"), [(1 * _GB, 256), (_GB // 4, 128)])
def test_a_container_gets_a_quarter_of_what_it_may_use_and_never_too_little(
    limit: int, buffers_mb: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "memory.max").write_text(f"{limit}\n")
    monkeypatch.setattr(embedded_postgres, "_CONTAINER_LIMIT", tmp_path / "memory.max")
    assert embedded_postgres._buffers_mb() == buffers_mb


def test_without_a_limit_the_machine_decides(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "memory.max").write_text("max\n")
    monkeypatch.setattr(embedded_postgres, "_CONTAINER_LIMIT", tmp_path / "memory.max")
    assert 128 <= embedded_postgres._buffers_mb() <= 2048


def test_killed_between_its_first_answer_and_the_next_it_says_so_and_can_be_started_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    postgres = EmbeddedPostgres(tmp_path / "postgres")
    answering = postgres._wait_until_answering

    def killed_then() -> None:
        answering()
        assert postgres.process is not None
        postgres.process.kill()
        postgres.process.wait()

    monkeypatch.setattr(postgres, "_wait_until_answering", killed_then)
    with pytest.raises(RuntimeError, match="stopped while starting"):
        postgres.start()
    monkeypatch.undo()
    postgres.start()
    try:
        psycopg.connect(postgres.dsn()).close()
    finally:
        postgres.stop()
