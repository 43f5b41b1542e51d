# SPDX-License-Identifier: Apache-2.0
"""A phone as the field app is one (fieldapp/sync/loop.ts, fieldapp/store/journal.ts): what it does with its journal, in the
same words. Its key, its facts and its uploads are those of doseline/rehearsal/device.py."""

import random
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import msgspec
from joserfc import jwe

from doseline.people.wire import WalkInPerson
from doseline.rehearsal.device import JournalEntry
from doseline.shared.ids import ALPHABET, uuid7, with_check_letter
from doseline.shared.keys import server_keys
from tests.drive import TestPhone

FACTS_PER_PUSH, FACTS_PER_KNOCK = 100, 10
BEAT, RETRY_MAX = timedelta(seconds=90), timedelta(seconds=60)  # the app's beat is 30 s: here it would only take time
DOSE: dict[str, Any] = {
    "product_code": "COVISHIELD",
    "batch_id": None,
    "dose_number": 1,
    "body_site": "left_arm",
    "warnings": [],
}
KINDS = (
    "arrived", "arrived", "identity", "screened", "dose", "dose", "dose", "not_given", "ended", "void", "vial", "waste", "aefi",
    "attested", "walk_in", "trouble", "open", "close", "mode",
)  # fmt: skip


@dataclass
class SimulatedPhone:
    """One phone, its owner's habits and its bad luck. `skew` is what its clock shows less the true time."""

    real: TestPhone
    chance: random.Random
    skew: timedelta
    is_old: bool = False  # two versions behind: knows no window, no epoch, and writes facts as they were then
    failures: int = 0
    window_at: datetime | None = None
    epoch: str | None = None
    busy: bool = False
    lost: list[JournalEntry] = field(default_factory=list)  # gone with the browser's storage before they were sent
    sent_before: list[JournalEntry] = field(default_factory=list)  # gone with it too, after they were

    @property
    def device_id(self) -> UUID:
        """Who it is to the server; another after it was enrolled anew."""
        return self.real.device.device_id

    def act(self, now: datetime, person: UUID, batch: UUID) -> JournalEntry | None:
        """Its owner does something, most often with `person`; the fact is in the journal when this returns."""
        return self._write(self.chance.choice(KINDS), person, batch, now + self.skew)

    def _write(self, kind: str, person: UUID, batch: UUID, at: datetime) -> JournalEntry | None:
        act = self.real.act
        match kind:
            case "arrived":
                return act("person_arrived", at=at, person_id=person)
            case "identity":
                own: dict[str, Any] = {} if self.is_old else {"reason": "code_absent"}
                return act("identity_checked", at=at, person_id=person, document="known", **own)
            case "screened":
                return act("pre_screened", at=at, person_id=person, reason="care", yes=["bleeding"])
            case "dose":
                return act("dose_given", at=at, person_id=person, **DOSE)
            case "not_given":
                return act("not_given", at=at, person_id=person, reason="unwell")
            case "ended":
                return act("observation_ended", at=at, person_id=person, reason="released")
            case "attested":
                before = at - timedelta(days=40)
                return act("dose_attested", at=before, person_id=person, product_code="COVISHIELD", reason="slip")
            case "aefi":
                onset = at.isoformat()
                return act(
                    "aefi_reported", at=at, person_id=person, reason="severe", symptoms=["fever"], onset_at=onset
                )
            case "vial":
                return act("vial_opened", at=at, product_code="COVISHIELD", batch_id=batch)
            case "waste":
                return act("vial_wasted", at=at, batch_id=batch, reason="broken", vial_count=1)
            case "trouble":
                return act("trouble_reported", at=at, reason="power")
            case "open":
                return self.real.start(at)
            case "close":
                return act("session_closed", at=at)
            case "mode":
                return act("mode_changed", at=at, reason="network_slow")
            case "walk_in":
                newcomer = uuid7(int(at.timestamp() * 1000), self.chance.randbytes(10))
                return act("walk_in_registered", at=at, person_id=newcomer, sealed_person=self._sealed())
        return self._void(person, at)

    def _void(self, person: UUID, at: datetime) -> JournalEntry | None:
        said = (f'"person_id":"{person}"', '"kind":"dose_given"')
        doses = [entry for entry in self.real.device.journal if all(part in entry.text for part in said)]
        if not doses:
            return None
        which = doses[-1].fact_id
        return self.real.act("fact_voided", at=at, person_id=person, corrects_fact_id=which, reason="mistaken_tap")

    def _sealed(self) -> str:
        code = with_check_letter("V" + "".join(self.chance.choices(ALPHABET, k=6)))
        person = WalkInPerson(code=code, name="Rumi", born_year=1970, sex="female")
        how = {"alg": "ECDH-ES", "enc": "A256GCM"}
        return jwe.encrypt_compact(how, msgspec.json.encode(person), server_keys().sealing)

    def next_upload(self, now: datetime) -> list[JournalEntry] | None:
        """What it would send now, adverse events first; None when its window has not come and nothing is urgent."""
        waiting = self.real.device.unsent()
        urgent = [entry for entry in waiting if '"kind":"aefi_reported"' in entry.text]
        if not self.is_old and self.window_at is not None and now < self.window_at:
            return urgent or None
        limit = FACTS_PER_KNOCK if self.failures > 1 else FACTS_PER_PUSH
        return (urgent + [entry for entry in waiting if entry not in urgent])[:limit]

    def hear(self, answer: dict[str, Any], now: datetime) -> None:
        """An answer came."""
        self.failures = 0
        self.real.device.settle([(told["fact_id"], told["verdict"]) for told in answer["verdicts"]])
        if self.is_old:
            return
        self.window_at = now + timedelta(seconds=answer.get("send_after_seconds", 0))
        epoch = answer.get("ledger_epoch")
        if epoch is not None and self.epoch != epoch:
            for entry in self.real.device.journal:
                entry.verdict = None
        self.epoch = epoch or self.epoch

    def next_try(self) -> timedelta:
        """How long until it tries again by itself."""
        if self.failures == 0:
            return BEAT
        wait: timedelta = min(RETRY_MAX, timedelta(seconds=2) * 2 ** min(self.failures, 10))
        return wait * (0.5 + self.chance.random())

    def lose_storage(self, anew: TestPhone) -> None:
        """Its browser's storage is cleared: what was not sent is gone, and it is enrolled anew as `anew`."""
        self.lost += self.real.device.unsent()
        self.sent_before += [entry for entry in self.real.device.journal if entry.verdict]
        self.real, self.failures, self.window_at, self.epoch = anew, 0, None, None
