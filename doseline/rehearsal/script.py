# SPDX-License-Identifier: Apache-2.0
"""What happens at one site on the day: who comes when, what is done, what goes wrong. Pure; same seed, same day."""

import random
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

CHARACTERS = ("steady", "slow", "silent", "stopped", "late", "paper")
_SHARES = (72, 10, 7, 3, 6, 2)
PEOPLE_AN_HOUR = 13.5


@dataclass(frozen=True, kw_only=True)
class Act:
    """Something done at `at`; `person_id` and `particulars` as the fact of that kind has them."""

    at: datetime
    kind: str
    person_id: UUID | None
    particulars: dict[str, Any]


@dataclass(frozen=True, kw_only=True)
class SiteDay:
    """A site's acts in order of time, and the times between which its phone has no network."""

    character: str
    acts: list[Act]
    offline: tuple[datetime, datetime] | None

    def is_offline(self, now: datetime) -> bool:
        """True while the phone reaches nobody."""
        return self.offline is not None and self.offline[0] <= now < self.offline[1]


def write_day(
    *, chance: random.Random, opens_at: datetime, closes_at: datetime, people: list[UUID], batch_id: UUID, product: str,
    character: str | None = None,
) -> SiteDay:  # fmt: skip
    """One site's day: 94 in 100 come, 13-14 of them an hour (half as many where it is slow), 4 in 100 of them
    get no dose, everyone who does is observed for half an hour. The permit of `session_opened` is filled in by whoever plays it."""
    character = character or chance.choices(CHARACTERS, _SHARES)[0]
    opened_at = opens_at + timedelta(minutes=chance.uniform(35, 80) if character == "late" else chance.uniform(-4, 9))
    stop_at = opens_at + timedelta(minutes=chance.uniform(70, 200)) if character == "stopped" else None
    acts = [
        Act(at=opened_at, kind="session_opened", person_id=None, particulars={"rung": "permit"}),
        Act(
            at=opened_at + timedelta(minutes=2),
            kind="vial_opened",
            person_id=None,
            particulars={"product_code": product, "batch_id": batch_id},
        ),
        Act(
            at=opened_at + timedelta(minutes=1),
            kind="vials_received",
            person_id=None,
            particulars={"batch_id": batch_id, "vial_count": 12},
        ),
    ]
    if character == "paper":
        reason = {"reason": "phone_trouble", "mode": "paper"}
        acts.append(Act(at=opened_at + timedelta(minutes=95), kind="mode_changed", person_id=None, particulars=reason))
    gap = 60 / PEOPLE_AN_HOUR * (2.1 if character == "slow" else 1.0)
    at = opened_at + timedelta(minutes=4)
    for person_id in people:
        if chance.random() < 0.06:
            continue
        at += timedelta(minutes=max(1.0, chance.gauss(gap, gap * 0.35)))
        if stop_at is not None and at >= stop_at:
            acts.append(_trouble(chance, stop_at + timedelta(minutes=6)))
            at, stop_at = at + timedelta(minutes=20), None
        if at > closes_at - timedelta(minutes=5):
            break
        acts += _visit(chance, at, person_id, batch_id, product)
    last = max(act.at for act in acts)
    acts.append(
        Act(
            at=max(closes_at, last + timedelta(minutes=1)),
            kind="session_closed",
            person_id=None,
            particulars={},
        )
    )
    acts.sort(key=lambda act: act.at)
    offline = None
    if character == "silent":
        start = opens_at + timedelta(minutes=chance.uniform(60, 180))
        offline = (start, start + timedelta(minutes=chance.uniform(60, 200)))
    return SiteDay(character=character, acts=acts, offline=offline)


def _trouble(chance: random.Random, at: datetime) -> Act:
    reason = chance.choice(("app_slow", "no_vaccine", "power", "no_people"))
    return Act(at=at, kind="trouble_reported", person_id=None, particulars={"reason": reason})


def _visit(chance: random.Random, at: datetime, person_id: UUID, batch_id: UUID, product: str) -> list[Act]:
    acts = [
        Act(
            at=at - timedelta(minutes=chance.uniform(3, 15)),
            kind="person_arrived",
            person_id=person_id,
            particulars={},
        ),
        Act(
            at=at - timedelta(minutes=1),
            kind="identity_checked",
            person_id=person_id,
            particulars={"document": chance.choice(("employer_card", "aadhaar", "voter_id"))},
        ),
    ]
    if chance.random() < 0.04:
        reason = chance.choice(("refused", "unwell", "contraindicated", "deferred"))
        return [*acts, Act(at=at, kind="not_given", person_id=person_id, particulars={"reason": reason})]
    if chance.random() < 0.97:
        acts.append(Act(at=at, kind="pre_screened", person_id=person_id, particulars={"reason": "clear", "yes": []}))
    acts.append(Act(at=at, kind="consent_given", person_id=person_id, particulars={"reason": "verbal"}))
    dose = {
        "product_code": product,
        "batch_id": batch_id,
        "dose_number": 1,
        "body_site": "left_arm",
        "warnings": [],
    }
    is_unwell = chance.random() < 0.002
    leaves_at = at + timedelta(minutes=30 + chance.uniform(0, 5))
    if is_unwell:
        began = at + timedelta(minutes=chance.uniform(2, 20))
        event = {
            "reason": chance.choice(("minor", "minor", "severe")),
            "symptoms": ["dizzy_faint"],
            "onset_at": began.isoformat(),
        }
        acts.append(
            Act(at=began + timedelta(minutes=2), kind="aefi_reported", person_id=person_id,
                particulars=event | {"treatment": ["lying_down"], "referral": "kept_here"})
        )  # fmt: skip
    outcome = "released"
    return [
        *acts,
        Act(at=at, kind="dose_given", person_id=person_id, particulars=dose),
        Act(at=leaves_at, kind="observation_ended", person_id=person_id, particulars={"reason": outcome}),
    ]
