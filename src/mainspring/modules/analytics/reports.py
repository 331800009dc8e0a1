"""Named reports of insight; all read only what the person may see."""

from decimal import Decimal

from django.db.models import Sum
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy
from django.utils.translation import pgettext_lazy

from mainspring.engines.insight import cohorts, data
from mainspring.kernel import access, formats
from mainspring.kernel.reports import Answer, Report
from mainspring.kernel.resource import Column
from mainspring.kernel.workflow import Input
from mainspring.modules.parties.models import Party
from mainspring.modules.sales.models import SalesOrder

from . import queries, reading
from .models import BoughtTogether, CustomerInsight

MONTHS = 12
ROWS_MAX = 500
MENU = "Customers"


# -- bought one, not the other ----------------------------------------------------------------------------------------


def run_bought(ctx, item, other) -> Answer:
    """Customers in sight who bought one item and never the other, the newest buyers first."""
    if item is None:
        return Answer([], notes=[_("Choose an item that customers bought.")])
    if other is None:
        best = access.rows(ctx, BoughtTogether).filter(company=ctx.company_id, item=item)
        rule = best.select_related("other").order_by("-confidence_pct", "pk").first()
        if rule is None:
            return Answer([], notes=[_("Nothing is bought together with %(item)s often enough.") % {"item": item}])
        other = rule.other
    found = queries.bought_one_not_the_other(ctx, item.pk, other.pk, limit=ROWS_MAX)
    customers = (
        access.with_clearance(access.rows(ctx, Party), ctx)
        .select_related("owner")
        .in_bulk([r["party_id"] for r in found])
    )
    rule = BoughtTogether.objects.filter(company=ctx.company_id, item=item, other=other).first()
    notes = [_("Bought %(item)s, never %(other)s.") % {"item": item, "other": other}]
    if rule is not None:
        notes.append(
            _(
                "%(together)d of %(buyers)d customers who bought the first bought the other too: %(lift)s times more "
                "often than by chance."
            )
            % {"together": rule.together, "buyers": rule.buyers, "lift": formats.number(rule.lift, 1)}
        )
    return Answer(
        [_buyer(ctx, row, customers[row["party_id"]]) for row in found if row["party_id"] in customers], notes=notes
    )


def _buyer(ctx, row, customer) -> dict:
    return {
        **row,
        "name": customer.name,
        "phone": access.shown(ctx, customer, "phone"),
        "email": access.shown(ctx, customer, "email"),
        "owner": str(access.shown(ctx, customer, "owner") or ""),
        "_record": ("parties.party", customer.pk),
    }


Report(
    "bought-one-not-other",
    lazy("Bought one, not the other"),
    MENU,
    "analytics.boughttogether",
    (
        Column("name", lazy("Customer")),
        Column("last_on", lazy("Bought last"), "date"),
        Column("orders", lazy("Orders"), "integer"),
        Column("quantity", lazy("Quantity"), "decimal"),
        Column("phone", lazy("Phone")),
        Column("email", lazy("E-mail")),
        Column("owner", lazy("Owner")),
    ),
    run_bought,
    (
        Input("item", "link", lazy("Who bought"), required=False, to="items.item"),
        Input("other", "link", lazy("and never"), required=False, to="items.item"),
    ),
    help=lazy("Whom to call about an item that others who bought the same have."),
    own_rows="view",
)


# -- cohorts ----------------------------------------------------------------------------------------------------------


def run_cohorts(ctx, show) -> Answer:
    """Of the customers in sight won in a month, how many still buy so many months later, or how much."""
    party, month, amount = reading.months(
        access.rows(ctx, SalesOrder).filter(
            company=ctx.company_id, state__in=reading.COUNTED, ordered_on__lte=ctx.business_date
        )
    )
    if not len(party):
        return Answer([], notes=[_("Nothing was ordered yet.")])
    parties, customer = data.numbered(party)
    today = ctx.business_date.year * 12 + ctx.business_date.month - 1
    orders = data.orders(customer, month, amount, customers=len(parties))
    found = cohorts.follow(orders, until=today)
    return Answer([_cohort(found, n, today, show) for n in range(len(found.size))][-3 * MONTHS :])


def _cohort(found, n: int, today: int, show: str) -> dict:
    first = int(found.first_month[n])
    row = {"cohort": f"{first // 12}-{first % 12 + 1:02}", "size": int(found.size[n])}
    for since in range(MONTHS):
        if first + since > today:
            value = None
        elif show == "revenue":
            value = Decimal(int(found.amount[n, since])) / 100
        else:
            value = round(Decimal(int(found.kept[n, since])) * 100 / int(found.size[n]), 1)
        row[f"m{since}"] = value
    return row


Report(
    "customer-cohorts",
    lazy("Customers kept"),
    MENU,
    "sales.salesorder",
    (
        Column("cohort", lazy("First order in")),
        Column("size", lazy("Customers"), "integer"),
        *(Column(f"m{n}", lazy("Month 0") if not n else f"+{n}", "decimal") for n in range(MONTHS)),
    ),
    run_cohorts,
    (
        Input(
            "show",
            "choice",
            lazy("Show"),
            initial="kept",
            choices=(("kept", lazy("Customers who bought again (%)")), ("revenue", lazy("What they ordered"))),
        ),
    ),
    help=lazy("Customers by the month of their first order: how many buy again in the months after."),
    own_rows="view",
)


# -- concentration ----------------------------------------------------------------------------------------------------


def run_concentration(ctx) -> Answer:
    """The customers in sight by what they ordered, with their running share."""
    found = access.rows(ctx, CustomerInsight).filter(company=ctx.company_id, revenue__gt=0)
    total = found.aggregate(sum=Sum("revenue"))["sum"] or Decimal(0)
    running, rows = Decimal(0), []
    for n, one in enumerate(found.select_related("party").order_by("-revenue", "pk")[:ROWS_MAX], 1):
        running += one.revenue
        rows.append(
            {
                "rank": n,
                "name": one.party.name,
                "abc": one.abc,
                "revenue": one.revenue,
                "share": round(one.revenue * 100 / total, 1),
                "running": round(running * 100 / total, 1),
                "_record": ("parties.party", one.party_id),
            }
        )
    return Answer(rows, {"revenue": total})


Report(
    "revenue-concentration",
    lazy("Revenue concentration"),
    MENU,
    "analytics.customerinsight",
    (
        Column("rank", lazy("Rank"), "integer"),
        Column("name", lazy("Customer")),
        Column("abc", lazy("ABC")),
        Column("revenue", pgettext_lazy("amount", "Ordered"), "money"),
        Column("share", lazy("Share (%)"), "percent"),
        Column("running", lazy("Running share (%)"), "percent"),
    ),
    run_concentration,
    help=lazy("How much of what is ordered comes from how few customers."),
    chart={"kind": "bar", "x": "name", "y": ["share", "running"]},
    own_rows="view",
)
