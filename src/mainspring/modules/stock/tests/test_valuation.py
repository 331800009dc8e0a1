"""What goods are worth: moving average, layers, standard, late documents, returns, charges (rules I01 to I16)."""

from datetime import date, datetime
from decimal import Decimal as D
from zoneinfo import ZoneInfo

import pytest
from django.core.exceptions import ValidationError

from mainspring.kernel import commands
from mainspring.kernel.models import Company
from mainspring.modules.accounting.models import LockDate
from mainspring.modules.items.models import ItemCost
from mainspring.modules.stock import commands as stock
from mainspring.modules.stock import moving
from mainspring.modules.stock.models import CostBalance, StockMove, StockValue


def test_goods_leave_at_the_moving_average(shelf):
    pump = shelf.world.item("P-40")
    shelf.receive(pump, 10, "5", "2026-03-02")
    shelf.receive(pump, 10, "7", "2026-03-03")
    shelf.issue(pump, 5, "2026-03-04")
    assert shelf.value(pump) == D("90.00")  # I02: 15 left at 6.00
    assert shelf.balance("cogs") == D("30.00")
    assert shelf.balance("grni") == D("-120.00")
    assert shelf.on_hand(pump) == 15
    assert shelf.books_agree("2026-03-02", "2026-03-03", "2026-03-04")


def test_a_late_receipt_corrects_the_cost_of_what_left_after_it(shelf):
    pump = shelf.world.item("P-40")
    shelf.receive(pump, 10, "5", "2026-03-02")
    shelf.receive(pump, 10, "7", "2026-03-03")
    issued = shelf.issue(pump, 5, "2026-03-05")
    shelf.receive(pump, 10, "9", "2026-03-04", today="2026-03-10")
    assert shelf.balance("cogs", "2026-03-05") == D("35.00")  # I03: +5.00 on the original date
    assert shelf.value(pump) == D("175.00")
    assert shelf.on_hand(pump, "2026-03-04") == 30
    correction = StockValue.objects.get(adjusts=True)
    assert (correction.move, correction.cost_of_sales, correction.posted_on) == (issued, D("5.00"), date(2026, 3, 5))
    assert correction.entry.number
    assert shelf.books_agree("2026-03-02", "2026-03-03", "2026-03-04", "2026-03-05")


def test_when_the_original_day_is_locked_the_correction_lands_on_the_first_open_one(shelf):
    pump = shelf.world.item("P-40")
    shelf.receive(pump, 10, "5", "2026-02-02")
    shelf.issue(pump, 5, "2026-02-05")
    commands.create(LockDate, shelf.on("2026-03-10"), company=shelf.company, area="sales", locked_before="2026-03-01")
    shelf.receive(pump, 10, "8", "2026-02-04", today="2026-03-10")
    assert shelf.balance("cogs", "2026-02-28") == D("32.50")  # the stock area is still open
    commands.create(LockDate, shelf.on("2026-03-10"), company=shelf.company, area="stock", locked_before="2026-03-01")
    with pytest.raises(ValidationError, match="locked"):
        shelf.receive(pump, 10, "8", "2026-02-04", today="2026-03-10")
    before = StockMove.objects.count()
    assert before == 3
    assert shelf.books_agree("2026-02-04", "2026-02-28")


def test_layers_leave_in_the_order_they_came(shelf):
    pump = shelf.world.item("P-40", cost_method="fifo")
    shelf.receive(pump, 10, "5", "2026-03-01")
    shelf.receive(pump, 10, "7", "2026-03-03")
    shelf.issue(pump, 12, "2026-03-04")
    assert shelf.balance("cogs") == D("64.00")  # I04
    shelf.receive(pump, 10, "9", "2026-03-02", today="2026-03-09")
    assert shelf.balance("cogs", "2026-03-04") == D("68.00")
    assert shelf.value(pump) == D("142.00")
    assert CostBalance.objects.get(item=pump).value == D("142.00")
    shelf.issue(pump, 18, "2026-03-10")
    assert shelf.value(pump) == 0
    assert shelf.books_agree("2026-03-02", "2026-03-04", "2026-03-09")


def test_a_late_issue_that_would_make_a_later_balance_negative_is_refused(shelf):
    pump = shelf.world.item("P-40")
    shelf.receive(pump, 10, "5", "2026-03-02")
    shelf.issue(pump, 9, "2026-03-05")
    shelf.receive(pump, 20, "5", "2026-03-08")
    with pytest.raises(ValidationError, match="later balance negative"):  # I05: 21 on hand today, 1 on 5 March
        shelf.issue(pump, 2, "2026-03-03", today="2026-03-10")
    assert shelf.on_hand(pump) == 21
    shelf.issue(pump, 1, "2026-03-03", today="2026-03-10")
    assert shelf.on_hand(pump, "2026-03-05") == 0


def test_goods_that_are_not_there_cannot_leave(shelf):
    pump = shelf.world.item("P-40")
    shelf.receive(pump, 3, "5", "2026-03-02")
    with pytest.raises(ValidationError, match=r"P-40: 4 pcs needed at STOCK, 3 free"):  # I06
        shelf.issue(pump, 4, "2026-03-02")
    assert (shelf.on_hand(pump), StockMove.objects.count()) == (3, 1)


def test_a_customer_return_comes_back_at_the_cost_it_left_with(shelf):
    pump = shelf.world.item("P-40")
    shelf.receive(pump, 10, "5", "2026-03-02")
    sold = shelf.issue(pump, 4, "2026-03-03")
    shelf.receive(pump, 10, "9", "2026-03-04")
    shelf.move(pump, 1, "customer", "internal", "2026-03-05", of_move=sold)
    assert shelf.balance("cogs") == D("15.00")  # I07: 20.00 less 5.00
    assert shelf.value(pump) == D("125.00")
    with pytest.raises(ValidationError, match="exceeds the 3"):
        shelf.move(pump, 4, "customer", "internal", "2026-03-05", of_move=sold)
    assert shelf.books_agree("2026-03-04")


def test_a_supplier_return_leaves_at_the_receipt_price_and_the_difference_is_variance(shelf):
    pump = shelf.world.item("P-40")
    shelf.receive(pump, 10, "5", "2026-03-02")
    dear = shelf.receive(pump, 10, "7", "2026-03-03")
    shelf.move(pump, 2, "internal", "supplier", "2026-03-04", of_move=dear)
    assert shelf.balance("grni") == D("-106.00")  # I08: 50 + 70 - 14
    assert shelf.balance("price_variance") == D("-2.00")
    assert shelf.value(pump) == D("108.00")


def test_a_bill_difference_goes_to_stock_for_what_is_left_and_to_cost_for_what_is_sold(shelf):
    pump = shelf.world.item("P-40")
    received = shelf.receive(pump, 10, "5", "2026-03-02")
    shelf.issue(pump, 6, "2026-03-03")
    stock.charge_receipt(shelf.on("2026-03-04"), received, D("10.00"), effective_on=date(2026, 3, 4))
    assert shelf.value(pump) == D("24.00")  # I09: 4 of 10 on hand take 4.00
    assert shelf.balance("cogs") == D("36.00")
    assert shelf.balance("grni") == D("-60.00")
    assert shelf.books_agree("2026-03-03")


def test_standard_cost_keeps_stock_at_standard_and_revalues_once(shelf):
    pump = shelf.world.item("P-40", cost_method="standard")
    ItemCost.objects.create(item=pump, company=shelf.company, standard_cost=D("6"))
    shelf.receive(pump, 10, "6.50", "2026-03-02")
    assert (shelf.value(pump), shelf.balance("price_variance")) == (D("60.00"), D("5.00"))
    shelf.issue(pump, 4, "2026-03-03")
    stock.change_standard_cost(shelf.on("2026-03-04"), pump, D("7"), effective_on=date(2026, 3, 4))
    assert shelf.value(pump) == D("42.00")  # I14: 6 on hand, once
    assert shelf.balance("cogs") == D("24.00")
    assert shelf.books_agree("2026-03-02", "2026-03-03")


def test_the_value_is_not_made_or_lost_by_moving_goods_about(shelf):
    pump = shelf.world.item("P-40")
    shelf.receive(pump, 3, "3.333333", "2026-03-02")
    shelf.move(pump, 2, "internal", "quarantine", "2026-03-03")
    assert (shelf.value(pump), shelf.balance("stock")) == (D("10.00"), D("10.00"))  # I12
    for _n in range(2):
        shelf.issue(pump, "0.5", "2026-03-04")
    shelf.move(pump, 2, "quarantine", "internal", "2026-03-05")
    shelf.issue(pump, 2, "2026-03-06")
    assert (shelf.value(pump), shelf.balance("cogs")) == (D("0.00"), D("10.00"))


def test_found_goods_come_in_at_the_current_cost_or_say_what_they_cost(shelf):
    pump, gear = shelf.world.item("P-40"), shelf.world.item("G-1")
    shelf.receive(pump, 10, "5", "2026-03-02")
    shelf.move(pump, 2, "adjustment", "internal", "2026-03-03")
    assert (shelf.value(pump), shelf.balance("stock_adjustment")) == (D("60.00"), D("-10.00"))
    with pytest.raises(ValidationError, match="no cost yet"):
        shelf.move(gear, 1, "adjustment", "internal", "2026-03-03")


@pytest.mark.parametrize(
    ("day", "received_at", "returned_at"),
    [
        ("2023-03-12", "02:22:00", "02:22:00"),  # the clock goes from 2 to 3: this hour does not exist
        ("2023-11-05", "01:50:00", "01:10:00+1"),  # the clock goes from 2 back to 1: this hour comes twice
        ("2023-06-01", "02:22:00", "02:23:00"),
    ],
)
def test_goods_go_back_in_the_hour_the_clock_is_changed(shelf, monkeypatch, day, received_at, returned_at):
    """I01: the order of events is that of time, whatever the clock on the wall shows."""
    Company.objects.filter(pk=shelf.company.pk).update(time_zone="America/Los_Angeles")

    angeles = ZoneInfo("America/Los_Angeles")

    def clock(text):
        shown, _sep, again = text.partition("+")
        now = datetime.fromisoformat(f"{day}T{shown}").replace(fold=int(again or 0), tzinfo=angeles)
        monkeypatch.setattr(moving.timezone, "localtime", lambda timezone=None: now)

    bolt = shelf.world.item("BOLT")
    clock(received_at)
    receipt = shelf.receive(bolt, 10, "2.00", day)
    clock(returned_at)
    shelf.move(bolt, 4, "internal", "supplier", day, of_move=receipt)
    shelf.issue(bolt, 5, day)
    assert shelf.on_hand(bolt) == 1
    assert shelf.value(bolt) == D("2.00")
    assert set(StockValue.objects.filter(item=bolt).values_list("posted_on", flat=True)) == {date.fromisoformat(day)}
    assert shelf.books_agree(day)
