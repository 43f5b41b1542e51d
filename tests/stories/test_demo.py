# SPDX-License-Identifier: Apache-2.0
"""The demo's clock stands still while nothing runs, and never steps back behind what was heard."""

from datetime import UTC, datetime, timedelta

from django.db import connection

from doseline.rehearsal import demo
from doseline.shared import clock
from tests.drive import Drive

MORNING = datetime(2021, 1, 16, 4, 0, tzinfo=UTC)


def _stood(drive: Drive, *, beat_ago: timedelta, heard_at: datetime | None) -> datetime:
    """The demo's time after all of it was killed: its clock ran for an hour, the worker's last beat was so long ago."""
    phone = drive.phone()
    now = datetime.now(UTC)
    with connection.cursor() as cursor:
        cursor.execute("INSERT INTO demo_installation (made_at, seed, on_date) VALUES (now(), 1, '2021-01-16')")
        clock.set_demo_clock(demo_now=MORNING, speed=1.0, demo_stop=MORNING + timedelta(hours=12))
        cursor.execute("UPDATE demo_clock SET real_anchor = %s", [now - timedelta(hours=1)])
        cursor.execute("INSERT INTO worker_beat (worker, beat_at) VALUES ('followups', %s)", [now - beat_ago])
        if heard_at is not None:
            cursor.execute(
                "INSERT INTO device_contact (device_id, heard_at, last_seq, waiting_count, app_version, storage_persistent,"
                " clock_error_ms) VALUES (%s, %s, 0, 0, '', true, 0)",
                [phone.device.device_id, heard_at],
            )
    clock.clock.forget()
    demo.wake()
    clock.clock.forget()
    return clock.now()


def test_it_goes_on_from_the_workers_last_beat(drive: Drive) -> None:
    stood = _stood(drive, beat_ago=timedelta(minutes=20), heard_at=None)
    assert abs(stood - (MORNING + timedelta(minutes=40))) < timedelta(seconds=30)


def test_it_does_not_step_back_behind_what_phones_said(drive: Drive) -> None:
    heard_at = MORNING + timedelta(minutes=45)
    stood = _stood(drive, beat_ago=timedelta(minutes=20), heard_at=heard_at)
    assert heard_at <= stood < heard_at + timedelta(seconds=30)
