"""Pages of customer relations made by hand: cards that become leads."""

from dataclasses import asdict, replace

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.shortcuts import render
from django.urls import path
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy
from django.views.decorators.http import require_http_methods

from mainspring.kernel import access, collaboration, commands, errors
from mainspring.kernel.ids import uuid7
from mainspring.modules.parties import queries as parties
from mainspring.web import addresses, menus
from mainspring.web.views import base

from . import cards, forms
from .models import Campaign, Lead, Source

BYTES_MAX = 5_000_000
FIELDS = ("name", "contact_name", "email", "phone", "country", "city", "note")
LABELS = {
    "name": lazy("Company name"), "contact_name": lazy("Contact"), "email": lazy("E-mail"), "phone": lazy("Phone"),
    "country": lazy("Country"), "city": lazy("City"), "note": lazy("Note"),
}  # fmt: skip


@menus.extra.fill
def in_the_menu(ctx) -> list[tuple]:
    return [("Customers", _("Business cards"), "/crm/cards/")] if access.can(ctx, Lead, "create") else []


@require_http_methods(["GET", "POST"])
@base.signed_in
def read_cards(request):
    """GET: where cards come in. POST: first what they say, to be checked; then the leads they become."""
    access.require(request.ctx, Lead, "create")
    if request.method == "GET":
        return _page(request)
    if "count" in request.POST:
        return _make(request)
    try:
        found = cards.read(_text(request))
    except ValueError:
        wrong = _("No card was found in this. Scan the code of a card, paste its text or choose a .vcf file.")
        return _page(request, wrong=wrong, text=request.POST.get("text", ""), status=422)
    return _page(request, drafts=[_draft(request.ctx, asdict(card)) for card in found])


def _text(request) -> str:
    file = request.FILES.get("file")
    if file is None:
        return request.POST.get("text", "")
    raw = file.read(BYTES_MAX)
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError:
        return raw.decode("gb18030", "replace")


def _draft(ctx, values: dict, **more) -> dict:
    """A card to be checked: its country as a code, so that routes find its territory."""
    code = str(values.get("country") or "").strip().upper()
    values["country"] = code if code in parties.identifiers.COUNTRIES else ""
    shown = [{"name": name, "label": LABELS[name], "value": values.get(name) or ""} for name in FIELDS]
    return {"fields": shown, "key": str(uuid7()), "problems": {}, **more}


def _make(request):
    """Make a lead of each card that is ticked; those that are refused stay, with the reason at the field."""
    sent, kept, made = request.POST, [], []
    count = min(int(sent["count"]) if sent["count"].isdigit() else 0, cards.CARDS_MAX)
    for n in range(count):
        values = {name: " ".join(sent.get(f"{n}-{name}", "").split()) for name in FIELDS}
        if not sent.get(f"{n}-take"):
            continue
        try:
            made.append(_lead(request, n, values))
        except ValidationError as error:
            problems = errors.by_field(error)
            draft = _draft(request.ctx, values, open=True) | {"key": sent.get(f"{n}-key") or str(uuid7())}
            for field in draft["fields"]:
                field["errors"] = problems.pop(field["name"], [])
            kept.append(draft | {"problems": [text for found in problems.values() for text in found]})
    if made:
        messages.success(request, _("%(n)s leads were made.") % {"n": len(made)})
    return _page(request, drafts=kept, made=made, status=422 if kept else 200)


def _lead(request, n: int, values: dict) -> Lead:
    sent, ctx = request.POST, request.ctx
    country = values["country"] or request.company.country
    given = {name: value for name, value in values.items() if value}
    place = sent.get("territory") or forms.route(ctx.company_id, country)
    ctx = replace(ctx, idempotency_key=f"card:{sent.get(f'{n}-key', '')}"[:120] if sent.get(f"{n}-key") else "")
    lead = commands.create(
        Lead, ctx, **given | {"country": country}, source=sent.get("source") or Source.OWN,
        **({"territory": place} if place else {}),
        **({"campaign": sent["campaign"]} if sent.get("campaign") else {}),
    )  # fmt: skip
    if photo := request.FILES.get(f"{n}-photo"):
        try:
            collaboration.attach(lead, ctx, name=photo.name or "card.jpg", content=photo.file)
        except ValidationError as error:
            messages.warning(request, " ".join(error.messages))
    return lead


def _page(request, *, drafts=(), made=(), wrong="", text="", status=200):
    sent = request.POST
    context = {
        "page": {
            "title": _("Business cards"),
            "trail": [{"label": _("Leads"), "href": "/crm/leads/"}],
        },
        "drafts": list(drafts),
        "made": [{"text": str(lead), "href": addresses.of_record(lead)} for lead in made],
        "wrong": wrong,
        "text": text,
        "sources": [(key, label, key == (sent.get("source") or Source.OWN)) for key, label in Source.choices],
        "campaigns": [
            (str(one.pk), one.name, str(one.pk) == sent.get("campaign"))
            for one in access.rows(request.ctx, Campaign).filter(active=True)[:100]
        ],
        "territory": sent.get("territory", ""),
    }
    return render(request, "crm/cards.html", context, status=status)


urlpatterns = [path("cards/", read_cards, name="cards")]
