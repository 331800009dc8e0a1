"""Shelves, reservations, counts, transfers and the plan (INV-01 to INV-04, I12, I17, I18)."""

from datetime import date
from decimal import Decimal as D

import pytest
from django.core.exceptions import ValidationError
from django.db import DatabaseError, connection, transaction
from django.test import Client

from mainspring.kernel import commands, dossier
from mainspring.modules.items.models import ItemSite
from mainspring.modules.stock import commands as stock
from mainspring.modules.stock import queries
from mainspring.modules.stock.models import Reservation, StockAdjustment, StockBalance, StockCount, Transfer


@pytest.fixture
def pump(shelf):
    item = shelf.world.item("P-40")
    shelf.receive(item, 100, "5", "2026-03-02")
    return item


def order(shelf):
    """Some document that wants goods."""
    return commands.create(
        Transfer, shelf.on("2026-03-02"), from_site=shelf.world.site, to_site=shelf.other_site
    ).identity


def test_a_reservation_never_exceeds_what_is_there(shelf, pump):
    ctx, site = shelf.on("2026-03-02"), shelf.world.site
    first, second = order(shelf), order(shelf)
    assert stock.reserve(ctx, pump, site, D(70), first, 1) == 70
    assert stock.reserve(ctx, pump, site, D(70), second, 1) == 30  # I18
    assert queries.available(ctx, pump, site) == 0
    with pytest.raises(ValidationError, match="0 free"):
        shelf.issue(pump, 1, "2026-03-02")
    assert stock.release(ctx, first, 1, D(20)) == 20
    shelf.issue(pump, 20, "2026-03-02")
    assert stock.release(ctx, first) == 50
    assert Reservation.objects.count() == 1
    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("UPDATE stock_stockbalance SET reserved = quantity + 1")


def test_what_is_in_quarantine_is_not_available(shelf, pump):
    shelf.move(pump, 10, "internal", "quarantine", "2026-03-03")
    assert queries.available(shelf.world.ctx, pump, shelf.world.site) == 90  # I19
    assert shelf.on_hand(pump) == 100


def test_a_count_is_compared_with_the_books_at_the_moment_of_counting(shelf, pump):
    ctx = shelf.on("2026-03-05")
    gear = shelf.world.item("G-1")
    shelf.receive(gear, 5, "2", "2026-03-02")
    count = commands.create(
        StockCount,
        ctx,
        site=shelf.world.site,
        lines=[{"item": pump, "counted_quantity": "98"}, {"item": gear, "counted_quantity": "5"}],
    )
    shelf.issue(pump, 5, "2026-03-05")
    commands.perform(count, "post", ctx)
    assert shelf.on_hand(pump) == 93  # I17: -2, not 98
    assert [(line.book_quantity, line.difference) for line in count.lines.all()] == [(D(100), D(-2)), (D(5), D(0))]
    assert shelf.balance("stock_adjustment") == D("10.00")


def test_a_transfer_is_in_transit_and_makes_no_profit(shelf, pump):
    ctx = shelf.on("2026-03-03")
    transfer = commands.create(
        Transfer,
        ctx,
        from_site=shelf.world.site,
        to_site=shelf.other_site,
        receive_on="2026-03-06",
        lines=[{"item": pump, "quantity": "40"}],
    )
    commands.perform(transfer, "ship", ctx)
    assert (shelf.on_hand(pump), shelf.on_hand(pump, site=shelf.other_site)) == (100, 0)
    assert shelf.value(pump) == shelf.balance("stock") == D("500.00")  # I12
    [row] = queries.projection(ctx, pump, shelf.other_site)
    assert (row["planned_on"], row["quantity"], row["number"]) == (date(2026, 3, 6), D(40), "TR2026-00001")
    commands.perform(transfer, "receive", shelf.on("2026-03-06"))
    assert shelf.on_hand(pump, site=shelf.other_site) == 40
    assert shelf.on_hand(pump, "2026-03-05", shelf.other_site) == 0
    assert queries.projection(ctx, pump, shelf.other_site) == []
    assert shelf.balance("cogs") == 0


def test_scrap_and_adjustments_are_documents_with_a_reason(shelf, pump):
    ctx = shelf.on("2026-03-04")
    scrap = commands.create(
        StockAdjustment,
        ctx,
        kind="scrap",
        site=shelf.world.site,
        reason="Rust",
        lines=[{"item": pump, "quantity": "3"}],
    )
    scrap = commands.perform(scrap, "post", ctx)
    assert (shelf.on_hand(pump), scrap.total_base) == (97, D("-15.00"))
    found = commands.create(
        StockAdjustment,
        ctx,
        site=shelf.world.site,
        reason="Opening",
        lines=[{"item": shelf.world.item("G-1"), "quantity": "7", "unit_cost": "2.50"}],
    )
    commands.perform(found, "post", ctx)
    assert shelf.balance("stock_adjustment") == D("-2.50")
    assert shelf.books_agree("2026-03-03")


def test_done_moves_are_never_changed_and_planned_ones_are_replaced(shelf, pump):
    ctx, origin, places = shelf.on("2026-03-02"), order(shelf), shelf.places
    for quantity in (5, 8):
        stock.replan(
            ctx,
            origin,
            [
                stock.MoveSpec(
                    pump,
                    D(quantity),
                    places["internal"],
                    places["customer"],
                    origin_line=1,
                    planned_on=date(2026, 3, 9),
                )
            ],
        )
    assert [m.quantity for m in queries.moves_of(origin)] == [8]
    with pytest.raises(DatabaseError, match="never changed"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("UPDATE stock_stockmove SET quantity = 1 WHERE state = 'done'")
    with pytest.raises(DatabaseError, match="never changed"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("DELETE FROM stock_stockmove WHERE state = 'done'")


def test_the_stock_curve_shows_history_today_plan_and_safety_stock(shelf, pump):
    ItemSite.objects.create(item=pump, site=shelf.world.site, safety_stock=D(20))
    shelf.issue(pump, 30, "2026-03-03")
    ctx, places = shelf.on("2026-03-05"), shelf.places
    stock.replan(
        ctx,
        order(shelf),
        [stock.MoveSpec(pump, D(60), places["internal"], places["customer"], planned_on=date(2026, 3, 4))],
    )
    rows = queries.timeline(ctx, pump, shelf.world.site)
    assert [(r["part"], str(r["day"]), r["balance"]) for r in rows] == [
        ("history", "2026-03-02", D(100)),
        ("history", "2026-03-03", D(70)),
        ("today", "2026-03-05", D(70)),
        ("plan", "2026-03-05", D(10)),
    ]  # P10: an overdue plan counts from today
    assert {r["safety_stock"] for r in rows} == {D(20)}


def test_balances_are_the_sum_of_the_moves_at_any_past_day(shelf, pump):
    shelf.issue(pump, 30, "2026-03-03")
    shelf.move(pump, 10, "internal", "quarantine", "2026-03-04")
    for day, expected in (
        ("2026-03-02", {"STOCK": 100}),
        ("2026-03-03", {"STOCK": 70}),
        ("2026-03-04", {"STOCK": 60, "QUARANTINE": 10}),
    ):
        rows = queries.on_hand_everywhere(shelf.world.ctx, date.fromisoformat(day))
        assert {r["location"]: r["quantity"] for r in rows} == expected  # INV-01
    assert StockBalance.objects.filter(quantity__lt=0).count() == 0


def test_the_dossier_of_a_transfer_shows_its_moves_and_adjustments_their_postings(shelf, pump):
    ctx = shelf.on("2026-03-04")
    scrap = commands.create(
        StockAdjustment,
        ctx,
        kind="scrap",
        site=shelf.world.site,
        reason="Rust",
        lines=[{"item": pump, "quantity": "3"}],
    )
    scrap = commands.perform(scrap, "post", ctx)
    found = [fact for facts in dossier.facts(ctx, [scrap.pk]) for fact in facts]
    assert sorted((f.ledger, f.amount) for f in found) == [
        ("journal", "-15.00 EUR"),
        ("journal", "15.00 EUR"),
        ("stock", "3 pcs"),
    ]
    assert [f for facts in dossier.facts(shelf.world.person("nobody"), [scrap.pk]) for f in facts] == []


def test_an_item_s_page_shows_its_stock_curve(shelf, pump):
    browser = Client()
    browser.force_login(shelf.world.boss, backend="django.contrib.auth.backends.ModelBackend")
    pages = [browser.get(f"/items/items/{pump.pk}/tab/{n}/") for n in range(30)]
    found = next(
        page.content.decode() for page in pages if page.status_code == 200 and b'data-island="chart"' in page.content
    )
    assert "VNO Vilnius plant" in found
