"""Fill an empty database with the demo company: master data from each module's demo room, then months of business."""

import importlib
import random
import time
from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal
from importlib.util import find_spec

from django.utils import timezone

from mainspring.kernel import commands, database
from mainspring.kernel.models import Company, JobRun, Membership, OutgoingMail, Role, Site, User
from mainspring.modules.accounting import commands as accounting
from mainspring.modules.accounting.models import Account
from mainspring.modules.items.models import Item, ItemCost
from mainspring.modules.organization import demo as organization
from mainspring.modules.organization import demo_data
from mainspring.modules.parties.models import Party
from mainspring.modules.production import commands as production
from mainspring.modules.purchasing.models import SupplierItem
from mainspring.modules.stock import commands as stock
from mainspring.modules.stock.models import StockAdjustment

from . import trading

ROOMS = (
    "organization",
    "items",
    "parties",
    "pricing",
    "engineering",
    "accounting",
    "stock",
    "crm",
    "sales",
    "purchasing",
    "production",
)
DAYS = {"S": 20, "M": 24}
ORDERS_A_DAY = {"S": 1.5, "M": 3.0}
SEED = 2026

BALTIC = trading.Company(
    "MSB",
    "VNO",
    {
        "sales_manager": "sales_manager",
        "buyer": "buyer",
        "planner": "planner",
        "warehouse": "warehouse",
        "workshop": "workshop",
        "accountant": "accountant",
        "controller": "controller",
    },
    {"BALT": "sales", "DACH": "sales_de", "NORD": "sales_de", "PL": "sales_pl", "WEST": "sales_de", "AM": "sales_de"},
    ("BALT", "DACH", "PL"),
)


def _places_of_work() -> None:
    """People of warehouse and workshop work at every site of their company; others see sites through the company."""
    for membership in Membership.objects.filter(role__code__in=("warehouse", "workshop", "planner", "buyer")):
        membership.sites.set(Site.objects.filter(company=membership.company))


def is_empty() -> bool:
    return not Company.objects.exists()


def load(size: str, *, today: date | None = None, out: Callable[[str], None] = print) -> list[tuple[str, str, str]]:
    """Load the demo into an empty database; returns (user, password, role) of everybody who may sign in.

    The same size, day and code give the same company. Raises ValueError when the database is not empty.
    """
    if not is_empty():
        raise ValueError("the database holds a company already; the demo needs an empty one")
    rng, today, began = random.Random(SEED), today or timezone.localdate(), time.monotonic()
    context = organization.contexts(today)
    for room in ROOMS:
        if find_spec(f"mainspring.modules.{room}.demo"):
            importlib.import_module(f"mainspring.modules.{room}.demo").load(context, size, rng, _indented(out))
    _places_of_work()
    first = _workdays(today, DAYS[size])[0]
    _opening(context, first, rng, out)
    out(f"  masters and opening balances after {time.monotonic() - began:.0f} s")
    _live(context, today, size, rng, out)
    _drop_waiting_jobs()
    out(f"  loaded in {time.monotonic() - began:.0f} s")
    return sign_ins()


def _drop_waiting_jobs() -> None:
    """The days are over: nobody needs their mails, reminders and plans one by one; the plan was just made."""
    JobRun.objects.filter(state="queued").delete()
    database.execute("DELETE FROM procrastinate_jobs WHERE status = 'todo'")
    OutgoingMail.objects.filter(state="queued").delete()


def sign_ins() -> list[tuple[str, str, str]]:
    """(user, password, role) of the people of the demo, in the order of their roles."""
    names = {role.code: role.name for role in Role.objects.all()}
    return [
        (name, demo_data.PASSWORD, names.get(role, role))
        for name, _first, _last, role, *_rest in demo_data.PEOPLE
        if User.objects.filter(username=name).exists()
    ]


def _indented(out) -> Callable[[str], None]:
    return lambda text: out(f"  {text}")


def _workdays(today: date, count: int) -> list[date]:
    days, day = [], today
    while len(days) < count:
        day -= timedelta(days=1)
        if day.weekday() < 5:
            days.append(day)
    return days[::-1]


def _opening(context, first: date, rng, out) -> None:
    """Charts of accounts, places, share capital in the bank, sources of bought items and the opening stock."""
    for company in Company.objects.all():
        ctx = context(company.code, on=first)
        accounting.install_chart(company, ctx)
        for site in Site.objects.filter(company=company):
            stock.ensure_locations(site, ctx)
        roles = {a.role: a for a in Account.objects.filter(company=company).exclude(role="")}
        capital = Decimal(1_200_000 if company.base_currency_id == "EUR" else 8_000_000)
        accounting.post_entry(
            ctx,
            company=company,
            posted_on=first,
            memo="Share capital paid in",
            lines=[
                accounting.EntryLine(roles["bank"], capital),
                accounting.EntryLine(Account.objects.get(company=company, code="3000"), -capital),
            ],
        )
    ctx = context("MSB", on=first)
    _sources(ctx, rng)
    costs = {c.item_id: c.standard_cost for c in ItemCost.objects.filter(company__code="MSB")}
    for code, share in (("VNO", 1.0), ("KUN", 0.6)):
        site = Site.objects.get(code=code)
        lines = [
            {
                "item": item,
                "quantity": Decimal(max(4, int(share * _opening_quantity(item, rng)))),
                "unit_cost": costs.get(item.pk) or Decimal(10),
            }
            for item in Item.objects.filter(kind="stock", active=True, sites__site=site)
            .select_related("category")
            .order_by("code")
            .distinct()
        ]
        if lines:
            document = commands.create(
                StockAdjustment, ctx, site=site, adjusted_on=first, reason="Opening stock", lines=lines
            )
            commands.perform(document, "post", ctx)
    out("  charts of accounts, sources and opening stock")


def _opening_quantity(item, rng) -> int:
    if item.category.code in ("FG", "WIP"):
        return rng.randrange(6, 24)
    return rng.randrange(300, 900) * (20 if item.code == "SPOK" else 1)


def _sources(ctx, rng) -> None:
    """Each bought item gets one or two suppliers with price, lead time and minimum."""
    if SupplierItem.objects.exists():
        return
    suppliers = list(Party.objects.filter(is_supplier=True, active=True).order_by("code"))
    costs = {c.item_id: c.standard_cost for c in ItemCost.objects.filter(company__code="MSB")}
    for item in Item.objects.filter(kind="stock", make_or_buy="buy", active=True).order_by("code"):
        for priority, supplier in enumerate(rng.sample(suppliers, min(2, len(suppliers))), 1):
            price = (costs.get(item.pk) or Decimal(5)) * Decimal(str(round(rng.uniform(0.94, 1.08), 3)))
            commands.create(
                SupplierItem,
                ctx,
                supplier=supplier,
                item=item,
                priority=priority,
                currency="EUR",
                price=price.quantize(Decimal("0.01")),
                lead_time_days=rng.randrange(4, 15),
            )


def _live(context, today: date, size: str, rng, out) -> None:
    days = _workdays(today, DAYS[size])
    life = trading.Trading(BALTIC, context, rng, orders_a_day=ORDERS_A_DAY[size])
    began = time.monotonic()
    for number, day in enumerate(days, 1):
        life.day(day)
        if number % 10 == 0 or number == len(days):
            out(
                f"  day {number} of {len(days)}: {life.done['sales order']} sales orders, "
                f"{life.done['post receipt']} receipts, {life.done['output']} production orders done, "
                f"{life.done['post invoice']} invoices, {time.monotonic() - began:.0f} s"
            )
    production.propose(context("MSB", on=today))
    for text, count in life.refusals.most_common(12):
        out(f"  refused {count} times: {text}")
