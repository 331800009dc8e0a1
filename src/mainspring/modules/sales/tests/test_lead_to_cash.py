"""From a lead to the books: what the shelves and the ledger say at each step (CRM-09, SAL-03 to SAL-05)."""

from datetime import date
from decimal import Decimal

from mainspring.kernel import commands
from mainspring.kernel.models import DocumentLink
from mainspring.modules.accounting.models import JournalEntry, Payment
from mainspring.modules.crm.models import Lead, LeadPool
from mainspring.modules.sales import queries

from .world import line


def test_a_lead_becomes_an_order_that_ships_in_two_parts_and_is_paid(world):
    ctx = world.ctx
    world.stocked(world.pump, 12, "60.00")
    commands.create(LeadPool, ctx, code="N", name="North", territory=world.north)
    lead = commands.create(Lead, ctx, name="Blue Water", territory=world.north, contact_name="Ona Onaitė")
    commands.perform(lead, "claim", ctx)
    deal = commands.perform(
        lead, "convert", ctx, opportunity="Pumps", amount=1000, expected_close_on="2026-03-20"
    ).outcome
    quotation = commands.perform(deal, "quote", ctx).outcome
    quotation = commands.change(quotation, ctx, lines=[{"item": world.pump.pk, "quantity": "10"}])
    offered = quotation.lines.get()
    assert (offered.price, offered.net, quotation.tax, quotation.total) == (100, 1000, 210, 1210)
    assert offered.price_reason.startswith("Standard")
    assert (offered.promised_on, "from free stock" in offered.promise_reason) == (date(2026, 3, 2), True)

    commands.perform(quotation, "send", ctx)
    order = commands.perform(quotation, "accept", ctx, reference="PO 7").outcome

    deal.refresh_from_db()
    assert (deal.state, deal.probability, order.reference, order.total) == ("won", 100, "PO 7", 1210)
    order = commands.perform(order, "confirm", ctx)
    assert (order.state, order.number) == ("confirmed", "SO2026-00001")
    assert world.free(world.pump) == 2  # 12, less 10 kept for the order

    world.ship(order, 6)
    order.refresh_from_db()
    assert (order.delivery_status, order.billing_status) == ("part", "nothing")
    assert (world.on_hand(world.pump), world.free(world.pump)) == (6, 2)
    first = world.bill(order)
    assert (first.net, first.tax, first.total) == (600, 126, 726)
    world.ship(order)
    second = world.bill(order)
    assert second.total == 484

    order.refresh_from_db()
    assert (order.state, order.delivery_status, order.billing_status) == ("closed", "all", "all")
    assert (line(order).shipped, line(order).invoiced) == (10, 10)
    assert world.on_hand(world.pump) == 2
    assert (world.balance("cogs"), world.balance("stock")) == (600, 120)
    assert (world.balance("sales"), world.balance("receivable"), world.balance("tax_output")) == (-1000, 1210, -210)
    assert JournalEntry.objects.count() == 5  # opening, two deliveries, two invoices

    payment = commands.create(
        Payment,
        ctx,
        party=order.party,
        amount=1210,
        lines=[{"invoice": first, "amount": 726}, {"invoice": second, "amount": 484}],
    )
    commands.perform(payment, "post", ctx)
    assert queries.paid_pct(order) == Decimal(100)
    assert world.balance("receivable") == 0
    trail = {str(x.source.kind).split(".")[1]: str(x.target.kind).split(".")[1] for x in DocumentLink.objects.all()}
    assert trail["lead"] == "opportunity"
    assert trail["opportunity"] == "quotation"
    assert trail["quotation"] == "salesorder"
