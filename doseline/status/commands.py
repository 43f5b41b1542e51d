# SPDX-License-Identifier: Apache-2.0
"""Rebuilds status from the ledger and compares: the proof that status = fold(ledger)."""

from collections.abc import Callable

from django.db import connection, transaction

from doseline.followups.commands import drain
from doseline.followups.lock import status_lock
from doseline.status.reactions import fold

_STRETCH = 500
_TRIES = 20
# What a row says, without its place in the order it was folded in; hours with nothing left in them say nothing.
_COMPARED = {
    "roster": "session_id, person_id, state, is_walk_in, arrived_at, identity_checked_at, given_at, dose_fact_id,"
    " dose_device_id, product_code, batch_id, dose_number, is_counted, not_given_reason, observation_outcome,"
    " provenance, mode, clock_doubt, doubled_fact_ids, screening, consent, own_code, dose_staff_id, aefi_severity",
    "session_tally": "session_id, opened_at, closed_at, mode, arrived_count, given_count, not_given_count,"
    " absent_count, walk_in_count, observing_count, first_dose_at, last_dose_at, trouble, trouble_at",
    "session_hour": "session_id, hour_at, given_count",
    "device_tally": "device_id, fact_count, highest_seq",
    "review_item": "fact_id, kind, person_id, session_id, other_fact_id",
    "trouble": "fact_id, session_id, reason, given_at",
    "vial_tally": "session_id, batch_id, device_id, received_count, opened_count, wasted_count, returned_count, wasted_dose_count",
    "session_balance": "session_id, fact_id, counted, variances",
    "aefi": "fact_id, session_id, person_id, severity, symptoms, treatment, referral, onset_at, reported_at",
}


def rebuild_status(*, swap: bool = False, progress: Callable[[int, int], None] | None = None) -> dict[str, int]:
    """Folds the whole ledger into `status_shadow` and counts the rows that differ from `status`, by table.

    Holds the status worker's lock and looks at one snapshot in which every fact has been followed up, so live and
    rebuilt stand at the same fact while uploads go on. With `swap`, the rebuilt rows replace the live ones.
    `progress(done, total)` is called between stretches. O(ledger), one transaction: cut off, it changes nothing.
    """
    with status_lock():
        for _try in range(_TRIES):
            drain()
            with transaction.atomic():
                _look_at_one_snapshot()
                if not _is_all_followed_up():
                    continue
                differences = fold_anew(progress)
                if swap:
                    _swap()
                return differences
    raise RuntimeError("facts arrive faster than they are followed up; try again when it is calmer")


def _look_at_one_snapshot() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")


def _is_all_followed_up() -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT NOT EXISTS (SELECT FROM followup WHERE status_seq IS NULL)")
        return bool(cursor.fetchone()[0])


def fold_anew(progress: Callable[[int, int], None] | None = None) -> dict[str, int]:
    """Folds the whole ledger into `status_shadow`; how many rows differ from `status`, by table. Everything must have
    been followed up, and stay so: the caller holds the lock or the only transaction."""
    total = _applied_seq()
    _empty("status_shadow")
    for after in range(0, total, _STRETCH):
        upto = min(after + _STRETCH, total)
        fold(after, upto, schema="status_shadow")
        if progress is not None:
            progress(upto, total)
    return {table: _count_differences(table) for table in _COMPARED}


def _applied_seq() -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT status_seq FROM reaction_progress WHERE reaction = 'status.fold'")
        row = cursor.fetchone()
    return int(row[0]) if row else 0


def _empty(schema: str) -> None:
    with connection.cursor() as cursor:
        for table in _COMPARED:
            cursor.execute(f"DELETE FROM {schema}.{table}")  # noqa: S608


def _count_differences(table: str) -> int:
    columns = _COMPARED[table]
    only = " WHERE given_count <> 0" if table == "session_hour" else ""
    live = f"SELECT {columns} FROM status.{table}{only}"  # noqa: S608 - table and columns are ours, above
    rebuilt = f"SELECT {columns} FROM status_shadow.{table}{only}"  # noqa: S608
    either = f"({live} EXCEPT ALL {rebuilt}) UNION ALL ({rebuilt} EXCEPT ALL {live})"
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT count(*) FROM ({either}) AS differing")  # noqa: S608
        return int(cursor.fetchone()[0])


def _swap() -> None:
    with connection.cursor() as cursor:
        _empty("status")
        for table in _COMPARED:
            cursor.execute(f"INSERT INTO status.{table} SELECT * FROM status_shadow.{table}")  # noqa: S608
