# SPDX-License-Identifier: Apache-2.0
"""A site's phones: enrol one more, cut one off."""

from io import BytesIO
from uuid import UUID

import segno
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from doseline.places.models import Site
from doseline.shared import sql
from doseline.shared.clock import now
from doseline.staff.access import OFFICERS, officers, require_area
from doseline.staff.commands import revoke_device
from doseline.staff.models import Device
from doseline.sync.commands import make_enrolment_code


@officers(*OFFICERS)
def site_phones(request: HttpRequest, site_id: UUID) -> HttpResponse:
    """The phones of a site; a POST makes a code for one more and shows it, once."""
    site = get_object_or_404(Site.objects.select_related("org_unit"), pk=site_id)
    require_area(request, site.org_unit_id)
    page = {"site": site, "site_name": site.name_in(_language(request)), "phones": _phones_of(site)}
    if request.method == "POST":
        code = make_enrolment_code(site=site, made_by=request.user, now=now())  # type: ignore[arg-type]
        link = request.build_absolute_uri(f"/app/#enrol={code}")
        page |= {"code": f"{code[:4]} {code[4:]}", "link": link, "qr": qr_svg(link)}
    return render(request, "staff/site_phones.html", page)


def _revoke_phone(request: HttpRequest, device_id: UUID) -> HttpResponse:
    device = get_object_or_404(Device.objects.select_related("site"), pk=device_id)
    require_area(request, device.site.org_unit_id)
    revoke_device(device, by=request.user, reason=request.POST.get("reason", "")[:200], now=now())  # type: ignore[arg-type]
    messages.success(request, _("The phone is cut off. What it still sends will be held."))
    return redirect("site_phones", site_id=device.site_id)


revoke_phone = officers(*OFFICERS)(require_POST(_revoke_phone))


def qr_svg(text: str) -> SafeString:
    """A QR code as inline SVG, black on white, with its quiet zone."""
    out = BytesIO()
    segno.make(text, error="m", micro=False).save(
        out, kind="svg", xmldecl=False, svgns=True, scale=5, border=4, light="white"
    )
    return mark_safe(out.getvalue().decode())  # noqa: S308 - made here from our own code


def _phones_of(site: Site) -> list[dict[str, object]]:
    return sql.dicts("staff/phones", {"site_id": site.site_id})


def _language(request: HttpRequest) -> str:
    return str(getattr(request, "LANGUAGE_CODE", "en"))
