"""Moving in from another system: a bicycle maker's tables arrive whole, and business goes on with them (INT-03).

A part of the tables is moved in with every test run, all of them with the slow ones.
"""

import csv
import os
import shutil
from collections import Counter
from decimal import Decimal
from pathlib import Path

import pytest

FOLDER = (
    Path(os.environ.get("MAINSPRING_SHARED") or Path(__file__).resolve().parents[2].parent / "shared")
    / "data"
    / "adventureworks"
)
pytestmark = pytest.mark.skipif(not FOLDER.is_dir(), reason=f"the sample tables are not there: {FOLDER}")
ORDERS_OF_A_KIND = 1


@pytest.fixture
def mover(db, settings, tmp_path):
    from mainspring.kernel.models import User

    settings.MEDIA_ROOT = tmp_path / "files"
    return User.objects.create(username="mover", is_superuser=True)


@pytest.fixture
def part(tmp_path) -> Path:
    """A few orders of every status, with rejected and missing goods, and all their items and suppliers need."""
    folder = tmp_path / "tables"
    shutil.copytree(FOLDER, folder, copy_function=shutil.copyfile)
    folder.chmod(0o755)
    details = read("PurchaseOrderDetail")
    rejected = {r["PurchaseOrderID"] for r in details if Decimal(r["RejectedQty"])}
    short = {r["PurchaseOrderID"] for r in details if Decimal(r["ReceivedQty"]) < Decimal(r["OrderQty"])}
    inactive = {r["BusinessEntityID"] for r in read("Vendor") if r["ActiveFlag"] == "0"}
    kinds: Counter = Counter()
    orders: dict[str, str] = {}
    for row in read("PurchaseOrderHeader"):
        key = row["PurchaseOrderID"]
        kind = (row["Status"], key in rejected, key in short, row["VendorID"] in inactive)
        if kinds[kind] < ORDERS_OF_A_KIND:
            kinds[kind] += 1
            orders[key] = row["VendorID"]
    items = {r["ProductID"] for r in details if r["PurchaseOrderID"] in orders}
    assemblies = sorted({r["ProductAssemblyID"] for r in read("BillOfMaterials")} - {""}, key=int)[:10]
    items |= {*assemblies, *(r["ComponentID"] for r in read("BillOfMaterials") if r["ProductAssemblyID"] in assemblies)}
    keep = {
        "PurchaseOrderHeader": lambda r: r["PurchaseOrderID"] in orders,
        "PurchaseOrderDetail": lambda r: r["PurchaseOrderID"] in orders,
        "Vendor": lambda r: r["BusinessEntityID"] in orders.values(),
        "ProductVendor": lambda r: r["BusinessEntityID"] in orders.values() and r["ProductID"] in items,
        "Product": lambda r: r["ProductID"] in items,
        "ProductInventory": lambda r: r["ProductID"] in items,
        "BillOfMaterials": lambda r: r["ComponentID"] in items and r["ProductAssemblyID"] in {"", *items},
    }
    for name, wanted in keep.items():
        rows = read(name)
        with (folder / f"{name}.csv").open("w", newline="") as file:
            writer = csv.DictWriter(file, rows[0].keys())
            writer.writeheader()
            writer.writerows(r for r in rows if wanted(r))
    return folder


def read(name: str) -> list[dict]:
    with (FOLDER / f"{name}.csv").open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def moved_in(folder: Path) -> dict:
    """Move the tables in, and hold the result against them, the ledgers and every invariant of the data."""
    from mainspring.kernel import checks
    from mainspring.kernel.models import Company
    from mainspring.modules.accounting.models import JournalLine
    from mainspring.modules.stock.models import StockValue
    from mainspring.site.commands import adventureworks

    said: list[str] = []
    result = adventureworks.move_in(folder, say=said.append)
    assert result["equal"], "\n".join(said)
    assert {name: pair for name, pair in result["totals"].items() if Decimal(pair[0]) != Decimal(pair[1])} == {}
    assert [name for name, rows in result["rows"].items() if rows["wrong"]] == []
    assert result["left"] == 0
    assert Decimal(result["totals"]["received and not billed, in the books"][1]) == 0

    company = Company.objects.get(code="AW")
    lines = JournalLine.objects.filter(company=company)
    assert sum((line.amount for line in lines), Decimal(0)) == 0
    stock = sum((v.stock for v in StockValue.objects.filter(company=company)), Decimal(0))
    books = sum((line.amount for line in lines.filter(account__role="stock")), Decimal(0))
    assert stock == books > 0
    assert {check.name: check.findings for check in checks.run() if check.findings} == {}
    return result


def test_a_part_of_the_bicycle_maker_moves_in_and_its_orders_are_received_and_billed(mover, part):
    from mainspring.kernel.models import ImportRun
    from mainspring.site.commands import adventureworks

    result = moved_in(part)
    assert result["confirmed"] == result["received"] > 8
    assert result["received"] > result["billed"] > result["sent_back"] > 0
    assert result["closed"] > 0

    runs = ImportRun.objects.count()
    again = adventureworks.move_in(part, say=lambda text: None)
    assert again["equal"]
    assert ImportRun.objects.count() > runs
    assert sum(rows["created"] for rows in again["rows"].values()) == 0
    assert again["confirmed"] == again["received"] == again["billed"] == 0


@pytest.mark.slow
def test_the_whole_bicycle_maker_moves_in_and_its_orders_are_received_and_billed(mover):
    result = moved_in(FOLDER)
    assert {name: rows["rows"] for name, rows in result["rows"].items()} == {
        "01_unit_categories": 38,
        "02_units": 38,
        "03_categories": 4,
        "04_subcategories": 37,
        "05_items": 504,
        "06_planning": 504,
        "07_suppliers": 104,
        "08_sources": 460,
        "09_boms": 2383,
        "10_locations": 14,
        "11_stock": 1065,
        "12_orders": 8845,
        "90_supplier_status": 4,
    }
    expected = {"confirmed": 4012, "received": 4012, "sent_back": 507, "billed": 3927, "closed": 441}
    assert {name: result[name] for name in expected} == expected
    totals = {name: Decimal(pair[0]) for name, pair in result["totals"].items()}
    assert totals["order value"] == Decimal("63791994.838")
    assert totals["value of the stocked quantity, billed"] == Decimal("61211701.66")
