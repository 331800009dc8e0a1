"""Fill an empty database with the demo company: master data from each module's demo room, then months of business.

The same size, day and code give the same documents with the same numbers, quantities and amounts. Keys of rows, the
clock times at which they were written and tokens differ from run to run.
"""

import importlib
import random
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date
from importlib.util import find_spec

from django.utils import timezone

from mainspring.kernel import database, remembered
from mainspring.kernel.models import Company, JobRun, Membership, OutgoingMail, Role, Site, User
from mainspring.modules.crm import demo as pools
from mainspring.modules.items.demo import parts
from mainspring.modules.items.models import Item, ItemSite
from mainspring.modules.organization import demo as organization
from mainspring.modules.organization import demo_data

from . import (
    contracting,
    days,
    history,
    knowing,
    leftovers,
    making,
    opening,
    paying,
    planning,
    scheduling,
    selling,
    trading,
    trying,
)
from .life import BALTIC, SUZHOU, Desks, Life

ROOMS = ("organization", "items", "parties", "pricing", "engineering", "production", "crm")
SEED = 2026


@dataclass(frozen=True)
class Extent:
    """How much a size holds.

    months          of past business; visits_a_month lived days in each
    last_days       working days lived one by one up to yesterday
    orders_a_day    of the first company on a lived day; pace_past: how many times that on a day of the past
    past_orders     sales orders of the years before, written set by set
    """

    months: int
    visits_a_month: int
    last_days: int
    orders_a_day: float
    pace_past: float
    past_orders: int = 0


EXTENTS = {
    "S": Extent(months=0, visits_a_month=0, last_days=16, orders_a_day=3.0, pace_past=1),
    "M": Extent(months=12, visits_a_month=1, last_days=12, orders_a_day=2.2, pace_past=3),
}
EXTENTS["L"] = replace(EXTENTS["S"], past_orders=100_000)


def is_empty() -> bool:
    return not Company.objects.exists()


@remembered.steady()
def load(size: str, *, today: date | None = None, out: Callable[[str], None] = print) -> list[tuple[str, str, str]]:
    """Load the demo into an empty database; returns (user, password, role) of everybody who may sign in.

    Raises ValueError when the database is not empty.
    """
    if not is_empty():
        raise ValueError("the database holds a company already; the demo needs an empty one")
    rng, today, began = random.Random(SEED), today or timezone.localdate(), time.monotonic()
    database.execute("SET synchronous_commit TO off")  # a demo that a power cut stops is loaded again anyway
    context, extent = organization.contexts(today), EXTENTS[size]
    for room in ROOMS:
        if find_spec(f"mainspring.modules.{room}.demo"):
            importlib.import_module(f"mainspring.modules.{room}.demo").load(context, size, rng, _indented(out))
    _places_of_work()
    lived = days.lived(today, months=extent.months, visits_a_month=extent.visits_a_month, last_days=extent.last_days)
    opening.books(context, lived[0])
    if extent.past_orders:
        history.load(context, extent.past_orders, lived[0], rng, out)
        out(f"  past years after {time.monotonic() - began:.0f} s")
    rates = _begin(context, size, extent, lived[0], rng)
    out(f"  masters and opening balances after {time.monotonic() - began:.0f} s")
    _live(extent, lived, rates, rng, out, today)
    pools.public(context, rng, out)
    knowing.live(context, size)
    database.execute("SET synchronous_commit TO DEFAULT")
    _drop_waiting_jobs()
    out(f"  loaded in {time.monotonic() - began:.0f} s")
    return sign_ins()


def _begin(context, size: str, extent: Extent, first: date, rng) -> dict[int, float]:
    """Plans of items, sources and opening stock; returns what is expected to be used of each item a day."""
    rates = planning.rates(size, extent.orders_a_day * planning.BIKES_AN_ORDER, rng)
    goods = list(Item.objects.filter(category__code="FG", active=True).order_by("code"))
    planning.plan_items(context(), size, rates, selling.popular(goods, rates))
    for membership in Membership.objects.filter(role__code="planner"):
        ItemSite.objects.filter(site__company=membership.company).exclude(policy="none").update(planner=membership.user)
    opening.sources(context, rng, size, {code: lead for code, *_rest, lead in parts(size)})
    opening.shelves(context, first, rates, rng)
    return rates


def _live(extent: Extent, lived: list[date], rates: dict[int, float], rng, out, today: date) -> None:
    began, desks = time.monotonic(), Desks()
    lives = [
        Life(BALTIC, desks, rng, rates, extent.orders_a_day),
        Life(SUZHOU, desks, rng, rates, extent.orders_a_day * 0.12),
    ]
    dense = lived[-extent.last_days]
    for number, (day, until) in enumerate(zip(lived, [*lived[1:], lived[-1]], strict=True), 1):
        for life in lives:
            life.pace = extent.pace_past if day < dense else 1
            trading.live(life, day, until, is_past=day < dense)
        if number % 10 == 0 or number == len(lived):
            done = lives[0].done
            out(
                f"  day {number} of {len(lived)}: {done['sales order']} sales orders, "
                f"{done['post receipt']} receipts, {done['complete production order']} production orders done, "
                f"{done['post invoice']} invoices, {time.monotonic() - began:.0f} s"
            )
    for life in lives:
        paying.revalue(life, paying.month_end_before(lived[-1]))
        leftovers.live(life)
        contracting.live(life)
    planning.expect(lives[0].by("planner"))
    trying.live(lives[0])
    making.plan(lives[0])
    scheduling.crew(lives[0].by("planner"))
    scheduling.colors(lives[0].by("planner"))
    for life in lives:
        scheduling.live(life, today)
    for life in lives:
        for text, count in life.refused.most_common(8):
            out(f"  {life.cast.company}: refused {count} times: {text}")


def _places_of_work() -> None:
    """People of warehouse and workshop work at every site of their company; others see sites through the company."""
    for membership in Membership.objects.filter(role__code__in=("warehouse", "workshop", "planner", "buyer")):
        membership.sites.set(Site.objects.filter(company=membership.company))


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
