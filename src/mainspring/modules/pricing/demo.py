"""Price lists of the demo: shops, dealers and China for selling, one for buying."""

from decimal import Decimal

from mainspring.kernel import commands
from mainspring.modules.items.demo import variants
from mainspring.modules.items.models import Item, ItemCost
from mainspring.modules.organization.demo import bulk
from mainspring.modules.parties.models import Party

from .models import PartyPriceList, Price, PriceList

# code, name, kind, currency, is default
LISTS = (
    ("RETAIL", "Recommended retail", "sale", "EUR", True),
    ("DEALER", "Dealers", "sale", "EUR", False),
    ("USD", "Export, dollar", "sale", "USD", True),
    ("CNY", "中国零售", "sale", "CNY", True),
    ("BUY", "Purchase list", "purchase", "EUR", True),
)
SHARES = {"RETAIL": Decimal(1), "DEALER": Decimal("0.68"), "USD": Decimal("0.78"), "CNY": Decimal("5.60")}
"""Of the recommended price, in the list's own currency."""


def load(ctx_factory, size: str, rng, out) -> None:
    """Prices of bicycles and parts, breaks at 5 and 20 for dealers, a rise at the turn of the year."""
    ctx = ctx_factory()
    lists = {
        code: commands.create(PriceList, ctx, code=code, name=name, kind=kind, currency=currency, is_default=default)
        for code, name, kind, currency, default in LISTS
    }
    turn = ctx.business_date.replace(month=1, day=1)
    bikes = {family[0]: Decimal(family[5]) for family in variants(size)[0]}
    rows = []

    def price(code, item, value, **more):
        rows.append(
            {
                "price_list": lists[code],
                "item": item,
                "unit": item.unit,
                "price": value.quantize(Decimal("0.01")),
                **more,
            }
        )

    for item in Item.objects.filter(category__code="FG").select_related("unit"):
        for code, share in SHARES.items():
            value = bikes[item.code.partition("-")[0]] * share
            price(code, item, value * Decimal("0.97"), ends_on=turn)
            price(code, item, value, starts_on=turn)
            if code == "DEALER":
                price(code, item, value * Decimal("0.95"), starts_on=turn, minimum_quantity=Decimal(5))
                price(code, item, value * Decimal("0.91"), starts_on=turn, minimum_quantity=Decimal(20))
    for cost in ItemCost.objects.filter(company__code="MSB", item__make_or_buy="buy").select_related("item__unit"):
        price("RETAIL", cost.item, cost.standard_cost * Decimal("1.9"))
        price("BUY", cost.item, cost.standard_cost * Decimal(str(round(rng.uniform(0.94, 1.04), 4))))
    bulk(Price, ctx, rows)
    dealers = Party.objects.filter(is_customer=True, currency="EUR").order_by("code")
    bulk(PartyPriceList, ctx, [{"party": party, "price_list": lists["DEALER"]} for party in dealers])
    out(f"{len(rows)} prices in {len(lists)} lists")
