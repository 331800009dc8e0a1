"""Who calls: a bearer token, or the session of a page with its CSRF token; and the circumstances of the call."""

from dataclasses import replace
from datetime import datetime

from django.utils import timezone, translation
from django.utils.translation import gettext as _
from rest_framework import authentication, exceptions

from mainspring.kernel import policies, tokens
from mainspring.kernel.context import Context
from mainspring.kernel.models import Company

COMPANY_HEADER = "Mainspring-Company"


class TokenAuthentication(authentication.BaseAuthentication):
    """`Authorization: Bearer msp_…`"""

    def authenticate(self, request):
        scheme, _sep, text = request.headers.get("Authorization", "").partition(" ")
        if scheme.lower() != "bearer":
            return None
        token = tokens.resolve(text.strip(), timezone.localdate())
        if token is None:
            raise exceptions.AuthenticationFailed(_("This token is unknown, withdrawn or out of date."))
        return token.user, token

    def authenticate_header(self, request):
        return "Bearer"


class SessionAuthentication(authentication.SessionAuthentication):
    """The session of a page; writing needs the CSRF token."""

    def authenticate(self, request):
        user = getattr(request._request, "user", None)
        if user is None or not user.is_authenticated or not user.is_active:
            return None
        self.enforce_csrf(request)
        return user, None


def context(request) -> Context:
    """The circumstances of an API call. The company is named by its code in a header, else it is the person's own."""
    user = request.user
    page = getattr(request._request, "ctx", None)
    code = request.headers.get(COMPANY_HEADER, "")
    if page is not None and not code:
        return replace(page, source="api", idempotency_key="")
    if request.auth is not None and "Accept-Language" not in request.headers:
        translation.activate(user.language)
    day = timezone.localdate()
    allowed = policies.of(Context(user, day, 0)).companies()
    companies = Company.objects.order_by("code")
    companies = list(companies if allowed is None else companies.filter(pk__in=allowed))
    if code:
        chosen = next((c for c in companies if c.code == code), None)
        if chosen is None:
            raise exceptions.NotFound(_("There is no company “%(code)s”.") % {"code": code[:20]})
    else:
        chosen = next((c for c in companies if c.pk == user.default_company_id), next(iter(companies), None))
    with timezone.override(chosen.time_zone if chosen else user.time_zone):
        day = datetime.now(timezone.get_current_timezone()).date()
    return Context(
        user=user,
        business_date=day,
        company_id=chosen.pk if chosen else 0,
        source="api",
        request_id=getattr(request._request, "id", ""),
        language=translation.get_language() or "en",
    )
