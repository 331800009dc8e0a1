"""What is made or bought to order serves its order alone, on either side of netting, and is free when it is not needed
any more (P22)."""

from datetime import date
from decimal import Decimal

import pytest
from django.core.exceptions import ValidationError

from mainspring.kernel import commands
from mainspring.modules.items.models import ItemSite
from mainspring.modules.planning import commands as planning
from mainspring.modules.planning import exceptions_shown, firming, following, reasons, timelines
from mainspring.modules.planning import queries as plan
from mainspring.modules.planning.models import PlanMessage
from mainspring.modules.production.models import ProductionOrder, ProductionReport
from mainspring.modules.promising import queries as promising
from mainspring.modules.purchasing.models import PurchaseOrder, PurchaseRequest, Receipt, SupplierItem
from mainspring.modules.sales import ordering
from mainspring.modules.sales.models import SalesOrder
from mainspring.modules.stock.models import Reservation


@pytest.fixture
def shop(making):
    """Frames are made to order, in two days, tubes come in ten; five frames lie there that nobody asked for."""
    making.planning(making.frame, policy="mto", lead_time_days=2)
    making.planning(making.tube, lead_time_days=10)
    making.bring(making.frame, "5", "50")
    making.customer = making.world.party("Acme")
    making.supplier = making.world.party("Pipes", is_supplier=True)
    return making


def sold(shop, quantity: int, on: str = "2026-03-20", item=None, site=None) -> SalesOrder:
    made = commands.create(
        SalesOrder,
        shop.ctx,
        party=shop.customer,
        site=site or shop.site,
        lines=[{"item": item or shop.frame, "quantity": quantity, "price": 90, "wanted_on": on}],
    )
    return commands.perform(made, "confirm", shop.ctx)


def paint_to_order(shop) -> None:
    """Paint is bought to order, in five days."""
    shop.planning(shop.paint, policy="mto")
    commands.create(
        SupplierItem, shop.ctx, supplier=shop.supplier, item=shop.paint, unit=shop.paint.unit, price=2,
        currency=shop.world.company.base_currency, lead_time_days=5,
    )  # fmt: skip


def follow(shop) -> None:
    planning.settle(shop.ctx)
    kept = following.Kept()
    assert following.batch(shop.ctx, kept, everything=True).is_quiet  # a full run finds nothing else to do (P19)


def ask_for(shop, order, quantity: int) -> None:
    """The open order asks for another quantity."""
    line = order.lines.get()
    line.quantity = line.stock_quantity = quantity
    line.save()
    ordering.replan(SalesOrder.objects.get(pk=order.pk), shop.ctx)


def proposed() -> dict:
    """{document: quantities} of the proposals to make for one document alone."""
    found: dict = {}
    for order in ProductionOrder.objects.filter(state="proposed", is_dedicated=True).order_by("due_on", "quantity"):
        found.setdefault(order.demand_id, []).append(order.quantity)
    return found


def messages(item) -> list[tuple]:
    return [(m.code, m.document_id) for m in PlanMessage.objects.filter(item=item).order_by("code", "pk")]


def kept_for(order) -> Decimal:
    return sum(Reservation.objects.filter(origin=order.pk).values_list("quantity", flat=True), Decimal(0))


def test_each_order_has_supply_of_its_own_and_free_stock_serves_none(shop):
    first, second = sold(shop, 4), sold(shop, 7)
    assert kept_for(first) == kept_for(second) == 0
    follow(shop)
    assert proposed() == {first.pk: [4], second.pk: [7]}
    words = ProductionOrder.objects.get(state="proposed", demand=first.pk)
    assert first.number in str(words.reason_text)
    assert "alone" in str(words.reason_text)
    assert words.reason["on_hand"] == words.reason["incoming"] == "0"


def test_an_order_that_asks_for_more_changes_its_own_supply_alone(shop):
    first, second = sold(shop, 4), sold(shop, 7)
    follow(shop)
    other = ProductionOrder.objects.get(state="proposed", demand=second.pk).pk
    ask_for(shop, first, 6)
    follow(shop)
    assert proposed() == {first.pk: [6], second.pk: [7]}
    assert ProductionOrder.objects.get(state="proposed", demand=second.pk).pk == other


def test_a_made_order_is_kept_for_its_customer_and_nobody_else_waits_for_it(shop):
    first, second = sold(shop, 4, "2026-03-30"), sold(shop, 7, "2026-03-10")
    follow(shop)
    making = ProductionOrder.objects.get(state="proposed", demand=first.pk)
    planning.convert(shop.ctx, [making.pk])
    making = shop.do(ProductionOrder.objects.get(pk=making.pk), "release", despite_shortages=True)
    follow(shop)
    assert proposed() == {second.pk: [7]}  # sooner, and yet not served by what is made for the first
    report = commands.create(ProductionReport, shop.ctx, order=making, kind="output", good=3)
    commands.perform(report, "post", shop.ctx)
    assert (kept_for(first), kept_for(second)) == (3, 0)
    follow(shop)
    assert proposed() == {second.pk: [7]}


def test_what_a_cancelled_order_leaves_is_free_with_an_exception(shop):
    first, second = sold(shop, 4), sold(shop, 7)
    follow(shop)
    making = ProductionOrder.objects.get(state="proposed", demand=first.pk)
    planning.convert(shop.ctx, [making.pk])
    follow(shop)
    assert ("cancel", making.pk) not in messages(shop.frame)
    commands.perform(first, "cancel", shop.ctx, reason="He went away.")
    follow(shop)
    assert ("cancel", making.pk) in messages(shop.frame)
    told = exceptions_shown.sentence(exceptions_shown.told(PlanMessage.objects.get(code="cancel", document=making.pk)))
    assert f"was for {first.number} alone" in told
    assert proposed() == {second.pk: [7]}  # it is free, and what is to order does not take it by itself


def test_a_smaller_order_frees_the_rest_of_its_supply(shop):
    first = sold(shop, 4)
    follow(shop)
    making = ProductionOrder.objects.get(state="proposed", demand=first.pk)
    planning.convert(shop.ctx, [making.pk])
    ask_for(shop, first, 3)
    follow(shop)
    message = PlanMessage.objects.get(code="cancel", item=shop.frame)
    assert (message.document_id, message.quantity) == (making.pk, 1)
    assert proposed() == {}


def test_own_supply_that_comes_late_is_to_be_brought_forward_and_nothing_is_made_twice(shop):
    first = sold(shop, 4, "2026-03-10")
    follow(shop)
    making = ProductionOrder.objects.get(state="proposed", demand=first.pk)
    planning.convert(shop.ctx, [making.pk])
    shop.do(ProductionOrder.objects.get(pk=making.pk), "reschedule", due_on=date(2026, 4, 20))
    follow(shop)
    assert proposed() == {}
    assert ("expedite", making.pk) in messages(shop.frame)


def test_firm_proposals_of_two_orders_stay_apart(shop):
    first, second = sold(shop, 4), sold(shop, 7)
    follow(shop)
    keys = [p.pk for p in ProductionOrder.objects.filter(state="proposed")]
    with pytest.raises(ValidationError, match="alone"):
        firming.merge(shop.ctx, keys)
    firming.firm(shop.ctx, keys)
    third = sold(shop, 2)
    follow(shop)
    assert proposed() == {first.pk: [4], second.pk: [7], third.pk: [2]}
    assert {p.pk for p in ProductionOrder.objects.filter(state="proposed")} > set(keys)
    need = PurchaseRequest.objects.filter(state="proposed", item=shop.tube)
    assert not need.exists()  # 39 of 100 tubes: the parts are planned with everybody's, once
    fourth = sold(shop, 30)
    follow(shop)
    assert proposed()[fourth.pk] == [30]
    assert need.get().quantity == (4 + 7 + 2 + 30) * 3 - 100


def test_bought_to_order_is_kept_on_arrival_for_the_order_it_was_bought_for(shop):
    paint_to_order(shop)
    first, second = sold(shop, 20, item=shop.paint), sold(shop, 30, item=shop.paint)
    assert kept_for(first) == 0  # 100 kg lie there
    follow(shop)
    requests = {r.demand_id: r for r in PurchaseRequest.objects.filter(state="proposed", item=shop.paint)}
    assert {key: r.quantity for key, r in requests.items()} == {first.pk: 20, second.pk: 30}
    planning.convert(shop.ctx, [r.pk for r in requests.values()])
    order = PurchaseOrder.objects.get()
    assert order.lines.get().quantity == 50  # one line for both
    order = commands.perform(order, "confirm", shop.ctx)
    commands.perform(second, "cancel", shop.ctx, reason="Too late.")
    follow(shop)
    message = PlanMessage.objects.get(code="cancel", item=shop.paint)
    assert (message.document_id, message.quantity) == (order.pk, 30)
    commands.perform(order, "receive", shop.ctx)
    commands.perform(Receipt.objects.get(), "post", shop.ctx)
    assert kept_for(first) == 20
    follow(shop)
    assert not PurchaseRequest.objects.filter(state="proposed", item=shop.paint).exists()


def test_a_promise_counts_neither_free_stock_nor_what_is_made_for_others(shop):
    (promise,) = promising.promises(shop.ctx, shop.site, [promising.Wanted(shop.frame, Decimal(3))])
    assert [r.code for r in promise.reasons] == ["make"]
    first = sold(shop, 20)
    follow(shop)
    (again,) = promising.promises(shop.ctx, shop.site, [promising.Wanted(shop.frame, Decimal(3))])
    assert [r.code for r in again.reasons] == ["make"]
    promised = first.lines.get().promised_on
    commands.perform(first, "promise", shop.ctx)
    assert first.lines.get().promised_on == promised  # its own supply is there for it


def test_what_is_bought_to_order_is_promised_when_its_own_comes(shop):
    paint_to_order(shop)
    first = sold(shop, 20, "2026-03-02", item=shop.paint)
    assert first.lines.get().promised_on == date(2026, 3, 7)  # five days: the site is open on all
    assert "to be bought" in str(first.lines.get().promise_reason)
    follow(shop)
    planning.convert(shop.ctx, [PurchaseRequest.objects.get(state="proposed", demand=first.pk).pk])
    order = commands.perform(PurchaseOrder.objects.get(), "confirm", shop.ctx)
    commands.perform(order, "reschedule", shop.ctx, expected_on=date(2026, 3, 17), position=None)
    commands.perform(first, "promise", shop.ctx)
    assert first.lines.get().promised_on == date(2026, 3, 17)


def test_a_person_may_give_free_stock_to_an_order(shop):
    first = sold(shop, 7)
    follow(shop)
    assert proposed() == {first.pk: [7]}
    commands.perform(first, "take_stock", shop.ctx)
    assert kept_for(first) == 5
    follow(shop)
    assert proposed() == {first.pk: [2]}
    shop.bring(shop.frame, "2", "50")
    commands.perform(first, "take_stock", shop.ctx)
    with pytest.raises(ValidationError, match="kept in stock already"):
        commands.perform(first, "take_stock", shop.ctx)
    follow(shop)
    assert proposed() == {}


def test_the_timeline_pegs_each_supply_to_its_own_order(shop):
    first, second = sold(shop, 4, "2026-03-30"), sold(shop, 7, "2026-03-10")
    follow(shop)
    line = timelines.Timeline(shop.ctx, shop.frame, shop.site)
    pegged = {d.document: [(s.kind, s.owner, q) for s, q in d.serves] for d in line.events if d.quantity < 0}
    assert pegged == {first.pk: [("make", first.pk, 4)], second.pk: [("make", second.pk, 7)]}
    assert line.stock.serves == []


def test_brought_from_another_site_to_order(shop):
    from mainspring.kernel.models import Site
    from mainspring.modules.stock import commands as stock
    from mainspring.modules.stock.models import Transfer

    store = Site.objects.create(company=shop.world.company, code="KNS", name="Store", kind="warehouse")
    stock.ensure_locations(store, shop.ctx)
    shop.planning(shop.paint)
    commands.create(
        ItemSite, shop.ctx, item=shop.paint, site=store, supplied_from=shop.site, transit_days=3, policy="mto"
    )
    first, second = (sold(shop, n, item=shop.paint, site=store) for n in (10, 15))
    follow(shop)
    requests = {r.demand_id: r for r in PurchaseRequest.objects.filter(state="proposed", site=store)}
    assert {key: (r.quantity, r.from_site_id) for key, r in requests.items()} == {
        first.pk: (10, shop.site.pk),
        second.pk: (15, shop.site.pk),
    }
    planning.convert(shop.ctx, [requests[second.pk].pk])
    follow(shop)
    assert [r.demand_id for r in PurchaseRequest.objects.filter(state="proposed", site=store)] == [first.pk]
    transfer = Transfer.objects.get()
    Transfer.objects.filter(pk=transfer.pk).update(ship_on=shop.ctx.business_date)
    transfer = commands.perform(Transfer.objects.get(), "ship", shop.ctx)
    commands.perform(transfer, "receive", shop.ctx)
    assert (kept_for(first), kept_for(second)) == (0, 15)


def test_the_plan_in_memory_and_one_read_anew_agree_about_orders(shop):
    kept = following.Kept()
    following.batch(shop.ctx, kept)
    whole = following.Kept()
    first = sold(shop, 4)
    following.batch(shop.ctx, kept)
    second = sold(shop, 9)
    outcome = following.batch(shop.ctx, kept)
    assert not outcome.is_full  # a new order to order is no new structure
    assert proposed() == {first.pk: [4], second.pk: [9]}
    commands.perform(first, "cancel", shop.ctx, reason="Off.")
    following.batch(shop.ctx, kept)
    assert proposed() == {second.pk: [9]}
    assert following.batch(shop.ctx, whole, everything=True).is_quiet
    assert plan.wanted(kept.held).quantity.tolist() == plan.wanted(whole.held).quantity.tolist()


def test_an_item_that_is_to_order_no_longer_is_netted_freely_again(shop):
    first, second = sold(shop, 4), sold(shop, 7)
    follow(shop)
    ItemSite.objects.filter(item=shop.frame).update(policy="mrp")
    follow(shop)
    assert proposed() == {}
    assert [(p.is_dedicated, p.quantity) for p in ProductionOrder.objects.filter(state="proposed")] == [(False, 6)]
    ItemSite.objects.filter(item=shop.frame).update(policy="mto")
    follow(shop)
    assert proposed() == {first.pk: [4], second.pk: [7]}


def test_an_order_among_many_of_a_day_is_told_whom_it_is_for(shop, monkeypatch):
    """Reasons name so many demands at most; of what is to order, those of its own document."""
    monkeypatch.setattr(reasons, "DEMANDS_MAX", 1)
    orders = [sold(shop, quantity) for quantity in (2, 3, 4)]
    follow(shop)
    for order in orders:
        told = ProductionOrder.objects.get(state="proposed", demand=order.pk)
        assert [(d["number"], Decimal(d["quantity"])) for d in told.reason["demands"]] == [
            (order.number, told.quantity)
        ]
        assert told.reason["code"] == "demand"
