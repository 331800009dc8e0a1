"""The lead pools of the demo: one for each region people work in, with limits that keep leads moving."""

from mainspring.kernel import commands
from mainspring.kernel.models import Company, Membership, Territory

from . import demo_pipeline
from .models import LeadPool

LIMITS = {"holding_max": 60, "daily_claims_max": 15, "recycle_days": 30, "remind_days": 5, "cool_down_days": 7}


def load(ctx_factory, size: str, rng, out) -> None:
    """A pool for every territory somebody works in; a sales manager without territories leads all of them."""
    whole = list(Territory.objects.filter(parent=None))
    for membership in Membership.objects.filter(role__code="sales_manager", territories=None):
        membership.territories.set(whole)
    count = 0
    for company in Company.objects.order_by("code"):
        ctx = ctx_factory(company.code)
        worked = Membership.objects.filter(role__code="sales_rep").values_list("territories", flat=True)
        for territory in Territory.objects.filter(pk__in=worked).order_by("code"):
            commands.create(LeadPool, ctx, code=territory.code, name=territory.name, territory=territory, **LIMITS)
            count += 1
    out(f"{count} lead pools")
    demo_pipeline.load(ctx_factory, out)
    out(f"{demo_pipeline.past(ctx_factory, size, rng, ctx.business_date)} deals of the last year")
    out(f"{demo_pipeline.targets(ctx_factory, ctx.business_date)} sales targets")
