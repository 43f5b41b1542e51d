# SPDX-License-Identifier: Apache-2.0
"""What a phone says and hears, as shapes. `doseline wire` writes contract/wire/ and the OpenAPI document from here."""

from datetime import datetime
from typing import Annotated, Any, Literal
from uuid import UUID

import msgspec
from msgspec import Meta, Struct

Hash = Annotated[str, Meta(pattern="^[0-9a-f]{64}$", description="SHA-256, lower-case hex.")]
Text = Annotated[str, Meta(max_length=200)]
Time = Annotated[datetime, Meta(tz=True, description="RFC 3339 with offset.")]
Code = Annotated[str, Meta(pattern="^[A-Z0-9_-]{1,30}$")]
Mode = Literal["online", "device", "paper"]

NotGivenReason = Literal[
    "absent", "refused", "unwell", "contraindicated", "already_had", "no_vaccine", "deferred"
]  # fmt: skip
VoidReason = Literal["mistaken_tap", "wrong_person", "wrong_batch", "other"]
Trouble = Literal["app_slow", "no_code", "no_vaccine", "no_people", "crowd", "aefi_help", "pause", "power", "other"]


class Fact(Struct, tag_field="kind", kw_only=True, gc=False):
    """What every fact carries. `previous_hash` is the hash of the phone's fact before (64 zeros for its first);
    `mono_ms` and `boot_id` are the phone's uptime clock, which no one can set wrong."""

    fact_id: UUID
    device_id: UUID
    device_seq: Annotated[int, Meta(ge=1, le=2_000_000_000)]
    previous_hash: Hash
    session_id: UUID
    staff_id: UUID
    given_at: Time
    written_at: Time
    mode: Mode
    mono_ms: float | None = None
    boot_id: Annotated[str, Meta(max_length=36)] | None = None


Rung = Literal["permit", "second_phone", "code", "voice", "card", "break_glass"]


class SessionOpened(Fact, tag="session_opened"):
    """A session was started, by the `rung` of the ladder that the phone checked.

    permit: `permit` is this phone's start permit (JWS). second_phone: `permit` is another phone's, `handed` that phone's
    signature giving it away. code: `permit` was given for a one-time code. voice: the `challenge` the phone showed and the
    `answer` typed. card: the sealed `card_code`. break_glass: `second_staff_id` typed their PIN too, and `why`."""

    rung: Rung
    permit: Annotated[str, Meta(max_length=4096)] = ""
    handed: Annotated[str, Meta(max_length=200)] = ""
    challenge: Annotated[str, Meta(pattern="^([0-9]{8})?$")] = ""
    answer: Annotated[str, Meta(max_length=20)] = ""
    card_code: Annotated[str, Meta(max_length=20)] = ""
    second_staff_id: UUID | None = None
    why: Text = ""


class SessionClosed(Fact, tag="session_closed"):
    """The session's work is over."""


class ModeChanged(Fact, tag="mode_changed"):
    """The session went over to `mode`."""

    reason: Literal["network_slow", "network_back", "phone_trouble", "other"]


class VialOpened(Fact, tag="vial_opened"):
    """A vial was opened: its batch holds for the doses that follow."""

    product_code: Code
    batch_id: UUID


class TroubleReported(Fact, tag="trouble_reported"):
    """The site called for help, or gave the reason of a stop."""

    reason: Trouble


class PersonFact(Fact, kw_only=True):
    """A fact about one person."""

    person_id: UUID


class WalkInRegistered(PersonFact, tag="walk_in_registered"):
    """Someone not on the roster. `sealed_person` is a `WalkInPerson` encrypted to the server's key (compact JWE)."""

    sealed_person: Annotated[str, Meta(max_length=4096)]


class PersonArrived(PersonFact, tag="person_arrived"):
    """The person is at the site."""


class IdentityChecked(PersonFact, tag="identity_checked"):
    """Someone looked at a document, or knows the person."""

    document: Literal["aadhaar", "voter_id", "driving_licence", "passport", "pan", "employer_card", "other", "known"]


class DoseGiven(PersonFact, tag="dose_given"):
    """A dose was given. `warnings` are those shown before it was given."""

    product_code: Code
    batch_id: UUID | None
    dose_number: Annotated[int, Meta(ge=1, le=20)]
    body_site: Literal["left_arm", "right_arm"]
    warnings: Annotated[list[Code | Text], Meta(max_length=10)] = []


class NotGiven(PersonFact, tag="not_given"):
    """No dose was given to this person in this session."""

    reason: NotGivenReason


class ObservationEnded(PersonFact, tag="observation_ended"):
    """The person left the observation room."""

    reason: Literal["released", "left_early", "aefi"]


class FactVoided(Fact, tag="fact_voided"):
    """An earlier fact is taken back. The earlier fact stays in the ledger; it no longer counts."""

    person_id: UUID | None
    corrects_fact_id: UUID
    reason: VoidReason


AnyFact = (
    SessionOpened | SessionClosed | ModeChanged | VialOpened | TroubleReported | WalkInRegistered | PersonArrived
    | IdentityChecked | DoseGiven | NotGiven | ObservationEnded | FactVoided
)  # fmt: skip


class FactHead(Struct):
    """As much of an unknown or faulty fact as can be read, so that it can be kept under its own name."""

    fact_id: UUID
    device_id: UUID
    device_seq: int
    kind: str


class PackHeld(Struct):
    """A session pack on the phone; `is_opened` once a PIN has opened it there."""

    session_id: UUID
    version: Annotated[int, Meta(ge=1, le=1_000_000)]
    is_opened: bool


class Push(Struct):
    """One upload. No facts makes it a heartbeat. `last_seq` is the highest number the phone has given to a fact; `packs`
    are those it holds, so that headquarters sees which sessions could start without a network."""

    sent_at: Time
    last_seq: Annotated[int, Meta(ge=0)]
    waiting_count: Annotated[int, Meta(ge=0)]
    app_version: Annotated[str, Meta(max_length=40)]
    storage_persistent: bool
    facts: list[msgspec.Raw]
    mono_ms: float | None = None
    boot_id: Annotated[str, Meta(max_length=36)] | None = None
    session_id: UUID | None = None
    packs: Annotated[list[PackHeld], Meta(max_length=20)] = []


class FactVerdict(Struct, omit_defaults=True):
    """What became of one fact: it may leave the phone's outbox."""

    fact_id: str
    verdict: Literal["recorded", "already_recorded", "held", "refused"]
    problem: str | None = None
    sentence: str | None = None


class ClockAnswer(Struct):
    """The server's time; `speed` is 1 but in a demo, whose clock runs as it likes."""

    now: datetime
    speed: float
    is_demo: bool


class PushAnswer(Struct):
    """One verdict a fact, in the order sent."""

    verdicts: list[FactVerdict]
    clock: ClockAnswer


class ProblemAnswer(Struct):
    """Why a request was not done. Codes are in docs/problems.md."""

    problem: str
    sentence: str
    clock: ClockAnswer


class Enrol(Struct):
    """A phone asks to join: the code someone read to it, and the public half of its new key (SPKI, base64)."""

    code: Annotated[str, Meta(max_length=20)]
    public_key: Annotated[str, Meta(max_length=400)]
    label: Annotated[str, Meta(min_length=1, max_length=60)]


class EnrolAnswer(Struct):
    """Who the phone now is, what it is called at its site, and which keys of ours it pins (JWKs)."""

    device_id: UUID
    label: str
    site_id: UUID
    site_name: dict[str, str]
    server_keys: dict[str, dict[str, Any]]
    clock: ClockAnswer


class PackListed(Struct):
    """A session of the phone's site and the newest pack of it. `is_frozen`: built after the freeze, with the frozen pack's
    own key, so a phone may take it in during its work."""

    session_id: UUID
    on_date: str
    opens_at: datetime
    closes_at: datetime
    pack_version: int
    is_frozen: bool = False


class PackList(Struct):
    """Sessions of the phone's site from yesterday to a week ahead, by opening time. `codes_trusted`: whether codes by SMS
    arrive in the site's region just now."""

    sessions: list[PackListed]
    codes_trusted: bool
    clock: ClockAnswer


class AskCode(Struct):
    """A phone asks that a start code be sent to a member of the session's team."""

    staff_id: UUID
    channel: Literal["sms", "email"]


class AskCodeAnswer(Struct):
    """The code is on its way to an address that ends in `address_tail`."""

    address_tail: str
    expires_at: datetime
    clock: ClockAnswer


class CheckCode(Struct):
    """The code a member of the team typed: the one sent, or (`is_app`) the one their authenticator shows."""

    staff_id: UUID
    code: Annotated[str, Meta(max_length=20)]
    is_app: bool = False


class CheckCodeAnswer(Struct):
    """The code was right: a start permit (JWS) for this phone and person."""

    permit: str
    clock: ClockAnswer


class PackAnswer(Struct):
    """A pack: `manifest` (JWS of a `PackManifest`), `content` (base64 of AES-256-GCM of gzip of a `PackContent`),
    and this phone's start `permit` (JWS of a `StartPermit`)."""

    manifest: str
    content: str
    permit: str


class RosterChange(Struct, omit_defaults=True):
    """Where a person stands in a session, from all its phones' facts."""

    person_id: UUID
    state: str
    is_walk_in: bool
    arrived_at: datetime | None = None
    identity_checked_at: datetime | None = None
    given_at: datetime | None = None
    dose_fact_id: UUID | None = None
    dose_device_id: UUID | None = None
    batch_id: UUID | None = None
    dose_number: int | None = None
    not_given_reason: str | None = None
    observation_outcome: str | None = None


class ChangesAnswer(Struct):
    """What happened in a session after `cursor`; ask again with the new cursor while `is_more`."""

    changes: list[RosterChange]
    cursor: int
    is_more: bool
    opened_at: datetime | None
    closed_at: datetime | None
    clock: ClockAnswer
