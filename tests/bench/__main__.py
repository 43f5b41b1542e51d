# SPDX-License-Identifier: Apache-2.0
"""`python -m tests.bench [row ...]`: measures the rows asked for (all of them without a name), prints a table, and
writes bench/latest.json. Its database and server are its own and gone afterwards."""

import sys
import warnings

from tests.bench.house import House
from tests.bench.registry import GROUPS, Row, groups_of
from tests.bench.results import machine, print_table, write_latest

_NOT_A_DESKTOP = "XDG_RUNTIME_DIR is not set"  # said by the database's package on servers without a desktop


def main(asked: list[str]) -> int:
    """Runs the groups that hold the rows asked for. Returns the exit code."""
    known = [name for group in GROUPS for name in group.names]
    if unknown := [name for name in asked if name not in known]:
        print(f"No such row: {', '.join(unknown)}. Rows: {' '.join(known)}", file=sys.stderr)
        return 2
    warnings.filterwarnings("ignore", _NOT_A_DESKTOP)
    rows: list[Row] = []
    failed = False
    with House() as house:
        for group in groups_of(asked or known):
            print(f"Measuring {', '.join(group.names)}", file=sys.stderr, flush=True)
            try:
                rows += group.run()(house)
            except Exception as error:  # the other rows can still be measured
                failed = True
                print(f"{group.place}: {type(error).__name__}: {error}", file=sys.stderr, flush=True)
        described = machine(house)
    print_table(rows)
    write_latest(described, rows)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
