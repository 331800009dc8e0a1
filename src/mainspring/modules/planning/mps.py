"""The master plan of an item by week: forecast, orders, supply, projected stock, what can be promised (MFG-01, P23)."""

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from mainspring.engines.calendar import working
from mainspring.kernel import access, commands, database, formats
from mainspring.kernel.ids import uuid7
from mainspring.kernel.models import DocumentIdentity, Site
from mainspring.modules.engineering import queries as engineering
from mainspring.modules.items.models import ItemSite
from mainspring.modules.organization import queries as organization
from mainspring.modules.production.models import ProductionOrder
from mainspring.modules.purchasing.models import PurchaseRequest

from . import firming, queries, timelines
from .models import FirmProposal

ZERO = Decimal(0)
WEEKS = 13
QUANTITY_MAX = Decimal(10) ** 9


@dataclass
class Week:
    """One week of the master plan; quantities in the stocking unit.

    forecast   what was expected in all; `expected` what orders leave of it and still counts, deals included
    orders     what customers and other documents ask for; `parts` what orders to make other items take
    received   supply that is confirmed or on order; `firm` and `proposed` supply of the plan
    stock      projected at the end of the week; `promise` what can be promised from the supply of the week (ATP)
    fence      demand, planning or empty: which fence the week lies in
    """

    starts_on: date
    forecast: Decimal = ZERO
    expected: Decimal = ZERO
    orders: Decimal = ZERO
    parts: Decimal = ZERO
    received: Decimal = ZERO
    firm: Decimal = ZERO
    proposed: Decimal = ZERO
    stock: Decimal = ZERO
    promise: Decimal | None = None
    fence: str = ""
    below: bool = False

    @property
    def supply(self) -> Decimal:
        """The master plan of the week."""
        return self.received + self.firm + self.proposed


@dataclass
class Plan:
    """The weeks of an item at a site."""

    item: object
    site: object
    today: date
    planning: ItemSite | None
    on_hand: Decimal
    safety_stock: Decimal
    weeks: list[Week] = field(default_factory=list)
    proposals: dict = field(default_factory=lambda: defaultdict(list))  # number of the week: events of the plan

    def number(self, day: date) -> int:
        """The number of the week a day is in; days past count in the first."""
        return max((day - self.weeks[0].starts_on).days // 7, 0)


def plan(ctx, item, site, weeks: int = WEEKS) -> Plan:
    """The master plan of an item at a site, from this week on."""
    line = timelines.Timeline(ctx, item, site)
    first = ctx.business_date - timedelta(days=ctx.business_date.weekday())
    found = Plan(item, site, ctx.business_date, line.planning, line.on_hand, line.safety_stock)
    found.weeks = [Week(first + timedelta(weeks=n)) for n in range(weeks)]
    for event in line.events:
        n = found.number(event.on)
        if n < weeks:
            _count(found, n, event)
    for each in line.forecasts:
        n = found.number(each.starts_on)
        if n < weeks and each.ends_on >= found.today:
            found.weeks[n].forecast += Decimal(each.quantity).scaleb(-6)
    _balances(found)
    return found


def _count(found: Plan, n: int, event) -> None:
    week = found.weeks[n]
    if event.kind in ("make", "buy"):
        found.proposals[n].append(event)
        if event.firm:
            week.firm += event.quantity
        else:
            week.proposed += event.quantity
    elif event.quantity > 0:
        week.received += event.quantity
    elif event.kind == "forecast" or event.is_forecast:
        week.expected -= event.quantity
    elif event.kind in ("part", "brought"):
        week.parts -= event.quantity
    else:
        week.orders -= event.quantity


def _balances(found: Plan) -> None:
    """Projected stock, fences, and what can be promised: of each supply what no order takes before the next (I18)."""
    stock = found.on_hand
    for week in found.weeks:
        stock += week.supply - week.expected - week.orders - week.parts
        week.stock, week.below = stock, stock < found.safety_stock
        week.fence = _fence(found, week)
    free = [week.supply - week.orders - week.parts for week in found.weeks]
    if free:
        free[0] += found.on_hand
    for n in range(len(free) - 1, 0, -1):  # orders beyond a week's supply take from supply before it
        if free[n] < 0:
            free[n - 1] += free[n]
            free[n] = ZERO
    for n, week in enumerate(found.weeks):
        week.promise = free[n] if n == 0 or week.supply else None


def _fence(found: Plan, week: Week) -> str:
    if found.planning is None:
        return ""
    ahead = (week.starts_on - found.today).days
    if ahead < found.planning.demand_fence_days:
        return "demand"
    return "planning" if ahead < found.planning.planning_fence_days else ""


# -- what a change asks of work centers -------------------------------------------------------------------------------


@dataclass(frozen=True)
class Resource:
    """What one lot of the item asks of a work center, so many days before it is due (a line of a bill of resources)."""

    center: object
    days: int
    setup: Decimal
    run: Decimal  # hours for one of the item


def resources(item, site, on: date) -> list[Resource]:
    """The bill of resources of an item: hours at every level of its bills, with the lead times between (CAP-03)."""
    found: list[Resource] = []
    known: dict = {}
    below = engineering.explode(item, Decimal(1000), on, site)
    made = {need.item.pk for need in below} | {item.pk}
    leads = dict(ItemSite.objects.filter(site=site, item__in=made).values_list("item", "lead_time_days"))
    above = [0]
    levels = [(0, item, Decimal(1000)), *((need.level, need.item, need.quantity) for need in below)]
    for level, one, quantity in levels:
        del above[level + 1 :]
        offset = above[level]
        is_made = one.make_or_buy == "make" and one.kind != "phantom"
        above.append(offset + (max(leads.get(one.pk, 0), 1) if is_made else 0))
        if is_made:
            found += _operations(one, quantity / 1000, offset, site, on, known)
    return found


def _operations(item, each: Decimal, offset: int, site, on: date, known: dict) -> list[Resource]:
    routing = engineering.routing_for(item, on, site, known)
    if routing is None:
        return []
    found = []
    for step in routing.lines.select_related("work_center").order_by("sequence"):
        factor = engineering.yield_factor(routing, step.sequence)
        more = Decimal(factor.numerator) / Decimal(factor.denominator)
        found.append(Resource(step.work_center, offset, step.setup_hours, step.run_hours_per_unit * each * more))
    return found


def effect(ctx, found: Plan, wanted: dict[int, Decimal]) -> list[dict]:
    """Load of the work centers a change of firm quantities reaches: hours before and after by week, and what is open.

    wanted  {number of the week: firm quantity}; rows {center, weeks: [{week, before, after, available, over}]}
    """
    changes = {n: _change(found.weeks[n], quantity) for n, quantity in wanted.items()}
    bill = resources(found.item, found.site, found.today) if any(changes.values()) else []
    hours: dict[tuple[int, date], Decimal] = defaultdict(Decimal)
    for n, change in changes.items():
        if not change:
            continue
        had, has = found.weeks[n].firm + found.weeks[n].proposed, wanted[n]
        for line in bill:
            week = found.weeks[max(n - -(-line.days // 7), 0)].starts_on
            lots = line.setup * ((1 if has else 0) - (1 if had else 0))
            hours[line.center.pk, week] += line.run * change + lots
    touched = {center for (center, _week), more in hours.items() if more}
    by_center: dict[int, dict] = {}
    for row in queries.load(ctx, weeks=len(found.weeks), site=found.site):
        if row["work_center_id"] in touched:
            more = hours.get((row["work_center_id"], row["week"]), ZERO)
            one = by_center.setdefault(row["work_center_id"], {"center": row["work_center"], "name": row["name"]})
            after = row["load"] + more
            one.setdefault("weeks", []).append(
                {"week": row["week"], "before": row["load"], "after": after, "available": row["available"],
                 "changed": bool(more), "over": after > row["available"]}
            )  # fmt: skip
    return list(by_center.values())


def _change(week: Week, wanted: Decimal) -> Decimal:
    """How much more of the item a week brings; a firm quantity replaces what the plan proposes in it."""
    if wanted == week.firm:
        return ZERO
    return wanted - week.firm - (week.proposed if wanted else ZERO)


# -- changing it ------------------------------------------------------------------------------------------------------


def check(found: Plan, wanted: dict[int, Decimal]) -> None:
    """Refuse what fences and units do not allow; ValidationError by the name of the field, w0, w1, …"""
    problems = {}
    step = Decimal(1).scaleb(-found.item.unit.digits)
    for n, quantity in wanted.items():
        if not 0 <= n < len(found.weeks):
            problems[f"w{n}"] = _("This week is not in the plan.")
        elif not ZERO <= quantity <= QUANTITY_MAX:
            problems[f"w{n}"] = _("A quantity of zero or more.")
        elif quantity != quantity.quantize(step):
            problems[f"w{n}"] = _("At most %(digits)s decimal places.") % {"digits": found.item.unit.digits}
        elif found.weeks[n].fence == "demand":
            problems[f"w{n}"] = _("The week from %(day)s is within the demand fence.") % {
                "day": formats.day(found.weeks[n].starts_on)
            }
    if problems:
        raise ValidationError(problems)


def save(ctx, item, site, wanted: dict[int, Decimal], *, why: str = "", weeks: int = WEEKS) -> int:
    """Make the firm quantities of weeks what is wanted; how many weeks changed.

    A week's first proposal takes the quantity and is firm, the others of the week are withdrawn; where there is none
    one is made, due on the last working day. Zero gives the week back to the plan.
    """
    access.require(ctx, FirmProposal, "create")
    found = plan(ctx, item, site, weeks)
    check(found, wanted)
    changed = {n: q for n, q in wanted.items() if q != found.weeks[n].firm}
    with commands.batch(FirmProposal, ctx, "create", item=item.code, site=site.code, weeks=len(changed)) as inner:
        for n, quantity in sorted(changed.items()):
            _replace(inner, found, n, quantity, why)
    return len(changed)


def _replace(ctx, found: Plan, n: int, quantity: Decimal, why: str) -> None:
    events = found.proposals[n]
    if not quantity:
        firming.unfirm(ctx, [e.document for e in events if e.firm])
        return
    kept = firming.proposals_of(ctx, [e.document for e in events], lock=True)
    firm = {e.document for e in events if e.firm}
    kept.sort(key=lambda p: (p.pk not in firm, str(p.pk)))
    if kept:
        first, *rest = kept
        first.quantity = quantity
        database.update([first], ["quantity"])
        firming.withdraw(rest)
    else:
        first = _new(ctx, found, n, quantity)
    firming.stand_for(ctx, [first], why)


def _new(ctx, found: Plan, n: int, quantity: Decimal):
    """A proposal due on the last working day of a week, begun its lead time before, not before today."""
    calendar = organization.site_days(found.site)
    due = working.previous_working_day(calendar, found.weeks[n].starts_on + timedelta(days=6))
    due = max(due, found.today)
    lead = found.planning.lead_time_days if found.planning else 0
    starts = max(working.subtract_working_days(calendar, due, lead), found.today)
    common = {"identity_id": uuid7(), "company_id": ctx.company_id, "state": "proposed", "item": found.item,
              "site": found.site, "quantity": quantity}  # fmt: skip
    if found.item.make_or_buy == "make":
        record = ProductionOrder(**common, starts_on=starts, due_on=due, is_planned=True)
    else:
        record = PurchaseRequest(**common, order_by=starts, needed_on=due, source="plan", unit_id=found.item.unit_id)
    label = type(record)._meta.label_lower
    DocumentIdentity.objects.create(id=record.pk, kind=label, company_id=ctx.company_id, title=found.item.code)
    type(record).objects.bulk_create([record])
    return record


def masters(ctx, text: str = "") -> list[dict]:
    """What has a master plan: items with a fence or a forecast at a site the person sees, with sums of three months."""
    sites = list(access.rows(ctx, Site).filter(company=ctx.company_id).values_list("pk", flat=True))
    return database.rows(
        """
        SELECT i.id AS item_id, s.id AS site_id, i.code, i.name, u.code AS unit, s.code AS site_code,
               COALESCE(p.demand_fence_days, 0) AS demand_fence_days,
               COALESCE(p.planning_fence_days, 0) AS planning_fence_days, COALESCE(f.quantity, 0) AS forecast,
               COALESCE((SELECT SUM(m.quantity) FROM stock_stockmove m
                         JOIN stock_location a ON a.id = m.from_location_id AND a.site_id = s.id
                         JOIN stock_location b ON b.id = m.to_location_id AND b.kind = 'customer'
                         WHERE m.item_id = i.id AND m.state = 'planned' AND NOT m.is_forecast
                           AND m.planned_on < %(until)s), 0) AS orders
        FROM (SELECT item_id, site_id FROM items_itemsite WHERE planning_fence_days > 0
              UNION SELECT item_id, site_id FROM planning_demandforecast WHERE ends_on >= %(today)s) k
        JOIN items_item i ON i.id = k.item_id JOIN kernel_site s ON s.id = k.site_id
        JOIN organization_unit u ON u.id = i.unit_id
        LEFT JOIN items_itemsite p ON p.item_id = i.id AND p.site_id = s.id
        LEFT JOIN LATERAL (SELECT SUM(quantity) AS quantity FROM planning_demandforecast d
                           WHERE d.item_id = i.id AND d.site_id = s.id AND d.ends_on >= %(today)s
                             AND d.starts_on < %(until)s) f ON true
        WHERE s.id = ANY(%(sites)s) AND (%(text)s = '' OR i.code ILIKE %(like)s OR i.name ILIKE %(like)s)
        ORDER BY i.code, s.code LIMIT 200""",
        sites=sites,
        text=text,
        like=f"%{text}%",
        today=ctx.business_date,
        until=ctx.business_date + timedelta(weeks=WEEKS),
    )
