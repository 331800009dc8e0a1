"""Reports of stock: what lies where, what it is worth, and where it is going."""

from decimal import Decimal

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy
from django.utils.translation import pgettext_lazy

from mainspring.kernel import database
from mainspring.kernel.reports import Answer, Report
from mainspring.kernel.resource import Column
from mainspring.kernel.workflow import Input
from mainspring.modules.accounting import queries as ledger

from . import queries

ZERO = Decimal(0)
ITEM = (Column("code", lazy("Item")), Column("name", lazy("Name")))
ON = Input("on", "date", lazy("As of"), initial=lambda record, ctx: ctx.business_date)


def run_stock_value(ctx, on) -> Answer:
    """Quantity and value of every item on a day, beside the stock account of the books (INV-05)."""
    rows = [
        {
            **row,
            "unit_cost": row["value"] / row["quantity"] if row["quantity"] else None,
            "_record": ("items.item", row["item_id"]),
        }
        for row in queries.stock_value(ctx, on)
    ]
    total = sum((row["value"] for row in rows), ZERO)
    book = ledger.balance_of(ctx.company_id, "stock", on)
    note = (
        _("The stock account shows the same amount.")
        if total == book
        else _("The stock account shows %(amount)s: look for entries by hand.") % {"amount": book}
    )
    return Answer(rows, {"value": total}, [note])


def run_stock_on_hand(ctx, on, site=None) -> Answer:
    """On hand of every item and place, now or at the end of a past day."""
    rows = queries.on_hand_everywhere(ctx, on, site)
    for row in rows:
        row["_record"] = ("items.item", row["item_id"])
    return Answer(rows)


def run_stock_projection(ctx, item, site) -> Answer:
    """History, today and planned future of an item at a site, with its safety stock."""
    rows = queries.timeline(ctx, item, site)
    for row in rows:
        if row.get("origin_id"):
            row["_document"] = row["origin_id"]
    return Answer(rows)


Report(
    "stock-value",
    lazy("Stock value"),
    "Stock",
    "stock.stockvalue",
    (
        *ITEM,
        Column("quantity", lazy("Quantity"), "quantity"),
        Column("unit_cost", lazy("Unit cost"), "price"),
        Column("value", pgettext_lazy("money", "Value"), "money"),
    ),
    run_stock_value,
    (ON,),
)
Report(
    "stock-on-hand",
    lazy("Stock on hand on a day"),
    "Stock",
    "stock.stockbalance",
    (
        *ITEM,
        Column("site", lazy("Site")),
        Column("location", lazy("Location")),
        Column("unit", lazy("Unit")),
        Column("quantity", lazy("On hand"), "quantity"),
        Column("reserved", lazy("Reserved"), "quantity"),
    ),
    run_stock_on_hand,
    (ON, Input("site", "link", lazy("Site"), required=False, to="kernel.site")),
)
Report(
    "stock-projection",
    lazy("Stock projection"),
    "Stock",
    "stock.stockbalance",
    (
        Column("day", lazy("Date"), "date"),
        Column("kind", lazy("Event")),
        Column("number", lazy("Document")),
        Column("quantity", lazy("Quantity"), "quantity"),
        Column("balance", lazy("Balance"), "quantity"),
        Column("safety_stock", lazy("Safety stock"), "quantity"),
    ),
    run_stock_projection,
    (
        Input("item", "link", lazy("Item"), to="items.item"),
        Input(
            "site",
            "link",
            lazy("Site"),
            to="kernel.site",
            initial=lambda record, ctx: database.scalar(
                "SELECT id FROM kernel_site WHERE company_id = %(c)s ORDER BY code LIMIT 1", c=ctx.company_id
            ),
        ),
    ),
    chart={"kind": "line", "x": "day", "y": ["balance", "safety_stock"]},
)
