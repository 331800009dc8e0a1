"""Which figures of a whole company a person may see: those whose records they may see all of, with their amounts."""

from dataclasses import dataclass

from mainspring.kernel import access, policies
from mainspring.kernel.models.access import RoleGrant
from mainspring.modules.accounting.models import PlannedCash
from mainspring.modules.crm.models import Opportunity
from mainspring.modules.planning.models import CenterLoad, PlanMessage
from mainspring.modules.purchasing.models import PurchaseOrder
from mainspring.modules.sales.models import SalesOrder
from mainspring.modules.stock.models import CostBalance


@dataclass(frozen=True)
class Rights:
    """What of the four plans a person sees; what is False does not exist for them."""

    sales: bool
    purchases: bool
    hours: bool
    costs: bool
    cash: bool
    plan: bool

    @property
    def any(self) -> bool:
        return self.sales or self.purchases or self.hours or self.costs or self.cash or self.plan


def of(ctx) -> Rights:
    return Rights(
        sales=_whole(ctx, SalesOrder, "net_base") and _whole(ctx, Opportunity, "weighted_base"),
        purchases=_whole(ctx, PurchaseOrder, "net"),
        hours=_whole(ctx, CenterLoad, "hours"),
        costs=_whole(ctx, CostBalance, "value"),
        cash=_whole(ctx, PlannedCash, "amount_base"),
        plan=_whole(ctx, PlanMessage, "document"),
    )


def _whole(ctx, model, field: str) -> bool:
    """Whether every record of the company is in the person's sight, with this field."""
    if ctx.trusted:
        return True
    if not access.can(ctx, model, "view") or not access.may_see(ctx, model, field):
        return False
    p = policies.of(ctx)
    return p.all_powerful or any(
        g.scope == RoleGrant.Scope.COMPANY and g.company_id in (None, ctx.company_id) and not g.portal
        for g in p.matching(model._meta.label_lower, "view")
    )
