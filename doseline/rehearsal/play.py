# SPDX-License-Identifier: Apache-2.0
"""Lets the demo's sites live their day: each with a phone that has a key and a journal, sending through the real upload
address while the demo clock runs. One site, the first, is left to whoever tries it."""

import base64
import http.client
import json
import random
import time
import urllib.parse
from collections import deque
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import repeat
from typing import Any
from uuid import UUID

from django.db import close_old_connections

from doseline.planning.models import Session
from doseline.planning.packs import start_permit
from doseline.rehearsal.demo import DAY_ENDS, DAY_STARTS, at_day, demo_day, is_demo
from doseline.rehearsal.device import JournalEntry, SimulatedDevice
from doseline.rehearsal.script import Act, SiteDay, write_day
from doseline.shared import clock, sql
from doseline.staff.models import Device
from doseline.sync.commands import make_enrolment_code

_TICK_SECONDS = 0.5
_BEAT = timedelta(minutes=3)
_THREADS = 4
_FACTS_MAX = 100


class PlayError(Exception):
    """It cannot be played here and now; the sentence says why and what to do."""


@dataclass
class PlayedSite:
    """A site's phone and what is still to come in its day."""

    session: Session
    staff_id: UUID
    device: SimulatedDevice
    day: SiteDay
    to_come: deque[Act]
    beat_at: datetime | None = None


class Play:
    """One run. Same seed, same phones and facts: started again after a stop, what was sent before is answered
    `already_recorded` and the day goes on."""

    def __init__(self, *, url: str, speed: float, seed: int, until: tuple[int, int]) -> None:
        self.address = urllib.parse.urlsplit(url)
        self.speed, self.seed, self.until_time = speed, seed, until
        self.sent_count = 0
        self.failed_count = 0

    def run(self) -> None:
        """Plays until `until` by the demo clock; shows how far it is. Raises PlayError outside a demo."""
        if not is_demo():
            raise PlayError("Only a demo can be played: `doseline demo` builds one in an empty database.")
        day = demo_day()
        until = at_day(day, self.until_time)
        if clock.now() >= until:
            raise PlayError(
                "The demo day is over. To live it again, stop Doseline, remove its data (var/) and start it."
            )
        print("Writing the day of each site and enrolling its phone", flush=True)
        with ThreadPoolExecutor(_THREADS) as threads:
            sites = list(threads.map(self._prepare, self._sessions()))
            clock.set_demo_clock(
                demo_now=max(clock.now(), at_day(day, DAY_STARTS)),
                speed=self.speed,
                demo_stop=at_day(day, DAY_ENDS),
            )
            try:
                self._live(sites, until, threads)
            finally:
                clock.set_demo_clock(demo_now=clock.now(), speed=1.0, demo_stop=at_day(day, DAY_ENDS))
        print(f"\nThe day is over at {len(sites)} sites: {self.sent_count:,} records sent.", flush=True)

    def _live(self, sites: list[PlayedSite], until: datetime, threads: ThreadPoolExecutor) -> None:
        while True:
            now = clock.clock.now()
            list(threads.map(self._turn, sites, repeat(now)))
            india = now.astimezone(clock.INDIA)
            print(
                f"\r{india:%H:%M}  {self.sent_count:,} records sent  {self.failed_count} tries failed ",
                end="",
                flush=True,
            )
            if now >= until:
                return
            time.sleep(_TICK_SECONDS)

    def _sessions(self) -> list[tuple[int, Session]]:
        found = Session.objects.select_related("site").filter(on_date=demo_day())
        ordered = sorted(found, key=lambda s: (s.site.org_unit_id != "IN.36.725", s.site.org_unit_id, s.site.name))
        return list(enumerate(ordered))[1:]

    def _prepare(self, numbered: tuple[int, Session]) -> PlayedSite:
        number, session = numbered
        chance = random.Random(f"{self.seed}-{number}")
        device = SimulatedDevice(chance)
        device.device_id = self._enrol(session, device)
        batch = session.batches.order_by("number")[0]
        people = list(session.roster.order_by("slot_at", "allotment_id").values_list("person_id", flat=True))
        day = write_day(
            chance=chance, opens_at=session.opens_at, closes_at=session.closes_at, people=people,
            batch_id=batch.batch_id, product=session.product_id,
        )  # fmt: skip
        staff_id = session.team.get(role="vaccinator").staff_id
        close_old_connections()
        return PlayedSite(session, staff_id, device, day, deque(day.acts))

    def _enrol(self, session: Session, device: SimulatedDevice) -> UUID:
        """Through the real address with a real code; the same key in a later run is the phone it was."""
        known = Device.objects.filter(public_key=device.public_key).first()
        if known is not None:
            return known.device_id
        code = make_enrolment_code(site=session.site, made_by=None, now=clock.now())
        body = {"code": code, "public_key": base64.b64encode(device.public_key).decode(), "label": "Phone 1"}
        try:
            status, answer = self._ask("POST", "/sync/v1/enrol", json.dumps(body).encode(), {})
        except OSError:
            raise PlayError(
                f"{self.address.geturl()} does not answer. Is Doseline up there? Else give --url."
            ) from None
        if status != 200:
            raise PlayError(
                f"{self.address.geturl()} does not enrol phones ({answer.get('problem', status)}). Is it up?"
            )
        return UUID(answer["device_id"])

    def _turn(self, site: PlayedSite, now: datetime) -> None:
        """What is due is written into the journal, network or not; then it is sent, if there is a network."""
        while site.to_come and site.to_come[0].at <= now:
            self._write(site, site.to_come.popleft())
        if site.day.is_offline(now):
            return
        is_beat_due = site.beat_at is None or now - site.beat_at >= _BEAT
        while (waiting := site.device.unsent()[:_FACTS_MAX]) or is_beat_due:
            is_beat_due = False
            if not self._send(site, waiting, now):
                return
            site.beat_at = now

    def _write(self, site: PlayedSite, act: Act) -> None:
        particulars = dict(act.particulars)
        if act.kind == "session_opened":
            particulars["permit"] = self._permit(site)
        if act.person_id is not None:
            particulars["person_id"] = act.person_id
        site.device.act(act.kind, session_id=site.session.session_id, staff_id=site.staff_id, at=act.at, **particulars)

    def _permit(self, site: PlayedSite) -> str:
        """The permit it has sent before, if it did: a signature is never the same twice, and the same day must be."""
        sent = sql.rows("rehearsal/permit_sent", {"device_id": site.device.device_id})
        device = site.device
        return (
            sent[0][0]
            if sent
            else start_permit(
                site.session, device_id=device.device_id, device_key=device.public_key, staff_ids=[site.staff_id]
            )
        )

    def _send(self, site: PlayedSite, waiting: list[JournalEntry], now: datetime) -> bool:
        body = site.device.push_body(waiting, now, session_id=str(site.session.session_id))
        try:
            status, answer = self._ask("POST", "/sync/v1/facts", body, site.device.push_headers(body))
        except (OSError, http.client.HTTPException):
            status, answer = 0, {}
        if status != 200:
            self.failed_count += 1
            return False
        site.device.settle([(told["fact_id"], told["verdict"]) for told in answer["verdicts"]])
        self.sent_count += len(waiting)
        return True

    def _ask(self, method: str, path: str, body: bytes, headers: dict[str, str]) -> tuple[int, dict[str, Any]]:
        connection = http.client.HTTPConnection(
            self.address.hostname or "127.0.0.1", self.address.port or 80, timeout=20
        )
        try:
            connection.request(method, path, body, {"Content-Type": "application/json", **headers})
            response = connection.getresponse()
            return response.status, json.loads(response.read())
        finally:
            connection.close()
