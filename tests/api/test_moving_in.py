"""Moving in from another system: a bicycle maker's tables arrive whole, and business goes on with them (INT-03)."""

import os
from decimal import Decimal
from pathlib import Path

import pytest

FOLDER = (
    Path(os.environ.get("MAINSPRING_SHARED") or Path(__file__).resolve().parents[2].parent / "shared")
    / "data"
    / "adventureworks"
)


@pytest.mark.slow
@pytest.mark.skipif(not FOLDER.is_dir(), reason=f"the sample tables are not there: {FOLDER}")
def test_the_bicycle_maker_moves_in_and_its_orders_are_received_and_billed(db, settings, tmp_path):
    from mainspring.kernel.models import Company, User
    from mainspring.modules.accounting.models import JournalLine
    from mainspring.modules.stock.models import StockValue
    from mainspring.site.commands import adventureworks

    settings.MEDIA_ROOT = tmp_path
    User.objects.create(username="mover", is_superuser=True)
    said = []
    result = adventureworks.move_in(FOLDER, orders=20, say=said.append)
    assert result["equal"], "\n".join(said)
    assert result["received"] == result["billed"] > 5

    company = Company.objects.get(code="AW")
    lines = JournalLine.objects.filter(company=company)
    assert sum((line.amount for line in lines), Decimal(0)) == 0
    stock = sum((v.stock for v in StockValue.objects.filter(company=company)), Decimal(0))
    books = sum((line.amount for line in lines.filter(account__role="stock")), Decimal(0))
    assert stock == books > 0

    again = adventureworks.move_in(FOLDER, orders=1, say=said.append)
    assert sum(r["created"] for r in again["rows"].values()) == 0
