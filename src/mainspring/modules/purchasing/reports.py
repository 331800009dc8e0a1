"""Reports of purchasing: what will be late and whom it delays, and what is received and not billed."""

from decimal import Decimal

from django.utils.translation import gettext_lazy as lazy

from mainspring.kernel.reports import Answer, Report
from mainspring.kernel.resource import Column
from mainspring.kernel.workflow import Input

from . import queries


def today(record, ctx):
    return ctx.business_date


def run_late(ctx, on) -> Answer:
    """Open order lines expected by a day, those that delay the earliest demand first (PUR-06)."""
    return Answer(
        [{**row, "_record": ("purchasing.purchaseorder", row["order_id"])} for row in queries.late_lines(ctx, until=on)]
    )


def run_grni(ctx, on) -> Answer:
    """Order lines with something on the account of goods received and not invoiced (PUR-11)."""
    rows = queries.grni_unmatched(ctx, on)
    return Answer(
        [{**row, "_record": ("purchasing.purchaseorder", row["order_id"])} for row in rows],
        {"amount": sum((row["amount"] for row in rows), Decimal(0))},
    )


Report(
    "late-purchases",
    lazy("Late purchases"),
    "Purchasing",
    "purchasing.purchaseorder",
    (
        Column("number", lazy("Purchase order")),
        Column("supplier", lazy("Supplier")),
        Column("item", lazy("Item")),
        Column("quantity", lazy("Still to come"), "quantity"),
        Column("expected_on", lazy("Expected on"), "date"),
        Column("days_late", lazy("Days late"), "integer"),
        Column("delays", lazy("Will delay")),
        Column("delayed_quantity", lazy("Needed"), "quantity"),
        Column("delayed_on", lazy("Needed on"), "date"),
    ),
    run_late,
    (Input("on", "date", lazy("Expected by"), initial=today),),
    help=lazy("Open lines that will be late, and the first order each of them delays."),
)
Report(
    "grni-unmatched",
    lazy("Received, not invoiced by line"),
    "Purchasing",
    "purchasing.grnientry",
    (
        Column("number", lazy("Purchase order")),
        Column("supplier", lazy("Supplier")),
        Column("item", lazy("Item")),
        Column("description", lazy("Description")),
        Column("quantity", lazy("Quantity"), "quantity"),
        Column("amount", lazy("Amount"), "money"),
        Column("currency_amount", lazy("Amount in currency"), "money"),
        Column("currency", lazy("Currency")),
        Column("since", lazy("Since"), "date"),
    ),
    run_grni,
    (Input("on", "date", lazy("As of"), initial=today),),
    help=lazy("Above zero: received and not billed. Below zero: billed and not received."),
)
