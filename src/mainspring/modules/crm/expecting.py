"""What deals may bring as demand in the material plan: planned rows that name their deal (CRM-19).

A deal's items are demand while its stage says so, times the chance or in full; a won deal counts in full until it is
ordered, a lost one not at all. What orders of the deal take of an item is taken off, so nothing counts twice. The rows
are a pure function of deals, stages and orders: writing them again changes nothing.
"""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_UP, Decimal

from mainspring.kernel import events
from mainspring.kernel.plugin_points import PluginPoint
from mainspring.modules.organization import queries as organization
from mainspring.modules.stock import commands as stock
from mainspring.modules.stock import queries as shelves
from mainspring.modules.stock.models import Location, StockMove

from .events import DealsPlanned
from .models import Opportunity, OpportunityLine, Planned

ZERO = Decimal(0)

ordered: PluginPoint = PluginPoint("crm.ordered", default=lambda deal_ids: {})
"""Called with keys of deals: {(deal, item): what orders of the deal take of the item, in stocking units}."""

agreed: PluginPoint = PluginPoint("crm.agreed", many=True)
"""Called with (company_id); answers {open deal: what its orders or contracts bring in, in base currency}: money that is
expected there and is not hoped for once more."""


@dataclass(frozen=True)
class Expected:
    """A planned row: `quantity` stocking units expected of `whole` not ordered yet, at `share` percent."""

    deal: Opportunity
    line: OpportunityLine
    site_id: int
    on: date
    quantity: Decimal
    whole: Decimal
    share: Decimal

    @property
    def reference(self) -> str:
        """The deal and how its share was reckoned, the same in every language."""
        return f"{self.deal.number} ({self.share.normalize():f} % × {self.whole.normalize():f})"


def share_of(deal: Opportunity) -> Decimal:
    """Percent of its items a deal puts into the plan."""
    if deal.state == "won":
        return Decimal(100)
    if deal.state != "open" or deal.forecast == "left_out" or deal.stage_id is None:
        return ZERO
    if deal.stage.planned == Planned.FULL:
        return Decimal(100)
    return Decimal(deal.probability or 0) if deal.stage.planned == Planned.WEIGHTED else ZERO


def expected(deals: Iterable[Opportunity], day: date) -> list[Expected]:
    """What the plan holds for these deals; two queries however many there are. Orders take the earliest items first."""
    by_key = {deal.pk: deal for deal in deals}
    lines = list(
        OpportunityLine.objects.filter(document__in=by_key, item__kind="stock")
        .select_related("item__unit")
        .order_by("document", "wanted_on", "position", "pk")
    )
    taken = defaultdict(lambda: ZERO, ordered({line.document_id for line in lines}) if lines else {})
    found = []
    for line in lines:
        deal, place = by_key[line.document_id], (line.document_id, line.item_id)
        used = min(taken[place], line.stock_quantity)
        taken[place] -= used
        whole, share = line.stock_quantity - used, share_of(deal)
        quantity = (whole * share / 100).quantize(Decimal(1).scaleb(-line.item.unit.digits), ROUND_HALF_UP)
        site = line.site_id or getattr(organization.usual_site.get(deal.company_id), "pk", None)
        if quantity > 0 and site:
            on = line.wanted_on or deal.expected_close_on or deal.closed_on or day
            found.append(Expected(deal, line, site, on, quantity, whole, share))
    return found


def plan(deals: list[Opportunity], ctx) -> None:
    """Write the planned rows of deals anew, in the transaction of what changed them, and tell who plans."""
    by_company: dict[int, list[Opportunity]] = {}
    for deal in deals:
        by_company.setdefault(deal.company_id, []).append(deal)
    for company_id, mine in by_company.items():
        inside = ctx.in_company(company_id) if company_id != ctx.company_id else ctx
        specs: dict = {deal.pk: [] for deal in mine}
        touched: dict[int, set[int]] = {}
        for row in expected(mine, ctx.business_date):
            try:
                here, there = shelves.location(row.site_id), shelves.location(row.site_id, "customer")
            except Location.DoesNotExist:
                continue
            specs[row.deal.pk].append(
                stock.MoveSpec(
                    row.line.item,
                    row.quantity,
                    here,
                    there,
                    row.deal.pk,
                    row.line.pk,
                    planned_on=row.on,
                    reference=row.reference,
                    is_forecast=True,
                )
            )
        for item, site in _planned_before(specs):
            touched.setdefault(site, set()).add(item)
        stock.replan_all(inside, specs)
        for found in specs.values():
            for spec in found:
                touched.setdefault(spec.from_location.site_id, set()).add(spec.item.pk)
        if touched:
            events.publish(DealsPlanned(tuple((site, tuple(sorted(items))) for site, items in touched.items())), inside)


def _planned_before(deals) -> list[tuple]:
    """(item, site) of the rows the plan holds for these deals now."""
    rows = StockMove.objects.filter(origin__in=list(deals), state="planned")
    return list(rows.values_list("item", "from_location__site").order_by().distinct())


def replan(deal_ids: Iterable, ctx) -> None:
    """The same by key, for those whose orders changed."""
    keys = [key for key in deal_ids if key]
    if keys:
        plan(list(Opportunity.objects.filter(pk__in=keys).select_related("stage")), ctx)
