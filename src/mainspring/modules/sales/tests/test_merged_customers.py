"""A customer entered twice and merged: the books stay as they were posted and are read as one (K06)."""

from datetime import timedelta
from decimal import Decimal as D

import pytest

from mainspring.kernel import commands
from mainspring.modules.accounting import queries as accounting
from mainspring.modules.accounting.models import Invoice, JournalLine
from mainspring.modules.parties.models import Merge, Party
from mainspring.modules.sales import queries
from mainspring.modules.sales.models import SalesOrder


@pytest.fixture
def twice(world):
    """One invoice of 100 and tax to each of two records of the same company."""
    world.stocked(world.pump, 10, "60")
    twin = world.customer("Acme Twin")
    for party in (world.acme, twin):
        order = world.order(world.pump, 1, party=party)
        world.ship(order, 1)
        world.bill(order)
    return twin


def test_open_items_limit_and_sales_of_both_count_for_the_kept_one(world, twice):
    acme, twin = world.acme, twice
    owed = queries.exposure(world.company.pk, acme.pk)["receivable"]
    lines = list(JournalLine.objects.order_by("pk").values_list("pk", "party_id"))
    commands.perform(acme, "merge", world.ctx, other=twin.code, reason="Entered twice")

    assert list(JournalLine.objects.order_by("pk").values_list("pk", "party_id")) == lines  # only added to
    assert queries.exposure(world.company.pk, acme.pk)["receivable"] == 2 * owed
    items = accounting.open_items(world.ctx, party=acme, roles=("receivable",))
    assert [(row["party_id"], row["party"]) for row in items] == [(acme.pk, "Acme")] * 2
    assert SalesOrder.objects.filter(party=acme).count() == Invoice.objects.filter(party=acme).count() == 2
    day = world.ctx.business_date
    sold = queries.margin_rows(world.ctx, since=day - timedelta(40), until=day + timedelta(40))
    assert {row["party_id"] for row in sold} == {acme.pk}
    assert sum(row["net"] for row in sold) == D(200)

    commands.perform(Merge.objects.get(), "split", world.ctx, reason="Two after all")
    twin = Party.objects.get(pk=twin.pk)
    assert queries.exposure(world.company.pk, twin.pk)["receivable"] == owed
    assert Invoice.objects.filter(party=twin).count() == 1
