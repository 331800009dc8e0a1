"""What campaigns and sources brought: leads, customers, deals on their way and won, and what a lead cost (CRM-16)."""

from collections import defaultdict
from decimal import Decimal

from django.core.exceptions import ValidationError
from django.db.models import Count, Q, Sum
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy
from django.utils.translation import pgettext_lazy

from mainspring.kernel import access
from mainspring.kernel.conditions import midnight
from mainspring.kernel.reports import Answer, Report
from mainspring.kernel.resource import Column
from mainspring.kernel.workflow import Input
from mainspring.modules.organization import queries as organization

from . import preparing
from .models import STAGES, Campaign, Lead, Opportunity, Source

ZERO = Decimal(0)
SUMS = ("leads", "converted", "pipeline", "won", "cost")


def run(ctx, since, until, by) -> Answer:
    """What is in sight of who asks; leads and deals count on the day they were made, cost in the company's currency."""
    if until <= since:
        raise ValidationError({"until": _("The end lies after the beginning.")})
    span = {"created_at__gte": midnight(since), "created_at__lt": midnight(until), "company": ctx.company_id}
    found: dict[tuple, dict] = defaultdict(lambda: dict.fromkeys(SUMS, ZERO))
    leads = access.rows(ctx, Lead).filter(**span).order_by().values("campaign", "source")
    for row in leads.annotate(leads=Count("pk"), converted=Count("pk", filter=Q(state="converted"))):
        found[row["campaign"], row["source"]].update(leads=row["leads"], converted=row["converted"])
    deals = access.rows(ctx, Opportunity).filter(**span).order_by().values("campaign", "source")
    for row in deals.annotate(
        pipeline=Sum("amount_base", filter=Q(state__in=STAGES)), won=Sum("amount_base", filter=Q(state="won"))
    ):
        found[row["campaign"], row["source"]].update(pipeline=row["pipeline"] or ZERO, won=row["won"] or ZERO)
    notes = _share_costs(found, ctx)
    rows = _grouped(found, by, ctx)
    totals = {name: sum((row[name] for row in rows), ZERO) for name in SUMS}
    return Answer(rows, totals | {"cost_per_lead": _each(totals["cost"], totals["leads"])}, notes)


def _share_costs(found: dict, ctx) -> list[str]:
    """Give every source of a campaign its share of what the campaign cost, by leads; one without leads keeps it all."""
    base, notes = preparing.base_currency(ctx.company_id), []
    for campaign in access.rows(ctx, Campaign).filter(company=ctx.company_id, spent__gt=0):
        parts = [key for key in found if key[0] == campaign.pk] or [(campaign.pk, "")]
        count = sum(found[key]["leads"] for key in parts)
        try:
            cost = campaign.spent
            if campaign.currency_id not in (None, base):
                cost = organization.convert(cost, campaign.currency_id, base, ctx.business_date)
        except ValidationError as error:
            notes += error.messages
            continue
        for key in parts:
            share = Decimal(found[key]["leads"]) / count if count else Decimal(1) / len(parts)
            found[key]["cost"] += cost * share
    return notes


def _grouped(found: dict, by: str, ctx) -> list[dict]:
    sums: dict = defaultdict(lambda: dict.fromkeys(SUMS, ZERO))
    for (campaign, source), values in found.items():
        into = sums[campaign if by == "campaign" else source]
        for name in SUMS:
            into[name] += values[name]
    names = {c.pk: c.name for c in Campaign.objects.filter(pk__in=[k for k in sums if k])} if by == "campaign" else {}
    labels = names if by == "campaign" else dict(Source.choices)
    return [
        {
            "name": str(labels.get(key) or _("none")),
            **row,
            "cost": row["cost"].quantize(Decimal("0.01")),
            "cost_per_lead": _each(row["cost"], row["leads"]),
            **({"_record": ("crm.campaign", key)} if by == "campaign" and key else {}),
        }
        for key, row in sorted(sums.items(), key=lambda pair: (-pair[1]["won"], -pair[1]["leads"]))
    ]


def _each(cost, leads) -> Decimal | None:
    return (cost / leads).quantize(Decimal("0.01")) if leads and cost else None


Report(
    "crm-campaigns",
    lazy("What campaigns bring"),
    "Customers",
    "crm.lead",
    (
        Column("name", lazy("Campaign or source")),
        Column("leads", lazy("Leads"), "integer"),
        Column("converted", lazy("Converted"), "integer"),
        Column("pipeline", lazy("Deals on their way"), "money"),
        Column("won", lazy("Won"), "money"),
        Column("cost", pgettext_lazy("spent", "Cost"), "money"),
        Column("cost_per_lead", lazy("Cost per lead"), "money"),
    ),
    run,
    parameters=(
        Input("since", "date", lazy("Since"), initial=lambda record, ctx: ctx.business_date.replace(month=1, day=1)),
        Input("until", "date", lazy("Before"), initial=lambda record, ctx: ctx.business_date.replace(
            year=ctx.business_date.year + 1, month=1, day=1)),
        Input("by", "choice", lazy("By"), choices=(("campaign", lazy("Campaign")), ("source", lazy("Source"))),
              initial="campaign"),
    ),
    help=lazy("Leads, deals and cost of what you may see, by where they came from."),
    own_rows="create",
    chart={"kind": "bar", "x": "name", "y": ["leads", "converted"]},
)  # fmt: skip
