# SPDX-License-Identifier: Apache-2.0
"""Lists of people: send one, say what its columns are, look through its rows, apply it. For the district desk."""

from collections.abc import Callable
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.files.uploadedfile import UploadedFile
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from doseline.imports import commands, queries, workbooks
from doseline.imports.models import ImportFile
from doseline.imports.rules import fields
from doseline.imports.sources import FILE_BYTES_MAX, SourceError
from doseline.imports.wording import REFUSALS, say
from doseline.people.models import Person
from doseline.places.models import OrgUnit, Site
from doseline.places.queries import within
from doseline.shared.words import number
from doseline.staff.access import DESK, officers, require_area
from doseline.vaccines.models import Product

_DECISIONS = {
    "new": ("add", "skip"), "differs": ("take", "keep"), "moves": ("take", "keep"), "close": ("add", "skip"),
    "likely": ("add", "skip"), "twice": ("add",),
}  # fmt: skip
_SITES_OFFERED = 500
_WORKBOOK = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@officers(*DESK)
def lists(request: HttpRequest) -> HttpResponse:
    """The lists sent from the officer's area, and the form to send one."""
    areas = request.areas  # type: ignore[attr-defined]
    if request.method == "POST":
        return _receive(request)
    return render(request, "imports/lists.html", _page(areas) | {"lists": queries.lists_of(areas)[:100]})


def _receive(request: HttpRequest) -> HttpResponse:
    area = request.POST.get("area", "")
    require_area(request, area)
    unit = get_object_or_404(OrgUnit, pk=area)
    try:
        sent = _take(request, request.FILES.get("file"), unit)
    except SourceError as error:
        page = _page(request.areas) | {"lists": queries.lists_of(request.areas)[:100], "refusal": say(error.code)}  # type: ignore[attr-defined]
        return render(request, "imports/lists.html", page, status=400)
    return redirect("list", import_id=sent.pk)


def _take(request: HttpRequest, file: "UploadedFile[Any] | None", unit: OrgUnit) -> ImportFile:
    if file is None:
        raise SourceError("no_file")
    if (file.size or 0) > FILE_BYTES_MAX:
        raise SourceError("too_large")
    with NamedTemporaryFile(prefix="doseline-upload-") as kept:
        for piece in file.chunks():
            kept.write(piece)
        kept.flush()
        kind = _one_of(request, "kind", ("people", "changes", "doses"))
        site = _site(request) if kind == "doses" else None
        return commands.receive_list(
            Path(kept.name), name=Path(file.name or "list").name, kind=kind, site=site,
            product_code=_product(request) if site else "",
            org_unit=site.org_unit if site else unit, institution=request.POST.get("institution", "").strip()[:120],
            priority_group=_one_of(request, "priority_group", tuple(code for code, _name in Person.PRIORITY_GROUPS)),
            by=request.user,  # type: ignore[arg-type]
        )  # fmt: skip


def _site(request: HttpRequest) -> Site:
    """Where a register of doses was kept. Raises SourceError when nobody says."""
    try:
        site = Site.objects.select_related("org_unit").filter(pk=UUID(request.POST.get("site", ""))).first()
    except ValueError:
        site = None
    if site is None:
        raise SourceError("no_site")
    require_area(request, site.org_unit_id)
    return site


def _product(request: HttpRequest) -> str:
    """The vaccine of rows that name none. Raises SourceError when nobody says: a wrong one is worse than none."""
    code = request.POST.get("product", "")
    if code not in _products():
        raise SourceError("no_product")
    return code


def _products() -> list[str]:
    return list(Product.objects.order_by("code").values_list("code", flat=True))


@officers(*DESK)
def one_list(request: HttpRequest, import_id: UUID) -> HttpResponse:
    """One list where it stands: its columns, its progress, its rows by kind, what became of it."""
    sent = _find(request, import_id)
    counts = queries.counts_of(sent)
    page: dict[str, Any] = {"sent": sent, "counts": counts, "before": queries.sent_before(sent)}
    if sent.state == "columns" or "columns" in request.GET:
        page |= _columns_page(sent, sent.columns, [])
    if sent.state in ("reading", "applying"):
        page["progress"] = queries.progress_of(sent, counts)
    page["some"], page["total"] = queries.counts_of_some(sent), sum(kind.count for kind in counts)
    page["faulty_count"] = sum(kind.count for kind in counts if kind.kind == "faulty")
    page["to_apply"] = sum(kind.count for kind in counts if kind.kind in ("new", "same") and kind.unapplied)
    page["undecided"] = sum(kind.undecided for kind in counts if kind.kind in ("close", "moves", "differs"))
    if request.GET.get("part") == "progress":
        return render(request, "imports/progress.html", page)
    return render(request, "imports/list.html", page)


@officers(*DESK)
def columns(request: HttpRequest, import_id: UUID) -> HttpResponse:
    """Takes what someone says the columns hold, and starts the reading."""
    sent = _find(request, import_id)
    if request.method != "POST":
        return redirect("list", import_id=import_id)
    chosen = [value if value in fields() else "" for value in request.POST.getlist("column")]
    faults = commands.choose_columns(
        sent,
        columns=chosen,
        month_first=request.POST.get("order") == "month",
        has_header="no_header" not in request.POST,
    )
    if faults:
        page = {"sent": sent, "counts": []} | _columns_page(sent, chosen, [str(REFUSALS[fault]) for fault in faults])
        return render(request, "imports/list.html", page, status=400)
    return redirect("list", import_id=import_id)


@officers(*DESK)
def rows(request: HttpRequest, import_id: UUID, kind: str) -> HttpResponse:
    """A page of rows of one kind, each with its decision."""
    sent = _find(request, import_id)
    if kind not in (*queries.KINDS, *queries.SOME):
        raise Http404
    if request.method == "POST":
        return _decide(request, sent, kind)
    asked = request.GET.get("after", "0")
    after = int(asked) if asked.isascii() and asked.isdigit() and len(asked) < 9 else 0
    found = queries.rows_of(sent, kind, after)
    shown = found[: queries.ROWS_PER_PAGE]
    some = queries.counts_of_some(sent)
    counts = {counted.kind: counted.count for counted in queries.counts_of(sent)} | some
    for row in shown:  # numbers as the spreadsheet shows them, its header and title lines counted
        row["sheet_row"] = row["row_number"] + sent.header_row + 1
        row["twin_row"] = (row["twin_of"] or 0) + sent.header_row + 1
    areas = OrgUnit.objects.in_bulk(
        {value for row in shown for value in row["differences"].get("org_unit", [])}
        | {candidate["org_unit"] for row in shown for candidate in row["candidates"]}
    )
    is_dose = sent.kind == "doses" and kind == "twice"
    page = {
        "sent": sent, "kind": kind, "named": "twice_dose" if is_dose else kind, "rows": shown,
        "count": counts.get(kind, 0), "some": some, "areas": areas, "header": _header(sent),
        "decisions": _DECISIONS.get(kind, ()), "can_decide": kind in _DECISIONS and not is_dose and sent.state in ("review", "done"),
        "next_after": _next_after(kind, after, shown) if len(found) > len(shown) else None,
    }  # fmt: skip
    return render(request, "imports/rows.html", page)


def _next_after(kind: str, after: int, shown: list[dict[str, Any]]) -> int:
    return after + len(shown) if kind in ("close", "likely") else int(shown[-1]["row_number"])


def _decide(request: HttpRequest, sent: ImportFile, kind: str) -> HttpResponse:
    """`choice` is a decision, for the row named or for all; in a close match `same:<person>` chooses a candidate."""
    choice, row = request.POST.get("choice", ""), request.POST.get("row", "")
    if choice == "likely":
        _say_decided(request, commands.decide_likely(sent, by=request.user))  # type: ignore[arg-type]
        return redirect(request.path)
    kind = "close" if kind == "likely" else kind
    numbers = [int(row)] if row.isascii() and row.isdigit() and len(row) < 9 else None
    inputs: dict[str, Any] = {"state": kind, "by": request.user, "rows": numbers}
    if choice.startswith("same:") and numbers:
        found = queries.row_of(sent.pk, numbers[0])
        chosen = next((c for c in (found or {}).get("candidates", []) if c["person_id"] == choice[5:]), None)
        if chosen is None:
            raise Http404
        inputs |= {"decision": "take", "person_id": UUID(chosen["person_id"]), "person_version": chosen["version"]}
    elif choice in _DECISIONS.get(kind, ()):
        inputs["decision"] = choice
    else:
        raise Http404
    count = commands.decide(sent, **inputs)
    _say_decided(request, count)
    return redirect(f"{request.path}?after={max((numbers or [1])[0] - 1, 0)}" if numbers else request.path)


def _say_decided(request: HttpRequest, count: int) -> None:
    text = ngettext("%(count)s row decided.", "%(count)s rows decided.", count)
    messages.success(request, text % {"count": number(count)})


def _act(request: HttpRequest, import_id: UUID, act: str) -> HttpResponse:
    sent = _find(request, import_id)
    acts: dict[str, Callable[[ImportFile], None]] = {
        "apply": commands.start_applying, "cancel": commands.cancel, "review": commands.review_anyway,
        "finish": lambda sent: commands.finish(sent, by=request.user),  # type: ignore[arg-type]
    }  # fmt: skip
    if act not in acts or (
        act == "cancel" and sent.rows_applied
    ):  # what is in the register is not undone by cancelling
        raise Http404
    acts[act](sent)
    return redirect("list", import_id=import_id)


act_on_list = officers(*DESK)(require_POST(_act))


@officers(*DESK)
def faulty(request: HttpRequest, import_id: UUID) -> HttpResponse:
    """The rows that cannot be read, as a workbook to correct and send."""
    sent = _find(request, import_id)
    return _download(workbooks.faulty_rows(sent, _header(sent)), f"{_('to-correct')}.xlsx")


@officers(*DESK)
def template(request: HttpRequest) -> HttpResponse:  # noqa: ARG001 - Django's signature
    """The template, in the page's language."""
    return _download(workbooks.template(), f"{_('people')}.xlsx")


def _find(request: HttpRequest, import_id: UUID) -> ImportFile:
    sent = get_object_or_404(ImportFile.objects.select_related("org_unit", "sent_by"), pk=import_id)
    require_area(request, sent.org_unit_id)
    return sent


def _header(sent: ImportFile) -> list[str]:
    try:
        return commands.sample_of(sent, 0)[0] if sent.header_row >= 0 else []
    except SourceError:
        return []


def _columns_page(sent: ImportFile, chosen: list[str], faults: list[str]) -> dict[str, Any]:
    try:
        sample = commands.sample_of(sent)
    except SourceError as error:
        return {"faults": [say(error.code)], "choosing": [], "field_names": []}
    width = max([len(sent.columns), *map(len, sample)])
    padded = [[*row, *[""] * (width - len(row))] for row in sample]
    picked = [*chosen, *[""] * (width - len(chosen))]
    choosing = [(picked[place], [row[place] for row in padded]) for place in range(width)]
    return {"choosing": choosing, "field_names": [(name, say(name)) for name in fields()], "faults": faults}


def _page(areas: list[str]) -> dict[str, Any]:
    """The form's choices: the officer's areas and what lies one level below."""
    own = OrgUnit.objects.in_bulk(areas)
    below = OrgUnit.objects.filter(parent_id__in=areas).order_by("name")
    sites = [
        site
        for area in areas
        for site in Site.objects.filter(within(area, "org_unit__code")).order_by("name")[:_SITES_OFFERED]
    ]
    groups = [code for code, _name in Person.PRIORITY_GROUPS]
    return {"areas": [*own.values(), *below], "groups": groups, "sites": sites, "products": _products()}


def _one_of(request: HttpRequest, name: str, allowed: tuple[str, ...]) -> str:
    value = request.POST.get(name, allowed[0])
    return value if value in allowed else allowed[0]


def _download(content: bytes, name: str) -> HttpResponse:
    disposition = content_disposition_header(True, name) or "attachment"
    return HttpResponse(content, content_type=_WORKBOOK, headers={"Content-Disposition": disposition})
