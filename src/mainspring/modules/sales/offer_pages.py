"""What a customer without sign-in sees of a quotation, and the page that makes the secret address.

The public page answers only to the token of a live link: every other text gets the same plain 404. It is rate limited
by network address, asks search engines to stay away, sends no referrer and is never cached.
"""

import ipaddress
from decimal import Decimal

from django import forms as django_forms
from django.conf import settings
from django.core.exceptions import ValidationError
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.urls import path
from django.utils import translation
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from mainspring.kernel import access, commands, errors, formats, printing, rates
from mainspring.web import forms
from mainspring.web.views import base

from . import offering
from .models import OfferAnswer, Quotation

CALLS_A_MINUTE = 40
PRIVATE = {
    "X-Robots-Tag": "noindex, nofollow, noarchive",
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-store, private",
}


@require_http_methods(["GET", "POST"])
def offer(request, token):
    """GET: the quotation in the customer's language. POST: {answer: accept | decline | ask}."""
    address = network_address(request)
    if not rates.take(f"offer:{address}", CALLS_A_MINUTE).allowed:
        return _private(HttpResponse(_("Too many requests; wait a minute."), status=429, content_type="text/plain"))
    link = offering.find(token) if len(token) <= 80 else None
    if link is None:
        raise Http404
    with translation.override(link.quotation.party.language or "en"):
        if request.method == "GET" and request.GET.get("paper"):
            return _paper(link)
        problems: dict[str, list] = {}
        if request.method == "POST":
            problems = _answer(request, link, address)
            link = offering.find(token) or link
        else:
            offering.opened(link)
        page = render(request, "sales/offer.html", _context(request, link, problems), status=422 if problems else 200)
        return _private(page)


def _private(answer: HttpResponse) -> HttpResponse:
    for name, value in PRIVATE.items():
        answer[name] = value
    return answer


def network_address(request) -> str | None:
    """Where the request comes from, as the server tells it; None when that is no address."""
    try:
        return str(ipaddress.ip_address((request.META.get("REMOTE_ADDR") or "").strip()))
    except ValueError:
        return None


def _paper(link) -> HttpResponse:
    """The quotation as PDF."""
    content = printing.pdf(link.quotation, offering.context_of(link))
    return _private(HttpResponse(content, content_type="application/pdf"))


def _answer(request, link, address) -> dict[str, list]:
    """Do what the customer answered; what is wrong by field, {} when it is done."""
    sent = request.POST
    seen = {"network_address": address, "browser": request.headers.get("User-Agent", "")}
    try:
        version = base.version_from(sent.get("version"))
        match sent.get("answer"):
            case "accept":
                offering.accept(
                    link,
                    name=sent.get("name", ""),
                    signature=sent.get("signature", ""),
                    version=version,
                    chosen=_chosen(sent),
                    **seen,
                )
            case "decline":
                offering.decline(link, reason=sent.get("reason", ""), version=version, **seen)
            case "ask":
                offering.ask(link, text=sent.get("text", ""), **seen)
            case _:
                raise Http404
    except errors.Conflict as error:
        link.quotation.refresh_from_db()
        if link.quotation.state in ("agreed", "accepted") and sent.get("answer") == "accept":
            return {}  # the second of two clicks finds it accepted
        return {"": [_("The offer changed meanwhile; look at it again."), *error.messages][:1]}
    except ValidationError as error:
        return errors.by_field(error)
    return {}


def _chosen(sent) -> set[int]:
    """Keys of the lines ticked: optional ones by `option`, one of each group of alternatives by `group-…`."""
    values = [*sent.getlist("option"), *(sent[name] for name in sent if name.startswith("group-"))]
    return {int(value) for value in values if value.isascii() and value.isdigit() and len(value) < 18}


def _context(request, link, problems: dict) -> dict:
    quotation = Quotation.objects.select_related("party", "company", "currency", "owner", "payment_term").get(
        pk=link.quotation_id
    )
    lines = list(quotation.lines.select_related("item", "unit"))
    picked = _chosen(request.POST) if request.method == "POST" and problems else {x.pk for x in lines if x.chosen}
    groups: dict[str, list] = {}
    for line in lines:
        if line.option == "alternative":
            groups.setdefault(line.option_group, []).append(_line(line, quotation, picked))
    newer = Quotation.objects.filter(revises=quotation).exists()
    answered = OfferAnswer.objects.filter(quotation=quotation, kind="accepted").first()
    code = quotation.currency_id
    return {
        "quotation": quotation,
        "link": link,
        "language": translation.get_language(),
        "problems": problems,
        "sent": request.POST,
        "open": quotation.state == "sent" and not quotation.is_expired(offering.context_of(link)) and not newer,
        "newer": newer,
        "accepted": answered,
        "asked": list(OfferAnswer.objects.filter(link=link, kind="asked").order_by("pk")),
        "just": request.POST.get("answer") if request.method == "POST" and not problems else "",
        "fixed": [_line(line, quotation, picked) for line in lines if not line.option],
        "optional": [_line(line, quotation, picked) for line in lines if line.option == "optional"],
        "groups": [{"name": name, "number": n, "lines": found} for n, (name, found) in enumerate(groups.items())],
        "net": _amount(quotation.net, code),
        "tax": _amount(quotation.tax, code),
        "total": _amount(quotation.total, code),
        "least": _amount(quotation.total_least, code) if quotation.total_least != quotation.total_most else "",
        "most": _amount(quotation.total_most, code),
        "discount": _amount(quotation.discount, code) if quotation.discount else "",
    }


def _line(line, quotation, picked: set[int]) -> dict:
    return {
        "key": line.pk,
        "text": line.description or str(line.item),
        "quantity": f"{formats.number(line.quantity, 0, 6)} {line.unit or ''}".strip(),
        "price": formats.number(line.price, 2, 6),
        "discount": f"{formats.number(line.discount_pct, 0, 4)} %" if line.discount_pct else "",
        "net": _amount(line.net, quotation.currency_id),
        "gross": str(Decimal(line.net + line.tax)),
        "on": line.promised_on,
        "picked": line.pk in picked,
    }


def _amount(value, code: str) -> str:
    return f"{formats.number(value, 2)} {code}"


# -- the address ------------------------------------------------------------------------------------------------------


@base.signed_in
@require_http_methods(["GET", "POST"])
def invite(request, pk):
    """GET: for whom the address is. POST: make it, and show it once."""
    try:
        quotation = access.rows(request.ctx, Quotation, "invite").get(pk=pk)
    except (Quotation.DoesNotExist, ValidationError, ValueError):
        raise Http404 from None
    form = forms.RecordForm(request.POST if request.method == "POST" else None)
    contact = quotation.contact
    form.fields["recipient"] = django_forms.CharField(label=_("For whom"), max_length=120, initial=str(contact or ""))
    form.fields["email"] = django_forms.EmailField(
        label=_("E-mail"), required=False, initial=getattr(contact, "email", "") or quotation.party.email
    )
    form.fields["days"] = django_forms.IntegerField(label=_("Valid for days"), initial=14)
    for field in form.fields.values():
        field.kind = "text"
    address = ""
    if request.method == "POST":
        try:
            made = commands.perform(quotation, "invite", base.with_key(request), **form.raw()[0])
            address = f"{settings.BASE_URL.rstrip('/')}/sales/offer/{made.outcome.token}/"
        except errors.Conflict:
            raise
        except ValidationError as error:
            form.show_errors(error)
    return render(
        request,
        "sales/offer_link.html",
        {
            "page": {
                "title": _("Link for the customer: %(quotation)s") % {"quotation": quotation},
                "trail": [{"label": str(quotation), "href": f"/sales/quotations/{quotation.pk}/"}],
            },
            "form": form,
            "address": address,
            "quotation": quotation,
            "email": form.data.get("email", "") if address else "",
            "back": f"/sales/quotations/{quotation.pk}/",
        },
        status=422 if form.errors else 200,
    )


urlpatterns = [
    path("offer/<str:token>/", offer, name="offer"),
    path("quotations/<uuid:pk>/link/", invite, name="offer-link"),
]
