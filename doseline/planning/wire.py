# SPDX-License-Identifier: Apache-2.0
"""The shapes inside a session pack and a start permit."""

from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from msgspec import Meta, Struct

Hash = Annotated[str, Meta(pattern="^[0-9a-f]{64}$", description="SHA-256, lower-case hex.")]


class PackStaff(Struct):
    """A team member and what lets their PIN open the pack: PBKDF2-SHA-256(pin, salt, iterations) is the AES-GCM key
    under which `wrapped_key` (12-byte nonce, then ciphertext) holds the pack's own key. All base64."""

    staff_id: UUID
    name: dict[str, str]
    role: str
    salt: str
    iterations: int
    wrapped_key: str


class PackManifest(Struct):
    """What is signed of a pack."""

    session_id: UUID
    site_id: UUID
    pack_version: int
    built_at: datetime
    expires_at: datetime
    content_hash: Hash
    team: list[PackStaff]


class PackPerson(Struct, omit_defaults=True, array_like=True):
    """A person on the roster, as an array: few fields, so that a lost phone tells little. `told` is how we know that they
    know of the session (delivered, called …), empty when we do not: not told is not the same as did not come. `own_code`: the
    first 8 bytes (base64) of SHA-256 of session_id, person_id and the person's own four digits. It keeps the digits from being
    read off a screen, not from someone who has the opened pack and a computer: the pack's own key does that. `on_paper`: the date
    of an earlier dose that is on a sheet and not entered yet; nobody is sent home for it."""

    person_id: UUID
    code: str
    name_latin: str
    name_local: str
    local_language: str
    born_year: int
    sex: str
    priority_group: str
    slot_at: int
    id_tail: str
    phone_tail: str
    doses: list[list[str]]
    told: str
    own_code: str = ""
    on_paper: str = ""


class PackReserve(Struct, array_like=True):
    """Someone on the reserve list, as an array, with the number to call: asked in for the last doses of an open vial."""

    person: PackPerson
    phone: str


class PackBatch(Struct):
    """A batch at hand."""

    batch_id: UUID
    number: str
    expires_on: str


class PackProduct(Struct):
    """The session's product and its schedule. `screening`: questions to ask, each with its advice when the answer is yes."""

    code: str
    name: str
    dose_count: int
    earliest_days: int
    recommended_days: int
    latest_days: int
    age_years_min: int
    doses_per_vial: int
    observation_minutes: int
    open_vial_minutes_max: int = 240  # packs from before these two were in them are read too
    screening: list[list[str]] = []


class PackLater(Struct, array_like=True):
    """A later session of the same product with room, as an array: where someone deferred may come instead."""

    session_id: UUID
    opens_at: int
    site_name: dict[str, str]
    free_count: int


class PackCard(Struct):
    """Rung 5: PBKDF2-SHA-256(code, salt, iterations) of each of the sealed card's codes, base64."""

    salt: str
    iterations: int
    hashes: list[str]


class PackLadder(Struct):
    """What lets the phone check ways to start other than its permit, with no network. `voice_key` (base64): rung 4's answer
    is HMAC-SHA-256(voice_key, challenge + device_id + on_date), its first 40 bits as eight letters."""

    voice_key: str
    card: PackCard


class PackContent(Struct):
    """The inside of a pack. `added` and `removed` are codes of people, against the roster as it was frozen and printed.
    `other_products`: what else someone may have had of the programme before. `sheets`: number and code of the paper sheets reserved
    for the session, printed or not."""

    session_id: UUID
    site_name: dict[str, str]
    on_date: str
    opens_at: datetime
    closes_at: datetime
    product: PackProduct
    batches: list[PackBatch]
    roster: list[PackPerson]
    ladder: PackLadder
    walk_in_capacity: int = 0
    reserve: list[PackReserve] = []
    later: list[PackLater] = []
    other_products: list[str] = []
    sheets: list[tuple[int, str]] = []
    added: list[str] = []
    removed: list[str] = []


class StartPermit(Struct):
    """This phone and any of these people may start this session in this window, with no network. `rung` is how it was come
    by: with the pack ("permit") or for a one-time code ("code"). `device_key` (SPKI, base64) lets other phones check that
    this phone handed the permit on (rung 2)."""

    session_id: UUID
    site_id: UUID
    device_id: UUID
    device_key: str
    valid_from: datetime
    valid_until: datetime
    staff_ids: list[UUID]
    rung: Literal["permit", "code"] = "permit"
