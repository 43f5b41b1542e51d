# SPDX-License-Identifier: Apache-2.0
"""What a phone reads: its sessions, and what the session's other phones did; and how it joins. Uploads, and packs
themselves, go through the door."""

from collections.abc import Callable
from datetime import timedelta
from functools import wraps
from typing import Any, TypeVar
from uuid import UUID

import msgspec
from django.core.cache import cache
from django.db import InterfaceError, OperationalError, connection
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import get_language
from django.views.decorators.csrf import csrf_exempt

from doseline.messages.queries import codes_trusted
from doseline.places.models import Site
from doseline.places.rules import is_within
from doseline.planning.models import Session
from doseline.shared import sql
from doseline.shared.clock import clock, india_day, today
from doseline.shared.keys import server_keys
from doseline.shared.problems import CATALOGUE, ProblemError
from doseline.staff.access import OFFICERS, officers, phones
from doseline.staff.models import Device
from doseline.sync import codes, commands, wire
from doseline.sync.devices import DeviceBook, KnownDevice, read_device_id

_CHANGES_MAX = 500
_WRONG_CODES_MAX = 20
_WRONG_CODES_SECONDS = 600
_WRONG_APP_CODES_MAX = 10
_TRUST_SECONDS = 60
_FILES_MAX = 20
_Asked = TypeVar("_Asked", wire.AskCode, wire.CheckCode, wire.Carry)
_devices = DeviceBook()  # a cache; nothing is lost when the process ends
_enrol_decoder = msgspec.json.Decoder(wire.Enrol)


def answers(view: Callable[..., object]) -> Callable[..., HttpResponse]:
    """Turns a view's Struct into JSON and a ProblemError into its named answer."""

    @csrf_exempt  # phones sign what they send; there is no cookie to abuse
    @wraps(view)
    def answering(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        try:
            return HttpResponse(msgspec.json.encode(view(request, *args, **kwargs)), content_type="application/json")
        except ProblemError as error:
            return _problem(error.problem.code)
        except (OperationalError, InterfaceError):
            connection.close()
            return _problem("sync.database_away")

    return answering


def _problem(code: str) -> HttpResponse:
    now, speed, is_demo = clock.peek()
    body = commands.problem_answer(code, wire.ClockAnswer(now, speed, is_demo), get_language() or "en")
    return HttpResponse(body, status=CATALOGUE[code].status, content_type="application/json")


def clock_answer() -> wire.ClockAnswer:
    """The time the drive lives in."""
    now = clock.now()
    return wire.ClockAnswer(now, clock.peek()[1], clock.setting() is not None)


@phones
@answers
def enrol(request: HttpRequest) -> wire.EnrolAnswer:
    """A phone joins its site with a code."""
    if request.method != "POST":
        raise ProblemError("sync.method_not_allowed")
    where = f"wrong-codes:{request.META.get('REMOTE_ADDR')}"
    if cache.get(where, 0) >= _WRONG_CODES_MAX:
        raise ProblemError("enrol.too_many_tries")
    try:
        device = commands.enrol(_enrol_decoder.decode(request.body), clock.now())
    except (msgspec.DecodeError, UnicodeDecodeError):
        raise ProblemError("enrol.unreadable") from None
    except ProblemError as error:
        if error.problem.code == "enrol.code_unknown":
            cache.add(where, 0, _WRONG_CODES_SECONDS)
            cache.incr(where)
        raise
    site = device.site
    names = {"en": site.name, "bn": site.name_bn, "hi": site.name_hi}
    return wire.EnrolAnswer(device.device_id, device.label, site.site_id, names, server_keys().public(), clock_answer())


@phones
@answers
def list_packs(request: HttpRequest) -> wire.PackList:
    """The phone's sessions, with the newest pack of each."""
    device = _reader(request)
    start = india_day(today() - timedelta(days=1))[0]
    found = sql.rows("sync/packs", {"site_id": device.site_id, "start": start, "end": start + timedelta(days=9)})
    listed = [wire.PackListed(row[0], row[1].isoformat(), *row[2:]) for row in found]
    return wire.PackList(listed, _codes_trusted(device.site_id), clock_answer())


def _codes_trusted(site_id: UUID) -> bool:
    """Asked by every phone every half minute, so made anew for a site at most once a minute."""
    key = f"codes-trusted:{site_id}"
    known: bool | None = cache.get(key)
    if known is None:
        area = Site.objects.values_list("org_unit_id", flat=True).get(pk=site_id)
        known = codes_trusted(area, clock.now())
        cache.set(key, known, _TRUST_SECONDS)
    return known


@phones
@answers
def get_changes(request: HttpRequest, session_id: UUID) -> wire.ChangesAnswer:
    """What all phones of a session did after `cursor`, in the order status took it in. Safe to ask again."""
    device = _reader(request)
    since = request.GET.get("cursor", "0")
    if not (since.isascii() and since.isdigit() and len(since) < 18):
        raise ProblemError("sync.bad_parameter")
    if not Session.objects.filter(pk=session_id, site_id=device.site_id).exists():
        raise ProblemError("sync.unknown_session")
    inputs = {"session_id": session_id, "cursor": int(since), "limit": _CHANGES_MAX}
    found = sql.rows("sync/changes", inputs)
    with connection.cursor() as cursor:
        cursor.execute("SELECT opened_at, closed_at FROM status.session_tally WHERE session_id = %s", [session_id])
        opened_at, closed_at = cursor.fetchone() or (None, None)
    changes = [wire.RosterChange(*row[1:]) for row in found]
    newest = found[-1][0] if found else int(since)
    of_others = {"session_id": session_id, "device_id": device.device_id}
    vials = wire.VialCounts(*sql.rows("sync/vials_elsewhere", of_others)[0])
    shared_vials = [wire.SharedVial(*row) for row in sql.rows("sync/shared_vials", of_others)]
    is_more = len(found) >= _CHANGES_MAX
    return wire.ChangesAnswer(changes, newest, is_more, opened_at, closed_at, vials, shared_vials, clock_answer())


@phones
@answers
def ask_code(request: HttpRequest, session_id: UUID) -> wire.AskCodeAnswer:
    """Sends a start code to a member of the session's team."""
    device, asked = _asker(request, wire.AskCode)
    tail, expires_at = codes.ask_code(device, session_id, asked.staff_id, asked.channel, clock.now())
    return wire.AskCodeAnswer(tail, expires_at, clock_answer())


@phones
@answers
def check_code(request: HttpRequest, session_id: UUID) -> wire.CheckCodeAnswer:
    """A start permit for a right code."""
    device, said = _asker(request, wire.CheckCode)
    if said.is_app:
        where = f"wrong-app-codes:{said.staff_id}"
        if cache.get(where, 0) >= _WRONG_APP_CODES_MAX:
            raise ProblemError("start.code_wrong")
        cache.add(where, 0, _WRONG_CODES_SECONDS)
        cache.incr(where)
        permit = codes.check_app_code(device, session_id, said.staff_id, said.code)
    else:
        permit = codes.check_code(device, session_id, said.staff_id, said.code, clock.now())
    return wire.CheckCodeAnswer(permit, clock_answer())


@phones
@answers
def carry(request: HttpRequest) -> wire.CarryAnswer:
    """A phone hands in another phone's records."""
    _device, said = _asker(request, wire.Carry)
    _of, verdicts = commands.take_carried(said.sealed, clock.now(), clock.peek()[1])
    return wire.CarryAnswer(dict(verdicts), clock_answer())


@officers(*OFFICERS)
def carried(request: HttpRequest) -> HttpResponse:
    """The desk hands in files of records that phones had no network to send. It cannot read them; it sees what became of them."""
    taken: list[dict[str, object]] = []
    for place, file in enumerate(request.FILES.getlist("files") if request.method == "POST" else []):
        name = (file.name or "")[:80]
        try:
            if place >= _FILES_MAX:
                raise ProblemError("carried.too_many")
            if (file.size or 0) > commands.CARRIED_BYTES_MAX:
                raise ProblemError("sync.body_too_large")
            device, verdicts = commands.take_carried(
                file.read().decode("utf-8", "replace"), clock.now(), clock.peek()[1]
            )
        except ProblemError as error:
            taken.append({"name": name, "problem": error.problem.sentence})
            continue
        known = Device.objects.select_related("site").get(pk=device.device_id)
        is_ours = any(is_within(known.site.org_unit_id, area) for area in request.areas)  # type: ignore[attr-defined]
        taken.append({"name": name, "verdicts": dict(verdicts), "phone": known if is_ours else None})
    return render(request, "sync/carried.html", {"taken": taken, "is_asked": request.method == "POST"})


def signed_body(request: HttpRequest) -> tuple[KnownDevice, bytes]:
    """The phone that signed what it sent, and that. Raises ProblemError."""
    if request.method != "POST":
        raise ProblemError("sync.method_not_allowed")
    device = _devices.get(read_device_id(request.headers.get("Doseline-Device", "")))
    device.admit_ask(
        target=request.get_full_path(),
        body=request.body,
        at=request.headers.get("Doseline-At", ""),
        signature=request.headers.get("Doseline-Signature", ""),
        now=clock.now(),
    )
    return device, request.body


def _asker(request: HttpRequest, shape: type[_Asked]) -> tuple[KnownDevice, _Asked]:
    """The phone that signed this question, and the question. Raises ProblemError."""
    device, body = signed_body(request)
    try:
        return device, msgspec.json.decode(body, type=shape)
    except (msgspec.DecodeError, UnicodeDecodeError):
        raise ProblemError("start.unreadable") from None


def _reader(request: HttpRequest) -> KnownDevice:
    """The phone that signed this read. Raises ProblemError."""
    if request.method != "GET":
        raise ProblemError("sync.method_not_allowed")
    device = _devices.get(read_device_id(request.headers.get("Doseline-Device", "")))
    device.admit_read(
        target=request.get_full_path(),
        at=request.headers.get("Doseline-At", ""),
        signature=request.headers.get("Doseline-Signature", ""),
        now=clock.now(),
    )
    return device
