"""Move the sample bicycle maker in: items, suppliers, bills of material, stock and purchase orders, through the import.

Shows how moving in from another system goes: mapping files in order, control totals against the source, then the
business goes on: orders are confirmed, received and billed. See docs/guide/moving-in.md.
"""

import csv
import json
import os
import sys
from dataclasses import replace
from datetime import date
from decimal import Decimal
from pathlib import Path

from mainspring.site import moved_orders

HELP = "move the AdventureWorks sample data in (a folder of CSV files)"
MAPS = Path(__file__).resolve().parents[2] / "exchange_maps" / "adventureworks"


def add_arguments(parser):
    parser.add_argument(
        "folder",
        nargs="?",
        type=Path,
        default=Path(os.environ.get("MAINSPRING_SHARED", "../shared")) / "data" / "adventureworks",
    )
    parser.add_argument("--orders", type=int, default=0, help="receive and bill only so many orders (default: all)")
    parser.add_argument("--json", action="store_true", help="print the result for programs")


def run(options):
    say = (
        (lambda text: print(text, file=sys.stderr, flush=True))
        if options.json
        else (lambda text: print(text, flush=True))
    )
    result = move_in(options.folder, orders=options.orders, say=say)
    if options.json:
        print(json.dumps(result, default=str))
    return 0 if result["equal"] else 1


def move_in(folder: Path, *, orders: int = 0, say=print) -> dict:
    """Bring everything in, check the totals, carry the orders out. Each step may be repeated; nothing comes twice."""
    from mainspring.kernel.exchange import moving

    ctx, site = _company()
    constants = {
        "06_planning": {"site": site.code},
        "10_locations": {"site": site.code},
        "11_stock": {"site": site.code},
        "12_orders": {"site": site.code},
    }
    runs = {}

    def bring(pattern: str) -> None:
        for mapping in sorted(MAPS.glob(pattern)):
            record = runs[mapping.stem] = moving.bring_in(ctx, mapping, folder, constants=constants.get(mapping.stem))
            _tell(moving.read_rules(mapping)["title"], record, say)

    bring("[0-8]*.json")
    totals = control_totals(folder, ctx)
    _compare(totals, say)
    done = _carry_out(folder, ctx, limit=orders, say=say)
    if not done["left"]:
        bring("9*.json")  # what holds today only: nothing can be ordered from a supplier that is no longer active
        ledgers = moved_orders.totals(folder, ctx)
        _compare(ledgers, say)
        totals |= ledgers
    equal = all(source == ours for source, ours in totals.values()) and not any(
        r.rows_wrong and not r.rules.get("skip_wrong") for r in runs.values()
    )
    return {
        "equal": equal,
        "totals": {k: [str(a), str(b)] for k, (a, b) in totals.items()},
        **done,
        "rows": {k: {"rows": r.rows_total, "created": r.rows_created, "wrong": r.rows_wrong} for k, r in runs.items()},
    }


def _compare(totals: dict, say) -> None:
    for name, (source, ours) in totals.items():
        say(f"{name}: source {source:f}, here {ours:f}{'' if source == ours else '  DIFFERS'}")


def _carry_out(folder: Path, ctx, *, limit: int, say) -> dict:
    """Post the opening stock, then carry the orders out."""
    from mainspring.kernel import commands
    from mainspring.modules.purchasing.models import PurchaseOrder
    from mainspring.modules.stock.models import StockAdjustment

    ctx = replace(ctx, trusted=True)  # what the source shows as ordered was approved there
    for opening in StockAdjustment.objects.filter(company_id=ctx.company_id, state="draft"):
        commands.perform(opening, "post", ctx)
    counts = moved_orders.carry_out(folder, ctx, limit=limit, say=say)
    left = PurchaseOrder.objects.filter(company_id=ctx.company_id, state="draft").count()
    say(
        f"orders confirmed {counts.confirmed}, received {counts.received}, sent back in part {counts.sent_back}, "
        f"billed {counts.billed}, closed with a rest {counts.closed}, left {left}"
    )
    return {**vars(counts), "left": left}


def _tell(title: str, record, say) -> None:
    say(
        f"{title}: {record.rows_total} rows ({record.totals['rows']['left_out']} left out by the mapping), "
        f"{record.rows_created} new, {record.rows_changed} changed, {record.rows_same} unchanged, "
        f"{record.rows_wrong} refused"
    )
    for problem in record.problems[:20]:
        say(f"  row {problem['row']}, {problem['column']} “{problem['value']}”: {problem['text']}")


def _company():
    """A company with its books in dollars, one plant, a chart of accounts, and the category of parts without one."""
    from mainspring.kernel import commands
    from mainspring.kernel.context import Context
    from mainspring.kernel.models import Company, Currency, Site, User
    from mainspring.modules.accounting.chart import install_chart
    from mainspring.modules.items.models import ItemCategory
    from mainspring.modules.stock.moving import ensure_locations

    dollar, _made = Currency.objects.get_or_create(code="USD", defaults={"name": "US Dollar", "symbol": "$"})
    company, made = Company.objects.get_or_create(
        code="AW",
        defaults={
            "name": "Adventure Works Cycles",
            "base_currency": dollar,
            "country": "US",
            "time_zone": "America/Los_Angeles",
        },
    )
    user = User.objects.filter(is_superuser=True, is_active=True).order_by("pk").first() or User.objects.create(
        username="mover", is_superuser=True
    )
    ctx = Context(user, date(2022, 4, 1), company.pk, source="cli")
    site = Site.objects.filter(company=company).first() or commands.create(
        Site, ctx, company=company.pk, code="AW1", name="Bothell plant"
    )
    if made:
        install_chart(company, ctx)
    ensure_locations(site, ctx)
    if not ItemCategory.objects.filter(code="PARTS").exists():
        commands.create(ItemCategory, ctx, code="PARTS", name="Parts without a category")
    return ctx, site


def rows(folder: Path, name: str) -> list[dict]:
    with (folder / name).open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def control_totals(folder: Path, ctx) -> dict[str, tuple[Decimal, Decimal]]:
    """{what: (in the source, here)}, counted in the source files apart from the import and here in the tables."""
    from django.db.models import F, Sum

    from mainspring.kernel.models import ExternalId
    from mainspring.modules.engineering.models import BomLine
    from mainspring.modules.items.models import ItemSite
    from mainspring.modules.purchasing.models import PurchaseOrder, PurchaseOrderLine, SupplierItem
    from mainspring.modules.stock.models import StockAdjustmentLine

    def total(name, column, keep=lambda r: True):
        return sum((Decimal(r[column] or 0) for r in rows(folder, name) if keep(r)), Decimal(0))

    def summed(query, what):
        return Decimal(query.aggregate(s=Sum(what))["s"] or 0)

    def known(entity):
        return Decimal(ExternalId.objects.filter(system="adventureworks", entity=entity).count())

    lines = PurchaseOrderLine.objects.filter(document__company_id=ctx.company_id)
    current = lambda r: not r["EndDate"] and r["ProductAssemblyID"]  # noqa: E731
    found = {
        "items": (Decimal(len(rows(folder, "Product.csv"))), known("items.item")),
        "suppliers": (Decimal(len(rows(folder, "Vendor.csv"))), known("parties.party")),
        "safety stock": (
            total("Product.csv", "SafetyStockLevel"),
            summed(ItemSite.objects.filter(site__company_id=ctx.company_id), "safety_stock"),
        ),
        "supplier prices": (
            total("ProductVendor.csv", "StandardPrice"),
            summed(SupplierItem.objects.filter(company_id=ctx.company_id), "price"),
        ),
        "bill of material quantity": (
            total("BillOfMaterials.csv", "PerAssemblyQty", current),
            summed(BomLine.objects.all(), "quantity"),
        ),
        "opening stock": (
            total("ProductInventory.csv", "Quantity"),
            summed(StockAdjustmentLine.objects.filter(document__company_id=ctx.company_id), "quantity"),
        ),
        "purchase orders": (
            Decimal(len(rows(folder, "PurchaseOrderHeader.csv"))),
            Decimal(PurchaseOrder.objects.filter(company_id=ctx.company_id).count()),
        ),
        "ordered quantity": (total("PurchaseOrderDetail.csv", "OrderQty"), summed(lines, "quantity")),
        "order value": (total("PurchaseOrderDetail.csv", "LineTotal"), summed(lines, F("quantity") * F("price"))),
    }
    return {k: (a.quantize(Decimal("0.0001")), b.quantize(Decimal("0.0001"))) for k, (a, b) in found.items()}
