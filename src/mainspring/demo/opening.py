"""What the companies begin with: books, places, capital, sources of what they buy, and stock."""

from datetime import date
from decimal import Decimal

from mainspring.kernel import commands
from mainspring.kernel.models import Company, Site
from mainspring.modules.accounting import commands as accounting
from mainspring.modules.accounting.models import Account
from mainspring.modules.items.models import Item, ItemCost, ItemSite
from mainspring.modules.organization.demo import bulk
from mainspring.modules.organization.demo_data import RATES
from mainspring.modules.parties.models import Party
from mainspring.modules.purchasing.models import SupplierItem
from mainspring.modules.stock import commands as stock
from mainspring.modules.stock.models import StockAdjustment

from . import planning

CAPITAL = {"EUR": Decimal(1_500_000), "CNY": Decimal(9_000_000)}

FIRST_SOURCES = (  # beginning of the item's code: supplier
    ("RIM", "TAIHUB"), ("HUB", "TAIHUB"), ("SPOK", "TAIHUB"), ("TYR", "BALTRUB"), ("TUB", "BALTRUB"),
    ("TUBE", "ALUNORD"), ("DROP", "ALUNORD"), ("WIRE", "ALUNORD"), ("PNT", "SPALVA"), ("DECL", "SPALVA"),
    ("CHN", "NBOCHAIN"), ("CAS", "NBOCHAIN"), ("CART", "PAKAS"), ("OFFC", "ALUNORD"),
)  # fmt: skip
BY_CATEGORY = {"DRIVE": "DRIVEX", "BRAKE": "STOPPER", "SEAT": "SEATCO", "ELEC": "VOLTA", "PART": "PARTSHUB"}
SECOND_SOURCE = "PARTSHUB"
MAKER_FOR_SUZHOU = "HUADONG"


def books(context, first: date) -> None:
    """Charts of accounts, places and share capital of every company."""
    for company in Company.objects.order_by("code"):
        ctx = context(company.code, on=first)
        accounting.install_chart(company, ctx)
        for site in Site.objects.filter(company=company).order_by("code"):
            stock.ensure_locations(site, ctx)
        _contribute(ctx, company, first, "bank", CAPITAL[company.base_currency_id], "Share capital paid in")


def _contribute(ctx, company, on: date, role: str, amount: Decimal, memo: str) -> None:
    account = Account.objects.get(company=company, role=role)
    capital = Account.objects.get(company=company, code="3000")
    accounting.post_entry(
        ctx,
        company=company,
        posted_on=on,
        memo=memo,
        lines=[accounting.EntryLine(account, amount), accounting.EntryLine(capital, -amount)],
    )


def shelves(context, first: date, rates: dict[int, float], rng) -> None:
    """Opening stock at standard cost, contributed by the owners."""
    costs = {(c.company_id, c.item_id): c.standard_cost for c in ItemCost.objects.all()}
    for code, rows in sorted(planning.opening_stock(rates, rng).items()):
        site = Site.objects.select_related("company").get(code=code)
        ctx = context(site.company.code, on=first)
        document = commands.create(
            StockAdjustment,
            ctx,
            site=site,
            adjusted_on=first,
            reason="Opening stock",
            lines=[
                {"item": item, "quantity": quantity, "unit_cost": costs.get((site.company_id, item.pk), Decimal(10))}
                for item, quantity in rows
            ],
        )
        posted = commands.perform(document, "post", ctx)
        _contribute(ctx, site.company, first, "stock_adjustment", posted.total, "Opening stock contributed")


def sources(context, rng, size: str, days: dict[str, int]) -> None:
    """Who supplies what, in the supplier's currency, with lead time and breaks; a second source for most parts."""
    suppliers = {p.code: p for p in Party.objects.filter(is_supplier=True)}
    costs = {(c.company.code, c.item_id): c.standard_cost for c in ItemCost.objects.select_related("company")}
    companies = {c.code: c for c in Company.objects.all()}
    rows = []

    def source(company: str, item, code: str, priority: int, lead: int) -> None:
        supplier = suppliers[code]
        rate = Decimal(RATES.get(supplier.currency_id, "1")) if company == "MSB" else Decimal(1)
        noise = Decimal(str(round(rng.uniform(0.96, 1.04) + 0.05 * (priority - 1), 3)))
        rows.append(
            {
                "company": companies[company],
                "supplier": supplier,
                "item": item,
                "priority": priority,
                "price": (costs.get((company, item.pk), Decimal(5)) * rate * noise).quantize(Decimal("0.01")),
                "lead_time_days": lead,
            }
        )

    for item in (
        Item.objects.filter(kind="stock", make_or_buy="buy")
        .exclude(category__code=planning.PAST)
        .select_related("category", "unit")
        .order_by("code")
    ):
        first = next((code for start, code in FIRST_SOURCES if item.code.startswith(start)), None)
        first = first or BY_CATEGORY[item.category.code]
        lead = planning.lead_days(days[item.code])
        source("MSB", item, first, 1, lead)
        if first != SECOND_SOURCE:
            source("MSB", item, SECOND_SOURCE, 2, lead + 3)
    for plan in ItemSite.objects.filter(site__company__code="MSC").select_related("item__unit").order_by("item__code"):
        source("MSC", plan.item, MAKER_FOR_SUZHOU, 1, 8)
    bulk(SupplierItem, context("MSB"), rows)
