# SPDX-License-Identifier: Apache-2.0
"""The demo's own page: log-ins with their current codes, and slips of people to scan. There is none outside a demo."""

from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value, yield_hotp_counters_from_time
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render

from doseline.rehearsal.demo import DEMO_PIN, is_demo
from doseline.shared import sql
from doseline.staff.access import anyone
from doseline.staff.views import qr_svg


@anyone
def demo_page(request: HttpRequest) -> HttpResponse:
    """Log-ins and slips of a demo; 404 anywhere else."""
    if not is_demo():
        raise Http404
    logins = sql.dicts("rehearsal/logins")
    for login in logins:
        counters = list(yield_hotp_counters_from_time())
        login["code"] = format_hotp_value(hotp_value(login["totp_secret"], counters[len(counters) // 2]))
    slips = sql.dicts("rehearsal/slips", {"count": 6})
    for slip in slips:
        slip["qr"] = qr_svg(f"DOSELINE:P:{slip['code']}")
    return render(request, "rehearsal/demo.html", {"logins": logins, "slips": slips, "pin": DEMO_PIN})
