# SPDX-License-Identifier: Apache-2.0
"""The drive that is measured: 3,000 sites and sessions with 100 people each, a phone at every site. Built set-based in
seconds; ids are computable (`made_id` here, `bench.id` in SQL), so nothing has to be read back."""

import os
import random
import re
from dataclasses import dataclass
from pathlib import Path
from uuid import UUID

import psycopg
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

SITES, PEOPLE_PER_SITE, PHONES_WITH_KEYS = 3_000, 100, 256
SESSION, PERSON, STAFF, PHONE, BATCH = 2, 3, 4, 5, 6
OFFICER = "meena"
_PIN = "202101"
_NAME_COUNT = 2_000
_SQL = Path(__file__).parent / "sql"


def made_id(kind: int, number: int) -> UUID:
    """The id of the drive's thing `number` of a kind. The same as `bench.id`."""
    return UUID(f"01941000-{kind:04x}-7000-8000-{number:012x}")


@dataclass(frozen=True)
class Phone:
    """An enrolled phone with its private key; phone n stands at site n."""

    device_id: UUID
    key: ec.EllipticCurvePrivateKey


def make_drive(owner: psycopg.Connection[tuple[int, ...]]) -> list[Phone]:
    """Builds all of it; returns the phones that can sign. About 15 s."""
    from doseline.places.commands import load_india
    from doseline.places.models import OrgUnit
    from doseline.staff.commands import add_officer
    from doseline.vaccines.commands import load_covid19

    load_india()
    load_covid19()
    nation = OrgUnit.objects.get(code="IN")
    add_officer(
        username=OFFICER,
        password="not-logged-in-with",
        display_name="Meena",
        role="national_officer",
        area=nation,
    )
    phones = [Phone(made_id(PHONE, n), ec.generate_private_key(ec.SECP256R1())) for n in range(PHONES_WITH_KEYS)]
    owner.execute((_SQL / "inputs.sql").read_text())
    _copy_names(owner)
    _copy_codes(owner)
    _copy_keys(owner, phones)
    _set_pin(owner)
    owner.execute((_SQL / "drive.sql").read_text())
    owner.execute(_limits())
    owner.execute("VACUUM (ANALYZE)")
    owner.execute("CHECKPOINT")
    return phones


def _limits() -> str:
    """limits.sql with the ledger's own statement in it."""
    from doseline.shared import sql

    text = re.sub(r"unnest\(.*?position\s*\)", "bench.arrived(client, upload, fact_count, first_person)",
                  sql.statement("ledger/record_facts"), count=1, flags=re.S)  # fmt: skip
    text = re.sub(r"\b(FROM|INTO) (fact|followup)\b", r"\1 bench.\2", text)
    return (_SQL / "limits.sql").read_text().replace(":record_facts", text)


def _copy_names(owner: psycopg.Connection[tuple[int, ...]]) -> None:
    from doseline.rehearsal.names import make_person

    chance = random.Random(16)
    with owner.cursor().copy("COPY bench.name (n, latin, local, sex, born_year) FROM STDIN") as copy:
        for n in range(_NAME_COUNT):
            made = make_person(chance)
            copy.write_row((n, made.name_latin, made.name_local, made.sex, made.born_year))


def _copy_codes(owner: psycopg.Connection[tuple[int, ...]]) -> None:
    from doseline.shared.ids import ALPHABET, with_check_letter

    with owner.cursor().copy("COPY bench.code (n, code) FROM STDIN") as copy:
        for n in range(SITES * PEOPLE_PER_SITE):
            mixed = (n * 2_654_435_761) % 32**6
            copy.write_row((n, with_check_letter("W" + "".join(ALPHABET[mixed >> (5 * p) & 31] for p in range(6)))))


def _copy_keys(owner: psycopg.Connection[tuple[int, ...]], phones: list[Phone]) -> None:
    """Real keys for phones that will sign, bytes of the same length for those only seen on the board."""
    with owner.cursor().copy("COPY bench.key (n, public_key) FROM STDIN") as copy:
        for n in range(SITES):
            signs = n < len(phones)
            public = phones[n].key.public_key() if signs else None
            copy.write_row(
                (
                    n,
                    public.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo) if public else os.urandom(91),
                )
            )


def _set_pin(owner: psycopg.Connection[tuple[int, ...]]) -> None:
    """Everyone shares one PIN, so it is stretched once."""
    from doseline.staff.commands import PIN_ITERATIONS, stretch_pin

    salt = os.urandom(16)
    owner.execute("INSERT INTO bench.pin VALUES (%s, %s, %s)", [salt, PIN_ITERATIONS, stretch_pin(_PIN, salt)])
