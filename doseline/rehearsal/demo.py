# SPDX-License-Identifier: Apache-2.0
"""Builds the demo: West Bengal on its first day, 207 sites with 100 health workers each, to be lived today."""

import os
import random
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from uuid import UUID

from django.db import connection, transaction

from doseline.messages.commands import load_texts
from doseline.messages.models import Gateway
from doseline.paper.commands import make_sheets
from doseline.people.commands import index_people
from doseline.people.models import ContactPoint, Identifier, Person
from doseline.places.commands import load_blocks, load_india
from doseline.places.models import OrgUnit, Site
from doseline.planning.models import Allotment, Drive, Session, SessionStaff
from doseline.planning.packs import build_pack
from doseline.rehearsal.names import make_person, words
from doseline.shared import clock
from doseline.shared.clock import INDIA
from doseline.shared.ids import ALPHABET, uuid7, with_check_letter
from doseline.staff.commands import PIN_ITERATIONS, add_officer, give_authenticator, stretch_pin
from doseline.staff.models import RoleGrant, Staff, StaffPin
from doseline.vaccines.commands import load_covid19
from doseline.vaccines.models import Batch, Product

PEOPLE_PER_SITE = 100
DEMO_PIN = "202101"
_RURAL = ("Rural Hospital", "Block Health Centre")
DAY_STARTS, DAY_ENDS = (8, 40), (20, 0)
TEAM = (("site_manager", 1), ("verifier", 1), ("vaccinator", 1), ("observer", 1), ("entry_officer", 1))
OFFICERS = (
    ("meena", "Meena", "national_officer", "IN", "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"),
    ("ravi", "Ravi", "state_officer", "IN.36", "KRSXG5CTMVRXEZLUKRSXG5CTMVRXEZLU"),
    ("sana", "Sana", "volunteer", "IN.36", "ONQW4YJTGI2TMNZYHEYDCMRTGQ2TMNZY"),
    ("dipa", "Dipa", "district_officer", "IN.36.725", "MFRGGZDFMZTWQ2LKMFRGGZDFMZTWQ2LK"),
)
Progress = Callable[[str], None]


class NotADemoError(Exception):
    """The database holds something that is not a demo: it will not be touched."""


def is_demo() -> bool:
    """True in a demo database."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT EXISTS (SELECT FROM demo_installation)")
        return bool(cursor.fetchone()[0])


def build_demo(
    *,
    seed: int = 16,
    on_date: date | None = None,
    site_count: int = 207,
    tell: Progress = print,
    authenticators: bool = True,
) -> None:
    """Builds the demo drive in an empty database, in one transaction. About 8 s. When there is one
    already, its clock goes on from where it stood.
    Raises NotADemoError when the database already holds people of a real drive."""
    if is_demo():
        wake()
        return
    if Person.objects.exists() or Staff.objects.exists():
        raise NotADemoError("this database holds a real drive; a demo needs an empty one")
    day = on_date or datetime.now(INDIA).date()
    with transaction.atomic():
        _Builder(seed, day, tell).build(site_count, authenticators)
    with connection.cursor() as cursor:  # else the first minute is planned as if the tables were empty
        cursor.execute("SET ROLE NONE; ANALYZE; RESET ROLE")


def demo_day() -> date:
    """The day the demo lives. Raises NotADemoError."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT on_date FROM demo_installation")
        row = cursor.fetchone()
    if row is None:
        raise NotADemoError("only a demo has a clock of its own")
    found: date = row[0]
    return found


def set_time(demo_now: datetime) -> None:
    """Lets the demo go on from another time, at ordinary speed, for at most twelve hours. What was recorded stays.
    Raises NotADemoError."""
    demo_day()
    clock.set_demo_clock(demo_now=demo_now, speed=1.0, demo_stop=demo_now + timedelta(hours=12))


def break_gateway(code: str, *, is_down: bool) -> None:
    """Lets a gateway of the demo's network refuse everything, or serve again. Others are not touched; unknown codes neither."""
    for gateway in Gateway.objects.filter(code=code, kind="demo"):
        gateway.settings["is_down"] = is_down
        gateway.save(update_fields=["settings"])


def wake() -> None:
    """Lets the demo clock go on from where it stood when the demo was last up: it stands still while nothing runs. It never steps back
    behind what phones were heard to say, when all of it was killed between two beats of the worker."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT max(beat_at), (SELECT max(heard_at) FROM device_contact) FROM worker_beat")
        last_alive, last_heard = cursor.fetchone()
    setting = clock.clock.setting()
    if setting is not None and last_alive is not None:
        stood_at = setting.read(last_alive)
        demo_now = max(stood_at, last_heard) if last_heard is not None else stood_at
        clock.set_demo_clock(demo_now=min(demo_now, setting.demo_stop), speed=1.0, demo_stop=setting.demo_stop)


def at_day(day: date, time: tuple[int, int]) -> datetime:
    return datetime(day.year, day.month, day.day, *time, tzinfo=INDIA).astimezone(UTC)


class _Builder:
    def __init__(self, seed: int, day: date, tell: Progress) -> None:
        self.chance = random.Random(seed)
        self.seed, self.day, self.tell = seed, day, tell
        self.morning = at_day(day, DAY_STARTS)
        self.code_number = 0

    def build(self, site_count: int, authenticators: bool) -> None:
        with connection.cursor() as cursor:
            cursor.execute(
                "INSERT INTO demo_installation (made_at, seed, on_date) VALUES (%s, %s, %s)",
                [datetime.now(UTC), self.seed, self.day],
            )
        clock.set_demo_clock(demo_now=self.morning, speed=1.0, demo_stop=at_day(self.day, DAY_ENDS))
        self.tell("Loading India: nation, states, districts")
        load_india()
        load_blocks((district, *names) for district, blocks in words()["blocks"].items() for names in blocks)
        load_covid19()
        self._add_officers(authenticators)
        sites = self._make_sites()[:site_count]
        self.tell(f"Planning {len(sites)} sessions for {len(sites) * PEOPLE_PER_SITE:,} people")
        sessions = self._make_sessions(sites)
        self._make_teams(sessions)
        self._make_people(sessions)
        self._make_gateways()
        with connection.cursor() as cursor:
            cursor.execute("ANALYZE person, allotment, identifier, contact_point, session_staff")
        self.tell("Building session packs")
        for session in sessions:
            make_sheets(session, by=None, now=self.morning - timedelta(hours=15))
            build_pack(session.session_id, self.morning - timedelta(hours=14))

    def _id(self) -> UUID:
        return uuid7(int(self.morning.timestamp() * 1000) - 86_400_000, self.chance.randbytes(10))

    def _add_officers(self, authenticators: bool) -> None:
        for username, name, role, area, secret in OFFICERS:
            password = f"doseline-{username}-{self.day:%Y}"
            staff = add_officer(
                username=username,
                password=password,
                display_name=name,
                role=role,
                area=OrgUnit.objects.get(code=area),
                phone=make_person(self.chance).phone,
            )
            if authenticators:
                give_authenticator(staff, secret)
            with connection.cursor() as cursor:
                cursor.execute(
                    "INSERT INTO demo_login (username, password, totp_secret, role) VALUES (%s, %s, %s, %s)",
                    [username, password, secret, role],
                )

    def _make_sites(self) -> list[Site]:
        lists = words()
        districts = {unit.cowin_id: unit for unit in OrgUnit.objects.filter(parent_id="IN.36")}
        sites: list[Site] = []
        for district_id, facts in lists["districts"].items():
            sites += self._sites_of(districts[int(district_id)], facts, lists["site_kinds"])
        sites.sort(key=lambda site: (site.org_unit_id != "IN.36.725", site.org_unit_id, site.name))
        Site.objects.bulk_create(sites)
        return sites

    def _sites_of(self, district: OrgUnit, facts: dict[str, float], kinds: list[list[str]]) -> list[Site]:
        """Rural places lie in the district's blocks, one after another; the others in the district's town."""
        blocks = list(OrgUnit.objects.filter(parent=district).order_by("code"))
        sites = []
        for number in range(int(facts["sites"])):
            kind = kinds[number % len(kinds)]
            ordinal = number // len(kinds) + 1
            area = blocks[number % len(blocks)] if blocks and kind[0] in _RURAL else district
            name, name_bn, name_hi = _short_names(area)
            sites.append(
                Site(
                    site_id=self._id(),
                    name=f"{kind[0]} {ordinal}, {name}",
                    name_bn=f"{kind[1]} {_digits(ordinal, '০')}, {name_bn}",
                    name_hi=f"{kind[2]} {ordinal}, {name_hi}",
                    org_unit=area,
                    pincode=str(int(facts["pincode"]) + number),
                    latitude=round(facts["latitude"] + self.chance.uniform(-0.12, 0.12), 5),
                    longitude=round(facts["longitude"] + self.chance.uniform(-0.12, 0.12), 5),
                )
            )
        return sites

    def _make_sessions(self, sites: list[Site]) -> list[Session]:
        state = OrgUnit.objects.get(code="IN.36")
        drive = Drive.objects.create(
            drive_id=self._id(),
            programme_id="COVID-19",
            org_unit=state,
            name="Health workers",
            starts_on=self.day,
        )
        batches = self._make_batches()
        sessions = []
        for place, site in enumerate(sites):
            product = "COVAXIN" if place % 17 == 16 else "COVISHIELD"
            sessions.append(
                Session(
                    session_id=self._id(),
                    drive=drive,
                    site=site,
                    product_id=product,
                    on_date=self.day,
                    opens_at=at_day(self.day, (9, 0)),
                    closes_at=at_day(self.day, (17, 0)),
                    expected_count=PEOPLE_PER_SITE,
                    capacity=PEOPLE_PER_SITE,
                )
            )
        Session.objects.bulk_create(sessions)
        links = Session.batches.through
        links.objects.bulk_create(
            links(session_id=session.session_id, batch_id=batch.batch_id)
            for session in sessions
            for batch in batches
            if batch.product_id == session.product_id
        )
        return sessions

    def _make_batches(self) -> list[Batch]:
        later = self.day + timedelta(days=120)
        batches = [
            Batch(
                batch_id=self._id(),
                product=product,
                number=number,
                expires_on=later + timedelta(days=30 * place),
            )
            for product, numbers in (
                (Product.objects.get(code="COVISHIELD"), ("DEMO-S001", "DEMO-S002")),
                (Product.objects.get(code="COVAXIN"), ("DEMO-X001", "DEMO-X002")),
            )
            for place, number in enumerate(numbers)
        ]
        return Batch.objects.bulk_create(batches)

    def _make_teams(self, sessions: list[Session]) -> None:
        """Everyone in a demo shares one PIN, so it is stretched once."""
        salt = os.urandom(16)
        key = stretch_pin(DEMO_PIN, salt)
        staff: list[Staff] = []
        members: list[SessionStaff] = []
        grants: list[RoleGrant] = []
        for place, session in enumerate(sessions):
            for role, _count in TEAM:
                made = make_person(self.chance)
                person = Staff(
                    staff_id=self._id(),
                    username=f"demo-{place + 1:03d}-{role}",
                    password="!",  # noqa: S106 - no log-in
                    display_name=made.name_latin,
                    display_name_local=made.name_local,
                    phone=made.phone,
                )
                staff.append(person)
                members.append(SessionStaff(session=session, staff=person, role=role, session_staff_id=self._id()))
                grants.append(RoleGrant(staff=person, role=role, site_id=session.site_id, grant_id=self._id()))
        Staff.objects.bulk_create(staff)
        pins = [StaffPin(staff=s, salt=salt, iterations=PIN_ITERATIONS, key=key, set_at=self.morning) for s in staff]
        StaffPin.objects.bulk_create(pins)
        RoleGrant.objects.bulk_create(grants)
        SessionStaff.objects.bulk_create(members)

    def _make_people(self, sessions: list[Session]) -> None:
        people: list[Person] = []
        rosters: list[Allotment] = []
        identifiers: list[Identifier] = []
        contacts: list[ContactPoint] = []
        for session in sessions:
            for place in range(PEOPLE_PER_SITE):
                made = make_person(self.chance)
                person = Person(
                    person_id=self._id(),
                    code=self._next_code(),
                    name_latin=made.name_latin,
                    name_local=made.name_local,
                    local_language="bn",
                    sex=made.sex,
                    born_year=made.born_year,
                    priority_group="HCW",
                    institution=session.site.name,
                    org_unit_id=session.site.org_unit_id,
                    registered_at=self.morning - timedelta(days=20),
                )
                people.append(person)
                slot_at = session.opens_at + timedelta(minutes=30 * (place * 16 // PEOPLE_PER_SITE))
                rosters.append(Allotment(allotment_id=self._id(), session=session, person=person, slot_at=slot_at))
                identifiers.append(
                    Identifier(identifier_id=self._id(), person=person, kind="employer_card", value=made.document)
                )
                contacts.append(
                    ContactPoint(contact_point_id=self._id(), person=person, kind="phone", value=made.phone)
                )
        Person.objects.bulk_create(people, batch_size=5_000)
        Allotment.objects.bulk_create(rosters, batch_size=5_000)
        Identifier.objects.bulk_create(identifiers, batch_size=5_000)
        ContactPoint.objects.bulk_create(contacts, batch_size=5_000)
        index_people(person.person_id for person in people)

    def _make_gateways(self) -> None:
        """Two ways out of the demo's own network; numbers of our own tell how codes travel."""
        load_texts()
        for code, salt in (("demo-a", ""), ("demo-b", "b")):
            probes = [{"region": "IN.36", "number": f"511111111{place}"} for place in range(4)]
            Gateway.objects.create(code=code, kind="demo", channel="sms", settings={"salt": salt, "probes": probes})
        with connection.cursor() as cursor:  # nine in ten got their invitation the day before
            cursor.execute(
                "UPDATE allotment SET told_at = %s, told_how = 'delivered' WHERE right(person_id::text, 1) <> '0'"
                " AND right(person_id::text, 2) <> 'ff'",
                [self.morning - timedelta(hours=16)],
            )

    def _next_code(self) -> str:
        """Seven letters and a check letter, all different, in no order anyone could count on."""
        self.code_number += 1
        mixed = (self.code_number * 2_654_435_761 + self.seed) % 32**6
        letters = "".join(ALPHABET[mixed >> (5 * place) & 31] for place in range(6))
        return with_check_letter("W" + letters)


def _short_names(area: OrgUnit) -> tuple[str, str, str]:
    """The area's names without what only a list of districts needs."""
    return (
        area.name.split(" HD")[0].removesuffix(" District").title() if area.level == "district" else area.name,
        area.name_bn.split(" স্বাস্থ্য")[0].split(" (")[0],
        area.name_hi.split(" स्वास्थ्य")[0].split(" (")[0],
    )


def _digits(number: int, zero: str) -> str:
    return "".join(chr(ord(zero) + int(digit)) for digit in str(number))
