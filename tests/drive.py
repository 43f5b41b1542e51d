# SPDX-License-Identifier: Apache-2.0
"""A small drive for tests, and personas: Asha vaccinates, Ravi looks after West Bengal, Meena is at national
headquarters, Dipa has the district of Kolkata, Charlie may see nothing."""

import random
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from allauth.mfa.models import Authenticator
from django.test import Client

from doseline.followups.commands import drain
from doseline.ledger.commands import Verdict
from doseline.people.models import ContactPoint, Identifier, Person
from doseline.places.models import OrgUnit, Site
from doseline.planning.models import Allotment, Session, SessionStaff
from doseline.planning.models import Drive as DriveRow
from doseline.planning.packs import start_permit
from doseline.rehearsal.device import JournalEntry, SimulatedDevice
from doseline.shared import clock, sql
from doseline.shared.ids import uuid7, with_check_letter
from doseline.staff.commands import add_officer, set_pin
from doseline.staff.models import Staff
from doseline.sync import commands as sync
from doseline.sync import wire
from doseline.sync.devices import DeviceBook, KnownDevice
from doseline.vaccines.commands import load_covid19
from doseline.vaccines.models import Batch

PIN = "135790"


@dataclass
class TestPhone:
    """A simulated device at a session, and the server it talks to in this process."""

    __test__ = False
    device: SimulatedDevice
    session: Session
    staff: Staff

    def act(
        self, kind: str, *, at: datetime | None = None, session_id: UUID | None = None, **particulars: Any
    ) -> JournalEntry:
        """Writes one fact."""
        particulars.pop("person", None)
        return self.device.act(
            kind,
            session_id=session_id or self.session.session_id,
            staff_id=self.staff.staff_id,
            at=at or clock.now(),
            **particulars,
        )

    def give(self, person: Person, *, at: datetime | None = None, batch: Batch | None = None) -> JournalEntry:
        """Writes a dose."""
        return self.act(
            "dose_given",
            at=at,
            person_id=person.person_id,
            product_code="COVISHIELD",
            batch_id=batch.batch_id if batch else None,
            dose_number=1,
            body_site="left_arm",
            warnings=[],
        )

    def start(self, at: datetime | None = None) -> JournalEntry:
        """Starts the session by a permit of its own."""
        permit = start_permit(
            self.session,
            device_id=self.device.device_id,
            device_key=self.device.public_key,
            staff_ids=[self.staff.staff_id],
        )
        return self.act("session_opened", at=at, rung="permit", permit=permit)

    def known(self) -> KnownDevice:
        """This phone as the server knows it now."""
        return DeviceBook().get(self.device.device_id)

    def push(
        self, entries: list[JournalEntry] | None = None, *, now: datetime | None = None, **said: Any
    ) -> list[Verdict]:
        """Uploads what has no verdict, or `entries`; takes the verdicts in."""
        sending = self.device.unsent() if entries is None else entries
        now = now or clock.now()
        said.setdefault("sent_at", now)
        body = self.device.push_body(sending, said.pop("sent_at"), **said)
        verdicts = self.push_bytes(body, now=now)
        self.device.settle([(str(e.fact_id), v.verdict) for e, v in zip(sending, verdicts, strict=True)])
        return verdicts

    def push_bytes(
        self, body: bytes, *, now: datetime | None = None, known: KnownDevice | None = None
    ) -> list[Verdict]:
        """Uploads these very bytes, signed."""
        signature = self.device.push_headers(body)["Doseline-Signature"]
        return sync.push(known or self.known(), body, signature, now or clock.now())


@dataclass
class Drive:
    """What `build_drive` built."""

    sessions: list[Session]
    batch: Batch
    expired_batch: Batch
    asha: Staff
    chance: random.Random

    @property
    def session(self) -> Session:
        """The first session, Asha's."""
        return self.sessions[0]

    def people(self, session: Session | None = None) -> list[Person]:
        """The roster, by slot."""
        rows = (
            Allotment.objects.filter(session=session or self.session)
            .select_related("person")
            .order_by("slot_at", "person__code")
        )
        return [row.person for row in rows]

    def phone(self, session: Session | None = None) -> TestPhone:
        """One more phone enrolled at the session's site, through the real command."""
        import base64

        at = session or self.session
        device = SimulatedDevice(self.chance)
        code = sync.make_enrolment_code(site=at.site, made_by=None, now=clock.now())
        asked = wire.Enrol(code=code, public_key=base64.b64encode(device.public_key).decode(), label="Phone")
        device.device_id = sync.enrol(asked, clock.now()).device_id
        return TestPhone(device, at, self.asha)


def build_drive(opens_in: timedelta = timedelta(hours=-1)) -> Drive:
    """Two sites in Kolkata, ten people each."""
    load_covid19()
    nation = OrgUnit.objects.create(code="IN", level="nation", name="India")
    state = OrgUnit.objects.create(
        code="IN.36", level="state", parent=nation, cowin_id=36, name="West Bengal", name_bn="পশ্চিমবঙ্গ"
    )
    kolkata = OrgUnit.objects.create(
        code="IN.36.725", level="district", parent=state, cowin_id=725, name="Kolkata", name_bn="কলকাতা"
    )
    OrgUnit.objects.create(code="IN.36.721", level="district", parent=state, cowin_id=721, name="Howrah")
    drive = DriveRow.objects.create(
        programme_id="COVID-19", org_unit=state, name="Health workers", starts_on=clock.today()
    )
    asha = Staff.objects.create(username="asha", display_name="Asha", password="!")
    set_pin(asha, PIN, clock.now())
    batches = [
        Batch.objects.create(product_id="COVISHIELD", number=number, expires_on=clock.today() + timedelta(days=days))
        for number, days in (("T-1", 90), ("T-OLD", -5))
    ]
    sessions = [_session(drive, kolkata, number, asha, batches, opens_in) for number in (1, 2)]
    return Drive(sessions, batches[0], batches[1], asha, random.Random(7))


def _session(
    drive: DriveRow, district: OrgUnit, number: int, asha: Staff, batches: list[Batch], opens_in: timedelta
) -> Session:
    site = Site.objects.create(name=f"Hospital {number}", org_unit=district, pincode="700001")
    opens_at = clock.now() + opens_in
    session = Session.objects.create(
        drive=drive, site=site, product_id="COVISHIELD", on_date=clock.today(), opens_at=opens_at,
        closes_at=opens_at + timedelta(hours=8), expected_count=10,
    )  # fmt: skip
    session.batches.set(batches)
    SessionStaff.objects.create(session=session, staff=asha, role="vaccinator")
    for place in range(10):
        person = Person.objects.create(
            code=with_check_letter(f"T{number}{place:04d}"), name_latin=f"Test Person {place}", name_local=f"পরীক্ষা {place}",
            local_language="bn", sex="female", born_year=1980, priority_group="HCW", org_unit=district,
            registered_at=datetime.now(UTC),
        )  # fmt: skip
        Allotment.objects.create(session=session, person=person, slot_at=opens_at + timedelta(minutes=30 * place))
        Identifier.objects.create(person=person, kind="employer_card", value=f"HW00{number}{place:03d}")
        ContactPoint.objects.create(person=person, kind="phone", value=f"50000{number}{place:04d}")
    return session


def officer(username: str, role: str, area: str) -> Client:
    """A browser logged in as an official who has given their second factor."""
    unit = OrgUnit.objects.get(code=area)
    staff = add_officer(username=username, password=uuid7().hex, display_name=username.title(), role=role, area=unit)
    Authenticator.objects.create(user=staff, type=Authenticator.Type.TOTP, data={"secret": "not used here"})
    client = Client()
    client.force_login(staff)
    return client


def status_of(session: Session, person: Person) -> dict[str, Any] | None:
    """The person's roster row in status, after follow-ups."""
    drain()
    rows = sql.dicts("sync/changes", {"session_id": session.session_id, "cursor": 0, "limit": 1000})
    return next((row for row in rows if row["person_id"] == person.person_id), None)
