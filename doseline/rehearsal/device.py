# SPDX-License-Identifier: Apache-2.0
"""A phone in Python: a key, a journal, a hash chain, and uploads made as the field app makes them. Rehearsals and tests
run the real server with it."""

import base64
import gzip
import hashlib
import json
import random
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from cryptography.hazmat.primitives.hashes import SHA256
from joserfc import jwe

from doseline.shared.ids import uuid7
from doseline.shared.keys import server_keys
from doseline.sync.devices import ASK_DOMAIN, PUSH_DOMAIN, READ_DOMAIN

_ECDSA = ec.ECDSA(SHA256())


@dataclass
class JournalEntry:
    """One fact as it was written, and what the server said of it."""

    fact_id: UUID
    seq: int
    text: str
    verdict: str | None = None


@dataclass
class SimulatedDevice:
    """Same `chance`, same key and same facts. `device_id` comes with enrolment."""

    chance: random.Random
    device_id: UUID = field(default_factory=lambda: UUID(int=0))
    journal: list[JournalEntry] = field(default_factory=list)
    previous_hash: str = "0" * 64

    def __post_init__(self) -> None:
        self.key = ec.derive_private_key(self.chance.getrandbits(250) + 1, ec.SECP256R1())

    @property
    def public_key(self) -> bytes:
        """SPKI DER, as sent at enrolment."""
        form = serialization.PublicFormat.SubjectPublicKeyInfo
        return self.key.public_key().public_bytes(serialization.Encoding.DER, form)

    def act(self, kind: str, *, session_id: UUID, staff_id: UUID, at: datetime, **particulars: Any) -> JournalEntry:
        """Writes one fact into the journal. `particulars` are the kind's own fields."""
        fact_id = uuid7(int(at.timestamp() * 1000), self.chance.randbytes(10))
        fact = {
            "fact_id": str(fact_id),
            "device_id": str(self.device_id),
            "device_seq": len(self.journal) + 1,
            "previous_hash": self.previous_hash,
            "session_id": str(session_id),
            "staff_id": str(staff_id),
            "given_at": at.isoformat(),
            "written_at": at.isoformat(),
            "mode": "online",
            "mono_ms": None,
            "boot_id": "rehearsal",
            "kind": kind,
            **{name: str(value) if isinstance(value, UUID) else value for name, value in particulars.items()},
        }
        text = json.dumps(fact, ensure_ascii=False, separators=(",", ":"))
        self.previous_hash = hashlib.sha256(text.encode()).hexdigest()
        entry = JournalEntry(fact_id, len(self.journal) + 1, text)
        self.journal.append(entry)
        return entry

    def unsent(self) -> list[JournalEntry]:
        """Facts without a verdict, oldest first."""
        return [entry for entry in self.journal if entry.verdict is None]

    def push_body(self, entries: Sequence[JournalEntry], sent_at: datetime, **said: Any) -> bytes:
        """An upload of `entries`, byte for byte as they were written."""
        around = {
            "sent_at": sent_at.isoformat(),
            "last_seq": len(self.journal),
            "waiting_count": len(self.unsent()),
            "app_version": "rehearsal",
            "storage_persistent": True,
            **said,
        }
        head = json.dumps(around, separators=(",", ":"))[:-1]
        return f'{head},"facts":[{",".join(entry.text for entry in entries)}]}}'.encode()

    def carry(self, sent_at: datetime) -> str:
        """All that waits, sealed to the server's key for someone to carry, as fieldapp/store/carried.ts does."""
        body = self.push_body(self.unsent(), sent_at)
        said = {"device_id": str(self.device_id), "signature": self.sign(PUSH_DOMAIN + body), "body": body.decode()}
        how = {"alg": "ECDH-ES", "enc": "A256GCM"}
        return "DLJ1." + jwe.encrypt_compact(how, gzip.compress(json.dumps(said).encode()), server_keys().sealing)

    def sign(self, signed: bytes) -> str:
        """base64 of r‖s, as WebCrypto signs."""
        r, s = decode_dss_signature(self.key.sign(signed, _ECDSA))
        return base64.b64encode(r.to_bytes(32, "big") + s.to_bytes(32, "big")).decode()

    def push_headers(self, body: bytes) -> dict[str, str]:
        """The headers that make an upload this phone's."""
        return {"Doseline-Device": str(self.device_id), "Doseline-Signature": self.sign(PUSH_DOMAIN + body)}

    def read_headers(self, target: str, at: datetime) -> dict[str, str]:
        """The headers that make a read this phone's."""
        when = at.isoformat()
        signature = self.sign(READ_DOMAIN + f"{when}\n{target}".encode())
        return {"Doseline-Device": str(self.device_id), "Doseline-At": when, "Doseline-Signature": signature}

    def ask_headers(self, target: str, body: bytes, at: datetime) -> dict[str, str]:
        """Headers of a question with a body."""
        signed = ASK_DOMAIN + f"{at.isoformat()}\n{target}\n".encode() + body
        return {
            "Doseline-Device": str(self.device_id),
            "Doseline-At": at.isoformat(),
            "Doseline-Signature": self.sign(signed),
        }

    def settle(self, verdicts: Sequence[tuple[str, str]]) -> None:
        """Takes (fact id, verdict) pairs; a fact not named keeps waiting."""
        told = dict(verdicts)
        for entry in self.journal:
            entry.verdict = entry.verdict or told.get(str(entry.fact_id))
