# SPDX-License-Identifier: Apache-2.0
"""The front page, the choice of language, and the page there is when something failed."""

import sys

from django.conf import settings
from django.db import InterfaceError, OperationalError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.template.loader import render_to_string
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import get_language
from django.views.decorators.http import require_POST

from doseline.staff.access import anyone


@anyone
def home(request: HttpRequest) -> HttpResponse:
    """Where each user goes next."""
    return render(request, "home.html")


@require_POST
def _set_language(request: HttpRequest) -> HttpResponse:
    target = request.POST.get("next", "/")
    if not url_has_allowed_host_and_scheme(target, allowed_hosts={request.get_host()}):
        target = "/"
    response = redirect(target)
    if (language := request.POST.get("language")) in dict(settings.LANGUAGES):
        response.set_cookie(settings.LANGUAGE_COOKIE_NAME, language, max_age=31_536_000, samesite="Lax")
    return response


set_language = anyone(_set_language)


@anyone
def not_here(request: HttpRequest) -> HttpResponse:  # noqa: ARG001 - Django's signature
    """For addresses a library brings that nobody needs here: an officer's e-mail is set by who appoints them."""
    raise Http404


def server_error(request: HttpRequest) -> HttpResponse:
    """What people see when a page failed: 503 while the database is away, else 500. Asks nothing of the database itself.
    Called by Django while it handles the error."""
    is_database_away = isinstance(sys.exc_info()[1], OperationalError | InterfaceError)
    again = request.get_full_path() if request.method == "GET" else "/"
    told = {"is_database_away": is_database_away, "again": again, "language": get_language() or "en"}
    answer = HttpResponse(render_to_string("server_error.html", told), status=503 if is_database_away else 500)
    if is_database_away:
        answer["Retry-After"] = "30"
    return answer
