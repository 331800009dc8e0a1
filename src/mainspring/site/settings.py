"""Settings of the product. What an installation may vary comes from MAINSPRING_* variables; see docs/operations."""

import json
import os
import pkgutil
from importlib.metadata import entry_points
from importlib.util import find_spec
from pathlib import Path
from urllib.parse import parse_qsl, unquote, urlsplit

from django.utils.translation import gettext_lazy as _

from mainspring import modules
from mainspring.site import logs, places, postgres

PACKAGE = Path(__file__).resolve().parent.parent


def _flag(name: str, default: str = "") -> bool:
    return os.environ.get(name, default).lower() in ("1", "true", "yes", "on")


def _list(name: str, default: str = "") -> list[str]:
    return [part.strip() for part in os.environ.get(name, default).split(",") if part.strip()]


def _optional(module: str, name: str) -> list[str]:
    package = module.rpartition(".")[0]
    return [f"{module}.{name}"] if find_spec(package) and find_spec(module) else []


# What the product consists of: modules are found by folder and by entry point, nothing is listed.

WITHOUT = _list("MAINSPRING_WITHOUT")  # names of plug-ins that are installed but switched off
MAINSPRING_MODULES = [
    *(f"mainspring.modules.{module.name}" for module in pkgutil.iter_modules(modules.__path__) if module.ispkg),
    *sorted(point.value for point in entry_points(group="mainspring.modules") if point.name not in WITHOUT),
]
_OWN = [app for app in ("mainspring.kernel", "mainspring.web", "mainspring.studio") if find_spec(app)]

INSTALLED_APPS = [
    *_OWN,
    *MAINSPRING_MODULES,
    "mainspring.site",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.postgres",
    "django.contrib.staticfiles",
    "django.contrib.humanize",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.socialaccount",
    "allauth.socialaccount.providers.openid_connect",
    "allauth.usersessions",
    "axes",
    "django_cotton",
    "django_filters",
    "django_htmx",
    "drf_spectacular",
    "drf_spectacular_sidecar",
    "procrastinate.contrib.django",
    "rest_framework",
]
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
AUTH_USER_MODEL = "kernel.User"
ROOT_URLCONF = "mainspring.site.urls"
ASGI_APPLICATION = "mainspring.site.asgi.application"
WSGI_APPLICATION = "mainspring.site.wsgi.application"

MIDDLEWARE = [
    "mainspring.site.logs.RequestMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "mainspring.site.headers.SecurityHeadersMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "mainspring.web.middleware.SessionActivityMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    *_optional("mainspring.web.middleware", "ContextMiddleware"),
    "axes.middleware.AxesMiddleware",
]

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.template.context_processors.i18n",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                *_optional("mainspring.web.context_processors", "shell"),
            ],
        },
    }
]
FORM_RENDERER = "django.forms.renderers.DjangoTemplates"


# Database: DATABASE_URL names an external PostgreSQL 15 or newer; without it the embedded one is used.


def _database(url: str) -> dict:
    parts = urlsplit(url)
    query = dict(parse_qsl(parts.query))
    # Statements prepared on the server (kernel.database.planned) look rows up by key: one plan serves all values.
    query["options"] = f"{query.get('options', '')} -c plan_cache_mode=force_generic_plan".strip()
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": parts.path.lstrip("/"),
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": query.pop("host", "") or parts.hostname or "",
        "PORT": str(parts.port or query.pop("port", "") or ""),
        "OPTIONS": {**query, "prepare_threshold": 5},
        "CONN_HEALTH_CHECKS": True,
    }


DATABASE_URL = os.environ.get("DATABASE_URL") or postgres.Server().url()
DATABASES = {"default": _database(DATABASE_URL)}
if _flag("MAINSPRING_POOL"):  # set by `mainspring serve` for its web processes: requests hop between threads
    DATABASES["default"]["OPTIONS"]["pool"] = {
        "min_size": 2,
        "max_size": int(os.environ.get("MAINSPRING_POOL_MAX", "16")),
        "timeout": 20,
    }
else:
    DATABASES["default"]["CONN_MAX_AGE"] = 600


# Safety. Secrets are generated into the data folder; there is no default to forget.

DEBUG = _flag("MAINSPRING_DEBUG")
SECRET_KEY = places.secret("secret_key")
FIELD_KEY = places.secret("field_key")
ALLOWED_HOSTS = _list("MAINSPRING_HOSTS", "localhost,127.0.0.1,[::1]")
CSRF_TRUSTED_ORIGINS = _list("MAINSPRING_ORIGINS")
HTTPS = _flag("MAINSPRING_HTTPS")
if HTTPS:
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    SECURE_HSTS_SECONDS = 31_536_000
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = HTTPS
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_AGE = 14 * 24 * 3600
# Instances on one host differ by port only, which cookies ignore: each gets names of its own.
_INSTANCE = os.environ.get("MAINSPRING_PORT", "")
SESSION_COOKIE_NAME = f"mainspring_session{_INSTANCE}"
CSRF_COOKIE_NAME = f"mainspring_csrf{_INSTANCE}"
LANGUAGE_COOKIE_NAME = "mainspring_language"
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
DATA_UPLOAD_MAX_MEMORY_SIZE = 32 * 1024 * 1024
DATA_UPLOAD_MAX_NUMBER_FIELDS = 20_000  # an order of 500 lines is one form
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.ScryptPasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 10}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]


# Sign-in: password, TOTP, passkeys, OpenID Connect; lockout after repeated failures.

AUTHENTICATION_BACKENDS = [
    "axes.backends.AxesStandaloneBackend",
    "django.contrib.auth.backends.ModelBackend",
    "allauth.account.auth_backends.AuthenticationBackend",
]
LOGIN_URL = "/accounts/login/"
LOGIN_REDIRECT_URL = "/"
ACCOUNT_LOGOUT_REDIRECT_URL = "/accounts/login/"
ACCOUNT_ADAPTER = "mainspring.site.sign_in.AccountAdapter"
ACCOUNT_LOGIN_METHODS = {"username", "email"}
ACCOUNT_SIGNUP_FIELDS = ["username*", "email*", "password1*"]
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_RATE_LIMITS = {"login_failed": False}  # the lockout counts failures across all processes
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = not HTTPS
MFA_TOTP_ISSUER = "Mainspring"
USERSESSIONS_TRACK_ACTIVITY = True
MFA_ADAPTER = "mainspring.site.sign_in.SecondFactors"
# A person whose address the company's provider vouches for is the one an administrator entered with that address.
SOCIALACCOUNT_PROVIDERS = {"openid_connect": {"APPS": json.loads(os.environ.get("MAINSPRING_OPENID", "[]"))}}
SOCIALACCOUNT_EMAIL_AUTHENTICATION = SOCIALACCOUNT_EMAIL_AUTHENTICATION_AUTO_CONNECT = True
SOCIALACCOUNT_AUTO_SIGNUP = False
AXES_FAILURE_LIMIT = 8
AXES_COOLOFF_TIME = 0.25  # hours
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]
AXES_RESET_ON_SUCCESS = True
AXES_USERNAME_CALLABLE = "mainspring.site.sign_in.lockout_name"
AXES_DISABLE_ACCESS_LOG = True
AXES_VERBOSE = False


# Languages and local formats.

LANGUAGE_CODE = "en"
LANGUAGES = [("en", "English"), ("zh-hans", "简体中文"), ("lt", "Lietuvių")]
TIME_ZONE = "UTC"
USE_I18N = USE_TZ = True
USE_THOUSAND_SEPARATOR = True
FORMAT_MODULE_PATH = ["mainspring.site.formats"]
LOCALE_PATHS: list[str] = []
PRODUCT_NAME = _("Mainspring")


# Files, mail, cache.

STATIC_URL = "/static/"
WHITENOISE_ROOT = None
WHITENOISE_USE_FINDERS = True
WHITENOISE_AUTOREFRESH = DEBUG
WHITENOISE_MAX_AGE = 0  # revalidated; only names that carry a content hash are kept for good
WHITENOISE_IMMUTABLE_FILE_TEST = r"^.+[.-][0-9A-Za-z_-]{8,12}\.(js|css|woff2|svg|png)$"
MEDIA_ROOT = places.attachments_folder()
PLANS_FOLDER = places.plans_folder()
MEDIA_URL = "/attachments-are-served-by-a-view/"
FILE_UPLOAD_PERMISSIONS = 0o600
ATTACHMENT_BYTES_MAX = int(float(os.environ.get("MAINSPRING_ATTACHMENT_MB", "25")) * 1_000_000)

if os.environ.get("MAINSPRING_SMTP"):  # smtp://user:password@host:port, smtps:// or smtp+tls://
    _smtp = urlsplit(os.environ["MAINSPRING_SMTP"])
    EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    EMAIL_HOST, EMAIL_PORT = _smtp.hostname, _smtp.port or 25
    EMAIL_HOST_USER, EMAIL_HOST_PASSWORD = unquote(_smtp.username or ""), unquote(_smtp.password or "")
    EMAIL_USE_SSL, EMAIL_USE_TLS = _smtp.scheme == "smtps", _smtp.scheme == "smtp+tls"
    EMAIL_TIMEOUT = 20
else:
    EMAIL_BACKEND = "mainspring.kernel.mail.FileBackend"
    EMAIL_FILE_PATH = places.mail_folder()
BASE_URL = os.environ.get("MAINSPRING_URL", f"http://localhost:{_INSTANCE or 8000}")  # of links in mails
DEFAULT_FROM_EMAIL = os.environ.get("MAINSPRING_MAIL_FROM", "Mainspring <mainspring@localhost>")

WEBHOOKS_TO_PRIVATE_NETWORKS = _flag("MAINSPRING_WEBHOOKS_PRIVATE")  # off: no call into our own network

# What all processes must agree on (sign-in attempts, codes already used) lies in the database, the rest in memory.
CACHES = {
    "default": {"BACKEND": "django.core.cache.backends.db.DatabaseCache", "LOCATION": "mainspring_cache"},
    "memory": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"},
}


# API.

REST_FRAMEWORK = {
    "DEFAULT_SCHEMA_CLASS": "drf_spectacular.openapi.AutoSchema",
    "DEFAULT_PERMISSION_CLASSES": ["rest_framework.permissions.IsAuthenticated"],
    "DEFAULT_AUTHENTICATION_CLASSES": ["rest_framework.authentication.SessionAuthentication"],
    "COERCE_DECIMAL_TO_STRING": True,
}
SPECTACULAR_SETTINGS = {
    "TITLE": "Mainspring API",
    "VERSION": "1",
    "SERVE_INCLUDE_SCHEMA": False,
    "SWAGGER_UI_DIST": "SIDECAR",
    "SWAGGER_UI_FAVICON_HREF": "SIDECAR",
    "REDOC_DIST": "SIDECAR",
}
if find_spec("mainspring.web") and find_spec("mainspring.web.api_settings"):
    from mainspring.web.api_settings import REST, SPECTACULAR

    REST_FRAMEWORK |= REST
    SPECTACULAR_SETTINGS |= SPECTACULAR

LOGGING = logs.configuration(os.environ.get("MAINSPRING_LOG", "info"))
SILENCED_SYSTEM_CHECKS: list[str] = []
