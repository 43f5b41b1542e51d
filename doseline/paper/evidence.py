# SPDX-License-Identifier: Apache-2.0
"""Photos of what people showed of a dose that stands in no record of ours: a slip, a message, a certificate. Nobody is sent home for
want of our record; whoever settles it later sees what the vaccinator saw."""

from datetime import datetime, timedelta
from uuid import UUID

import cv2

from doseline.paper.models import Evidence
from doseline.paper.pictures import opened
from doseline.shared import sql
from doseline.shared.keys import server_keys

_PURGE_AFTER = timedelta(days=180)  # longer than any interval between doses
_JPEG = [cv2.IMWRITE_JPEG_QUALITY, 80]


def keep_evidence(content: bytes, *, fact_id: UUID, device_id: UUID, now: datetime) -> None:
    """Keeps the photo of one fact, drawn anew (so that nothing rides along in the file) and closed. The first photo of a fact stays:
    sending again changes nothing. Raises PictureError for what is no picture. One insert."""
    with opened(content, takes_pdf=False) as pictures:
        _ok, jpeg = cv2.imencode(".jpg", pictures.page(0), _JPEG)
    Evidence.objects.bulk_create(
        [
            Evidence(
                fact_id=fact_id, device_id=device_id, received_at=now, purge_at=now + _PURGE_AFTER,
                closed=server_keys().close_file(jpeg.tobytes(), _name_of(fact_id, device_id)),
            )
        ],
        ignore_conflicts=True,
    )  # fmt: skip


def evidence_of(fact_id: UUID) -> tuple[bytes, UUID, tuple[str, str]] | None:
    """(JPEG, person_id, (area of the person, area of the site)) of a recorded fact's photo, sent by the fact's own phone. One row."""
    found = sql.rows("paper/evidence_of", {"fact_id": fact_id})
    if not found:
        return None
    closed, device_id, person_id, *areas = found[0]
    jpeg = server_keys().open_file(bytes(closed), _name_of(fact_id, device_id))
    return jpeg, person_id, (areas[0], areas[1])


def _name_of(fact_id: UUID, device_id: UUID) -> str:
    return f"evidence {fact_id} {device_id}"
