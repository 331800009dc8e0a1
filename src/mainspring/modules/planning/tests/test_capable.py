"""A date for goods that have to be made: material, hours, and what others were promised (SAL-04, U5, I18)."""

from datetime import date, timedelta
from decimal import Decimal

import pytest

from mainspring.kernel import commands
from mainspring.modules.items.models import ItemSite
from mainspring.modules.planning import commands as planning
from mainspring.modules.planning import following
from mainspring.modules.production.models import ProductionOrder
from mainspring.modules.promising import queries as promising
from mainspring.modules.purchasing.models import PurchaseOrder
from mainspring.modules.stock import commands as stock


@pytest.fixture
def shop(making):
    """100 kg of paint, 100 tubes (33 frames), welding and painting eight hours a day; more tube takes ten days."""
    making.planning(making.frame, lead_time_days=2)
    making.planning(making.tube, lead_time_days=10)
    making.supplier = making.world.party("Anybody", is_supplier=True)
    making.origins = iter(commands.create(PurchaseOrder, making.ctx, supplier=making.supplier, site=making.site)
                          for _n in range(20))  # fmt: skip
    return making


def ask(shop, *lines, item=None, apart_from=None, ctx=None):
    wanted = [promising.Wanted(item or shop.frame, Decimal(quantity)) for quantity in lines]
    return promising.promises(ctx or shop.ctx, shop.site, wanted, apart_from=apart_from)


def sold(shop, quantity: int, on: str) -> None:
    """Somebody was promised so many frames; the plan does not know yet."""
    shop.demand(shop.frame, str(quantity), on, next(shop.origins))


def test_what_is_missing_is_made_of_free_material_in_free_hours(shop):
    (promise,) = ask(shop, 10)
    # Monday 2 March: welding 1 + 10 × 0.5 = 6 hours that day, painting 2.5 hours; done the morning after
    assert promise.on == date(2026, 3, 3)
    assert [(r.code, r.quantity) for r in promise.reasons] == [("make", 10)]
    shop.bring(shop.frame, "4", "50")
    (promise,) = ask(shop, 10)
    assert [(r.code, r.quantity) for r in promise.reasons] == [("stock", 4), ("make", 6)]


def test_the_bottleneck_is_named(shop):
    (promise,) = ask(shop, 32)  # welding 1 + 16 = 17 hours: three days
    assert promise.on == date(2026, 3, 5)
    assert "WELD" in str(promise.text) or "PAINT" in str(promise.text)
    (promise,) = ask(shop, 40)  # tube for 33: the rest is bought in ten working days
    assert promise.on > date(2026, 3, 16)
    assert "TUBE can be bought by" in str(promise.text)


def test_lines_of_one_question_do_not_share_material_or_hours(shop):
    first, second, third = ask(shop, 16, 16, 16)
    assert first.on < second.on < third.on
    assert "TUBE" in str(third.text)  # 48 frames take 144 tubes of 100


def test_what_the_plan_makes_for_others_is_not_free(shop):
    alone = ask(shop, 20)[0].on
    sold(shop, 30, "2026-03-06")
    unplanned = ask(shop, 20)[0]
    planning.settle(shop.ctx)
    assert ProductionOrder.objects.filter(state="proposed").exists()
    planned = ask(shop, 20)[0]
    assert alone < date(2026, 3, 16) < min(unplanned.on, planned.on)  # tube for 3 is left, whether planned or not
    assert "TUBE" in str(unplanned.text)
    assert "TUBE" in str(planned.text)


def test_confirmed_orders_keep_their_hours(shop):
    shop.released(shop.frame, "12")
    assert ask(shop, 10)[0].on > date(2026, 3, 3)  # 7 of the 8 hours of the first day are taken


def test_the_demand_of_the_document_that_asks_is_not_in_its_way(shop):
    origin = next(shop.origins)
    shop.demand(shop.frame, "30", "2026-03-06", origin)
    planning.settle(shop.ctx)
    assert ask(shop, 30, apart_from=origin)[0].on <= date(2026, 3, 6)
    assert ask(shop, 30)[0].on > date(2026, 3, 16)


def test_what_nobody_makes_is_bought_by_lead_time_as_before(shop):
    (promise,) = ask(shop, 500, item=shop.tube)
    assert [r.code for r in promise.reasons] == ["stock", "lead_time"]
    assert promise.on == date(2026, 3, 16)


def test_an_item_of_another_site_is_made_there_and_brought(shop):
    from mainspring.kernel.models import Site

    store = Site.objects.create(company=shop.world.company, code="KNS", name="Store", kind="warehouse")
    stock.ensure_locations(store, shop.ctx)
    commands.create(ItemSite, shop.ctx, item=shop.frame, site=store, supplied_from=shop.site, transit_days=3)
    (promise,) = promising.promises(shop.ctx, store, [promising.Wanted(shop.frame, Decimal(10))])
    assert promise.on == date(2026, 3, 6)  # made by Tuesday, three working days on the way
    assert "to be brought here" in str(promise.text)


def test_a_date_beyond_the_year_is_none(shop):
    ItemSite.objects.filter(item=shop.tube).update(lead_time_days=900)
    assert ask(shop, 40)[0].on is None


def test_a_wanted_day_is_kept_when_there_is_time(shop):
    late = shop.ctx.business_date + timedelta(days=30)
    (promise,) = promising.promises(shop.ctx, shop.site, [promising.Wanted(shop.frame, Decimal(10), late)])
    assert promise.on == late


def test_asking_costs_the_same_number_of_statements_whatever_is_asked(shop, django_assert_max_num_queries):
    following.batch(shop.ctx, following.Kept())
    ask(shop, 10)
    with django_assert_max_num_queries(45):
        ask(shop, *range(1, 11))
