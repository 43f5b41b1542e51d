# SPDX-License-Identifier: Apache-2.0
"""The demo's own page: log-ins with their current codes, and slips of people to scan. There is none outside a demo."""

from datetime import datetime

from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value, yield_hotp_counters_from_time
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from doseline.messages.models import Gateway
from doseline.rehearsal.demo import DEMO_PIN, break_gateway, is_demo, set_time
from doseline.shared import sql
from doseline.shared.clock import INDIA, now
from doseline.staff.access import OFFICERS, anyone, officers
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
    page = {
        "logins": logins,
        "slips": slips,
        "pin": DEMO_PIN,
        "gateways": Gateway.objects.filter(kind="demo").order_by("code"),
    }
    return render(request, "rehearsal/demo.html", page | {"demo_now": now()})


def _change_demo(request: HttpRequest) -> HttpResponse:
    """Sets the demo's clock (`at`, India's time), or breaks and repairs a gateway (`gateway`, `is_down`)."""
    if not is_demo():
        raise Http404
    if "gateway" in request.POST:
        break_gateway(request.POST["gateway"], is_down=request.POST.get("is_down") == "1")
    else:
        try:
            set_time(datetime.fromisoformat(request.POST.get("at", "")).replace(tzinfo=INDIA))
        except (ValueError, OverflowError):
            messages.error(request, _("This is no time. Choose a day and an hour."))
    return redirect("demo")


change_demo = officers(*OFFICERS)(require_POST(_change_demo))
