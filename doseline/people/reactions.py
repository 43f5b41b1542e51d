# SPDX-License-Identifier: Apache-2.0
"""What the list of people does after facts: someone registered at the door becomes a person."""

import logging
from uuid import UUID

import msgspec
from joserfc.errors import JoseError

from doseline.people.commands import index_people
from doseline.people.rules import language_of, read_walk_in
from doseline.shared import sql
from doseline.shared.keys import server_keys

log = logging.getLogger("doseline.people")


def register_walk_ins(after: int, upto: int) -> None:
    """Makes persons of the walk-ins with after < status_seq ≤ upto. Idempotent on person and fact.

    What a phone sealed is opened here and nowhere else. One read and one write a stretch, plus 0.2 ms a walk-in.
    A box that cannot be opened makes a nameless person (the dose still counts) and is logged by its fact.
    """
    found = sql.rows("people/walk_ins", {"after": after, "upto": upto})
    if found:
        rows = [_person(*row) for row in found]
        columns = {name: [row[name] for row in rows] for name in rows[0]}
        sql.run("people/register_walk_ins", columns)
        index_people(row["person_id"] for row in rows)  # type: ignore[misc]


def _person(fact_id: UUID, person_id: UUID, session_id: UUID, body: str, area: str) -> dict[str, object]:
    try:
        sealed = msgspec.json.decode(body, type=dict)["sealed_person"]
        walk_in = read_walk_in(server_keys().unseal(sealed))
    except (JoseError, msgspec.MsgspecError, ValueError, KeyError):
        log.error("walk-in %s cannot be opened", fact_id)
        walk_in = None
    return {
        "fact_id": fact_id,
        "person_id": person_id,
        "session_id": session_id,
        "code": walk_in.code if walk_in else f"?{person_id.hex[:11]}",
        "name": walk_in.name if walk_in else "?",
        "local_language": language_of(walk_in.name if walk_in else "", area),
        "is_latin": walk_in.name.isascii() if walk_in else True,
        "born_year": walk_in.born_year if walk_in else 1900,
        "sex": walk_in.sex if walk_in else "other",
        "phone": walk_in.phone if walk_in else "",
        "document_kind": walk_in.document_kind if walk_in else "",
        "document_value": walk_in.document_value if walk_in else "",
    }
