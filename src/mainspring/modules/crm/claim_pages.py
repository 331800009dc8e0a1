"""The page to claim from: who waits in which pool, why, what it may be worth, and one button."""

from django.core.exceptions import PermissionDenied, ValidationError
from django.db.models import F, Q, Value
from django.db.models.functions import NullIf
from django.http import Http404
from django.shortcuts import render
from django.urls import path
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from mainspring.kernel import access, commands, formats, looking
from mainspring.modules.parties.models import Party
from mainspring.web import menus
from mainspring.web.views import base, tabs

from . import explaining, queries
from .models import Holds, Lead, LeadPool, PoolCustomer

PAGE = 30
GRADED = NullIf("level", Value("")).asc(nulls_last=True)
ORDERS: dict[str, dict[str, tuple]] = {
    "worth": {"leads": ("-value", "-pk"), "customers": ("-worth", "-id")},
    "newest": {"leads": ("-pk",), "customers": ("-since", "-id")},
    "score": {
        "leads": (F("score").desc(nulls_last=True), "-value", "-pk"),
        "customers": (GRADED, "-worth", "-id"),
    },
}


@require_GET
@base.signed_in
def pools(request):
    """What waits in the pools a person may claim from, pool by pool."""
    ctx = request.ctx
    if not (access.can(ctx, Lead, "claim") or access.can(ctx, Party, "claim")):
        raise PermissionDenied(_("You claim nothing from pools."))
    known = explaining.pools_for(ctx)
    counts = tabs.counted({pool.pk: _waiting(ctx, pool) for pool in known})
    known.sort(key=lambda pool: counts[pool.pk] == "0")  # those in which somebody waits first
    asked = request.GET.get("pool", "")
    pool = next((p for p in known if str(p.pk) == asked), None) or (known[0] if known else None)
    context = {
        "page": {"title": _("Claim from pools")},
        "tabs": [
            {
                "label": str(p),
                "href": f"?pool={p.pk}",
                "count": counts[p.pk],
                "active": p == pool,
            }
            for p in known
        ],
        "pool": pool,
        "q": request.GET.get("q", "").strip()[:80],
        "order": request.GET.get("order") if request.GET.get("order") in ORDERS else "worth",
        "orders": [("worth", _("Worth")), ("newest", _("Newest")), ("score", _("Most promising"))],
    }
    if pool is not None:
        size = _size(request)
        rows = _rows(ctx, pool, context["q"], context["order"], size + 1)
        context |= {"rows": rows[:size], "more": size + PAGE if len(rows) > size else 0, "room": room(ctx, pool)}
    return render(request, "crm/pools.html", context)


def _size(request) -> int:
    text = request.GET.get("size", "")
    return min(int(text), 300) if text.isascii() and text.isdigit() and len(text) < 5 and int(text) else PAGE


def _waiting(ctx, pool: LeadPool):
    """What waits in a pool for this person."""
    if pool.kind == Holds.LEADS:
        return access.rows(ctx, Lead, "claim").filter(pool=pool, state="open").order_by()
    return access.rows(ctx, PoolCustomer).filter(pool=pool, state="waiting").order_by()


def _rows(ctx, pool: LeadPool, q: str, order: str, size: int) -> list[dict]:
    """Cards of what waits."""
    keys = ORDERS[order][pool.kind]
    if pool.kind == Holds.LEADS:
        leads = _waiting(ctx, pool).select_related("territory", "former_owner", "currency").order_by(*keys)
        leads = leads.filter(Q(name__icontains=q) | Q(city__icontains=q)) if q else leads
        found = list(leads[:size])
        looking.note(ctx, Lead, len(found))
        return [_lead(lead) for lead in found]
    places = _waiting(ctx, pool).select_related("party", "territory", "former_owner").order_by(*keys)
    found = list((places.filter(party__name__icontains=q) if q else places)[:size])
    looking.note(ctx, Party, len(found))
    currency = formats.base_currency(ctx.company_id)
    return [_customer(place, currency) for place in found]


def _lead(lead: Lead) -> dict:
    since = timezone.localdate(lead.released_at or lead.created_at)
    why = _("back from %(owner)s") % {"owner": lead.former_owner} if lead.former_owner else lead.get_source_display()
    return {
        "kind": "lead",
        "pk": str(lead.pk),
        "name": lead.name,
        "href": f"/crm/leads/{lead.pk}/",
        "where": ", ".join(t for t in (lead.city, str(lead.territory)) if t),
        "why": why,
        "since": formats.day(since),
        "mark": _("score %(score)s") % {"score": lead.score} if lead.score is not None else "",
        "worth": f"{formats.number(lead.value, 0, 0)} {lead.currency_id or ''}".strip() if lead.value else "",
    }


def _customer(place: PoolCustomer, currency: str) -> dict:
    why = place.get_cause_display()
    return {
        "kind": "customer",
        "pk": str(place.party_id),
        "name": place.party.name,
        "href": f"/parties/parties/{place.party_id}/",
        "where": ", ".join(t for t in (place.party.country, str(place.territory or "")) if t),
        "why": f"{why}, {place.reason}" if place.reason else why,
        "since": formats.day(timezone.localdate(place.since)),
        "mark": _("level %(level)s") % {"level": place.level} if place.level else "",
        "worth": f"{formats.number(place.worth, 0, 0)} {currency}" if place.worth else "",
    }


def room(ctx, pool: LeadPool) -> str:
    """How many more of a pool the person may claim, in words; "" where there is no limit."""
    found = queries.room_of(ctx.user, pool, ctx.business_date)
    parts = []
    if found.most is not None:
        parts.append(_("You hold %(count)s of %(most)s.") % {"count": found.held, "most": found.most})
    if pool.daily_claims_max is not None:
        left = max(0, pool.daily_claims_max - found.claimed)
        parts.append(_("Claims left today: %(left)s of %(most)s.") % {"left": left, "most": pool.daily_claims_max})
    return " ".join(parts)


@require_POST
@base.signed_in
def claim(request, kind, pk):
    """Claim one, and show in its place how to reach it, or why somebody else has it."""
    ctx, model = base.with_key(request), {"lead": Lead, "customer": Party}.get(kind)
    if model is None:
        raise Http404
    try:
        record = access.get(ctx, model, pk)
    except (model.DoesNotExist, ValidationError, ValueError, OverflowError):
        return _answer(request, {"gone": _("Somebody was quicker.")})
    row = {"kind": kind, "pk": pk, "name": record.name, "href": _page(kind, pk)}
    pool = _pool_of(record)
    try:
        done = commands.perform(record, "claim", ctx)
    except (ValidationError, PermissionDenied) as refusal:
        row["refused"] = " ".join(refusal.messages) if isinstance(refusal, ValidationError) else str(refusal)
        return _answer(request, row)
    row |= {"yours": True, "reach": _reach(done), "room": room(ctx, pool) if pool else ""}
    return _answer(request, row)


def _page(kind: str, pk: str) -> str:
    return f"/crm/leads/{pk}/" if kind == "lead" else f"/parties/parties/{pk}/"


def _pool_of(record) -> LeadPool | None:
    if isinstance(record, Lead):
        return record.pool
    place = PoolCustomer.objects.filter(party=record).select_related("pool").first()
    return place.pool if place else None


def _reach(record) -> list[tuple[str, str]]:
    """(text, address) of a phone and an e-mail, now that the record is one's own."""
    name = getattr(record, "contact_name", "")
    found = [(name, "")] if name else []
    if record.phone:
        found.append((record.phone, f"tel:{record.phone}"))
    if record.email:
        found.append((record.email, f"mailto:{record.email}"))
    return found


def _answer(request, row: dict):
    return render(request, "crm/pool_row.html", {"row": row, "answered": True})


@menus.extra.fill
def menu(ctx):
    """Where those who may claim find the page."""
    if access.can(ctx, Lead, "claim") or access.can(ctx, Party, "claim"):
        return [("Customers", _("Claim from pools"), "/crm/pools/")]
    return []


urlpatterns = [
    path("pools/", pools, name="pools"),
    path("pools/claim/<str:kind>/<str:pk>/", claim, name="claim"),
]
