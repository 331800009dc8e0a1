"""What people see of selling: the customer's page, reports, home, the portal; and that the checks find nothing."""

from collections import Counter
from datetime import date

import pytest
from django.core.exceptions import ValidationError
from django.db import connection
from django.test.utils import CaptureQueriesContext

from mainspring.kernel import access, checks, commands, home
from mainspring.kernel.reports import registry as reports
from mainspring.modules.accounting.models import Invoice
from mainspring.modules.crm.models import Opportunity
from mainspring.modules.parties import feed, overview
from mainspring.modules.parties.models import PartyRelation, PortalAccess
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


def figures(ctx, party) -> dict:
    return {str(n.label): (n.text, str(n.note)) for n in overview.of_customer(party, ctx)["numbers"]}


def test_what_matters_about_a_customer_is_at_the_head_of_its_page(busy):
    """CRM-01."""
    type(busy.acme).objects.filter(pk=busy.acme.pk).update(credit_limit=5000)
    busy.acme.refresh_from_db()
    found = figures(busy.ctx, busy.acme)
    assert found["Open balance"] == ("363", "nothing overdue")
    assert found["Credit room"] == ("3,427", "of 5,000.00 EUR")
    assert found["Orders to deliver"] == ("1,300", "next delivery on 2 Mar 2026")
    assert found["Revenue"] == ("300", "margin 120.00 EUR, 40 %")
    assert found["Last contact"][1] == "next: Send an offer on 3 Mar 2026"
    assert found["Open deals"][1] == "1, weighted"


def test_a_customer_of_a_group_shows_what_its_companies_in_sight_bring_and_owe(busy):
    """CRM-01: parent and subsidiary bought; the third one is in another territory."""
    assert "Revenue of the group" not in figures(busy.ctx, busy.acme)
    busy.stocked(busy.pump, 5, "60.00")
    south = type(busy.north).objects.create(code="SOUTH", name="South")
    child, far = busy.customer("Child"), busy.customer("Far", territory=south)
    for company in (child, far):
        commands.create(PartyRelation, busy.ctx, party=busy.acme, kind="parent", other=company)
        sold = busy.order(busy.pump, 1, party=company)
        busy.ship(sold)
        busy.bill(sold)
    for company in (busy.acme, child, far):
        whole = figures(busy.ctx, company)["Revenue of the group"]
        assert whole == ("500", "companies: 3, open balance 605.00 EUR")
    rep = busy.context(busy.person("ona", "sales_rep"))
    assert figures(rep, child)["Revenue of the group"] == ("400", "companies: 2, open balance 484.00 EUR")
    assert figures(rep, child)["Revenue"][0] == "100"


def test_everything_that_happened_is_one_list_newest_first(busy):
    """CRM-01: filtered by kind, page after page, each kind once."""
    found = overview.page_of(busy.acme, busy.ctx)
    kinds = Counter(entry["kind"] for entry in found["entries"])
    assert kinds == {"quotations": 1, "deals": 1, "orders": 2, "deliveries": 1, "invoices": 1, "follow_ups": 1}
    assert {str(chip["title"]): chip["count"] for chip in found["chips"]}["Sales orders"] == "2"
    orders, _next = feed.page(overview.Customer(busy.ctx, busy.acme), kind="orders")
    assert {entry["title"] for entry in orders} == {busy.shipped.number, busy.waiting.number}
    assert all(entry["href"] for entry in found["entries"])
    with pytest.raises(ValidationError):
        overview.page_of(busy.acme, busy.ctx, kind="nothing")
    with pytest.raises(ValidationError):
        overview.page_of(busy.acme, busy.ctx, after='["orders","yesterday","1"]')


def test_pages_follow_one_another_without_gap_or_repetition(busy):
    for n in range(7):
        busy.order(busy.pump, 1)
        commands.perform(busy.acme, "log", busy.ctx, content=f"Talk {n}", method="call")
    customer = overview.Customer(busy.ctx, busy.acme)
    whole, end = feed.page(customer, size=100)
    assert end == ""
    seen, after = [], ""
    while True:
        some, after = feed.page(customer, after=after, size=3)
        seen += some
        if not after:
            break
    assert [(e["kind"], e["title"], e["at"]) for e in seen] == [(e["kind"], e["title"], e["at"]) for e in whole]


def test_the_number_of_queries_does_not_depend_on_the_number_of_records(busy):
    """CRM-01: constant."""

    def asked():
        with CaptureQueriesContext(connection) as seen:
            overview.of_customer(busy.acme, busy.ctx)
            overview.page_of(busy.acme, busy.ctx)
        return len(seen)

    before = asked()
    for n in range(6):
        busy.order(busy.pump, 1)
        commands.perform(busy.acme, "log", busy.ctx, content=f"Talk {n}", method="call")
    assert asked() <= before
    assert before <= 45


def test_a_person_without_a_right_to_invoices_sees_no_balance(busy):
    store = busy.context(busy.person("smith", "warehouse"))
    assert not {"Open balance", "Credit room", "Revenue", "Last contact"} & set(figures(store, busy.acme))
    found = overview.page_of(busy.acme, store)
    assert {entry["kind"] for entry in found["entries"]} == {"orders", "deliveries"}
    assert not any(entry["amount"] for entry in found["entries"])


def test_margin_is_for_who_may_know_costs(busy):
    """A representative sees the revenue of own customers, not what the goods cost."""
    rep = busy.person("rep", "sales_rep")
    type(busy.acme).objects.filter(pk=busy.acme.pk).update(owner=rep)
    busy.acme.refresh_from_db()
    assert figures(busy.context(rep), busy.acme)["Revenue"] == ("300", "last twelve months")
    assert "margin" in figures(busy.context(busy.person("lead", "sales_manager")), busy.acme)["Revenue"][1]


def test_the_next_best_action_says_why(busy):
    """U3: an overdue invoice comes first, then the step nobody took; each with its numbers and a button."""
    later = busy.on("2026-05-20")
    found = overview.of_customer(busy.acme, later)
    todo = {action.kind: action for action in [*found["actions"], *found["more"]]}
    assert "overdue, 363.00 EUR in all" in todo["overdue_invoice"].why
    assert todo["overdue_invoice"].url == f"/parties/parties/{busy.acme.pk}/do/log/"
    assert "78 days ago" in todo["overdue_step"].why
    assert str(todo["late_delivery"].title) == f"Tell when {busy.shipped.number} comes"
    weights = [action.weight for action in [*found["actions"], *found["more"]]]
    assert weights == sorted(weights, reverse=True)


def test_an_unanswered_offer_is_asked_about(busy):
    offer = commands.create(Quotation, busy.ctx, party=busy.acme, lines=[{"item": busy.pump, "quantity": 3}])
    commands.perform(offer, "send", busy.ctx)
    offer.refresh_from_db()

    def kinds(ctx):
        found = overview.of_customer(busy.acme, ctx)
        return {action.kind for action in [*found["actions"], *found["more"]]}

    assert "unanswered_quotation" not in kinds(busy.ctx)
    assert "unanswered_quotation" in kinds(busy.on("2026-03-12"))


def test_people_of_the_customer_see_no_overview(busy):
    user = busy.person("portal", "customer")
    PortalAccess.objects.create(user=user, party=busy.acme)
    ctx = busy.context(user)
    assert overview.of_customer(busy.acme, ctx) is None
    assert overview.first_page(busy.acme, ctx) is None


def test_changes_of_owner_are_told(busy):
    rep = busy.person("rep", "sales_rep")
    commands.change(busy.acme, busy.ctx, owner=rep)
    (entry,), _next = feed.page(overview.Customer(busy.ctx, busy.acme), kind="owners")
    assert entry["title"].endswith("→ Rep")


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
