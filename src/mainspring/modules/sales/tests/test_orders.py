"""Orders: progress from facts, tolerances, credit, cancelling (D01 to D06, SAL-03 to SAL-05)."""

from datetime import date
from decimal import Decimal

import pytest
from django.core.exceptions import PermissionDenied, ValidationError

from mainspring.kernel import commands, errors, preferences
from mainspring.kernel.models import Currency
from mainspring.modules.accounting.models import PlannedCash
from mainspring.modules.organization.models import ExchangeRate
from mainspring.modules.sales import commands as sales
from mainspring.modules.sales import queries
from mainspring.modules.sales.models import Quotation, Return, SalesOrder, Shipment
from mainspring.modules.stock.models import Reservation, StockMove

from .world import line


def state_of(order):
    order.refresh_from_db()
    return order.state, order.delivery_status, order.billing_status


def test_every_intermediate_status_is_right_until_a_return_is_credited(world):
    """D01, D02: 10 ordered, 6 + 4 delivered, 5 + 5 invoiced, 1 returned and credited: 9 and 9, closed."""
    world.stocked(world.pump, 10, "60.00")
    order = world.order(world.pump, 10)
    assert state_of(order) == ("confirmed", "nothing", "nothing")
    world.ship(order, 6)
    assert state_of(order) == ("confirmed", "part", "nothing")
    draft = commands.perform(order, "invoice", world.ctx).outcome
    draft = commands.change(draft, world.ctx, lines=[{"id": draft.lines.get().pk, "quantity": 5}])
    commands.perform(draft, "post", world.ctx)
    assert state_of(order) == ("confirmed", "part", "part")
    last = world.ship(order)
    assert state_of(order) == ("confirmed", "all", "part")
    rest = world.bill(order)
    assert rest.lines.get().quantity == 5
    assert state_of(order) == ("closed", "all", "all")

    back = commands.create(
        Return, world.ctx, shipment=last, reason="Scratched", lines=[{"shipment_line": last.lines.get(), "quantity": 1}]
    )
    commands.perform(back, "receive", world.ctx)
    assert state_of(order) == ("closed", "all", "to_credit")
    credit = commands.perform(back, "credit", world.ctx).outcome
    assert (credit.kind, credit.net, credit.total) == ("customer_credit", 100, 121)
    commands.perform(credit, "post", world.ctx)

    assert state_of(order) == ("closed", "all", "all")
    row = queries.lines_of(order)[0]
    assert (row.delivered, row.invoiced) == (9, 9)
    assert (world.on_hand(world.pump), world.balance("stock"), world.balance("cogs")) == (1, 60, 540)
    assert world.balance("sales") == -900


def test_a_return_comes_back_at_the_cost_it_left_with(world):
    """I07: bought at 60, sold, bought again at 90; what comes back is worth 60, not the average and not the price."""
    world.stocked(world.pump, 1, "60.00")
    shipment = world.ship(world.order(world.pump, 1))
    world.stocked(world.pump, 1, "90.00")
    back = commands.perform(shipment, "return_goods", world.ctx).outcome
    commands.perform(back, "receive", world.ctx)
    assert (world.balance("stock"), world.balance("cogs")) == (150, 0)


def test_no_more_comes_back_than_was_delivered(world):
    """CRM-13: two returns of the same pump cannot both be received."""
    world.stocked(world.pump, 2, "60.00")
    shipment = world.ship(world.order(world.pump, 2))
    lines = [{"shipment_line": shipment.lines.get(), "quantity": 2}]
    first = commands.create(Return, world.ctx, shipment=shipment, reason="Broken", lines=lines)
    second = commands.create(Return, world.ctx, shipment=shipment, reason="Broken", lines=lines)
    with pytest.raises(ValidationError, match="not returned yet"):
        commands.perform(first, "receive", world.ctx)
    commands.perform(second, "cancel", world.ctx)
    commands.perform(first, "receive", world.ctx)
    assert world.on_hand(world.pump) == 2


@pytest.mark.parametrize(
    ("tolerance", "quantity", "allowed"),
    [("5", "105", True), ("5", "105.001", False), ("0", "100", True), ("0", "100.002", False)],
)
def test_over_delivery_is_measured_cumulatively_at_the_units_precision(world, tolerance, quantity, allowed):
    """D03: 5 % of 100 kg accepts 105 in two shipments and refuses 105.001; 0 % refuses 100.002."""
    preferences.save(world.ctx, {"sales.over_delivery_pct": tolerance})
    sand = world.item("SAND", price=1, unit=world.kilogram)
    world.stocked(sand, 200, "0.50")
    order = world.order(sand, 100)
    world.ship(order, "40")
    rest = Decimal(quantity) - 40
    if allowed:
        world.ship(order, rest)
        assert line(order).shipped == Decimal(quantity)
    else:
        with pytest.raises(ValidationError, match="would be shipped of 100"):
            world.ship(order, rest)
        assert line(order).shipped == 40
        assert world.on_hand(sand) == 160


def test_ninety_five_of_a_hundred_complete_an_order_with_short_close(world):
    """D03: within 5 % under-delivery the line is done and the rest is free."""
    preferences.save(world.ctx, {"sales.short_close_pct": "5"})
    world.stocked(world.pump, 100, "60.00")
    order = world.order(world.pump, 100)
    world.ship(order, 95)
    assert state_of(order)[1] == "all"
    world.bill(order)
    assert state_of(order) == ("closed", "all", "all")
    assert (world.free(world.pump), Reservation.objects.count()) == (5, 0)


def test_cancelling_after_a_part_was_delivered_cancels_only_the_rest(world):
    """D06: the delivered part stays to be invoiced, reservation and planned moves are gone."""
    world.stocked(world.pump, 10, "60.00")
    order = world.order(world.pump, 10)
    world.ship(order, 4)
    draft = commands.perform(order, "ship", world.ctx).outcome
    order = commands.perform(order, "cancel", world.ctx, reason="Customer stopped")
    draft.refresh_from_db()
    assert (order.state, order.close_reason, draft.state) == ("closed", "Customer stopped", "cancelled")
    assert (world.free(world.pump), Reservation.objects.count()) == (6, 0)
    assert not StockMove.objects.filter(state="planned").exists()
    assert not PlannedCash.objects.exists()
    assert world.bill(order).net == 400
    unshipped = commands.perform(world.order(world.pump, 1), "cancel", world.ctx, reason="Mistake")
    assert unshipped.state == "cancelled"


def test_confirming_keeps_stock_and_a_second_quotation_promises_later(world):
    """SAL-04: the same units are not promised twice; the reason says what the date rests on."""
    slow = world.item("S-1", price=10, lead_time_days=5)
    world.stocked(slow, 8, "4.00")
    world.order(slow, 8)
    offer = commands.create(Quotation, world.ctx, party=world.acme, lines=[{"item": slow, "quantity": 3}])
    promised = offer.lines.get()
    assert promised.promised_on == date(2026, 3, 9)  # five working days from Monday
    assert "working days" in promised.promise_reason
    assert (world.free(slow), offer.promised_on) == (0, date(2026, 3, 9))


def test_a_customer_wants_it_on_another_day(world):
    """One line or all that is open; dates, planned deliveries and the money to come follow."""
    world.stocked(world.pump, 5, "60.00")
    lines = [{"item": world.pump, "quantity": quantity} for quantity in (2, 3)]
    order = commands.create(SalesOrder, world.ctx, party=world.acme, lines=lines, wanted_on="2026-03-10")
    commands.perform(order, "confirm", world.ctx)
    for wrong, field in (({"wanted_on": date(2026, 3, 1)}, "wanted_on"), ({"position": 7}, "position")):
        with pytest.raises(ValidationError) as refused:
            commands.perform(order, "reschedule", world.ctx, **{"wanted_on": date(2026, 4, 7)} | wrong)
        assert list(refused.value.message_dict) == [field]
    order = commands.perform(order, "reschedule", world.ctx, wanted_on=date(2026, 4, 7), position=2)
    assert [line.wanted_on for line in order.lines.order_by("position")] == [date(2026, 3, 10), date(2026, 4, 7)]
    assert order.promised_on >= date(2026, 4, 7)
    order = commands.perform(order, "reschedule", world.ctx, wanted_on=date(2026, 5, 4))
    assert {line.promised_on for line in order.lines.all()} == {date(2026, 5, 4)} == {order.wanted_on}
    moves = StockMove.objects.filter(origin=order.pk, state="planned")
    assert {move.planned_on for move in moves} == {date(2026, 5, 4)}
    assert PlannedCash.objects.get(origin=order.pk).planned_on == date(2026, 5, 4)
    world.ship(order)
    with pytest.raises(ValidationError, match="no open line"):
        commands.perform(order, "reschedule", world.ctx, wanted_on=date(2026, 6, 1))


def test_an_order_waits_for_goods_and_gets_them_when_they_arrive_by_promise(world):
    """Arrivals are kept for the order promised first, not for whoever asks next."""
    first, second = (
        world.order(world.pump, 5, wanted_on="2026-03-10"),
        world.order(world.pump, 5, wanted_on="2026-03-05"),
    )
    world.stocked(world.pump, 6, "60.00")
    kept = {order.pk: sum(queries.reserved(order).values()) for order in (first, second)}
    assert kept == {second.pk: 5, first.pk: 1} or kept == {first.pk: 5, second.pk: 1}
    assert world.free(world.pump) == 0
    with pytest.raises(ValidationError, match="P-40"):
        world.ship(world.order(world.pump, 1))


def test_an_order_over_the_credit_limit_is_held_and_released_by_somebody_else(world):
    """SAL-03: open orders, deliveries not invoiced and receivables count; 2000 is the limit, all with tax."""
    world.stocked(world.pump, 30, "60.00")
    world.acme = commands.change(world.acme, world.ctx, credit_limit=2000)
    billed, shipped, opened = (world.order(world.pump, n) for n in (5, 4, 3))
    world.ship(billed)
    world.bill(billed)
    world.ship(shipped)
    assert queries.exposure(world.company.pk, world.acme.pk) == {"receivable": 605, "orders": 847}
    rep = world.person("rep", "sales_rep")
    order = commands.create(
        SalesOrder,
        world.context(rep),
        party=world.customer("Mine", owner=rep),
        lines=[{"item": world.pump.pk, "quantity": 1}],
    )
    assert commands.perform(order, "confirm", world.context(rep)).state == "confirmed"

    held = world.order(world.pump, 5)
    assert held.state == "held"
    assert "Credit limit 2000.00 EUR: receivables 605.00, open orders 847.00, this order 605.00" in held.hold_reason
    assert (Reservation.objects.filter(origin=held.identity).count(), opened.state) == (0, "confirmed")
    with pytest.raises(errors.Conflict):
        commands.perform(held, "ship", world.ctx)
    with pytest.raises(PermissionDenied):
        commands.perform(held, "release_credit", world.ctx, reason="I want to")
    accountant = world.context(world.person("accountant", "accountant"))
    assert commands.perform(held, "release_credit", accountant, reason="Paid today").state == "confirmed"
    assert queries.reserved(held) == {line(held).pk: 5}


def test_several_orders_of_a_customer_go_on_one_invoice(world):
    """SAL-05: one invoice for two orders; services once ordered; the document discount is shared exactly."""
    world.stocked(world.pump, 10, "60.00")
    fitting = world.item("FIT", price=50, kind="service")
    one = commands.create(
        SalesOrder,
        world.ctx,
        party=world.acme,
        discount="10.00",
        lines=[{"item": world.pump, "quantity": 3}, {"item": fitting, "quantity": 1}],
    )
    one = commands.perform(one, "confirm", world.ctx)
    two = world.order(world.pump, 2)
    assert one.net == 340
    world.ship(one, 1, 0)
    world.ship(two)
    (invoice,) = sales.invoice_orders([one, two], world.ctx)
    assert (invoice.discount, invoice.net) == (Decimal("4.29"), Decimal("345.71"))  # 150 of 350 delivered, and 200
    commands.perform(invoice, "post", world.ctx)
    world.ship(one, 2, 0)
    rest = world.bill(one)
    assert (rest.discount, rest.net) == (Decimal("5.71"), Decimal("194.29"))
    assert state_of(one) == state_of(two) == ("closed", "all", "all")
    assert sales.invoice_orders([one, two], world.ctx) == []


def test_an_order_in_dollars_is_booked_at_the_days_rate(world):
    """M06, M17: prices follow the list at the day's rate; the ledger is in euros."""
    from mainspring.kernel.models import Currency
    from mainspring.modules.organization.models import ExchangeRate

    usd = Currency.objects.get_or_create(code="USD", defaults={"name": "Dollar"})[0]
    commands.create(
        ExchangeRate, world.ctx, from_currency=usd.pk, to_currency="EUR", valid_on="2026-03-01", rate="0.80"
    )
    world.stocked(world.pump, 2, "60.00")
    order = world.order(world.pump, 2, party=world.customer("Yankee", country="US", currency="USD"))
    assert (line(order).price, order.total, order.total_base) == (125, 250, 200)
    assert order.tax == 0  # exported
    world.ship(order)
    invoice = world.bill(order)
    assert (invoice.total, invoice.total_base, world.balance("receivable")) == (250, 200, 200)


def test_a_dozen_leaves_as_twelve_pieces(world):
    """I20: ordered and invoiced in dozens, kept and moved in pieces, converted once."""
    world.stocked(world.pump, 30, "60.00")
    order = world.order(world.pump, 2, unit=world.dozen)
    assert (line(order).price, line(order).stock_quantity, world.free(world.pump)) == (1200, 24, 6)
    world.ship(order, 1)
    assert (world.on_hand(world.pump), world.bill(order).net) == (18, 1200)
    with pytest.raises(ValidationError, match="0 decimal places"):
        world.order(world.pump, "1.5")


def test_late_orders_are_listed_with_the_cause(world):
    """SAL-05: in stock but not shipped, nothing in stock, on credit hold; and what will miss the quarter's end."""
    world.stocked(world.pump, 2, "60.00")
    rare = world.item("RARE", price=10, lead_time_days=40)
    ready, waiting = world.order(world.pump, 2), world.order(rare, 1)
    later = world.on("2026-05-04")
    causes = {row["number"]: row["cause"] for row in queries.late_lines(later)}
    assert causes == {ready.number: "ready", waiting.number: "no_stock"}
    missed = queries.late_lines(world.ctx, quarter_end=date(2026, 3, 31))
    assert [row["number"] for row in missed] == [waiting.number]


def test_goods_of_another_order_cannot_be_shipped(world):
    world.stocked(world.pump, 5, "60.00")
    one, two = world.order(world.pump, 1), world.order(world.pump, 1)
    with pytest.raises(ValidationError, match="another order"):
        commands.create(Shipment, world.ctx, order=one, lines=[{"order_line": line(two), "quantity": 1}])
    assert not Shipment.objects.exists()


def test_sales_and_margin_equal_the_ledger(world):
    """SAL-02: revenue and real cost by customer, item, representative and month sum to the ledger to the cent."""
    world.stocked(world.pump, 3, "33.33")
    world.stocked(world.pump, 4, "71.17")
    for quantity, day in ((2, "2026-03-02"), (3, "2026-04-01")):
        ctx = world.on(day)
        order = world.order(world.pump, quantity, ctx=ctx, discount_pct="3.3")
        shipment = world.ship(order, ctx=ctx)
        world.bill(order, ctx=ctx)
    back = commands.perform(shipment, "return_goods", ctx).outcome
    commands.perform(back, "receive", ctx)
    commands.perform(commands.perform(back, "credit", ctx).outcome, "post", ctx)
    rows = queries.margin_rows(world.ctx, since=date(2026, 1, 1), until=date(2027, 1, 1))
    assert {row["month"] for row in rows} == {date(2026, 3, 1), date(2026, 4, 1)}
    assert sum(row["net"] for row in rows) == -world.balance("sales")
    assert sum(row["cost"] for row in rows) == world.balance("cogs")
    assert sum(row["quantity"] for row in rows) == 2


def test_what_is_finer_than_the_currency_is_refused_and_a_unit_price_is_rounded_in_the_amount(world):
    """M01: a discount of half a yen or a tenth of a cent is nobody's money; 0.125 a piece is."""
    for currency, discount, digits in (("EUR", "1.005", 2), ("JPY", "0.5", 0)):
        Currency.objects.get_or_create(code=currency, defaults={"name": currency, "digits": digits})
        if currency != "EUR":
            commands.create(
                ExchangeRate, world.ctx, from_currency=currency, to_currency="EUR", valid_on="2026-01-01", rate="0.006"
            )
        with pytest.raises(ValidationError) as refusal:
            world.order(world.pump, 1, confirm=False, currency=currency, price="100", discount=discount)
        assert refusal.value.message_dict == {"discount": [f"“{discount}”: {currency} has {digits} decimal places."]}
    with pytest.raises(ValidationError) as refusal:
        commands.change(world.acme, world.ctx, credit_limit="1000.001")
    assert list(refusal.value.message_dict) == ["credit_limit"]
    assert not SalesOrder.objects.exists()

    order = world.order(world.pump, 3, confirm=False, price="0.125")
    assert (order.lines.get().price, order.net) == (Decimal("0.125"), Decimal("0.38"))


def test_a_discount_beyond_its_bounds_is_named_by_line(world):
    with pytest.raises(ValidationError) as refusal:
        world.order(world.pump, 1, confirm=False, price="1", discount_pct="101")
    assert list(refusal.value.message_dict) == ["lines.0.discount_pct"]
