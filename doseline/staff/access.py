# SPDX-License-Identifier: Apache-2.0
"""Who may enter. Every view says so with one of `anyone`, `officers` or `phones`; a house test proves that none
forgot. Also the second factor, and the headers every page carries."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.mfa.models import Authenticator
from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.functional import SimpleLazyObject
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from doseline.places.rules import is_within
from doseline.shared.clock import clock

View = Callable[..., HttpResponse]
OFFICERS = ("national_officer", "state_officer", "district_officer", "desk")
DESK = ("district_officer", "desk", "state_officer")  # who prepares a drive: lists, plans, messages, calls
TEXT_KEEPERS = ("state_officer", "national_officer")  # who says what messages say, and by which ways out
HELPERS = ("volunteer", *DESK)  # who sees one row of paper at a time, the one in hand; of a volunteer's, all there is
_CSP = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; connect-src 'self';"
    " manifest-src 'self'; worker-src 'self'; media-src 'self' blob:; form-action 'self'; base-uri 'none';"
    " frame-ancestors 'none'"
)


def anyone(view: View) -> View:
    """This page is for everyone."""
    view.who_may_enter = "anyone"  # type: ignore[attr-defined]
    return view


def phones(view: View) -> View:
    """This address is for enrolled phones; the view checks the phone's signature itself."""
    view.who_may_enter = "phones"  # type: ignore[attr-defined]
    return view


def officers(*roles: str) -> Callable[[View], View]:
    """This page is for people who hold one of `roles`; `request.areas` is where they hold it."""

    def decorate(view: View) -> View:
        @wraps(view)
        def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
            if not request.user.is_authenticated:
                return redirect(f"{settings.LOGIN_URL}?next={request.get_full_path()}")
            areas = list(
                request.user.grants.filter(role__in=roles, org_unit__isnull=False)
                .order_by("org_unit_id")
                .values_list("org_unit_id", flat=True)
            )
            if not areas:
                raise Http404
            request.areas = areas  # type: ignore[attr-defined]
            return view(request, *args, **kwargs)

        guarded.who_may_enter = roles  # type: ignore[attr-defined]
        return guarded

    return decorate


def require_area(request: HttpRequest, area: str) -> None:
    """Raises Http404 unless the officer's role reaches over `area`: what one may not see does not exist."""
    if not any(is_within(area, own) for own in request.areas):  # type: ignore[attr-defined]
        raise Http404


class ClosedSignup(DefaultAccountAdapter):  # type: ignore[misc]
    """Accounts are given, not taken."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:  # noqa: ARG002 - allauth's signature
        """Never."""
        return False


class SecondFactorRequired:
    """Sends an official who has no second factor yet to set one up before anything else."""

    def __init__(self, get_response: View) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        user = request.user
        if not user.is_authenticated or request.path.startswith(("/account/", "/static/", "/app/", "/language/")):
            return self.get_response(request)
        if request.session.get("has_second_factor") or self._has_one(request):
            return self.get_response(request)
        messages.info(request, _("Add an authenticator or a passkey first. It takes a minute, once."))
        return redirect("mfa_index")

    @staticmethod
    def _has_one(request: HttpRequest) -> bool:
        kinds = (Authenticator.Type.TOTP, Authenticator.Type.WEBAUTHN)
        found = Authenticator.objects.filter(user=request.user, type__in=kinds).exists()
        if found:
            request.session["has_second_factor"] = True
        return bool(found)


class ContentSecurityPolicy:
    """Our own scripts and styles only, and no personal page in any cache."""

    def __init__(self, get_response: View) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        response.headers.setdefault("Content-Security-Policy", _CSP)
        response.headers.setdefault("Permissions-Policy", "camera=(self), microphone=(), geolocation=()")
        if not request.path.startswith("/static/"):
            response.headers.setdefault("Cache-Control", "private, no-cache")
        return response


def static_headers(headers: Any, path: str, url: str) -> None:  # noqa: ARG001 - WhiteNoise's signature
    """Headers of files served as they are: the field app's shell carries the same policy as pages."""
    headers["Content-Security-Policy"] = _CSP
    headers["Permissions-Policy"] = "camera=(self), microphone=(), geolocation=()"
    if url.startswith("/app/"):
        headers["Cache-Control"] = "no-cache"  # the service worker is the cache; the server is asked what is new


def _is_desk(request: HttpRequest) -> bool:
    user = getattr(request, "user", None)
    return bool(user and user.is_authenticated and user.grants.filter(role__in=DESK, org_unit__isnull=False).exists())


def _is_helper(request: HttpRequest) -> bool:
    user = getattr(request, "user", None)
    return bool(
        user and user.is_authenticated and user.grants.filter(role="volunteer", org_unit__isnull=False).exists()
    )


def _has_texts(request: HttpRequest) -> bool:
    user = getattr(request, "user", None)
    return bool(user and user.is_authenticated and user.grants.filter(role__in=TEXT_KEEPERS).exists())


def page_context(request: HttpRequest) -> dict[str, object]:
    """What every page shows: the time the drive lives in, whether it is a demo, the languages."""
    setting = clock.setting()
    return {
        "is_desk": SimpleLazyObject(lambda: _is_desk(request)),
        "has_texts": SimpleLazyObject(lambda: _has_texts(request)),
        "is_helper": SimpleLazyObject(lambda: _is_helper(request)),
        "drive_now": clock.now(),
        "is_demo": setting is not None,
        "language": get_language() or "en",
        "languages": (("en", "English"), ("bn", "বাংলা"), ("hi", "हिन्दी")),
    }
