"""Who asks, for which company, on which day; and refusals as pages, messages or problems, never as a 500."""

import json
import time
import zoneinfo

from allauth.usersessions.models import UserSession
from django.conf import settings
from django.core.exceptions import NON_FIELD_ERRORS, ObjectDoesNotExist, PermissionDenied, ValidationError
from django.db import DataError
from django.http import Http404, HttpResponse, JsonResponse
from django.shortcuts import render
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from mainspring.kernel import errors, policies, remembered
from mainspring.kernel.context import Context
from mainspring.kernel.models import Company
from mainspring.kernel.remembered import Remembered

COMPANY_KEY = "company"


ACTIVITY_SECONDS = 120
_seen: dict[str, float] = {}


class SessionActivityMiddleware:
    """Keep the list of a person's sessions: noted once in two minutes, not on every request."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        key, now = request.session.session_key, time.monotonic()
        if key and now - _seen.get(key, -ACTIVITY_SECONDS) >= ACTIVITY_SECONDS and request.user.is_authenticated:
            if len(_seen) > 10_000:
                _seen.clear()
            _seen[key] = now
            UserSession.objects.create_from_request(request)
        return self.get_response(request)


class ContextMiddleware:
    """Give every request of a signed-in person `request.ctx`, the person's language and the company's time zone."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        with remembered.steady():
            return self._answer(request)

    def _answer(self, request):
        request.ctx, request.company, request.companies = None, None, []
        user = getattr(request, "user", None)
        if user is None or not user.is_authenticated or request.path.startswith(settings.STATIC_URL):
            return self.get_response(request)
        translation.activate(user.language)
        request.LANGUAGE_CODE = translation.get_language()
        choose_company(request, user)
        if (meant := request.headers.get("X-Outbox")) and meant != str(getattr(request.company, "pk", "")):
            return refusal(request, errors.Conflict(_("This was entered for another company."), code="company"))
        zone = request.company.time_zone if request.company else user.time_zone
        with timezone.override(_zone(zone)):
            return self.get_response(request)

    def process_exception(self, request, error):
        return refusal(request, error)


_companies = Remembered(lambda: list(Company.objects.order_by("code")), Company)


def choose_company(request, user) -> None:
    """Set request.companies to those the person may work in, request.company to the chosen one, and request.ctx."""
    day = timezone.localdate()
    allowed = policies.of(Context(user, day, 0)).companies()
    request.companies = [c for c in _companies.get() if allowed is None or c.pk in allowed]
    wanted = request.session.get(COMPANY_KEY) or user.default_company_id
    request.company = next((c for c in request.companies if c.pk == wanted), None) or next(
        iter(request.companies), None
    )
    if request.company:
        day = request.company.today()
    request.ctx = Context(
        user=user,
        business_date=day,
        company_id=request.company.pk if request.company else 0,
        source="web",
        request_id=getattr(request, "id", ""),
        language=translation.get_language() or "en",
        idempotency_key=request.headers.get("Idempotency-Key", "")[:120],
    )


def _zone(name: str):
    try:
        return zoneinfo.ZoneInfo(name)
    except (zoneinfo.ZoneInfoNotFoundError, ValueError, OSError):
        return zoneinfo.ZoneInfo("UTC")


def refusal(request, error) -> HttpResponse | None:
    """The answer to an expected refusal; None for defects, which are the server's to report."""
    found = _described(error)
    if found is None:
        return None
    status, title, text, fields = found
    if is_partial(request):
        answer = JsonResponse(
            {"title": title, "detail": text, "errors": fields}, status=status, content_type="application/problem+json"
        )
        if request.headers.get("HX-Request") and status in (202, 409, 422):
            answer["HX-Reswap"] = "none"
            answer["HX-Trigger"] = toast(text, "info" if status == 202 else "danger")
        return answer
    template = {403: "403.html", 404: "404.html", 409: "409.html"}.get(status, "web/error.html")
    return render(request, template, {"exception": text, "title": title, "text": text, "page": None}, status=status)


def _described(error):
    """(status, title, text, errors by field) of a refusal."""
    if isinstance(error, errors.ApprovalRequired):
        return 202, _("Sent for approval"), _("This now waits for approval."), {}
    if isinstance(error, errors.Conflict):
        return 409, _("Not possible now"), worded(error), by_field(error)
    if isinstance(error, ValidationError):
        return 422, _("Please check what you entered"), worded(error), by_field(error)
    if isinstance(error, PermissionDenied):
        return 403, _("Not allowed"), str(error) or _("Your role does not allow this."), {}
    if isinstance(error, DataError):
        return 422, _("Please check what you entered"), _("A value is out of range."), {}
    if isinstance(error, Http404 | ObjectDoesNotExist):
        return 404, _("Not found"), _("The record was removed or moved, or you may not see it."), {}
    return None


def by_field(error: ValidationError) -> dict[str, list[str]]:
    """Messages by field name; those of no field under ""."""
    return {"" if name == NON_FIELD_ERRORS else name: text for name, text in errors.by_field(error).items()}


def worded(error: ValidationError) -> str:
    """All messages in one text, fields by name."""
    parts = [
        (f"{name.replace('_', ' ')}: " if name else "") + " ".join(messages)
        for name, messages in by_field(error).items()
    ]
    return " ".join(parts)


def is_partial(request) -> bool:
    """Whether a program or htmx asks, rather than a person's address bar or form."""
    accept = request.headers.get("Accept", "")
    return (
        bool(request.headers.get("HX-Request"))
        or ("json" in accept and "text/html" not in accept)
        or request.content_type == "application/json"
    )


def toast(text: str, tone: str = "success", topics=(), *, undo: str = "", later: bool = False) -> str:
    """Value of an HX-Trigger header: a message, and the live topics whose regions load again.

    later  to be said on the next page, because this one is about to be left
    """
    extra = {"undo": undo} if undo else {}
    said = {"toast": {"text": text, "tone": tone, **extra, **({"later": True} if later else {})}} if text else {}
    return json.dumps(said | {f"live:{topic}": None for topic in topics})
