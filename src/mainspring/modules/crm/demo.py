"""Lead pools and follow-up plans of the demo: a pool for each region worked in, plans for leads, deals, customers."""

from mainspring.kernel import commands
from mainspring.kernel.models import Company, Membership, Territory

from .models import Cadence, LeadPool

LIMITS = {"holding_max": 60, "daily_claims_max": 15, "recycle_days": 30, "remind_days": 5, "cool_down_days": 7}


PLANS = (
    (
        {"code": "LEAD", "name": "New lead", "about": "lead", "enters": "claimed"},
        [
            {"rhythm": "once", "number": 1, "method": "call", "title": "Introduce ourselves", "at": "10:00"},
            {"rhythm": "once", "number": 3, "method": "mail", "title": "Send the catalogue"},
            {"rhythm": "once", "number": 10, "method": "visit", "title": "Visit them"},
            {"rhythm": "days", "number": 14, "method": "call", "title": "Ask how things stand"},
        ],
    ),
    (
        {"code": "DEAL", "name": "Every 14 days until the deal", "about": "opportunity", "enters": "proposal"},
        [{"rhythm": "days", "number": 14, "method": "call", "title": "Ask how they decide"}],
    ),
    (
        {
            "code": "CARE", "name": "Every month on the last day", "about": "party", "count_from": "planned",
            "shift": "previous",
        },
        [{"rhythm": "months", "number": 1, "month_day": 31, "method": "call", "title": "Monthly talk"}],
    ),
)  # fmt: skip


def _plans(ctx) -> None:
    """How new leads, deals and customers are followed up."""
    for values, steps in PLANS:
        commands.create(Cadence, ctx, lines=steps, **values)


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
        _plans(ctx)
    out(f"{count} lead pools")
