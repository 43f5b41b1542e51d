# SPDX-License-Identifier: Apache-2.0
"""Is the server well? For load balancers, watchdogs and people at 11 pm."""

from datetime import UTC, datetime, timedelta

from django.db import Error, connection
from django.http import HttpRequest, HttpResponse, JsonResponse

from doseline.staff.access import anyone

BEAT_AGE_MAX = timedelta(seconds=30)


@anyone
def healthz(request: HttpRequest) -> HttpResponse:  # noqa: ARG001 - Django's signature
    """200 when database and worker are well, else 503 with the reason. Two small reads."""
    try:
        reasons = reasons_of_trouble()
    except Error:
        connection.close()
        reasons = ["database does not answer"]
    return JsonResponse({"ok": not reasons, "reasons": reasons}, status=503 if reasons else 200)


def reasons_of_trouble() -> list[str]:
    """What is not well, in words; empty when all is. Two small reads; raises database errors."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT worker, beat_at FROM worker_beat")
        beats = dict(cursor.fetchall())
        cursor.execute("SELECT reaction FROM reaction_progress WHERE failure_count >= 5 ORDER BY reaction")
        stuck = [row[0] for row in cursor.fetchall()]
    reasons = [f"reaction {name} has failed five times" for name in stuck]
    for worker, name in (("followups", "follow-ups worker"), ("errands", "errands worker")):
        if worker not in beats or datetime.now(UTC) - beats[worker] > BEAT_AGE_MAX:
            reasons.append(f"{name} is not going round")
    return reasons
