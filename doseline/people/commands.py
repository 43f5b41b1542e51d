# SPDX-License-Identifier: Apache-2.0
"""Changes to the register: keys to find people by, links between rows that are one person."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime
from itertools import islice
from uuid import UUID

from django.db import transaction
from django.db.models import F

from doseline.matching.rules import block_keys, bones_hash, key_hash, name_hash
from doseline.people.models import (
    ContactPoint,
    DuplicatePair,
    PairDecision,
    Person,
    PersonChange,
    PersonLink,
    PersonLook,
    PersonUnlink,
)
from doseline.shared import sql

_INDEXED_AT_ONCE = 5_000


def index_people(person_ids: Iterable[UUID]) -> int:
    """Makes these people findable: hash of the name, and their keys, in place of older ones; returns how many.
    Idempotent. One read and one write for each 5,000; 240 µs a person in a register of a million."""
    count = 0
    for some in _batches(person_ids):
        rows = sql.rows("people/to_index", {"person_ids": some})
        keys = [(row[0], key) for row in rows for key in keys_of(row[1], row[2], row[3], row[4])]
        sql.run(
            "people/write_keys",
            {
                "person_ids": [row[0] for row in rows],
                "name_hashes": [name_hash(row[1] or row[2]) for row in rows],
                "bones_hashes": [bones_hash(row[1] or row[2]) for row in rows],
                "key_person_ids": [person_id for person_id, _ in keys],
                "keys": [key for _, key in keys],
            },
        )
        count += len(rows)
    return count


def keys_of(name_latin: str, name_local: str, born_on: date | None, phones: Sequence[str]) -> set[int]:
    """All of a person's keys, hashed, over both spellings of the name and every phone."""
    names = [name for name in (name_latin, name_local) if name and name != "?"]
    found = {key for name in names for key in block_keys(name, born_on=born_on)}
    found |= {key for phone in phones for key in block_keys("", phone=phone)}
    return {key_hash(key) for key in found}


@transaction.atomic
def replace_phone(person_id: UUID, old: str, new: str, *, by: UUID, now: datetime) -> None:
    """Puts the number `new` (as read_phone gives it) in place of `old`, or beside the others where there is no `old`, and says who
    did so. The person is found by it from now on. Idempotent."""
    person = Person.objects.select_for_update().get(pk=person_id)
    numbers = ContactPoint.objects.filter(person=person, kind="phone")
    if old == new or (not numbers.filter(value=old).exists() and numbers.filter(value=new).exists()):
        return
    if numbers.filter(value=new).exists() or not numbers.filter(value=old).update(value=new):
        numbers.filter(value=old).delete()
        numbers.get_or_create(value=new, defaults={"person": person, "kind": "phone"})
    PersonChange.objects.create(person=person, field="phone", before=old, after=new, changed_at=now, changed_by_id=by)
    person.version += 1
    person.save(update_fields=["version"])
    index_people([person_id])


@transaction.atomic
def retire_phone(person_id: UUID, number: str, *, by: UUID, now: datetime) -> bool:
    """Somebody else answers this number: the person is not reached, nor found, by it any more. Returns whether another number is left.
    Idempotent."""
    numbers = ContactPoint.objects.filter(person=person_id, kind="phone")
    if numbers.filter(value=number).update(kind="wrong_phone"):
        PersonChange.objects.create(
            person_id=person_id, field="phone", before=number, after="", changed_at=now, changed_by_id=by
        )
        Person.objects.filter(pk=person_id).update(version=F("version") + 1)
        index_people([person_id])
    return numbers.exists()


def note_look(person_id: UUID, *, by: UUID, why: str, now: datetime) -> None:
    """Writes down that someone looked at a person: their access log (promise 6)."""
    PersonLook.objects.create(person_id=person_id, looked_at=now, looked_by_id=by, why=why)


def note_looks(person_ids: Iterable[UUID], *, by: UUID, why: str, now: datetime) -> None:
    """`note_look` for the people of one page. One insert."""
    PersonLook.objects.bulk_create(
        PersonLook(person_id=person_id, looked_at=now, looked_by_id=by, why=why) for person_id in person_ids
    )


@transaction.atomic
def decide_pair(pair: DuplicatePair, *, outcome: str, by: UUID | None, now: datetime) -> None:
    """Writes down what someone said of two rows: `linked` or `two_people`. Idempotent: once a word is said, only `linked` changes it,
    and links what is not linked now; a link is taken back by `unlink_people`."""
    said = {"outcome": outcome, "decided_at": now, "decided_by_id": by}
    _decision, is_new = PairDecision.objects.select_for_update().get_or_create(pair=pair, defaults=said)
    ends = [pair.one_id, pair.other_id]
    if outcome != "linked" or PersonLink.objects.filter(person__in=ends, same_as__in=ends, unlink=None).exists():
        return
    if not is_new:
        PairDecision.objects.filter(pair=pair).update(**said)
    link_people(pair.one, pair.other, by=by, reasons=pair.reasons, now=now)


def link_people(person: Person, same_as: Person, *, by: UUID | None, reasons: list[str], now: datetime) -> PersonLink:
    """Says that two rows are one person. Nothing of either row changes; `unlink_people` takes it back."""
    return PersonLink.objects.create(person=person, same_as=same_as, linked_at=now, linked_by_id=by, reasons=reasons)


def unlink_people(link: PersonLink, *, by: UUID | None, now: datetime) -> None:
    """Takes a link back; both stay on record. Idempotent."""
    PersonUnlink.objects.get_or_create(link=link, defaults={"unlinked_at": now, "unlinked_by_id": by})


def _batches(person_ids: Iterable[UUID]) -> Iterator[list[UUID]]:
    rest = iter(person_ids)
    while some := list(islice(rest, _INDEXED_AT_ONCE)):
        yield some
