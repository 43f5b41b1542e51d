# SPDX-License-Identifier: Apache-2.0
"""What becomes of measured rows: a table for people, bench/latest.json for comparing, with the machine they came from."""

import json
import os
import platform
import subprocess
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from tests.bench.house import House
from tests.bench.registry import GROUPS, Row

LATEST = Path(__file__).resolve().parents[2] / "bench" / "latest.json"
_ADDITIONS = 2_000_000
_HEADS = ("row", "value", "unit", "limit", "of", "ratio", "p50 ms", "p99 ms", "rss MB")


def machine(house: House) -> dict[str, Any]:
    """What the figures were measured on."""
    return {
        "cpu": _cpu_model(),
        "cores": os.cpu_count(),
        "memory_gb": round(os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30, 1),
        "postgresql": _postgresql_version(),
        "python": platform.python_version(),
        "granian": house.granian_version(),
        "pace": pace(),
        "date": datetime.now(UTC).isoformat(timespec="seconds"),
    }


def pace() -> float:
    """Millions of additions a second by one Python process just now, the best of five: what an aim in rows or seconds is to be read
    beside, for one machine may be half as fast on another day. A second."""
    took = []
    for _try in range(5):
        started, total = time.perf_counter(), 0
        for number in range(_ADDITIONS):
            total += number
        took.append(time.perf_counter() - started)
    return round(_ADDITIONS / min(took) / 1e6, 1)


def print_table(rows: list[Row]) -> None:
    """The rows as aligned columns."""
    lines = [_HEADS, *(_cells(row) for row in rows)]
    widths = [max(len(line[column]) for line in lines) for column in range(len(_HEADS))]
    for line in lines:
        print(
            "  ".join(
                _aligned(cell, width, place) for place, (cell, width) in enumerate(zip(line, widths, strict=True))
            )
        )


def write_latest(described: dict[str, Any], rows: list[Row]) -> None:
    """Puts the rows into the file, each in place of its older self; rows not measured now stay."""
    kept = json.loads(LATEST.read_text(encoding="utf-8"))["rows"] if LATEST.exists() else []
    by_name = {row["name"]: row for row in kept}
    by_name |= {row.name: _record(row) | {"pace": described["pace"]} for row in rows}
    order = [name for group in GROUPS for name in group.names]
    listed = [by_name[name] for name in order if name in by_name]
    LATEST.parent.mkdir(exist_ok=True)
    LATEST.write_text(json.dumps({"machine": described, "rows": listed}, indent=1) + "\n", encoding="utf-8")


def _record(row: Row) -> dict[str, Any]:
    return {
        "name": row.name,
        "value": round(row.value, 2),
        "unit": row.unit,
        "limit_name": row.limit_name,
        "limit": _rounded(row.limit),
        "ratio": _rounded(row.ratio),
        "p50_ms": _rounded(row.p50_ms),
        "p99_ms": _rounded(row.p99_ms),
        "rss_mb": _rounded(row.rss_mb),
    }


def _cells(row: Row) -> tuple[str, ...]:
    numbers = (_shown(row.ratio, 2), _shown(row.p50_ms, 1), _shown(row.p99_ms, 1), _shown(row.rss_mb, 0))
    return (row.name, _shown(row.value, 1), row.unit, _shown(row.limit, 1), row.limit_name or "", *numbers)


def _aligned(cell: str, width: int, place: int) -> str:
    return cell.ljust(width) if place in (0, 2, 4) else cell.rjust(width)


def _shown(number: float | None, digits: int) -> str:
    return "" if number is None else f"{number:,.{digits}f}"


def _rounded(number: float | None) -> float | None:
    return None if number is None else round(number, 3)


def _cpu_model() -> str:
    lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    return next((line.split(":", 1)[1].strip() for line in lines if line.startswith("model name")), platform.machine())


def _postgresql_version() -> str:
    from doseline.shared.embedded_postgres import binary

    shown = subprocess.run([str(binary("postgres")), "--version"], check=True, capture_output=True, text=True)
    return shown.stdout.split()[-1]
