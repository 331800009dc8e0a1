"""Reports of selling: what was sold with its real margin, and what is late."""

from decimal import Decimal

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy

from mainspring.kernel import access, policies
from mainspring.kernel.models import User
from mainspring.kernel.reports import Answer, Report
from mainspring.kernel.resource import Column
from mainspring.kernel.workflow import Input
from mainspring.modules.accounting import queries as ledger
from mainspring.modules.items.models import Item
from mainspring.modules.parties.models import Party

from . import queries

ZERO = Decimal(0)
BY = {
    "party_id": (lazy("Customer"), Party, "parties.party"),
    "item_id": (lazy("Item"), Item, "items.item"),
    "owner_id": (lazy("Sales representative"), User, "kernel.user"),
    "month": (lazy("Month"), None, ""),
}


def run_sales(ctx, since, until, by) -> Answer:
    """Revenue, real cost and margin by one dimension; totals are the ledger's (SAL-02)."""
    found = queries.margin_rows(ctx, since=since, until=until)
    everything = _sees_everything(ctx)
    if not everything:
        mine = set(access.rows(ctx, Party).values_list("pk", flat=True))
        found = [row for row in found if row["party_id"] in mine]
    rows = _grouped(found, by)
    totals = {name: sum((row[name] for row in rows), ZERO) for name in ("net", "cost", "margin")}
    if not everything:
        return Answer(rows, totals, [_("Your customers only.")])
    booked = ledger.trial_balance(ctx, since=since, on=until.fromordinal(until.toordinal() - 1))
    sales = -sum((row["balance"] for row in booked if row["role"] == "sales"), ZERO)
    cost = sum((row["balance"] for row in booked if row["role"] == "cogs"), ZERO)
    notes = [
        _("The ledger shows the same revenue and cost of sales.")
        if (sales, cost) == (totals["net"], totals["cost"])
        else _("The ledger shows revenue %(sales)s and cost of sales %(cost)s; the rest was booked otherwise.")
        % {"sales": f"{sales:.2f}", "cost": f"{cost:.2f}"}
    ]
    return Answer(rows, totals, notes)


def _sees_everything(ctx) -> bool:
    policy = policies.of(ctx)
    return (
        ctx.trusted
        or policy.all_powerful
        or any(g.scope == "company" for g in policy.matching("sales.salesorder", "view"))
    )


def _grouped(found: list[dict], by: str) -> list[dict]:
    _label, model, entity = BY[by]
    sums: dict = {}
    for row in found:
        into = sums.setdefault(row[by], {"quantity": ZERO, "net": ZERO, "cost": ZERO, "margin": ZERO})
        for name in into:
            into[name] += row[name] or ZERO
    names = model.objects.in_bulk([key for key in sums if key]) if model else {}
    return [
        {
            "name": str(names.get(key, key or _("nobody"))),
            **row,
            "margin_pct": round(row["margin"] * 100 / row["net"], 1) if row["net"] else None,
            **({"_record": (entity, key)} if entity and key else {}),
        }
        for key, row in sorted(sums.items(), key=lambda pair: str(pair[0]) if by == "month" else -pair[1]["net"])
    ]


def run_late(ctx, on) -> Answer:
    """Order lines promised before the day and not shipped, the longest late first, each with the cause (SAL-05)."""
    rows = queries.late_lines(ctx.on(on))
    return Answer([{**row, "_record": ("sales.salesorder", row["order_id"])} for row in rows])


def run_misses(ctx, on) -> Answer:
    """Order lines that will not ship before a day, such as the quarter's end."""
    rows = queries.late_lines(ctx, quarter_end=on)
    return Answer([{**row, "_record": ("sales.salesorder", row["order_id"])} for row in rows])


def quarter_end(record, ctx):
    """The last day of the business date's quarter."""
    day = ctx.business_date
    month = (day.month - 1) // 3 * 3 + 4
    first = day.replace(year=day.year + (month > 12), month=(month - 1) % 12 + 1, day=1)
    return first.fromordinal(first.toordinal() - 1)


LATE = (
    Column("number", lazy("Sales order")),
    Column("party", lazy("Customer")),
    Column("item", lazy("Item")),
    Column("remaining", lazy("Still to ship"), "quantity"),
    Column("unit", lazy("Unit")),
    Column("wanted_on", lazy("Wanted on"), "date"),
    Column("promised_on", lazy("Promised on"), "date"),
    Column("days_late", lazy("Days late"), "integer"),
    Column("net", lazy("Net"), "money"),
    Column("cause_text", lazy("Cause")),
)

Report(
    "sales-analysis",
    lazy("Sales and margin"),
    "Sales",
    "sales.salesorder",
    (
        Column("name", lazy("Name")),
        Column("quantity", lazy("Quantity"), "decimal"),
        Column("net", lazy("Revenue"), "money"),
        Column("cost", lazy("Cost of sales"), "money"),
        Column("margin", lazy("Margin"), "money"),
        Column("margin_pct", lazy("Margin (%)"), "percent"),
    ),
    run_sales,
    (
        Input("since", "date", lazy("From"), initial=lambda record, ctx: ctx.business_date.replace(month=1, day=1)),
        Input(
            "until",
            "date",
            lazy("Before"),
            initial=lambda record, ctx: ctx.business_date.replace(year=ctx.business_date.year + 1, month=1, day=1),
        ),
        Input("by", "choice", lazy("By"), initial="party_id", choices=tuple((k, v[0]) for k, v in BY.items())),
    ),
    help=lazy("Revenue as invoiced, cost as the shelves really gave it."),
    own_rows="close",
    chart={"kind": "bar", "x": "name", "y": ["net", "margin"]},
)
Report(
    "late-orders",
    lazy("Late orders"),
    "Sales",
    "sales.salesorder",
    LATE,
    run_late,
    (Input("on", "date", lazy("As of"), initial=lambda record, ctx: ctx.business_date),),
    help=lazy("What was promised and has not left, and why."),
    own_rows="export",
)
Report(
    "missed-shipments",
    lazy("Will not ship in time"),
    "Sales",
    "sales.salesorder",
    LATE,
    run_misses,
    (Input("on", "date", lazy("Before the end of"), initial=quarter_end),),
    help=lazy("Orders that will not be delivered before a day, such as the end of the quarter."),
    own_rows="export",
)
