"""What people see of selling: the customer's page, reports, home, the portal; and that the checks find nothing."""

from datetime import date

import pytest

from mainspring.kernel import access, checks, commands, home
from mainspring.kernel.reports import registry as reports
from mainspring.modules.accounting.models import Invoice
from mainspring.modules.crm.models import Opportunity
from mainspring.modules.parties.models import PortalAccess
from mainspring.modules.sales import overview
from mainspring.modules.sales.models import Quotation, SalesOrder, Shipment


@pytest.fixture
def busy(world):
    """Acme: a deal, an offer, an order shipped in part and invoiced, one promised and waiting; a follow-up."""
    world.stocked(world.pump, 10, "60.00")
    commands.create(Opportunity, world.ctx, name="More pumps", party=world.acme, amount=5000)
    commands.create(Quotation, world.ctx, party=world.acme, lines=[{"item": world.pump, "quantity": 1}])
    world.shipped = world.order(world.pump, 4)
    world.ship(world.shipped, 3)
    world.bill(world.shipped)
    world.waiting = world.order(world.pump, 9)
    commands.perform(
        world.acme,
        "log",
        world.ctx,
        content="Asked for more",
        method="call",
        next_on="2026-03-03",
        next_step="Send an offer",
    )
    return world


def test_everything_about_a_customer_is_on_one_page(busy):
    """CRM-01: money at stake and the newest of everything."""
    found = overview.of_customer(busy.ctx, busy.acme)
    assert (found["receivable"], found["orders"], found["overdue"]) == ("363.00 EUR", "1,210.00 EUR", "0.00 EUR")
    rows = {group["title"]: len(group["rows"]) for group in found["groups"]}
    assert rows == {
        "Opportunities": 1,
        "Quotations": 1,
        "Sales orders": 2,
        "Shipments": 1,
        "Invoices": 1,
        "Follow-ups": 1,
    }
    assert all(row["href"] for group in found["groups"] for row in group["rows"])


def test_a_person_without_a_right_to_invoices_sees_no_balance(busy):
    found = overview.of_customer(busy.context(busy.person("smith", "warehouse")), busy.acme)
    assert (found["receivable"], found["overdue"]) == ("", "")
    assert {group["title"] for group in found["groups"]} == {"Sales orders", "Shipments"}


def test_reports_of_sales_say_what_the_ledger_says(busy):
    """SAL-02, SAL-05."""
    answer, _given = reports["sales-analysis"].answer(busy.ctx, since="2026-01-01", until="2027-01-01", by="item_id")
    assert (answer.totals["net"], answer.totals["cost"], answer.totals["margin"]) == (300, 180, 120)
    assert "same revenue" in answer.notes[0]
    late, _given = reports["late-orders"].answer(busy.on("2026-03-20"))
    assert {row["number"] for row in late.rows} == {busy.shipped.number, busy.waiting.number}


def test_home_shows_what_is_late_and_what_is_next(busy):
    later = busy.on("2026-03-20")
    titles = [item.title for point in (home.tasks, home.exceptions) for found in point(later) for item in found]
    assert "1 sales order is late" in titles
    assert "Send an offer" in titles
    labels = [number.label for found in home.numbers(later) for number in found]
    assert "Weighted pipeline" in labels


def test_a_customer_sees_its_own_and_can_order_what_it_was_offered(busy):
    """CRM-21: own quotations, orders, deliveries and invoices only; no margins, reasons or limits."""
    user = busy.person("portal", "customer")
    other = busy.customer("Other")
    PortalAccess.objects.create(user=user, party=other)
    ctx = busy.context(user)
    for model in (Quotation, SalesOrder, Shipment, Invoice):
        assert not access.rows(ctx, model).exists()
    offer = commands.create(
        Quotation, busy.ctx, party=other, note="Leave it at the gate", lines=[{"item": busy.pump, "quantity": 1}]
    )
    commands.perform(offer, "send", busy.ctx)
    assert access.rows(ctx, Quotation).get() == offer
    assert access.shown(ctx, offer, "note") == "Leave it at the gate"  # it is on the paper, too
    assert access.shown(ctx, offer.lines.get(), "price_reason") is None
    assert commands.perform(offer, "accept", ctx).outcome.party == other
    assert access.rows(ctx, SalesOrder).count() == 1


def test_the_checks_of_selling_find_nothing_and_notice_a_wrong_number(busy):
    assert [r.findings for r in checks.run("sales.")] == [[], [], [], []]
    line = busy.shipped.lines.get()
    type(line).objects.filter(pk=line.pk).update(shipped=4)
    assert any(busy.shipped.number in text for r in checks.run("sales.progress") for text in r.findings)


def test_a_rep_sees_own_orders_and_the_manager_the_regions(world):
    """SEC-01: own for the representative, territory for the manager, sites for the warehouse."""
    rep, other = world.person("rep", "sales_rep"), world.person("other", "sales_rep")
    mine = commands.create(
        SalesOrder,
        world.context(rep),
        party=world.customer("Mine", owner=rep).pk,
        lines=[{"item": world.pump.pk, "quantity": 1}],
    )
    assert access.rows(world.context(rep), SalesOrder).get() == mine
    assert not access.rows(world.context(other), SalesOrder).exists()
    assert access.rows(world.context(world.person("manager", "sales_manager")), SalesOrder).get() == mine
    assert access.rows(world.context(world.person("store", "warehouse")), SalesOrder).get() == mine
    assert mine.ordered_on == date(2026, 3, 2)
