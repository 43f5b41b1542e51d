# SPDX-License-Identifier: Apache-2.0
"""Follows up all that was recorded, as the worker would, in a process of its own (`python -m tests.bench.drain`)."""

import json
import subprocess
import sys
import time


def drain_all() -> float:
    """Seconds of work until nothing was left; the start of the process is not counted. Raises RuntimeError when a
    reaction failed."""
    child = subprocess.run([sys.executable, "-m", "tests.bench.drain"], stdout=subprocess.PIPE, check=True)
    told = json.loads(child.stdout)
    if told["failures"]:
        raise RuntimeError("a reaction failed; its name is above")
    return float(told["seconds"])


def _drain() -> None:
    import django

    django.setup()
    from django.db import connection

    from doseline.followups.commands import drain

    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
        start = time.perf_counter()
        drain()
        seconds = time.perf_counter() - start
        cursor.execute("SELECT coalesce(sum(failure_count), 0) FROM reaction_progress")
        print(json.dumps({"seconds": seconds, "failures": int(cursor.fetchone()[0])}))


if __name__ == "__main__":
    _drain()
