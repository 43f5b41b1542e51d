# SPDX-License-Identifier: Apache-2.0
"""The limits: what PostgreSQL does here when nothing but pgbench stands before it, 64 clients, every commit durable."""

import re
import subprocess

from tests.bench.house import House

CLIENTS, _THREADS = 64, 2
_SCRIPTS = {
    "pb_dose": "SELECT bench.record(:client_id, :upload, 1, :person);",
    "pb_hot": "SELECT bench.record_hot(:client_id, :upload, :person);",
    "pb_batch": "SELECT bench.record(:client_id, :upload, 100, :person);",
}


def measure_limit(house: House, name: str, seconds: int) -> float:
    """Calls a second. Starts with empty tables and no checkpoint due, as the measured rows do."""
    from doseline.shared.embedded_postgres import binary

    settle(house)
    script = "\\set upload :upload + 1\n\\set person random(0, 2999) * 100\n" + _SCRIPTS[name] + "\n"
    command = [str(binary("pgbench")), "--no-vacuum", "--protocol=prepared", "--file=-", "--define=upload=0"]
    command += [f"--client={CLIENTS}", f"--jobs={_THREADS}", f"--time={seconds}", house.dsn]
    done = subprocess.run(command, input=script, capture_output=True, text=True, check=False)
    found = re.search(r"tps = ([0-9.]+)", done.stdout)
    if found is None or done.returncode:
        raise RuntimeError(f"pgbench did not measure {name}: {done.stderr[-500:]}")
    return float(found.group(1))


def settle(house: House) -> None:
    """Makes the limits' tables as full as the ledger's, for a page written first after a checkpoint is written whole, and a
    new one is not; and writes out what is dirty, so that no run pays for the one before."""
    house.owner.execute("TRUNCATE bench.fact, bench.followup")
    house.owner.execute("INSERT INTO bench.fact SELECT * FROM public.fact")
    house.owner.execute("CHECKPOINT")
