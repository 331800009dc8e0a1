"""Reports of production: work-center load and what is in process."""

from decimal import Decimal

from django.utils.translation import gettext_lazy as lazy

from mainspring.kernel.reports import Answer, Report
from mainspring.kernel.resource import Column
from mainspring.kernel.workflow import Input

from . import queries


def today(record, ctx):
    return ctx.business_date


def run_load(ctx, since, weeks) -> Answer:
    """Planned and done hours of each work center and week against what is available (C02 to C04)."""
    rows = queries.load(ctx, starts_on=since, weeks=min(max(weeks, 1), 53))
    totals = {name: sum((row[name] for row in rows), Decimal(0)) for name in ("planned", "done", "available")}
    return Answer(
        [
            {
                **row,
                "label": f"{row['work_center']} {row['week']:%G-W%V}",
                "_record": ("engineering.workcenter", row["work_center_id"]),
            }
            for row in rows
            if row["planned"] or row["done"]
        ],
        totals,
    )


def run_in_process(ctx) -> Answer:
    """What each open order has taken in and not given out (MFG-10)."""
    rows = queries.open_in_process(ctx)
    return Answer(
        [{**row, "_record": ("production.productionorder", row["id"])} for row in rows],
        {"amount": sum((row["amount"] for row in rows), Decimal(0))},
    )


Report(
    "work-center-load",
    lazy("Work center load"),
    "Production",
    "production.capacitybooking",
    (
        Column("label", lazy("Work center and week")),
        Column("name", lazy("Name")),
        Column("week", lazy("Week of"), "date"),
        Column("planned", lazy("Planned hours"), "decimal"),
        Column("done", lazy("Hours spent"), "decimal"),
        Column("available", lazy("Available hours"), "decimal"),
        Column("load_pct", lazy("Load (%)"), "percent"),
        Column("is_overloaded", lazy("Overloaded"), "bool"),
    ),
    run_load,
    (Input("since", "date", lazy("From"), initial=today), Input("weeks", "integer", lazy("Weeks"), initial=8)),
    help=lazy("Hours planned and spent against the calendar, times size and efficiency."),
    chart={"kind": "bar", "x": "label", "y": ["planned", "done", "available"]},
)
Report(
    "work-in-process",
    lazy("Work in process"),
    "Production",
    "production.productionorder",
    (
        Column("number", lazy("Production order")),
        Column("item", lazy("Item")),
        Column("state", lazy("State")),
        Column("amount", lazy("Amount"), "money"),
    ),
    run_in_process,
    help=lazy("What open production orders have taken in and not given out."),
)
