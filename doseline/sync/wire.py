# SPDX-License-Identifier: Apache-2.0
"""What a phone says and hears, as shapes. `doseline wire` writes contract/wire/ and the OpenAPI document from here."""

from datetime import datetime
from typing import Annotated, Any, Literal
from uuid import UUID

import msgspec
from msgspec import Meta, Struct

# The pattern stands in the contract; `rules.read_fact` holds to it at a fifth of what a regular expression costs.
Hash = Annotated[
    str,
    Meta(
        min_length=64,
        max_length=64,
        description="SHA-256, lower-case hex.",
        extra_json_schema={"pattern": "^[0-9a-f]{64}$"},
    ),
]
Text = Annotated[str, Meta(max_length=200)]
Time = Annotated[datetime, Meta(tz=True, description="RFC 3339 with offset.")]
Code = Annotated[str, Meta(pattern="^[A-Z0-9_-]{1,30}$")]
Word = Annotated[str, Meta(pattern="^[a-z0-9_]{1,40}$", description="One of our own codes for an answer or a sign.")]
Count = Annotated[int, Meta(ge=0, le=100_000)]
Mode = Literal["online", "device", "paper"]

NotGivenReason = Literal[
    "absent", "refused", "unwell", "contraindicated", "already_had", "no_vaccine", "deferred", "not_eligible"
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


class Counted(Struct, kw_only=True, gc=False):
    """The numbers a session closed with. From the phone's records: `given`, `not_given` and `left` (came, and went with neither)
    of those who came; `vials_received`, `vials_opened`, `vials_wasted` (unopened), `vials_returned`. By the team's own count:
    `heads` (people who came), `doses` (doses given), `paper_doses` (of these, those still only on paper); `was_counted` is false
    where nobody counted and the records' own numbers stand. `doses_per_vial` is what the product's vial is labelled with; 0 from
    a phone that does not say."""

    heads: Count
    given: Count
    not_given: Count
    left: Count
    doses: Count
    paper_doses: Count
    vials_received: Count
    vials_opened: Count
    vials_wasted: Count
    vials_returned: Count
    doses_per_vial: Count = 0
    was_counted: bool = True


class Variance(Struct, gc=False):
    """Two counts that differ by `difference` (situation.rules.balance says which less which), and why, as the team named it."""

    of: Literal["heads", "doses", "vials", "vial_doses"]
    difference: Annotated[int, Meta(ge=-100_000, le=100_000)]
    why: Literal["not_recorded", "miscounted", "broken", "given_elsewhere", "given_twice", "other_phone", "not_known"]


class SessionClosed(Fact, tag="session_closed"):
    """The session's work is over. What it closed with, and each variance named; a phone too old to balance says neither."""

    counted: Counted | None = None
    variances: Annotated[list[Variance], Meta(max_length=4)] = []


class ModeChanged(Fact, tag="mode_changed"):
    """The session went over to `mode`."""

    reason: Literal["network_slow", "network_back", "phone_trouble", "other"]


class VialOpened(Fact, tag="vial_opened"):
    """A vial was opened: its batch holds for the doses that follow. The vial is known by this fact's id."""

    product_code: Code
    batch_id: UUID


class VialsReceived(Fact, tag="vials_received"):
    """Unopened vials of a batch came to the site for this session."""

    batch_id: UUID
    vial_count: Annotated[int, Meta(ge=1, le=10_000)]


class VialsReturned(Fact, tag="vials_returned"):
    """Unopened vials of a batch went back."""

    batch_id: UUID
    vial_count: Annotated[int, Meta(ge=1, le=10_000)]


class VialWasted(Fact, tag="vial_wasted"):
    """Vaccine that nobody will be given: what was left (`dose_count`) of the open vial `vial_fact_id`, or `vial_count` whole
    vials that were never opened."""

    batch_id: UUID
    reason: Literal["open_too_long", "session_over", "broken", "heat", "frozen", "contaminated", "expired", "other"]
    vial_fact_id: UUID | None = None
    dose_count: Annotated[int, Meta(ge=0, le=1_000)] = 0
    vial_count: Annotated[int, Meta(ge=0, le=10_000)] = 0


class TroubleReported(Fact, tag="trouble_reported"):
    """The site called for help, or gave the reason of a stop."""

    reason: Trouble


class PersonFact(Fact, kw_only=True):
    """A fact about one person."""

    person_id: UUID


class WalkInRegistered(PersonFact, tag="walk_in_registered"):
    """Someone not on the roster. `sealed_person` is a `WalkInPerson` encrypted to the server's key (compact JWE). `reason` is
    why they may have a dose here all the same, and `second_staff_id` who of the team agrees. `team_person` is the same, closed
    with the session pack's key: passed on as it came to the team's other phones."""

    sealed_person: Annotated[str, Meta(max_length=4096)]
    team_person: Annotated[str, Meta(max_length=2048)] | None = None
    reason: Literal["eligible_not_listed", "dose_due", "other_site", "reserve", "other"] | None = None
    second_staff_id: UUID | None = None


class PersonArrived(PersonFact, tag="person_arrived"):
    """The person is at the site."""


class ReserveCalled(PersonFact, tag="reserve_called"):
    """Someone on the reserve list was called in for the last doses of a vial."""

    reason: Literal["coming", "cannot", "no_answer", "wrong_number"]


class IdentityChecked(PersonFact, tag="identity_checked"):
    """Someone looked at a document, or knows the person."""

    document: Literal["aadhaar", "voter_id", "driving_licence", "passport", "pan", "employer_card", "other", "known"]
    reason: Literal["code_matched", "code_wrong", "code_absent"] | None = None


class PreScreened(PersonFact, tag="pre_screened"):
    """The product's questions were asked. `yes` has those answered with yes; `reason` is the gravest advice they led to."""

    reason: Literal["clear", "care", "put_off", "do_not_give"]
    yes: Annotated[list[Word], Meta(max_length=20)] = []


class ConsentGiven(PersonFact, tag="consent_given"):
    """The person, or who answers for them, agreed to the dose. `reason` is the route."""

    reason: Literal["verbal", "written", "guardian"]


class DoseAttested(PersonFact, tag="dose_attested"):
    """The person had a dose before (at `given_at`) of which we have no record, and showed `evidence` of it (promise 1)."""

    product_code: Code
    reason: Literal["certificate", "message", "slip", "roster", "witness"]


class DoseGiven(PersonFact, tag="dose_given"):
    """A dose was given. `warnings` are those shown before it was given. Of a dose told by a register, `dose_number` is what that
    said, None where it said nothing; and what paper does not say of the arm nobody knows."""

    product_code: Code
    batch_id: UUID | None
    dose_number: Annotated[int, Meta(ge=1, le=20)] | None
    body_site: Literal["left_arm", "right_arm"] | None
    warnings: Annotated[list[Word], Meta(max_length=10)] = []
    vial_fact_id: UUID | None = None


class NotGiven(PersonFact, tag="not_given"):
    """No dose was given to this person in this session. `to_session_id`: where a deferred person is to come instead."""

    reason: NotGivenReason
    to_session_id: UUID | None = None


class ObservationEnded(PersonFact, tag="observation_ended"):
    """The person left the observation room."""

    reason: Literal["released", "left_early", "aefi"]


class AefiReported(PersonFact, tag="aefi_reported"):
    """An adverse event following immunization, first report. `reason` is its severity (WHO AEFI manual 2014: serious is death, a
    threat to life, hospital, disability). `onset_at`: when it began; `given_at`: when it was reported."""

    reason: Literal["minor", "severe", "serious"]
    symptoms: Annotated[list[Word], Meta(min_length=1, max_length=20)]
    onset_at: Time
    treatment: Annotated[list[Word], Meta(max_length=10)] = []
    referral: Literal["none", "kept_here", "health_centre", "hospital"] = "none"


class FactVoided(Fact, tag="fact_voided"):
    """An earlier fact is taken back. The earlier fact stays in the ledger; it no longer counts."""

    person_id: UUID | None
    corrects_fact_id: UUID
    reason: VoidReason


AnyFact = (
    SessionOpened | SessionClosed | ModeChanged | VialsReceived | VialOpened | VialWasted | VialsReturned | TroubleReported
    | WalkInRegistered | ReserveCalled | PersonArrived | IdentityChecked | PreScreened | ConsentGiven | DoseGiven
    | DoseAttested | NotGiven | ObservationEnded | AefiReported | FactVoided
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


class CarriedJournal(Struct):
    """What a phone without a network gives someone to carry: an upload (`body`, a `Push`) and the phone's `signature` over it, as
    they would have been sent. As text it is DLJ1. and a compact JWE, to our sealing key, of the gzip of this."""

    device_id: UUID
    signature: str
    body: str


class Carry(Struct):
    """A phone hands in what another one gave it to carry."""

    sealed: Annotated[str, Meta(max_length=8_000_000)]


class CarryAnswer(Struct):
    """How many of the carried facts have each verdict."""

    verdicts: dict[str, int]
    clock: ClockAnswer


class SheetAnswer(Struct):
    """What a photo of a sheet shows: the sheet's `code` and `number`, how many rows could be read and how many of them a person will
    look at; or what is wrong with the picture (`problem`, and in words what to do). It is kept either way."""

    code: str
    number: int
    rows_read: int
    rows_doubtful: int
    problem: str
    sentence: str
    clock: ClockAnswer


class EvidenceAnswer(Struct):
    """A photo of what somebody showed is kept; or what is wrong with it (`problem`, and in words what to do)."""

    problem: str
    sentence: str
    clock: ClockAnswer


class PushAnswer(Struct, omit_defaults=True):
    """One verdict a fact, in the order sent; and the phone's window: it sends its next facts after `send_after_seconds`, at most
    `facts_max` of them, adverse events at any time. `ledger_epoch` names the ledger as it is since it was made or last restored:
    when it changes, what was recorded before may be gone from it, and the phone offers all it still keeps again."""

    verdicts: list[FactVerdict]
    clock: ClockAnswer
    ledger_epoch: UUID | None = None
    send_after_seconds: float = 0.0
    facts_max: int = 100


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
    """Where a person stands in a session, from all its phones' facts. `team_person` as the walk-in's phone closed it;
    `doubled_fact_ids`: doses recorded for them beside the one that counts. `vial_fact_id`: the vial that one was drawn from,
    `doubled_vial_ids`: those of the others, in their order. `denied_fact_id`: another phone's word, after the dose, that none was
    given, with when and why.
    `voided_fact_ids`: facts of theirs that were taken back, on whichever phone: who recorded one must hear of it."""

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
    screening: str | None = None
    consent: str | None = None
    aefi_severity: str | None = None
    team_person: str | None = None
    doubled_fact_ids: list[UUID] | None = None
    vial_fact_id: UUID | None = None
    doubled_vial_ids: list[UUID | None] | None = None
    denied_fact_id: UUID | None = None
    denied_at: datetime | None = None
    denied_reason: str | None = None
    voided_fact_ids: list[UUID] | None = None


class VialCounts(Struct):
    """Whole vials."""

    received: int
    opened: int
    wasted: int
    returned: int


class SharedVial(Struct):
    """A vial by the fact that opened it. `wasted`: doses of it that other phones recorded as thrown away."""

    fact_id: UUID
    batch_id: UUID
    opened_at: datetime
    wasted: int


class ChangesAnswer(Struct):
    """What happened in a session after `cursor`; ask again with the new cursor while `is_more`. `vials_elsewhere`: vials that the
    session's other phones have recorded so far. `shared_vials`: what others opened and nobody threw away, and what this phone
    opened and another threw away."""

    changes: list[RosterChange]
    cursor: int
    is_more: bool
    opened_at: datetime | None
    closed_at: datetime | None
    vials_elsewhere: VialCounts
    shared_vials: list[SharedVial]
    clock: ClockAnswer
