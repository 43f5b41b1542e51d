# SPDX-License-Identifier: Apache-2.0
"""How much memory the embedded database takes for its buffers."""

from pathlib import Path

import pytest

from doseline.shared import embedded_postgres

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
