"""Sales, purchases, production, stock and cash on one axis of weeks, and what a deal or a forecast changes in them."""

from decimal import Decimal
from typing import Any

from django.core.exceptions import ValidationError
from django.http import Http404
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from mainspring.kernel import access, formats, limits
from mainspring.kernel.workflow import Input
from mainspring.modules.crm.models import Opportunity
from mainspring.modules.planning.models import DemandForecast, PlanMessage
from mainspring.web import addresses, forms, menus
from mainspring.web.views import base

from . import asking, changing, rights, shown
from .kinds import KINDS, plain
from .models import Scenario

DEALS = 8
FORECASTS = 6
PERCENT = Decimal(100)


triers = base.readers(Scenario)
"""Only for people who may look at scenarios."""


@triers
@require_GET
def together(request):
    """The four plans, with the largest deals and the next forecasts to try beside them."""
    seen = rights.of(request.ctx)
    if not seen.any:
        raise Http404
    page = {
        "title": _("Four plans together"),
        "trail": [{"label": menus.name_of("Planning")}],
        "quiet": [{"label": _("Compare scenarios"), "href": "/scenarios/compare/", "icon": "git-compare",
                   "name": "compare"}],
    }  # fmt: skip
    return render(
        request,
        "scenarios/together.html",
        {
            "page": page,
            "deals": [_deal(deal) for deal in _deals(request.ctx)],
            "forecasts": [_forecast(one) for one in _forecasts(request.ctx)],
            "may_keep": access.can(request.ctx, Scenario, "create"),
            "may_follow": access.can(request.ctx, PlanMessage, "view"),
            "url": "/scenarios/together/",
        },
    )


def _deals(ctx) -> list[Opportunity]:
    """The largest open deals in sight that have items to plan."""
    if not access.can(ctx, Opportunity, "view") or not access.may_see(ctx, Opportunity, "probability"):
        return []
    rows = access.rows(ctx, Opportunity).filter(company=ctx.company_id, state="open").exclude(forecast="left_out")
    with_items = rows.filter(pk__in=rows.filter(lines__isnull=False).values("pk"))
    return list(with_items.select_related("party").order_by("-amount_base", "pk")[:DEALS])


def _deal(deal: Opportunity) -> dict:
    return {
        "name": f"deal-{deal.pk}",
        "number": deal.number,
        "title": deal.name,
        "party": str(deal.party),
        "href": addresses.of_record(deal),
        "value": plain(deal.probability or Decimal(0)),
        "amount": f"{formats.number(deal.amount, 0, 0)} {deal.currency_id or ''}".strip(),
        "label": _("Probability of %(deal)s in percent") % {"deal": deal.number},
        "day": formats.day(deal.expected_close_on) if deal.expected_close_on else "–",
    }


def _forecasts(ctx) -> list[DemandForecast]:
    if not access.can(ctx, DemandForecast, "view"):
        return []
    rows = access.rows(ctx, DemandForecast).filter(site__company=ctx.company_id, ends_on__gte=ctx.business_date)
    return list(rows.select_related("item__unit", "site").order_by("starts_on", "-quantity", "pk")[:FORECASTS])


def _forecast(one: DemandForecast) -> dict:
    return {
        "name": f"forecast-{one.pk}",
        "number": one.item.code,
        "title": one.item.local_name,
        "href": f"/planning/workbench/{one.item_id}/{one.site_id}/",
        "period": f"{formats.day(one.starts_on)} – {formats.day(one.ends_on)}",
        "value": plain(one.quantity),
        "unit": one.item.unit.code,
        "label": _("Forecast of %(item)s from %(day)s")
        % {"item": one.item.code, "day": formats.day(one.starts_on)},
    }  # fmt: skip


@triers
@require_POST
def effect(request):
    """The four plans with what is typed; nothing is saved."""
    try:
        changes = _typed(request)
    except ValidationError as error:
        return render(request, "scenarios/effect.html", {"problems": error.messages}, status=422)
    return answer(request, changes)


@triers
@require_POST
def keep(request):
    """Keep what is typed as a scenario."""
    try:
        changes = _typed(request)
        return _kept(request, changes)
    except ValidationError as error:
        return render(request, "scenarios/effect.html", {"problems": error.messages}, status=422)


def _kept(request, changes: list[dict]):
    if not changes:
        raise ValidationError(_("Nothing differs yet: move a probability or a quantity first."))
    name = limits.storable(request.POST.get("name", "").strip()[:120])
    if not name:
        raise ValidationError({"name": _("Give the scenario a name.")})
    scenario = changing.keep(base.with_key(request), name, changes)
    return base.done(redirect=addresses.of_record(scenario), text=_("%(scenario)s is kept.") % {"scenario": scenario})


def _typed(request) -> list[dict]:
    """The deals and forecasts that differ from what they are: changes with their records."""
    found: list[dict] = []
    problems: dict[str, Any] = {}
    for deal in _deals(request.ctx):
        number = _number(request, f"deal-{deal.pk}", deal.probability or Decimal(0), problems, most=PERCENT)
        if number is not None:
            found.append(_change("deal", deal, {"probability": number}))
    for one in _forecasts(request.ctx):
        number = _number(request, f"forecast-{one.pk}", one.quantity, problems)
        if number is not None:
            values = {"site": one.site, "starts_on": one.starts_on, "ends_on": one.ends_on, "quantity": number}
            found.append(_change("forecast", one.item, values))
    if problems:
        raise ValidationError(problems)
    return found


def _number(request, name: str, now: Decimal, problems: dict, *, most: Decimal | None = None) -> Decimal | None:
    """What was typed for a field when it differs from what is; a number that cannot be is noted."""
    if name not in request.POST:
        return None
    typed = forms.plain_number(request.POST[name].strip()[:40])
    try:
        found = Input(name, "decimal", required=False).clean(typed, request.ctx)
    except ValidationError as error:
        problems[name] = error.messages
        return None
    if found is None or found == now:
        return None
    if found < 0 or (most is not None and found > most):
        text = _("A number from 0 to %(most)s.") % {"most": most} if most else _("A quantity of zero or more.")
        problems[name] = text
        return None
    return found


def _change(kind: str, record, values: dict) -> dict:
    """A change with its record, and as it is worked out."""
    sent = {name: plain(value) for name, value in values.items() if value not in (None, "", False)}
    if kind == "forecast" and not values.get("quantity"):
        sent["quantity"] = "0"
    subject = KINDS[kind].subject(record, values)
    return {"kind": kind, "subject": subject, "sent": sent, "record": record, "values": values}


# -- one deal ---------------------------------------------------------------------------------------------------------


def of_deal(request_deal, ctx) -> dict | None:
    """The panel of a deal: what it would lead to if it were won, asked for after the page."""
    if not access.can(ctx, Scenario, "view") or request_deal.state != "open":
        return None
    seen = rights.of(ctx)
    return {
        "deal": request_deal,
        "url": f"/scenarios/deal/{request_deal.pk}/",
        "seen": seen.any,
        "may_keep": access.can(ctx, Scenario, "create"),
        "name": _("%(deal)s is won") % {"deal": request_deal.number},
    }


@triers
@require_POST
def deal_effect(request, pk):
    """What a deal won, or with another chance, does to load, purchases and cash."""
    try:
        return answer(request, [_of_deal(request, pk)])
    except ValidationError as error:
        return render(request, "scenarios/effect.html", {"problems": error.messages}, status=422)


@triers
@require_POST
def deal_keep(request, pk):
    """Keep it as a scenario."""
    try:
        return _kept(request, [_of_deal(request, pk)])
    except ValidationError as error:
        return render(request, "scenarios/effect.html", {"problems": error.messages}, status=422)


def _of_deal(request, pk) -> dict:
    deal = access.rows(request.ctx, Opportunity).filter(pk=pk, company=request.ctx.company_id).first()
    if deal is None:
        raise Http404
    if request.POST.get("won"):
        return _change("deal", deal, {"won": True})
    problems: dict[str, Any] = {}
    number = _number(request, "probability", Decimal(-1), problems, most=PERCENT)
    if problems:
        raise ValidationError(problems)
    if number is None:
        raise ValidationError({"probability": _("A number from 0 to 100.")})
    return _change("deal", deal, {"probability": number})


# -- the answer -------------------------------------------------------------------------------------------------------


def answer(request, changes: list[dict], *, charts: bool = True):
    """What changes lead to, as a part of a page."""
    result = asking.worked_out(request.ctx, changes)
    found = render(request, "scenarios/effect.html", context_of(request.ctx, result, changes, charts=charts))
    if result.waits:
        found["HX-Trigger-After-Settle"] = "live:table"  # who shows it asks again
    return found


def context_of(ctx, result: asking.Result, changes: list[dict], *, charts: bool = True) -> dict:
    """The parts of a result a person may see."""
    seen = rights.of(ctx)
    problems = [_problem(one, changes) for one in result.problems]
    if not result.is_known:
        return {"waits": result.waits, "problems": problems, "known": False}
    currency = formats.base_currency(ctx.company_id)
    columns, plan = result.columns, result.base
    differs = bool(changes)
    if not differs:
        columns = plan
    return {
        "known": True,
        "waits": result.waits,
        "problems": problems,
        "differs": differs,
        "seconds": formats.number(Decimal(str(result.seconds)), 0, 2),
        "totals": shown.compared(plan, [columns] if differs else [], seen, currency),
        "charts": shown.charts(columns, plan, seen, currency) if charts else [],
        "table": shown.table(columns, plan, seen) if charts else None,
        "differences": shown.differences(columns, ctx, seen) if differs else {},
        "overloads": shown.overloads(columns, plan, ctx) if seen.hours else [],
        "late": shown.late(columns, plan, ctx) if seen.plan else [],
        "seen": seen,
    }


def _problem(problem: dict, changes: list[dict]) -> str:
    place = problem.get("change")
    if place is None or place >= len(changes):
        return problem["text"]
    label = changes[place].get("label") or str(changes[place].get("record") or "")
    return f"{label}: {problem['text']}" if label else problem["text"]
