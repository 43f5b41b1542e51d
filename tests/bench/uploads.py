# SPDX-License-Identifier: Apache-2.0
"""Writes and signs what phones send, before the clock runs: raw HTTP requests with right hash chains and signatures."""

import base64
import hashlib
import os
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from uuid import UUID

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from cryptography.hazmat.primitives.hashes import SHA256

from tests.bench.drive import BATCH, PEOPLE_PER_SITE, PERSON, SESSION, SITES, STAFF, Phone, made_id

_ECDSA = ec.ECDSA(SHA256())
_DOSE = (
    f'"product_code":"COVISHIELD","batch_id":"{made_id(BATCH, 0)}","dose_number":1,"body_site":"left_arm","warnings":[]'
)


@dataclass(frozen=True)
class Act:
    """What a fact says, before it has a place in a phone's chain."""

    kind: str
    person: int
    session: int
    minutes_ago: int
    more: str


def dose_uploads(phone: Phone, number: int, count: int) -> list[bytes]:
    """`count` uploads of one dose each, going round the sessions, each person once."""
    places = range(number, number + count * 64, 64)
    people = ((place % SITES, place // SITES) for place in places)
    return _uploads(phone, ([Act("dose_given", s * PEOPLE_PER_SITE + p % 25, s, 30, _DOSE)] for s, p in people))


def hot_uploads(phone: Phone, number: int, count: int) -> list[bytes]:
    """`count` uploads of one dose each, all in session 0: people of every roster, walked in there."""
    places = range(number, number + count * 64, 64)
    people = (place % SITES * PEOPLE_PER_SITE + 25 + place // SITES % 25 for place in places)
    return _uploads(phone, ([Act("dose_given", person, 0, 20, _DOSE)] for person in people))


def batch_uploads(phone: Phone, number: int, count: int) -> list[bytes]:
    """`count` uploads of 100 facts each: 25 people of a session who came, were checked, vaccinated and watched."""
    return _uploads(phone, (_half_a_session(place) for place in range(number, number + count * 64, 64)))


def pack_reads(phone: Phone, number: int) -> list[bytes]:
    """The signed read of the phone's own session's pack; good for five minutes, so it is sent again and again."""
    target = f"/sync/v1/packs/{made_id(SESSION, number)}"
    at = datetime.now(UTC).isoformat()
    signature = _sign(phone, f"doseline-read-v1\n{at}\n{target}".encode())
    head = f"GET {target} HTTP/1.1\r\nHost: localhost\r\nDoseline-Device: {phone.device_id}\r\nDoseline-At: {at}\r\n"
    return [f"{head}Doseline-Signature: {signature}\r\nAccept-Encoding: gzip\r\n\r\n".encode()]


def _half_a_session(place: int) -> list[Act]:
    session, first = place % SITES, 50 + place // SITES % 2 * 25
    acts = []
    for person in range(session * PEOPLE_PER_SITE + first, session * PEOPLE_PER_SITE + first + 25):
        acts += [
            Act("person_arrived", person, session, 100, ""),
            Act("identity_checked", person, session, 95, '"document":"voter_id"'),
            Act("dose_given", person, session, 90, _DOSE),
            Act("observation_ended", person, session, 60, '"reason":"released"'),
        ]
    return acts


def _uploads(phone: Phone, uploads: Iterator[list[Act]]) -> list[bytes]:
    """One phone's chain, cut into uploads."""
    boot, started = str(UUID(bytes=os.urandom(16))), datetime.now(UTC)
    times = {minutes: (started - timedelta(minutes=minutes)).isoformat() for minutes in range(121)}
    milliseconds = time.time_ns() // 1_000_000
    previous, seq, requests = "0" * 64, 0, []
    for acts in uploads:
        facts = []
        for act in acts:
            seq += 1
            chance = os.urandom(9).hex()
            clock = f"{milliseconds + seq:012x}"  # like real phones', ids of one moment lie together
            fact = (
                f'{{"kind":"{act.kind}","fact_id":"{clock[:8]}-{clock[8:]}-7{chance[:3]}-8{chance[3:6]}-{chance[6:]}",'
                f'"device_id":"{phone.device_id}","device_seq":{seq},"previous_hash":"{previous}",'
                f'"session_id":"{made_id(SESSION, act.session)}","staff_id":"{made_id(STAFF, act.session * 5)}",'
                f'"given_at":"{times[act.minutes_ago]}","written_at":"{times[act.minutes_ago]}","mode":"device",'
                f'"mono_ms":{7_200_000 - act.minutes_ago * 60_000},"boot_id":"{boot}",'
                f'"person_id":"{made_id(PERSON, act.person)}"{"," if act.more else ""}{act.more}}}'
            )
            previous = hashlib.sha256(fact.encode()).hexdigest()
            facts.append(fact)
        body = (
            f'{{"sent_at":"{datetime.now(UTC).isoformat()}","last_seq":{seq},"waiting_count":{len(facts)},'
            f'"app_version":"bench","storage_persistent":true,"mono_ms":7200000,"boot_id":"{boot}",'
            f'"session_id":"{made_id(SESSION, acts[0].session)}","facts":[{",".join(facts)}]}}'
        ).encode()
        requests.append(_request(phone, body))
    return requests


def _request(phone: Phone, body: bytes) -> bytes:
    return (
        f"POST /sync/v1/facts HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nDoseline-Device:"
        f" {phone.device_id}\r\nDoseline-Signature: {_sign(phone, b'doseline-push-v1' + chr(10).encode() + body)}\r\n"
        f"Content-Length: {len(body)}\r\n\r\n"
    ).encode() + body


def _sign(phone: Phone, data: bytes) -> str:
    """As WebCrypto does: base64 of r and s."""
    r, s = decode_dss_signature(phone.key.sign(data, _ECDSA))
    return base64.b64encode(r.to_bytes(32, "big") + s.to_bytes(32, "big")).decode()
