"""Pages for visitors, without sign-in: lead forms, their challenges and the codes that lead to them."""

import io

import segno
from babel import Locale
from django import forms as fields
from django.conf import settings
from django.core.exceptions import ValidationError
from django.http import Http404, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import path
from django.utils import translation
from django.utils.cache import patch_vary_headers
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.clickjacking import xframe_options_exempt
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_GET, require_http_methods

from mainspring.kernel import errors, notifications, rates
from mainspring.modules.parties import queries as parties

from . import captcha, forms
from .models import LeadForm

BYTES_MAX = 64_000
SENT_A_MINUTE, SENT_A_MINUTE_BY_ALL, ISSUED_A_MINUTE = 10, 300, 60
HONEYPOT = "middle_word"

POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; font-src 'self'; "
    "connect-src 'self'; worker-src 'self' blob:; manifest-src 'none'; object-src 'none'; base-uri 'none'; "
    "form-action 'self'; frame-ancestors %s"
)

LABELS = {
    "name": lazy("Company"),
    "contact_name": lazy("Your name"),
    "email": lazy("E-mail"),
    "phone": lazy("Phone"),
    "country": lazy("Country"),
    "city": lazy("City"),
    "registry_code": lazy("Registry code"),
    "note": lazy("Message"),
}
FILLED_BY = {
    "name": "organization",
    "contact_name": "name",
    "email": "email",
    "phone": "tel",
    "country": "country",
    "city": "address-level2",
}


class VisitorForm(fields.Form):
    """Draws what a lead form asks for, with the errors its answer got; what was typed stays."""

    def __init__(self, form: LeadForm, text, data=None, problems=None):
        super().__init__(data, auto_id="f_%s")
        for name, must in {"name": True, **form.asked()}.items():
            self.fields[name] = self._field(name, must, form)
        if text.consent:
            self.fields["consent"] = fields.BooleanField(
                label=text.consent, widget=fields.CheckboxInput(attrs={"value": "1"})
            )
        self._given = problems or {}

    def _field(self, name: str, must: bool, form: LeadForm) -> fields.Field:
        attrs = {"autocomplete": FILLED_BY.get(name, "off")}
        if name == "country":
            return fields.ChoiceField(
                label=LABELS[name],
                required=must,
                choices=countries(),
                initial=form.company.country,
                widget=fields.Select(attrs=attrs),
            )
        widget: fields.Widget = fields.TextInput(attrs=attrs)
        if name == "note":
            widget = fields.Textarea(attrs={"rows": 4, "maxlength": forms.NOTE_MAX})
        elif name in ("email", "phone"):
            widget = (fields.EmailInput if name == "email" else fields.TextInput)(
                attrs=attrs | ({"type": "tel"} if name == "phone" else {})
            )
        return fields.CharField(label=LABELS[name], required=must, widget=widget)

    def full_clean(self):
        self._errors, self.cleaned_data = fields.utils.ErrorDict(), {}
        for name, messages in getattr(self, "_given", {}).items():
            self.add_error(name if name in self.fields else None, messages)

    def has_error(self, field, code=None):
        return field in self.errors


def countries() -> list[tuple[str, str]]:
    """(code, name) in the visitor's language, by name."""
    names = Locale.parse(translation.to_locale(translation.get_language() or "en")).territories
    return [("", "–"), *sorted(((code, names.get(code, code)) for code in parties.identifiers.COUNTRIES),
                               key=lambda pair: pair[1])]  # fmt: skip


# -- the page ---------------------------------------------------------------------------------------------------------


def of_form(view):
    """Give a view the active form of its address, in the visitor's language (?lang= decides); shown where it may be."""

    def inner(request, code):
        form = LeadForm.objects.select_related("company", "territory", "campaign").filter(code=code, active=True)
        found = form.first()
        if found is None:
            raise Http404
        asked = request.GET.get("lang", "")
        language = asked if asked in dict(settings.LANGUAGES) else translation.get_language()
        with translation.override(language):
            answer = view(request, found)
        answer["Content-Security-Policy"] = POLICY % " ".join(["'self'", *found.embed_on])
        answer["Content-Language"] = language
        answer["X-Robots-Tag"] = "noindex"
        patch_vary_headers(answer, ["Accept-Language"])
        return answer

    return xframe_options_exempt(inner)


@csrf_exempt  # nobody is signed in here, and in a frame on another site there is no cookie; the challenge stands for it
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@of_form
def page(request, form):
    """GET: the form. POST: take the answer; with errors the form again and everything that was typed."""
    if request.method != "POST":
        return _page(request, form, done="thanks" in request.GET)
    problems, status = {}, 422
    if int(request.META.get("CONTENT_LENGTH") or 0) > BYTES_MAX:
        return HttpResponse(_("This is too long."), status=413, content_type="text/plain; charset=utf-8")
    if request.POST.get(HONEYPOT):
        return _thanks(request, form)
    if not _may_send(request, form):
        return _page(request, form, {"": [_("Too many at once. Please try again in a minute.")]}, status=429)
    try:
        forms.read(form, request.POST)
        fingerprint = captcha.check(request.POST.get("altcha"), form.code)
        forms.submit(form, request.POST, challenge=fingerprint)
    except ValidationError as error:
        problems = errors.by_field(error)
    return _page(request, form, problems, status=status) if problems else _thanks(request, form)


def _may_send(request, form) -> bool:
    return (
        rates.take(f"form:{caller(request)}", SENT_A_MINUTE).allowed
        and rates.take(f"form:{form.pk}", SENT_A_MINUTE_BY_ALL).allowed
    )


def caller(request) -> str:
    """The address limits count by; behind the proxy that brings TLS, the one the proxy saw."""
    seen = request.headers.get("X-Forwarded-For", "").rpartition(",")[2].strip() if settings.HTTPS else ""
    return (seen or request.META.get("REMOTE_ADDR", ""))[:45]


def _thanks(request, form):
    return redirect(f"{request.path}?thanks=1&lang={translation.get_language()}")


def _page(request, form, problems=None, *, status: int = 200, done: bool = False):
    language = translation.get_language() or "en"
    text = forms.said(form, language)
    drawn = VisitorForm(form, text, request.POST if request.method == "POST" else None, problems)
    context = {
        "form": drawn,
        "text": text,
        "done": done,
        "code": form.code,
        "language": language,
        "languages": [
            {"code": one.language, "name": dict(one._meta.get_field("language").choices)[one.language]}
            for one in form.lines.all()
        ],
        "honeypot": HONEYPOT,
        "company": form.company.name,
    }
    return render(request, "crm/form.html", context, status=status)


@never_cache
@require_GET
@of_form
def challenge(request, form):
    """A new challenge for the form, for its own page alone: no other site may read it."""
    if not rates.take(f"captcha:{caller(request)}", ISSUED_A_MINUTE).allowed:
        return HttpResponse(status=429)
    return JsonResponse(captcha.issue(form.code))


# -- the code that leads to it ----------------------------------------------------------------------------------------


def address(form: LeadForm) -> str:
    """The form's address as visitors type it."""
    return notifications.absolute(f"/f/{form.code}/")


@require_GET
@of_form
def code_svg(request, form):
    """The QR code as a drawing, for print."""
    stream = io.BytesIO()
    segno.make(address(form), error="m").save(stream, kind="svg", scale=10, border=4, xmldecl=True)
    return _file(request, form, stream, "svg", "image/svg+xml")


@require_GET
@of_form
def code_png(request, form):
    """The QR code as a picture."""
    stream = io.BytesIO()
    segno.make(address(form), error="m").save(stream, kind="png", scale=16, border=4)
    return _file(request, form, stream, "png", "image/png")


def _file(request, form, stream, kind: str, content_type: str) -> HttpResponse:
    answer = HttpResponse(stream.getvalue(), content_type=content_type)
    if "download" in request.GET:
        answer["Content-Disposition"] = f'attachment; filename="{form.code}.{kind}"'
    return answer


def panel(form: LeadForm, ctx) -> dict:
    """Address, code and the lines to paste into another page, for the form's record."""
    url = address(form)
    title = forms.said(form, ctx.language).title.replace('"', "&quot;").replace("<", "&lt;")
    snippet = (
        f'<iframe src="{url}" title="{title}" loading="lazy" referrerpolicy="no-referrer"\n'
        '  style="width:100%;max-width:560px;height:760px;border:0"></iframe>'
    )
    return {
        "url": url,
        "active": form.active,
        "code": f"/f/{form.code}/",
        "snippet": snippet,
        "sites": ", ".join(form.embed_on),
    }


urlpatterns = [
    path("f/<slug:code>/", page, name="lead-form"),
    path("f/<slug:code>/challenge/", challenge, name="lead-form-challenge"),
    path("f/<slug:code>/qr.svg", code_svg, name="lead-form-svg"),
    path("f/<slug:code>/qr.png", code_png, name="lead-form-png"),
]
