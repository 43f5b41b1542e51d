# SPDX-License-Identifier: Apache-2.0
"""Rows of the evening before: a list of a million rows against a register of a million people, finding one of them, putting
all of them into 5,000 sessions and inviting them. BENCH_PEOPLE makes it fewer, or ten million. Nobody is real (people.py)."""

import csv
import json
import os
import random
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from datetime import date, timedelta
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from uuid import UUID

from tests.bench.house import House
from tests.bench.people import MadePerson, make_people
from tests.bench.registry import Row

PEOPLE = int(os.environ.get("BENCH_PEOPLE", "1000000"))
_SITES, _DAYS, _FINDS = 1_000, 5, 1_000
_AREA = "IN.36"
_SHORT_LIST = 20_700
_ROWS_AIM, _FIND_MS_AIM, _SECONDS_AIM, _APPLIED_SECONDS_AIM = 20_000.0, 20.0, 300.0, 10.0
# Reads one list as the errands process does, and says what memory that took: its own and its helpers', each VmHWM as it was last
# seen (ru_maxrss is kept across exec and would be the bench's, or for a helper its parent's).
_READER = """
import django, json, os, re, threading, time
django.setup()
from doseline.imports import commands
def megabytes(pid):
    return int(re.search(r"VmHWM:\\s*(\\d+)", open(f"/proc/{pid}/status").read())[1]) / 1024
helpers, is_over = {}, threading.Event()
def watch():
    while not is_over.wait(0.5):
        for pid in open(f"/proc/self/task/{os.getpid()}/children").read().split():
            try: helpers[pid] = megabytes(pid)
            except (OSError, TypeError): pass
threading.Thread(target=watch, daemon=True).start()
started = time.perf_counter()
while commands.work_on_imports(): pass
seconds = time.perf_counter() - started
is_over.set()
print(json.dumps([seconds, megabytes("self") + sum(helpers.values())]))
"""


def finding(house: House) -> list[Row]:
    """One row, on the register alone: with ten million people, making them is an hour."""
    make_register(house)
    return [_find_people()]


def registers(house: House) -> list[Row]:
    """The other rows, on one register. About nine minutes with a million people, most of it making them."""
    make_register(house)
    rows = _place_and_invite(house)  # before the list grows the register
    with TemporaryDirectory(prefix="doseline-lists-") as folder:
        rows += [_import_long(Path(folder)), _import_short(Path(folder))]
    return rows


# --- The register ----------------------------------------------------------------------------------------------------


@cache
def make_register(house: House) -> list[UUID]:
    """People all over West Bengal by COPY, with their keys, and 1,000 sites with a session on each of five days; the people's ids, in
    the order of make_people(1, PEOPLE). A house has one register, whichever rows want it."""
    house.owner.execute("SELECT 1")  # starts everything
    from doseline.people.commands import index_people
    from doseline.places.models import OrgUnit
    from doseline.shared.ids import uuid7

    districts = list(OrgUnit.objects.filter(parent_id=_AREA).values_list("code", flat=True))
    ids = [uuid7() for _ in range(PEOPLE)]
    _copy(
        house, "person (person_id, code, name_latin, name_local, local_language, sex, born_year, born_on, priority_group,"
        " institution, org_unit_id, pincode, registered_at)",
        (
            f"{person_id}\t{_code(place)}\t{made.name}\t{made.name_local}\tbn\t{made.sex}\t{made.born_on.year}\t{made.born_on}\tHCW"
            f"\t{made.institution}\t{districts[place % len(districts)]}\t{600_000 + place % _SITES}\t2020-01-01\n"
            for place, (person_id, made) in enumerate(zip(ids, make_people(1, PEOPLE), strict=True))
        ),
    )  # fmt: skip
    for table, kind, value in (
        ("identifier (identifier_id, person_id, kind, value)", "employer_card", "document"),
        ("contact_point (contact_point_id, person_id, kind, value)", "phone", "phone"),
    ):
        lines = (
            f"{uuid7()}\t{person_id}\t{kind}\t{getattr(made, value)}\n"
            for person_id, made in zip(ids, make_people(1, PEOPLE), strict=True)
        )
        _copy(house, table, lines)
    index_people(ids)
    _make_sessions(house, districts)
    house.owner.execute("TRUNCATE duplicate_search")
    house.owner.execute("VACUUM ANALYZE person, person_key, identifier, contact_point, session, site")
    return ids


def _make_sessions(house: House, districts: list[str]) -> None:
    capacity = PEOPLE // (_SITES * _DAYS) + 10
    house.owner.execute(
        "INSERT INTO drive (drive_id, programme_id, org_unit_id, name, starts_on)"
        " VALUES (bench.id(7, 1), 'COVID-19', %s, 'Register', current_date)",
        [_AREA],
    )
    house.owner.execute(
        "INSERT INTO site (site_id, name, name_bn, name_hi, kind, org_unit_id, pincode, institution, latitude, longitude)"
        " SELECT bench.id(1, 100000 + n), 'Place ' || n, 'স্থান ' || n, 'स्थान ' || n, 'fixed', (%s::text[])[n %% %s + 1],"
        " (600000 + n)::text, 'Hospital ' || n, 22 + n %% 40 / 10.0, 86 + n / 40 / 10.0 FROM generate_series(0, %s) AS n",
        [districts, len(districts), _SITES - 1],
    )
    house.owner.execute(
        "INSERT INTO session (session_id, drive_id, site_id, product_id, on_date, opens_at, closes_at, expected_count, capacity)"
        " SELECT bench.id(2, 100000 + n * %(days)s + day), bench.id(7, 1), bench.id(1, 100000 + n), 'COVISHIELD',"
        " (now() AT TIME ZONE 'Asia/Kolkata')::date + 3 + day, opens_at, opens_at + interval '8 hours', 0, %(capacity)s"
        " FROM generate_series(0, %(last)s) AS n, generate_series(0, %(days)s - 1) AS day, LATERAL (SELECT"
        " (((now() AT TIME ZONE 'Asia/Kolkata')::date + 3 + day) + time '09:00') AT TIME ZONE 'Asia/Kolkata' AS opens_at) AS times",
        {"days": _DAYS, "last": _SITES - 1, "capacity": capacity},
    )


def _copy(house: House, into: str, lines: Iterator[str]) -> None:
    with house.owner.cursor() as cursor, cursor.copy(f"COPY {into} FROM STDIN") as copy:
        for line in lines:
            copy.write(line)


def _code(place: int) -> str:
    """A person's code: unlike any of the other rows' people."""
    from doseline.shared.ids import ALPHABET, with_check_letter

    mixed = place * 2_654_435_761 % 32**6
    return with_check_letter("X" + "".join(ALPHABET[mixed >> 5 * letter & 31] for letter in range(6)))


# --- Finding ---------------------------------------------------------------------------------------------------------


def _find_people() -> Row:
    """One search after another, as an officer types: by name in two scripts with birth date (some misspelt) or year, by name
    alone, by phone, by code, by document."""
    from doseline.register.queries import find_people

    chance = random.Random(3)
    step = max(PEOPLE // _FINDS, 1)
    sought = [(n, made) for n, made in enumerate(make_people(1, PEOPLE)) if n % step == 0]
    ways: tuple[Callable[[int, MadePerson], tuple[str, str]], ...] = (
        lambda _n, made: (made.name, f"{made.born_on:%d/%m/%Y}"), lambda _n, made: (made.name_local, f"{made.born_on:%d/%m/%Y}"),
        lambda _n, made: (_misspelt(made.name), f"{made.born_on:%d/%m/%Y}"), lambda _n, made: (made.name, str(made.born_on.year)),
        lambda _n, made: (made.name, ""), lambda _n, made: (made.phone, ""), lambda n, _made: (_code(n), ""),
        lambda _n, made: (made.document, ""),
    )  # fmt: skip
    today = date(2021, 1, 16)
    asked = [ways[place % len(ways)](n, made) for place, (n, made) in enumerate(chance.sample(sought, len(sought)))]
    for text, born in asked[:50]:
        find_people(text, born, [_AREA], today)
    took, missed = [], 0
    for text, born in asked:
        started = time.perf_counter()
        found = find_people(text, born, [_AREA], today)
        took.append((time.perf_counter() - started) * 1000)
        missed += not found.found
    if missed > len(asked) // 50:
        raise AssertionError(f"{missed} of {len(asked)} were not found")
    took.sort()
    p99 = took[len(took) * 99 // 100]
    return Row(name="find_person", value=p99, unit="ms p99", limit_name="aim", limit=_FIND_MS_AIM,
               p50_ms=took[len(took) // 2], p99_ms=p99)  # fmt: skip


def _misspelt(name: str) -> str:
    """With one letter left out of the first word."""
    return name[:2] + name[3:]


# --- Placing and inviting --------------------------------------------------------------------------------------------


def _place_and_invite(house: House) -> list[Row]:
    from doseline.messages import commands as messages
    from doseline.planning import allotting
    from doseline.planning.models import Allotment, Drive, Session

    drive = Drive.objects.get(name="Register")
    first = Session.objects.filter(drive=drive).order_by("on_date").values_list("on_date", flat=True)[0]
    allotting.ask_for_allotment(
        drive=drive, area=_AREA, starts_on=first, ends_on=first + timedelta(days=_DAYS), groups=["HCW"], by=None
    )
    started = time.perf_counter()
    while allotting.work_on_allotments():
        pass
    seconds = time.perf_counter() - started
    placed = Allotment.objects.filter(session__drive=drive, kind="booked").count()
    if placed < PEOPLE * 0.99:
        raise AssertionError(f"{placed} of {PEOPLE} placed")
    house.owner.execute("VACUUM ANALYZE allotment")
    messages.load_texts()
    sessions = list(Session.objects.filter(drive=drive).values_list("session_id", flat=True))
    inviting = time.perf_counter()
    queued = messages.compose(sessions, "invitation")
    rate = queued / (time.perf_counter() - inviting)
    if queued != placed:
        raise AssertionError(f"{queued} invitations for {placed} people")
    return [
        Row(name="allotment", value=seconds, unit="s", limit_name="aim", limit=_SECONDS_AIM),
        Row(name="messages", value=rate, unit="queued/s", limit_name="aim", limit=_ROWS_AIM),
    ]


# --- Importing -------------------------------------------------------------------------------------------------------


def _import_long(folder: Path) -> Row:
    """Half of the rows are of people in the register, one in ten of these misspelt or with another phone; half are new."""
    path = folder / "long.csv"
    _write_list(path, zip(make_people(1, PEOPLE), make_people(2, PEOPLE), strict=True))
    _receive(path)
    read = subprocess.run([sys.executable, "-c", _READER], check=True, stdout=subprocess.PIPE)
    seconds, megabytes = json.loads(read.stdout)
    return Row(name="import", value=PEOPLE / seconds, unit="rows/s", limit_name="aim", limit=_ROWS_AIM,
               rss_mb=megabytes)  # fmt: skip


def _import_short(folder: Path) -> Row:
    """What an officer waits for with 20,700 people: from the columns chosen to all of them in the register."""
    from doseline.imports import commands
    from doseline.imports.models import ImportFile

    path = folder / "short.csv"
    _write_list(path, ((made, made) for made in make_people(3, _SHORT_LIST)))
    import_id = _receive(path)
    started = time.perf_counter()
    while commands.work_on_imports():
        pass
    commands.start_applying(ImportFile.objects.get(pk=import_id))
    while commands.work_on_imports():
        pass
    return Row(name="import_applied", value=time.perf_counter() - started, unit="s for 20,700", limit_name="aim",
               limit=_APPLIED_SECONDS_AIM)  # fmt: skip


def _write_list(path: Path, pairs: Iterator[tuple[MadePerson, MadePerson]]) -> None:
    chance = random.Random(5)
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow("Sl No,Name,Date of Birth,Gender,Mobile,Employee ID,Facility Name".split(","))
        for number, (known, new) in enumerate(pairs, start=1):
            made = known if chance.random() < 0.5 else new
            name, phone, luck = made.name, made.phone, chance.random()
            if luck > 0.95:
                name = _misspelt(name)
            elif luck > 0.9:
                phone = new.phone
            born = f"{made.born_on:%d/%m/%Y}" if chance.random() < 0.8 else made.born_on.isoformat()
            phone = f"+91 {phone}" if chance.random() < 0.3 else phone
            shown = name if chance.random() < 0.7 else made.name_local
            writer.writerow([number, shown, born, made.sex[0].upper(), phone, made.document, made.institution])


def _receive(path: Path) -> UUID:
    from doseline.imports import commands
    from doseline.places.models import OrgUnit
    from doseline.staff.models import Staff

    sent = commands.receive_list(
        path, name=path.name, kind="people", org_unit=OrgUnit.objects.get(code="IN.36.725"), institution="",
        priority_group="HCW", by=Staff.objects.get(username="meena"),
    )  # fmt: skip
    if faults := commands.choose_columns(sent, columns=sent.columns, month_first=False):
        raise AssertionError(faults)
    return sent.pk
