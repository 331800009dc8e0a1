"""The facts of a company as the engine's network: a node an item and site, whole numbers of its smallest unit.

What cannot be planned as given is planned without its lot rule and noted in `defects`, so that one bad row never stops
the plan (P27).
"""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, timedelta
from types import SimpleNamespace

import numpy as np
from numpy.typing import NDArray

from mainspring.engines.mrp import network as engine
from mainspring.engines.mrp import tables
from mainspring.kernel import preferences, remembered
from mainspring.kernel.models import Site
from mainspring.modules.engineering import queries as engineering
from mainspring.modules.engineering.models import WorkCenter
from mainspring.modules.organization import queries as organization

from . import nodes, recipes
from .nodes import NET, NEVER, OWN, REORDER, SITE_BITS, TO_ORDER
from .reading import FOREVER, MICRO, Reader

DAYS, WEEKS = 182, 52
HORIZON = engine.Horizon.of(DAYS, WEEKS)
"""Half a year in days, another in weeks; what is needed later waits until it comes near."""
PAST_DAYS = 4000
TICKS = 3600  # seconds in an hour: load is whole seconds


@dataclass
class Structure:
    """What the plan is built from: nodes in order of `keys`, lines, operations; quantities in smallest units.

    keys       item << SITE_BITS | place of the site in `sites`, with OWN for what is made or bought to order
    origin     the node each is brought from, -1 when it is made or bought
    scale      millionths in one smallest unit of the node's item
    """

    company_id: int
    today: date
    sites: NDArray
    keys: NDArray
    item: NDArray
    site: NDArray
    digits: NDArray
    made: NDArray
    origin: NDArray
    phantom: NDArray
    policy: NDArray
    lead: NDArray
    point: NDArray
    upto: NDArray
    items: engine.Items
    starts: NDArray
    lines: engine.Lines
    shop: engine.Shop
    centers: NDArray
    wait_days: int
    yields: recipes.Yields
    ways: tuple[NDArray, NDArray]
    is_part: bool = False
    known: SimpleNamespace = field(repr=False, default=None)  # type: ignore[assignment]
    defects: list[dict] = field(default_factory=list)

    @property
    def scale(self) -> NDArray:
        return 10 ** (6 - self.digits)

    def key(self, item: NDArray, site: NDArray) -> NDArray:
        """Keys of items at sites; -1 where the site is not planned."""
        place = np.searchsorted(self.sites, site)
        found = (place < len(self.sites)) & (self.sites[np.minimum(place, len(self.sites) - 1)] == site)
        return np.where(found, (item << SITE_BITS) | place, -1)

    def node(self, item: NDArray, site: NDArray, own: NDArray | None = None) -> NDArray:
        """Places of items at sites among the nodes, -1 where there is none.

        own  where the node for what is made or bought to order is meant, if the item has one
        """
        free = nodes.place(self.keys, self.key(item, site))
        if own is None or not own.any():
            return free
        keys = self.key(item, site)
        apart = nodes.place(self.keys, np.where(own & (keys >= 0), keys | OWN, -1))
        return np.where(apart >= 0, apart, free)

    @property
    def own(self) -> NDArray:
        """Which nodes are for what is made or bought to order."""
        return self.policy == TO_ORDER

    def twin(self, chosen: NDArray) -> NDArray:
        """The places of the nodes to order beside free ones, -1 where there is none."""
        return nodes.place(self.keys, self.keys[chosen] | OWN)

    def with_twins(self, chosen: NDArray) -> NDArray:
        """These nodes, and those of the same items and sites."""
        keys = nodes.freely(self.keys[chosen])
        both = nodes.place(self.keys, np.concatenate([keys, keys | OWN]))
        return np.unique(both[both >= 0])

    def plans(self, item: NDArray, site: NDArray) -> NDArray:
        """Whether items could be nodes at these sites."""
        keys = self.key(item, site)
        known = nodes.place(self.known.item, item) >= 0
        return known & (keys >= 0) & (nodes.place(self.known.never, keys) < 0)


def structure(company_id: int, today: date, used: SimpleNamespace, only=None) -> Structure:
    """Read what the plan of a company is built from.

    used  (item, site) arrays of everything in stock, demand or supply that makes a node beside the planning data
    only  keys of the items to read; the others do not exist for this plan
    """
    reader = Reader(company_id, today, only)
    items, sites, planning = reader.items(), reader.sites().site, reader.planning()
    found = Structure.__new__(Structure)
    found.company_id, found.today, found.sites, found.defects = company_id, today, sites, []
    found.is_part = only is not None
    keys = found.key(planning.item, planning.site) if len(sites) else np.full(planning.count, -1, np.int64)
    order = np.argsort(keys, kind="stable")
    planning = SimpleNamespace(**{n: c[order] for n, c in vars(planning).items() if n != "count"}, key=keys[order])
    found.known = SimpleNamespace(item=items.item, never=planning.key[planning.policy == NEVER])
    bills = reader.bills()
    wanted = (planning.policy != NEVER) & (planning.key >= 0)
    item = np.concatenate([planning.item[wanted], used.item])
    site = np.concatenate([planning.site[wanted], used.site])
    possible = found.plans(item, site) if len(sites) else np.zeros(len(item), np.bool_)
    start = np.unique(found.key(item[possible], site[possible])) if len(sites) else np.zeros(0, np.int64)
    apart = planning.key[(planning.policy == TO_ORDER) & (planning.key >= 0)]
    phantoms = items.item[items.phantom]
    start = np.union1d(start, apart[np.isin(apart, start) & ~np.isin(apart >> SITE_BITS, phantoms)] | OWN)
    brought = (planning.origin > 0) & wanted
    found.ways = _ways(found, planning, brought)
    found.keys = _with_components(found, start, bills, items)
    found.item, found.site = found.keys >> SITE_BITS, sites[nodes.site_place(found.keys)]
    row = nodes.place(items.item, found.item)
    found.digits, found.made, found.phantom = items.digits[row], items.made[row], items.phantom[row]
    at = nodes.place(found.ways[0], nodes.freely(found.keys))
    found.origin = nodes.place(found.keys, np.where(at >= 0, found.ways[1][at] if len(found.ways[1]) else -1, -1))
    found.made &= found.origin < 0
    found.phantom &= found.origin < 0
    operations = reader.operations()
    _policies(found, planning, reader.sources(), items, operations)
    found.lines = recipes.lines(found, bills, reader.outputs(), items)
    found.wait_days = preferences.get(company_id, "planning.wait_days")
    return found


# -- nodes ------------------------------------------------------------------------------------------------------------


def _with_components(found: Structure, start: NDArray, bills, items) -> NDArray:
    """The nodes and everything they are made of, at the same sites, or brought from, at another."""
    known, fresh = start, start
    made = np.sort(items.item[items.made])
    while len(fresh):
        way = nodes.place(found.ways[0], nodes.freely(fresh))
        there = found.ways[1][way[way >= 0]]
        fresh = fresh[(nodes.place(made, fresh >> SITE_BITS) >= 0) & (way < 0)]
        which, row = nodes.uses(fresh, bills, found.sites)
        below = (bills.component[row] << SITE_BITS) | nodes.site_place(fresh[which])
        below = np.unique(np.concatenate([below, there]))
        allowed = (nodes.place(found.known.item, below >> SITE_BITS) >= 0) & (nodes.place(found.known.never, below) < 0)
        fresh = below[allowed & (nodes.place(known, below) < 0)]
        known = np.union1d(known, fresh)
    return known


def _ways(found: Structure, planning, brought: NDArray) -> tuple[NDArray, NDArray]:
    """(keys of what is brought from another site, keys there), in order; ways that end at themselves are left out."""
    there = found.key(planning.item[brought], planning.origin[brought])
    here = planning.key[brought]
    kept = (there >= 0) & (there != here) & (nodes.place(found.known.never, there) < 0)
    ways = dict(zip(here[kept].tolist(), there[kept].tolist(), strict=True))
    for start in list(ways):
        seen, at = {start}, ways.get(start)
        while at in ways and at not in seen:
            seen.add(at)
            at = ways[at]
        if at in seen:
            ways.pop(start)
    return np.array(list(ways), np.int64), np.array(list(ways.values()), np.int64)


def _policies(found: Structure, planning, sources, items, operations) -> None:
    """Lot rules, lead times, start tables and operations of the nodes."""
    at = nodes.place(planning.key, nodes.freely(found.keys))
    scale = found.scale

    def of_plan(name, default=0):
        return np.where(at >= 0, getattr(planning, name)[at] if len(planning.key) else default, default)

    def up(values):
        return -(-values // scale)

    policy = np.where(at >= 0, of_plan("policy"), NET)
    own = (found.keys & OWN) > 0
    found.policy = np.where(own, TO_ORDER, np.where(policy == TO_ORDER, NET, policy))
    kind = of_plan("rule").astype(np.int64)
    size = np.where(kind == 2, of_plan("size") // MICRO, of_plan("size") // scale)
    minimum, multiple, maximum = up(of_plan("minimum")), up(of_plan("multiple")), of_plan("maximum") // scale
    safety, found.point, found.upto = up(of_plan("safety")), of_plan("point") // scale, up(of_plan("upto"))
    lead = of_plan("lead").astype(np.int64)
    source = np.where(found.made | (found.origin >= 0), -1, nodes.place(sources.item, found.item))
    buys = source >= 0
    if buys.any():
        least, step = _in_stocking_units(found, sources, items, source)
        minimum = np.where(buys & (minimum == 0), least, minimum)
        multiple = np.where(buys & (multiple == 0), step, multiple)
        lead = np.where(buys & (sources.lead[source] > 0), sources.lead[source], lead)
    lead = np.where(found.origin >= 0, of_plan("transit"), lead)
    for column in (kind, size, minimum, multiple, maximum, safety):
        column[own] = 0  # what a document asks for, lot for lot
    which, row = nodes.uses(found.keys, operations, found.sites)
    works = found.made[which] & ~found.phantom[which]
    which, row = which[works], row[works]
    routed = np.zeros(len(found.keys), np.bool_)
    routed[which] = True
    lead = np.where((lead == 0) & routed, 1, lead)
    found.lead = lead
    _note_defects(found, kind, size, minimum, multiple, maximum)
    bad = np.array([d["node"] for d in found.defects], np.int64)
    for column in (kind, size, minimum, multiple, maximum, safety):
        column[bad] = 0
    kind = np.where(kind == 1, engine.FIXED, np.where(kind == 2, engine.PERIOD, engine.LOT_FOR_LOT))
    kind = np.where(found.phantom, engine.PASS_THROUGH, kind)
    found.policy = np.where(found.phantom, NET, found.policy)
    safety = np.where(found.policy == REORDER, 0, safety)
    found.starts, start_row = _starts(found)
    zero = np.zeros(len(kind), np.int64)
    found.items = engine.Items(
        on_hand=zero, safety=safety, kind=kind, size=size, minimum=minimum, multiple=multiple, maximum=maximum,
        start_row=start_row, fence=HORIZON.bucket_of(of_plan("fence").astype(np.int64)),
    )  # fmt: skip
    found.yields = recipes.Yields(which, operations.sequence[row], operations.kept[row])
    found.shop, found.centers = _shop(found, which, row, operations)


def _in_stocking_units(found: Structure, sources, items, source: NDArray) -> tuple[NDArray, NDArray]:
    """(minimum, multiple) of the first sources, raised at the stocking unit's digits (P12)."""
    factors = nodes.factors(zip(items.item.tolist(), items.unit.tolist(), strict=True), sources.item, sources.unit)
    found_at = []
    for values in (sources.minimum, sources.multiple):
        wide = values.astype(object)
        for n, factor in factors.items():
            wide[n] = -(-int(values[n]) * factor.numerator // factor.denominator)
        chosen = np.where(source >= 0, wide[source], 0).astype(np.int64)
        found_at.append(-(-chosen // found.scale))
    return found_at[0], found_at[1]


def _note_defects(found: Structure, kind, size, minimum, multiple, maximum) -> None:
    least = np.maximum(minimum, multiple)
    least = np.where(multiple > 0, -(-least // np.maximum(multiple, 1)) * multiple, least)
    wrong = {
        "lot.maximum": (maximum > 0) & (maximum < least),
        "lot.quantity": (kind > 0) & (size <= 0),
    }
    rules = {
        "lot.maximum": "must be at least the minimum raised to the multiple",
        "lot.quantity": "must be above 0 for this lot rule",
    }
    for name, rows in wrong.items():
        for node in np.flatnonzero(rows):
            found.defects.append({"node": int(node), "field": name, "rule": rules[name]})


# -- dates ------------------------------------------------------------------------------------------------------------


_flags: dict[int, tuple] = {}  # calendars are shared by the process: {identity: (calendar, day, flags)}


def working_days(calendar, today: date) -> tables.WorkingDays:
    """A calendar as flags around the plan's first day."""
    kept = _flags.get(id(calendar))
    if kept is None or kept[0] is not calendar or kept[1] != today:
        if len(_flags) > 1000:
            _flags.clear()
        kept = _flags[id(calendar)] = calendar, today, _working_days(calendar, today)
    return kept[2]


def _working_days(calendar, today: date) -> tables.WorkingDays:
    first = -PAST_DAYS
    days = (today + timedelta(days=n) for n in range(first, HORIZON.days + 400))
    return tables.WorkingDays(np.array([calendar.is_working(d) for d in days], np.bool_), first)


def site_calendars(sites, today: date) -> dict[int, tables.WorkingDays]:
    """The working days of sites; those that share a calendar share the flags."""
    made: dict[int, tables.WorkingDays] = {}
    found = {}
    for site in Site.objects.filter(pk__in=[int(s) for s in sites]):
        calendar = organization.site_days(site)
        if id(calendar) not in made:
            made[id(calendar)] = working_days(calendar, today)
        found[site.pk] = made[id(calendar)]
    return found


def _starts(found: Structure) -> tuple[NDArray, NDArray]:
    """(start tables, row of each node): one a site and lead time."""
    calendars = site_calendars(found.sites, found.today)
    place = nodes.site_place(found.keys)
    pairs, rows = np.unique(np.stack([place, found.lead]), axis=1, return_inverse=True)
    starts = [tables.start_row(HORIZON, [(calendars[int(found.sites[p])], int(lead))]) for p, lead in pairs.T.tolist()]
    table = np.stack(starts) if starts else np.zeros((1, HORIZON.buckets), np.int32)
    return table, rows.reshape(-1).astype(np.int32)


def _shop(found: Structure, which: NDArray, row: NDArray, operations) -> tuple[engine.Shop, NDArray]:
    """The operations of the nodes and the seconds each work center has open a day (C01 to C03)."""
    rows = WorkCenter.objects.filter(site__company=found.company_id)
    if found.is_part:
        rows = rows.filter(pk__in=np.unique(operations.center[row]).tolist())
    centers = list(rows.select_related("calendar").order_by("pk"))
    keys = np.array([c.pk for c in centers], np.int64)
    at = nodes.place(keys, operations.center[row])
    which, row, at = which[at >= 0], row[at >= 0], at[at >= 0]
    if not len(which):
        return engine.Shop.none(HORIZON.days), keys[:0]
    calendars = organization.calendars({c.calendar_id for c in centers})
    order = np.arange(len(which)) - np.searchsorted(which, which)  # which are in order: nodes come one after another
    count = np.bincount(which, minlength=len(found.keys))[which]
    offset = order * found.lead[which] // np.maximum(count, 1)
    calendar = np.array([c.calendar_id for c in centers], np.int64)[at]
    pairs, day_row = np.unique(np.stack([calendar, offset]), axis=1, return_inverse=True)
    flags = {pk: working_days(calendars[pk], found.today) for pk in set(calendar.tolist())}
    days = np.stack([tables.begin_row(HORIZON, int(days), flags[int(pk)]) for pk, days in pairs.T.tolist()])
    run = operations.run[row] / MICRO * TICKS / 10.0 ** found.digits[which]
    run = run * found.yields.raised(which, operations.sequence[row])
    shop = engine.Shop(
        which.astype(np.int32), at.astype(np.int32), operations.setup[row] * TICKS // MICRO, run,
        day_row.reshape(-1).astype(np.int32), days, _capacity(centers, found.today),
    )  # fmt: skip
    return shop, keys


def _capacity(centers, today: date) -> NDArray:
    """Seconds open by work center and day, as `engineering.capacity` says (C03, C11)."""
    found = _ticks.many((center.pk, today) for center in centers)
    return np.array([found[center.pk, today] for center in centers], np.int64)


def _load_ticks(keys: Iterable[tuple[int, date]]) -> dict[tuple[int, date], NDArray]:
    days: dict[date, list[int]] = defaultdict(list)
    for pk, today in keys:
        days[today].append(pk)
    found = {}
    for today, ids in days.items():
        centers = WorkCenter.objects.filter(pk__in=ids)
        hours = engineering.standard_hours(centers, today, today + timedelta(days=HORIZON.days))
        for pk in ids:
            each = (hours[pk, today + timedelta(days=n)] for n in range(HORIZON.days))
            found[pk, today] = np.array([int(one * TICKS) for one in each], np.int64)
    return found


_ticks = remembered.Remembered(None, load_many=_load_ticks)
"""What capacity is made of says when it is stale."""

__all__ = ["FOREVER", "HORIZON", "NET", "NEVER", "REORDER", "TO_ORDER", "Structure", "site_calendars", "structure"]
