# SPDX-License-Identifier: Apache-2.0
"""The machine interface in writing: an OpenAPI document, a page to read it, and contract/wire/, all made from the
shapes in wire.py, so they cannot say anything else."""

import json
import re
from functools import cache
from pathlib import Path
from typing import Any, get_args

import msgspec
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render

from doseline.people import wire as people_wire
from doseline.planning import wire as planning_wire
from doseline.shared.problems import CATALOGUE
from doseline.staff.access import anyone
from doseline.sync import commands, wire

FACTS = get_args(wire.AnyFact)
_MESSAGES = (
    wire.Push,
    wire.PushAnswer,
    wire.ProblemAnswer,
    wire.Enrol,
    wire.EnrolAnswer,
    wire.PackList,
    wire.PackAnswer,
    wire.ChangesAnswer,
    wire.CarriedJournal,
    wire.Carry,
    wire.CarryAnswer,
    wire.AskCode,
    wire.AskCodeAnswer,
    wire.CheckCode,
    wire.CheckCodeAnswer,
    wire.SheetAnswer,
    wire.EvidenceAnswer,
    planning_wire.PackManifest,
    planning_wire.PackContent,
    planning_wire.StartPermit,
    people_wire.WalkInPerson,
    *FACTS,
)
_SIGNED_READ = (
    "Signed: `Doseline-Device` names the phone, `Doseline-At` is the time (RFC 3339, within five minutes),"
    " `Doseline-Signature` is the base64 of the phone's ECDSA P-256 SHA-256 signature (r‖s, 64 bytes) over"
    ' `"doseline-read-v1\\n" + at + "\\n" + path and query`.'
)
_PHOTO = (
    "The body is the picture, JPEG, PNG or HEIC, signed as a question is. It is kept before it is read; the same picture again"
    " changes nothing."
)
_EVIDENCE = (
    "For a `dose_attested` of this phone, sent before or after the photo. The body is the picture, signed as a question is; the first"
    " photo of a fact stays."
)
_CARRIED = (
    "What a phone without a network gave this one to carry (`CarriedJournal`). Signed as a question: the base64 signature is over"
    ' `"doseline-ask-v1\\n" + at + "\\n" + path + "\\n" + body`. Sending the same again changes nothing.'
)


_CODE = (
    "A rung of the start ladder: a code to a member of the session's team, by SMS or e-mail. Signed as a question: the base64"
    ' signature is over `"doseline-ask-v1\\n" + at + "\\n" + path + "\\n" + body`.'
)
_CODE_CHECK = (
    "The code typed, for a start permit; signed as a question. A sent code is worth ten minutes and one start."
)
_RECEIPT = (
    "For gateways: what became of a message. Query or form: `m` the message, `g` the gateway's code, `t` the token from the address it"
    " was given with the message, `status` (Kannel's 1, 2, 4, 8, 16, or SMPP's words), `detail`. The same again changes nothing."
)
_INBOUND = (
    "For gateways: an SMS somebody wrote. Query or form: `g` the gateway's code, `t` its token, `text`. Understood are tallies:"
    " `S <sheet> G <given> N <not given> W <wasted> A <adverse events>`. The answer is the text to send back."
)
_ANY = ("sync.method_not_allowed", "sync.database_away")
_BY_PHONE = ("sync.unknown_device", "sync.signature_missing", "sync.signature_wrong", "sync.device_revoked", *_ANY)
_SIGNED = ("sync.clock_differs", *_BY_PHONE)
_OF_A_START = ("start.unreadable", "start.not_of_the_team", "sync.unknown_session")
_OF_A_FACT = tuple(problem.code for problem in CATALOGUE.values() if problem.status == 422)


@anyone
def document(request: HttpRequest) -> HttpResponse:  # noqa: ARG001 - Django's signature
    """The OpenAPI 3.1 document."""
    return JsonResponse(build_document())


@anyone
def page(request: HttpRequest) -> HttpResponse:
    """The same, to read."""
    built = build_document()
    operations = [
        {"path": path, "method": method.upper(), **operation}
        for path, methods in built["paths"].items()
        for method, operation in methods.items()
    ]
    schemas = [(name, json.dumps(schema, indent=1)) for name, schema in sorted(built["components"]["schemas"].items())]
    problems = [(p.code, p.status, p.sentence) for p in CATALOGUE.values()]
    return render(request, "sync/api.html", {"operations": operations, "schemas": schemas, "problems": problems})


@cache
def build_document() -> dict[str, Any]:
    """The whole document as JSON-able values."""
    _, components = msgspec.json.schema_components(_MESSAGES, ref_template="#/components/schemas/{name}")
    return {
        "openapi": "3.1.0",
        "info": {"title": "Doseline", "version": "1", "license": {"name": "Apache-2.0"}},
        "paths": {
            "/sync/v1/facts": {"post": _push()},
            "/sync/v1/enrol": {
                "post": _operation(
                    "Enrol a phone",
                    wire.Enrol,
                    wire.EnrolAnswer,
                    "A code joins one phone.",
                    ("enrol.unreadable", "enrol.code_unknown", "enrol.key_unusable", "enrol.too_many_tries", *_ANY),
                )
            },
            "/sync/v1/packs": {"get": _operation("List packs", None, wire.PackList, _SIGNED_READ, _SIGNED)},
            "/sync/v1/packs/{session_id}": {
                "get": _operation(
                    "Get a pack",
                    None,
                    wire.PackAnswer,
                    _SIGNED_READ,
                    ("sync.unknown_session", "sync.pack_not_built", *_SIGNED),
                    ("session_id",),
                )
            },
            "/sync/v1/sessions/{session_id}/changes": {
                "get": _operation(
                    "What happened in a session after a cursor",
                    None,
                    wire.ChangesAnswer,
                    _SIGNED_READ,
                    ("sync.unknown_session", "sync.bad_parameter", *_SIGNED),
                    ("session_id",),
                    ("cursor",),
                )
            },
            "/sync/v1/sessions/{session_id}/code": {
                "post": _operation(
                    "Ask for a start code",
                    wire.AskCode,
                    wire.AskCodeAnswer,
                    _CODE,
                    (*_OF_A_START, "start.no_address", "start.asked_too_often", "start.cannot_send", *_SIGNED),
                    ("session_id",),
                )
            },
            "/sync/v1/sessions/{session_id}/code/check": {
                "post": _operation(
                    "Start by a code",
                    wire.CheckCode,
                    wire.CheckCodeAnswer,
                    _CODE_CHECK,
                    (*_OF_A_START, "start.code_wrong", *_SIGNED),
                    ("session_id",),
                )
            },
            "/sync/v1/carried": {
                "post": _operation(
                    "Hand in another phone's records",
                    wire.Carry,
                    wire.CarryAnswer,
                    _CARRIED,
                    (
                        "start.unreadable",
                        "carried.unreadable",
                        "sync.unreadable_batch",
                        "sync.body_too_large",
                        "sync.too_many_facts",
                        *_SIGNED,
                    ),
                )
            },
            "/sync/v1/sheets": {
                "post": _operation("Send a photo of a sheet", None, wire.SheetAnswer, _PHOTO, _SIGNED)
                | {"requestBody": {"required": True, "content": {"image/jpeg": {}}}}
            },
            "/sync/v1/evidence/{fact_id}": {
                "post": _operation(
                    "Send a photo of what somebody showed", None, wire.EvidenceAnswer, _EVIDENCE, _SIGNED, ("fact_id",)
                )
                | {"requestBody": {"required": True, "content": {"image/jpeg": {}}}}
            },
            "/messages/v1/receipt": _for_gateways(
                "Tell what became of a message", _RECEIPT, ("m", "g", "t", "status", "detail")
            ),
            "/messages/v1/inbound": _for_gateways("Hand in an SMS somebody wrote", _INBOUND, ("g", "t", "text")),
            "/healthz": {
                "get": {
                    "summary": "Is the server well?",
                    "responses": {
                        "200": {"description": "Well."},
                        "503": {"description": "Not well; `reasons` says why."},
                    },
                }
            },
        },
        "components": {"schemas": components},
    }


def write_contract(folder: Path) -> list[Path]:
    """Writes one JSON Schema per message into `folder`; returns the paths. Same input, same bytes."""
    folder.mkdir(parents=True, exist_ok=True)
    paths = []
    for message, text in contract().items():
        path = folder / f"{message}.json"
        path.write_text(text, encoding="utf-8")
        paths.append(path)
    return paths


def contract() -> dict[str, str]:
    """Message name (snake_case) → the text of its schema file."""
    texts = {}
    for message in _MESSAGES:
        schema = msgspec.json.schema(message)
        texts[_snake(message.__name__)] = json.dumps(schema, indent=2, ensure_ascii=False) + "\n"
    return texts


def _push() -> dict[str, Any]:
    about = (
        f"At most {commands.FACTS_MAX} facts and {commands.BODY_BYTES_MAX} bytes; no facts makes a heartbeat. Each element"
        " of `facts` is a fact (`SessionOpened` … `FactVoided`), sent byte for byte as the phone stored it: its SHA-256 is"
        " its hash. Signed: `Doseline-Device` names the phone, `Doseline-Signature` is the base64 of its ECDSA P-256"
        ' SHA-256 signature (r‖s) over `"doseline-push-v1\\n" + body`. Each fact gets its own verdict, in order, after the'
        " commit: `recorded`, `already_recorded`, `held` (kept for a person to place) or `refused` (unreadable or forged,"
        " kept apart). Sending the same bytes again is always safe."
    )
    about += f" Why one fact is not `recorded`: {', '.join(f'`{code}`' for code in _OF_A_FACT)}."
    whole = ("sync.body_too_large", "sync.too_many_facts", "sync.unreadable_batch", "sync.busy")
    operation = _operation("Upload facts", wire.Push, wire.PushAnswer, about, (*whole, *_BY_PHONE))
    operation["responses"]["503"]["description"] += " Retry-After says when; nothing was lost."
    return operation


def _operation(
    summary: str, takes: type | None, gives: type, about: str, problems: tuple[str, ...],
    in_path: tuple[str, ...] = (), in_query: tuple[str, ...] = (),
) -> dict[str, Any]:  # fmt: skip
    """One operation; `problems` are the codes it may answer with, told under their statuses."""
    by_status: dict[int, list[str]] = {}
    for code in problems:
        by_status.setdefault(CATALOGUE[code].status, []).append(f"`{code}`")
    operation: dict[str, Any] = {
        "summary": summary,
        "description": about,
        "parameters": [
            *(
                {"name": name, "in": "path", "required": True, "schema": {"type": "string", "format": "uuid"}}
                for name in in_path
            ),
            *({"name": name, "in": "query", "schema": {"type": "integer", "minimum": 0}} for name in in_query),
        ],
        "responses": {
            "200": _content("Done.", gives),
            **{
                str(status): _content(f"{', '.join(codes)}.", wire.ProblemAnswer)
                for status, codes in sorted(by_status.items())
            },
        },
    }
    if takes is not None:
        operation["requestBody"] = {"required": True, **_content("", takes)}
    return operation


def _for_gateways(summary: str, about: str, parameters: tuple[str, ...]) -> dict[str, Any]:
    """The same by GET and by POST, without JSON: as gateways do it."""
    operation = {
        "summary": summary,
        "description": about,
        "parameters": [{"name": name, "in": "query", "schema": {"type": "string"}} for name in parameters],
        "responses": {
            "200": {"description": "Taken in, or known already."},
            "400": {"description": "Not readable, or a status we do not know."},
            "403": {"description": "The token is not right."},
        },
    }
    return {"get": operation, "post": operation}


def _content(description: str, shape: type) -> dict[str, Any]:
    schema = {"$ref": f"#/components/schemas/{shape.__name__}"}
    content: dict[str, Any] = {"content": {"application/json": {"schema": schema}}}
    return {"description": description, **content} if description else content


def _snake(name: str) -> str:
    return re.sub(r"(?<=[a-z])(?=[A-Z])", "_", name).lower()
