# SPDX-License-Identifier: Apache-2.0
"""Django's settings. Everything an operator may change comes from the environment; every default is safe."""

import os
import secrets
from pathlib import Path
from typing import Any

import psycopg
from django.utils.translation import gettext_lazy as _

from doseline.shared.embedded_postgres import EmbeddedPostgres

PROJECT = Path(__file__).resolve().parent.parent
DATA = Path(os.environ.get("DOSELINE_DATA_DIR", PROJECT / "var")).resolve()
DOSELINE_KEYS_DIR = os.environ.get("DOSELINE_KEYS_DIR", str(DATA / "keys"))
DOSELINE_BUILD_DIR = PROJECT / "build"


def _secret_key() -> str:
    """From the environment, else one made on first use and kept in the data directory."""
    if key := os.environ.get("DOSELINE_SECRET_KEY"):
        return key
    path = DATA / "secret_key"
    if not path.exists():
        DATA.mkdir(parents=True, exist_ok=True)
        path.touch(mode=0o600)
        path.write_text(secrets.token_urlsafe(48), encoding="utf-8")
    return path.read_text(encoding="utf-8")


_CONNECTION_SECONDS_MAX = 3  # nobody waits longer to be told that the database is away


def _database() -> dict[str, Any]:
    """DATABASE_URL (any libpq connection string), else the embedded server. Serving processes act as the role
    `doseline_app`, which may only INSERT and SELECT in the ledger; migrations (DOSELINE_AS_OWNER) do not."""
    dsn = os.environ.get("DATABASE_URL") or EmbeddedPostgres(DATA / "postgres").dsn()
    parts = psycopg.conninfo.conninfo_to_dict(dsn)
    options: dict[str, Any] = {
        k: v for k, v in parts.items() if k not in ("dbname", "user", "password", "host", "port")
    }
    session_settings = ["-c jit=off"]  # our statements take milliseconds; compiling them takes hundreds
    if not os.environ.get("DOSELINE_AS_OWNER"):
        session_settings.append("-c role=doseline_app")
    options["options"] = " ".join([options.get("options", ""), *session_settings]).strip()
    is_server = bool(os.environ.get("DOSELINE_SERVING"))
    if is_server:  # a request has a thread of its own and would have a connection of its own: they share a pool
        options["pool"] = {"min_size": 2, "max_size": 24, "timeout": _CONNECTION_SECONDS_MAX}
        options.setdefault("connect_timeout", _CONNECTION_SECONDS_MAX)
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": parts.get("dbname", ""),
        "USER": parts.get("user", ""),
        "PASSWORD": parts.get("password", ""),
        "HOST": parts.get("host", ""),
        "PORT": parts.get("port", ""),
        "CONN_MAX_AGE": 0 if is_server else None,
        "CONN_HEALTH_CHECKS": not is_server,
        "OPTIONS": options,
    }


def _static_headers(headers: Any, path: str, url: str) -> None:
    from doseline.staff.access import static_headers  # needs settings first

    static_headers(headers, path, url)


def _public_url() -> str:
    """DOSELINE_PUBLIC_URL; else the first host that phones know us by, behind TLS; else where `doseline up` serves."""
    if said := os.environ.get("DOSELINE_PUBLIC_URL"):
        return said.rstrip("/")
    if BEHIND_TLS and (host := next((host for host in ALLOWED_HOSTS if host not in _LOCAL_HOSTS), "")):
        return f"https://{host.lstrip('.')}"
    try:
        return ADDRESS_FILE.read_text(encoding="utf-8").strip() or _LOCAL_URL
    except OSError:
        return _LOCAL_URL


_LOCAL_HOSTS, _LOCAL_URL = ("*", "127.0.0.1", "localhost", "[::1]"), "http://127.0.0.1:8000"
DOSELINE_BRAND = os.environ.get("DOSELINE_BRAND", "Doseline")  # as messages to people name us
SECRET_KEY = _secret_key()
DEBUG = False
ALLOWED_HOSTS = os.environ.get("DOSELINE_HOSTS", "127.0.0.1,localhost,[::1]").split(",")
BEHIND_TLS = bool(os.environ.get("DOSELINE_TLS"))
ADDRESS_FILE = DATA / "address"  # where `doseline up` says that it serves, for whoever asks from another process
DOSELINE_PUBLIC_URL = _public_url()  # where gateways send their receipts
CSRF_TRUSTED_ORIGINS = [f"https://{host}" for host in ALLOWED_HOSTS if host != "*"]
DATABASES = {"default": _database()}

INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.humanize",
    "django.contrib.staticfiles",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "doseline.places",
    "doseline.staff",
    "doseline.vaccines",
    "doseline.people",
    "doseline.imports",
    "doseline.planning",
    "doseline.messages.apps.MessagesConfig",
    "doseline.ledger",
    "doseline.paper",
    "doseline.followups",
    "doseline.status",
    "doseline.sync",
    "doseline.situation",
    "doseline.rehearsal",
]
MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "doseline.staff.access.ContentSecurityPolicy",
    "allauth.account.middleware.AccountMiddleware",
    "doseline.staff.access.SecondFactorRequired",
]
ROOT_URLCONF = "doseline.urls"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [PROJECT / "doseline" / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "doseline.staff.access.page_context",
            ]
        },
    }
]

AUTH_USER_MODEL = "staff.Staff"
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 12}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
]
LOGIN_REDIRECT_URL = "/hq/"
LOGIN_URL = "/account/login/"
ACCOUNT_LOGIN_METHODS = {"username"}
ACCOUNT_SIGNUP_FIELDS = ["username*", "password1*", "password2*"]
ACCOUNT_ADAPTER = "doseline.staff.access.ClosedSignup"
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_LOGOUT_REDIRECT_URL = "/"
ACCOUNT_SESSION_REMEMBER = None
MFA_SUPPORTED_TYPES = ["totp", "recovery_codes", "webauthn"]
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_TOTP_ISSUER = "Doseline"
MFA_TOTP_TOLERANCE = 1
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = not BEHIND_TLS

SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_AGE = 12 * 3600  # an officer's field day
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = SECURE_SSL_REDIRECT = BEHIND_TLS
SECURE_HSTS_SECONDS = 31_536_000 if BEHIND_TLS else 0
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if BEHIND_TLS else None
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
DATA_UPLOAD_MAX_MEMORY_SIZE = 2 * 1024 * 1024

LANGUAGE_CODE = "en"
LANGUAGES = [("en", _("English")), ("bn", _("Bengali")), ("hi", _("Hindi"))]
LOCALE_PATHS = [PROJECT / "doseline" / "locale"]
LANGUAGE_COOKIE_NAME = "language"
TIME_ZONE = "Asia/Kolkata"
USE_TZ = True
USE_I18N = True

STATIC_URL = "/static/"
STATICFILES_DIRS = [PROJECT / "doseline" / "static"]
STATIC_ROOT = None
WHITENOISE_USE_FINDERS = True
WHITENOISE_AUTOREFRESH = False
WHITENOISE_INDEX_FILE = True
WHITENOISE_ROOT = DOSELINE_BUILD_DIR / "webroot"
WHITENOISE_ADD_HEADERS_FUNCTION = _static_headers
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
TEST_RUNNER = "django.test.runner.DiscoverRunner"
SILENCED_SYSTEM_CHECKS = ["security.W004", "security.W008", "security.W012", "security.W016"]

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {
        "line": {"()": "doseline.shared.logs.Line", "format": "%(asctime)s %(levelname)s %(name)s %(message)s"}
    },
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["stderr"], "level": "WARNING"},
    "loggers": {"doseline": {"level": "INFO"}, "django.security.DisallowedHost": {"level": "ERROR"}},
}
