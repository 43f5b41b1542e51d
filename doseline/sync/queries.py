# SPDX-License-Identifier: Apache-2.0
"""Session packs as the door hands them out: read in one statement, remembered for 20 s, permit signed for each phone."""

import base64
import time
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import msgspec

from doseline.planning.packs import start_permit
from doseline.shared import sql
from doseline.shared.problems import ProblemError
from doseline.sync import wire
from doseline.sync.devices import KnownDevice

_REMEMBERED_SECONDS = 20.0  # as long as a phone is remembered
_REMEMBERED_MAX = 2_000  # about 20 MB


@dataclass(frozen=True, slots=True)
class Pack:
    """A session's newest pack with what a start permit needs."""

    session_id: UUID
    site_id: UUID
    opens_at: datetime
    closes_at: datetime
    manifest: str
    content: str
    staff_ids: list[UUID]


class PackShelf:
    """Remembers packs for 20 s: the phones of a site fetch theirs together."""

    def __init__(self) -> None:
        self._packs: dict[UUID, tuple[float, Pack]] = {}

    def remembered(self, session_id: UUID) -> Pack | None:
        """The pack if asked for within the last 20 s."""
        entry = self._packs.get(session_id)
        return entry[1] if entry is not None and time.monotonic() - entry[0] < _REMEMBERED_SECONDS else None

    def get(self, session_id: UUID) -> Pack:
        """The newest pack. Raises ProblemError. One statement when not remembered."""
        return self.remembered(session_id) or self._load(session_id)

    def _load(self, session_id: UUID) -> Pack:
        found = sql.rows("sync/pack", {"session_id": session_id})
        if not found:
            raise ProblemError("sync.unknown_session")
        site_id, opens_at, closes_at, manifest, content, staff_ids = found[0]
        if manifest is None:
            raise ProblemError("sync.pack_not_built")
        pack = Pack(session_id, site_id, opens_at, closes_at, manifest, base64.b64encode(content).decode(), staff_ids)
        if len(self._packs) >= _REMEMBERED_MAX:
            self._packs.clear()
        self._packs[session_id] = (time.monotonic(), pack)
        return pack


def answer_pack(pack: Pack, device: KnownDevice) -> bytes:
    """The answer's JSON for this phone. Raises ProblemError when the session is not at its site."""
    if pack.site_id != device.site_id:
        raise ProblemError("sync.unknown_session")
    permit = start_permit(pack, device_id=device.device_id, device_key=device.public_key_der, staff_ids=pack.staff_ids)
    return msgspec.json.encode(wire.PackAnswer(pack.manifest, pack.content, permit))
