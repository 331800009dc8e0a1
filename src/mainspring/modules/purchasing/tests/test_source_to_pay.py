"""Source to pay: requests are gathered into an order, goods come in parts, the bill is matched and paid for."""

from datetime import date
from decimal import Decimal

import pytest
from django.core.exceptions import ValidationError

from mainspring.kernel import commands
from mainspring.kernel.models import Company
from mainspring.modules.items.models import ItemCost
from mainspring.modules.pricing import queries as pricing
from mainspring.modules.pricing.models import PartyPriceList, PriceList
from mainspring.modules.purchasing import commands as purchasing
from mainspring.modules.purchasing import queries
from mainspring.modules.purchasing.models import BillMatch, PurchaseOrder
from mainspring.modules.stock import commands as stock
from mainspring.modules.stock.models import StockMove


@pytest.fixture
def bolt(world):
    return world.item("BOLT")


def test_five_departments_share_one_order_line_and_each_sees_its_own_receipt(buying, bolt):
    """PUR-03, D15: one line of the sum; a partial receipt goes to the earliest need; who cancels frees the goods."""
    buying.source(bolt, "2.00", minimum="50", multiple="10", lead_time_days=5)
    needs = [
        buying.approved(bolt, q, day)
        for q, day in (
            ("10", "2026-03-25"),
            ("12", "2026-03-20"),
            ("5", "2026-03-30"),
            ("4", "2026-04-01"),
            ("2", "2026-04-02"),
        )
    ]
    [order] = purchasing.order_requests(needs, buying.ctx)
    [line] = order.lines.all()
    assert (line.quantity, line.price) == (50, Decimal("2.00"))
    assert line.quantity_reason == "need 33, minimum 50"
    assert line.expected_on == date(2026, 3, 20)
    order = commands.perform(order, "confirm", buying.ctx)
    assert buying.planned(bolt) == [(date(2026, 3, 20), 50)]

    buying.receive(order, "15", day="2026-03-10")
    for need in needs:
        need.refresh_from_db()
    assert [(n.received_quantity, n.state) for n in needs] == [
        (3, "ordered"),
        (12, "received"),
        (0, "ordered"),
        (0, "ordered"),
        (0, "ordered"),
    ]
    assert buying.planned(bolt) == [(date(2026, 3, 20), 35)]
    order.refresh_from_db()
    assert (order.state, order.received_state, order.billed_state) == ("confirmed", "partly", "none")

    commands.perform(needs[3], "cancel", buying.ctx, why="Not needed")
    buying.receive(order, day="2026-03-12")
    for need in needs:
        need.refresh_from_db()
    assert [(n.received_quantity, n.state) for n in needs] == [
        (10, "received"),
        (12, "received"),
        (5, "received"),
        (0, "cancelled"),
        (2, "received"),
    ]
    assert buying.on_hand(bolt) == 50


def test_a_quantity_is_raised_to_minimum_and_multiple_and_priced_by_the_break(buying, bolt):
    """P11: net 22, minimum 25, multiple 10 is 30; PUR-04: the reason is shown."""
    buying.source(bolt, "3", minimum="25", multiple="10", breaks=(("30", "2.5"), ("100", "2")))
    order = commands.perform(buying.approved(bolt, "22"), "order", buying.ctx).outcome
    [line] = order.lines.all()
    assert (line.quantity, line.price, order.net) == (30, Decimal("2.5"), Decimal("75"))
    assert line.quantity_reason == "need 22, minimum 25, rounded up to 30"
    more = commands.perform(buying.approved(bolt, "75"), "order", buying.ctx).outcome
    assert more.pk == order.pk
    [line] = more.lines.all()
    assert (line.quantity, line.price) == (100, Decimal("2"))


def test_over_receipt_is_measured_on_all_receipts_of_the_line(buying, bolt):
    """D03: 5 % of 100 accepts 105 in all and refuses 106; 0 % refuses 101."""
    order = buying.order(bolt, "100", price="1", over_receipt_pct="5")
    buying.receive(order, "60")
    with pytest.raises(ValidationError, match="106"):
        buying.receive(order, "46")
    assert buying.on_hand(bolt) == 60
    buying.receive(order, "45")
    assert buying.on_hand(bolt) == 105
    strict = buying.order(bolt, "100", price="1")
    with pytest.raises(ValidationError, match="at most 100"):
        buying.receive(strict, "101")


@pytest.mark.parametrize("percent", ["-1", "100.0001", "99999"])
def test_an_over_receipt_without_bounds_is_refused(buying, bolt, percent):
    """D03: whoever could allow any over-receipt could have anything delivered."""
    with pytest.raises(ValidationError) as refusal:
        buying.order(bolt, "100", price="1", over_receipt_pct=percent)
    assert refusal.value.message_dict == {"lines.0.over_receipt_pct": ["An over-receipt is from 0 to 100 percent."]}


def test_the_same_delivery_note_is_not_received_twice(buying, bolt):
    """D14."""
    order = buying.order(bolt, "10", price="1")
    buying.receive(order, "4", delivery_note="DN-7")
    with pytest.raises(ValidationError, match="already exists"):
        buying.receive(order, "4", delivery_note="DN-7")


def test_cancelling_after_part_arrived_closes_only_the_rest(buying, bolt):
    """D06: a partly received order is closed; what was expected is gone, the request can be ordered again."""
    need = buying.approved(bolt, "10")
    buying.source(bolt, "1")
    order = commands.perform(commands.perform(need, "order", buying.ctx).outcome, "confirm", buying.ctx)
    buying.receive(order, "4")
    with pytest.raises(ValidationError, match="close the order instead"):
        commands.perform(order, "cancel", buying.ctx)
    order = commands.perform(order, "close", buying.ctx)
    need.refresh_from_db()
    assert (order.state, need.state, need.ordered_quantity, need.received_quantity) == ("closed", "approved", 4, 4)
    assert not StockMove.objects.filter(state="planned").exists()


def test_a_bill_at_the_ordered_price_leaves_nothing_between_receipt_and_bill(buying, bolt):
    """PUR-11, D09: received 4 and 6, billed 4 and 6; after each step the account shows exactly what is not billed."""
    order = buying.order(bolt, "10", price="2.50")
    line = order.lines.get()
    buying.receive(order, "4")
    assert (buying.balance("grni"), buying.value(bolt)) == (Decimal("-10.00"), Decimal("10.00"))
    buying.bill(order)
    assert buying.balance("grni") == 0
    buying.receive(order)
    assert [row["amount"] for row in queries.grni_unmatched(buying.ctx)] == [Decimal("-15.00")]
    buying.bill(order)
    order.refresh_from_db()
    assert buying.balance("grni") == buying.grni(line) == 0
    assert (order.state, order.received_state, order.billed_state) == ("closed", "fully", "fully")
    assert buying.balance("payable") == -Decimal("25.00") - buying.balance("tax_input")


def test_a_dearer_bill_waits_for_the_buyer_and_its_difference_goes_to_the_goods(buying, world, bolt):
    """PUR-11, D04, I09: 10 received at 5, 4 of them gone; the buyer accepts 6: 6 to stock, 4 to cost of sales."""
    order = buying.order(bolt, "10", price="5")
    buying.receive(order)
    places = {place.kind: place for place in world.site.locations.all()}
    stock.post_moves(
        buying.ctx,
        [stock.MoveSpec(bolt, Decimal(4), places["internal"], places["customer"])],
        effective_on=date(2026, 3, 2),
    )
    bill = buying.bill(order, price="6", post=False)
    with pytest.raises(ValidationError, match="price 6, ordered at 5"):
        commands.perform(bill, "post", buying.ctx)
    match = BillMatch.objects.get(invoice=bill)
    assert match.needs_buyer
    commands.perform(match, "accept", buying.ctx, why="New list")
    commands.perform(bill, "post", buying.ctx)
    assert buying.balance("grni") == 0
    assert (buying.value(bolt), buying.balance("cogs")) == (Decimal("36.00"), Decimal("24.00"))
    assert buying.balance("stock") == buying.value(bolt)


def test_a_changed_bill_has_to_be_accepted_again(buying, bolt):
    order = buying.order(bolt, "10", price="50")
    buying.receive(order)
    bill = buying.bill(order, price="60", post=False)
    commands.perform(BillMatch.objects.get(invoice=bill), "accept", buying.ctx, why="Agreed")
    commands.change(bill, buying.ctx, lines=[{"id": line.pk, "price": "65"} for line in bill.lines.all()])
    with pytest.raises(ValidationError, match="price 65"):
        commands.perform(bill, "post", buying.ctx)


def test_a_bill_before_the_receipt_ends_at_zero_too(buying, bolt):
    """D09: billed ahead at 5.50, received later: the goods come in at what was billed."""
    order = buying.order(bolt, "10", price="5")
    bill = buying.bill(order, price="5.50", ahead=True, post=False)
    commands.perform(BillMatch.objects.get(invoice=bill), "accept", buying.ctx, why="Paid in advance")
    commands.perform(bill, "post", buying.ctx)
    assert buying.balance("grni") == Decimal("55.00")
    buying.receive(order)
    assert (buying.balance("grni"), buying.value(bolt)) == (0, Decimal("55.00"))


def test_goods_in_dollars_carry_the_rate_of_the_receipt_and_the_rest_is_exchange(buying, world, bolt):
    """Landed exchange: 100 USD in at 0.90, billed at 0.95: stock keeps 90.00, 5.00 is an exchange loss, GRNI 0."""
    buying.rate("USD", "0.90", "2026-03-02")
    buying.rate("USD", "0.95", "2026-03-09")
    seller = world.party("Yankee Inc", is_supplier=True, currency="USD", country="US")
    order = buying.order(bolt, "10", price="10", supplier=seller)
    buying.receive(order)
    assert (buying.value(bolt), buying.balance("grni")) == (Decimal("90.00"), Decimal("-90.00"))
    buying.bill(order, day="2026-03-09")
    assert (buying.value(bolt), buying.balance("grni")) == (Decimal("90.00"), 0)
    assert (buying.balance("exchange_loss"), buying.balance("payable")) == (Decimal("5.00"), Decimal("-95.00"))


def test_billed_goods_go_back_at_receipt_cost_and_are_credited(buying, bolt):
    """I08, D09: 10 in at 4 and billed, 3 go back for 12.00; the credit note leaves nothing open."""
    order = buying.order(bolt, "10", price="4", tax_code=None)
    receipt = buying.receive(order)
    buying.bill(order)
    back = commands.perform(receipt, "send_back", buying.ctx, reason="Bent").outcome
    back = commands.change(back, buying.ctx, lines=[{"id": back.lines.get().pk, "quantity": "3"}])
    back = commands.perform(back, "post", buying.ctx)
    assert (buying.on_hand(bolt), buying.value(bolt), buying.balance("grni")) == (7, Decimal("28.00"), Decimal("12.00"))
    note = commands.perform(back, "credit", buying.ctx).outcome
    commands.perform(note, "post", buying.ctx)
    assert (note.kind, note.lines.get().quantity, buying.balance("grni")) == ("supplier_credit", 3, 0)
    with pytest.raises(ValidationError, match="nothing to credit"):
        commands.perform(back, "credit", buying.ctx)


def test_unbilled_goods_that_go_back_are_simply_not_owed_for(buying, bolt):
    """D09: return before bill."""
    order = buying.order(bolt, "10", price="4")
    receipt = buying.receive(order)
    commands.perform(commands.perform(receipt, "send_back", buying.ctx, reason="Wrong").outcome, "post", buying.ctx)
    assert (buying.balance("grni"), buying.on_hand(bolt)) == (0, 0)
    with pytest.raises(ValidationError, match="nothing received"):
        buying.bill(order)


def test_a_reversed_bill_is_owed_for_again(buying, bolt):
    order = buying.order(bolt, "10", price="4")
    buying.receive(order)
    bill = buying.bill(order)
    commands.perform(bill, "reverse", buying.ctx, on="2026-03-02")
    assert buying.balance("grni") == Decimal("-40.00")
    assert PurchaseOrder.objects.get(pk=order.pk).billed_state == "none"


def test_a_late_line_names_the_order_it_will_delay(buying, bolt, world):
    """PUR-06: an overdue line shows first which demand it delays; a new date re-plans."""
    order = buying.order(bolt, "10", price="4", expected_on="2026-03-05")
    places = stock.ensure_locations(world.site, buying.ctx)
    other = buying.order(bolt, "1", price="1", confirm=False)
    stock.replan(
        buying.ctx,
        other,
        [stock.MoveSpec(bolt, Decimal(8), places["internal"], places["customer"], other, planned_on=date(2026, 3, 12))],
    )
    [late] = queries.late_lines(buying.on("2026-03-10"))
    assert (late["number"], late["days_late"], late["delayed_on"], late["delays_id"]) == (
        order.number,
        5,
        date(2026, 3, 12),
        other.pk,
    )
    commands.perform(order, "reschedule", buying.on("2026-03-10"), expected_on="2026-03-20")
    assert not queries.late_lines(buying.on("2026-03-10"))


def test_nobody_approves_their_own_request_and_nothing_unknown_is_ordered(buying, world, bolt):
    """K09; a request whose item nobody supplies is refused by name."""
    ona = world.person("ona", "buyer")
    need = buying.request(bolt, "5", ctx=ona)
    with pytest.raises(Exception, match="Someone else"):
        commands.perform(need, "approve", ona)
    with pytest.raises(ValidationError, match="BOLT: no supplier"):
        commands.perform(commands.perform(need, "approve", buying.ctx), "order", ona)


def test_an_order_from_a_company_of_ours_takes_its_cost_and_the_markup_agreed(buying, bolt):
    """MFG-11: prices between companies follow one rule, whoever asks."""
    maker = Company.objects.create(code="MAKER", name="Maker", base_currency_id="EUR")
    ItemCost.objects.create(item=bolt, company=maker, standard_cost="2.00")
    between = commands.create(
        PriceList, buying.ctx, code="GROUP", name="Group", currency="EUR", kind="between", cost_of=maker, markup_pct=8
    )
    commands.create(PartyPriceList, buying.ctx, party=buying.supplier, price_list=between)
    order = commands.create(
        PurchaseOrder, buying.ctx, supplier=buying.supplier, site=buying.world.site,
        lines=[{"item": bolt, "quantity": 50}],
    )  # fmt: skip
    line = order.lines.get()
    assert line.price == Decimal("2.16")
    assert "cost of MAKER and 8 % more" in str(line.price_reason)
    sold = pricing.price_for(bolt, buying.supplier, Decimal(50), bolt.unit, order.ordered_on, "EUR")
    assert sold.price == line.price
