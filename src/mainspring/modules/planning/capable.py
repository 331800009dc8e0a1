"""Dates for goods that have to be made: from material that is free or comes, and hours that are free (SAL-04, U5).

What is asked for, what it is made of and what else takes from the same is read anew for each question, as a small plan
of its own. Proposals count as orders: what the plan made for others is not free. What others asked for since the plan
was last current is put into it first, so that no unit and no hour is promised twice.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import timedelta
from decimal import Decimal
from types import SimpleNamespace

import numpy as np
from django.utils.translation import gettext_noop
from numpy.typing import NDArray

from mainspring.engines.mrp.network import COMPONENT, Entries
from mainspring.engines.promising import capable as engine
from mainspring.kernel import database
from mainspring.kernel.sentences import Sentence, say
from mainspring.modules.engineering.models import WorkCenter
from mainspring.modules.items.models import Item
from mainspring.modules.promising import commands as turns
from mainspring.modules.promising.queries import Promise, Reason, Wanted

from . import network, rows
from .dedicating import NOBODY
from .network import HORIZON, TICKS
from .reading import Reader, day

MARKED_MOST = 200
"""So many items whose changes the plan does not hold yet are put into a question first."""
ANY = 0  # instead of an item: whoever promises work of a site waits for whoever else does


def promises(ctx, site, wanted: Sequence[Wanted], short: Sequence[int], apart_from) -> dict[int, Promise]:
    """Promises of the short lines that can be made at the site or brought to it, what the other lines take left out."""
    asked = {wanted[n].item.pk for n in short}
    if not database.scalar(MADE, items=list(asked), site=site.pk):
        return {}
    if apart_from is not None:  # it is going to be promised, not only asked
        turns.take_turns(site.pk, [ANY])
    question = Question(ctx, site, {line.item.pk for line in wanted if line.item.is_stocked}, apart_from)
    found = {}
    for n, line in enumerate(wanted):
        node = question.node(line.item.pk, site.pk) if line.item.is_stocked and line.quantity > 0 else -1
        if node < 0:
            continue
        promise = question.promise(node, line)
        if n in short and question.is_made(node):
            found[n] = promise
    words = Words(question, found.values())
    return {n: words.told(promise, wanted[n]) for n, promise in found.items()}


MADE = """
SELECT EXISTS (
    SELECT FROM items_item i LEFT JOIN items_itemsite p ON p.item_id = i.id AND p.site_id = %(site)s
    WHERE i.id = ANY(%(items)s::bigint[]) AND i.active AND COALESCE(p.policy, 'mrp') <> 'none'
      AND (i.make_or_buy = 'make' OR p.supplied_from_id IS NOT NULL OR p.policy = 'mto'))"""

BELOW = """
WITH RECURSIVE below AS (
    SELECT unnest(%(items)s::bigint[]) AS item
    UNION
    (SELECT DISTINCT item FROM planning_planmark WHERE company = %(company)s AND item IS NOT NULL LIMIT %(most)s)
    UNION
    SELECT l.component_id FROM below JOIN engineering_bom b ON b.item_id = below.item AND b.active
    JOIN engineering_bomline l ON l.document_id = b.id)
SELECT item FROM below"""
"""What is asked for and what it is made of."""
BESIDE = """
SELECT b.item_id AS item FROM (
    SELECT DISTINCT b.item_id FROM engineering_bomline l JOIN engineering_bom b ON b.id = l.document_id AND b.active
    WHERE l.component_id = ANY(%(items)s::bigint[])) b
CROSS JOIN LATERAL (
    SELECT FROM production_productionorder o WHERE o.item_id = b.item_id AND o.state = 'proposed' LIMIT 1) o"""
"""What is proposed that takes from the same; a question of its own, whose cost is known by the number of items."""


class Question:
    """A small plan to be asked for dates."""

    def __init__(self, ctx, site, items: set[int], apart_from):
        self.ctx, self.today = ctx, ctx.business_date
        self.apart = getattr(apart_from, "pk", apart_from)
        asked = {"items": list(items), "company": ctx.company_id, "most": MARKED_MOST}
        below = [row["item"] for row in database.rows(BELOW, **asked)]
        concerned = sorted({*below, *(row["item"] for row in database.rows(BESIDE, items=below))})
        reader = Reader(ctx.company_id, self.today, concerned)
        demand, receipts, on_hand = rows.quantities(reader)
        proposals = reader.proposals()
        used = SimpleNamespace(
            item=np.concatenate([demand.item, receipts.item, proposals.item, np.array(list(items), np.int64)]),
            site=np.concatenate([demand.site, receipts.site, proposals.site, np.full(len(items), site.pk)]),
        )
        self.structure = network.structure(ctx.company_id, self.today, used, concerned)
        self.receipts = rows.rows_of(self.structure, receipts, receipts=True)
        self.demand = rows.rows_of(self.structure, demand, receipts=False)
        self.proposed = self._proposed(proposals)
        self.structure.items.on_hand[:] = rows.stock_of(self.structure, on_hand)
        self.planner = self._planner()
        self._meet_what_is_not_planned_yet()
        self._meet_what_is_to_order()

    def node(self, item: int, site: int) -> int:
        """The node that serves an order: of its own where the item is made or bought to order."""
        return int(self.structure.node(np.array([item]), np.array([site]), np.array([True]))[0])

    def is_made(self, node: int) -> bool:
        """Whether it can be made here, brought from another site, or is made or bought to order."""
        return bool(self.planner.below[node] or self.planner.operations[node] or self.structure.own[node])

    def promise(self, node: int, line: Wanted) -> engine.Promise:
        """The earliest day of a line, taken."""
        wanted = max(((line.wanted_on or self.today) - self.today).days, 0)
        quantity = -(-int(line.quantity * 10**6) // int(self.structure.scale[node]))
        if wanted >= HORIZON.days:
            return engine.Promise(engine.NEVER)
        return self._promise_to_order(node, quantity, wanted) or self.planner.promise(node, quantity, wanted=wanted)

    def _promise_to_order(self, node: int, quantity: int, wanted: int) -> engine.Promise | None:
        """What the document has of its own comes when it comes, though more could be had sooner; the rest is new."""
        coming = int(self.planner.available(node)[-1]) if self.structure.own[node] else 0
        if not coming:
            return None
        own = min(coming, quantity)
        there = max(int(np.searchsorted(self.planner.available(node), own)), wanted)
        first = self.planner.promise(node, own, wanted=there)
        if own == quantity:
            return first
        rest = self.planner.promise(node, quantity - own, wanted=wanted)
        last = engine.NEVER if rest.day == engine.NEVER else max(first.day, rest.day)
        return engine.Promise(last, first.sources + rest.sources, first.units + rest.units, first.hours + rest.hours)

    # -- the plan --

    def _proposed(self, read: SimpleNamespace) -> SimpleNamespace:
        s = self.structure
        node = s.node(read.item, read.site, read.owner != NOBODY)
        kept = node >= 0
        return SimpleNamespace(
            node=node[kept],
            start=read.start[kept].astype(np.int64),
            due=read.due[kept].astype(np.int64),
            quantity=read.quantity[kept] // s.scale[node[kept]],
            owner=read.owner[kept],
        )

    def _planner(self) -> engine.Planner:
        s, p, r, d = self.structure, self.proposed, self.receipts, self.demand
        promised = (d.start != rows.FORECAST) & ~self._own(d)  # what deals may bring stands in nobody's way
        promised &= ~s.own[d.node]  # what is to order is looked at document by document
        free_r, free_p = ~s.own[r.node], ~s.own[p.node]
        firm = r.start >= 0
        node = np.concatenate([p.node, r.node[firm]])
        taken = self._parts(
            node, np.concatenate([p.start, r.start[firm]]), np.concatenate([p.quantity, r.quantity[firm]])
        )
        demand = Entries(
            np.concatenate([d.node[promised], taken[0]]),
            np.maximum(np.concatenate([d.day[promised], taken[1]]), 0),
            np.concatenate([d.quantity[promised], taken[2]]),
        )
        supply = Entries(
            np.concatenate([r.node[free_r], p.node[free_p]]),
            np.maximum(np.concatenate([r.day[free_r], p.due[free_p]]), 0),
            np.concatenate([r.quantity[free_r], p.quantity[free_p]]),
        )
        calendars = network.site_calendars(s.sites, self.today)
        lead = [(calendars[site], days) for site, days in zip(s.site.tolist(), s.lead.tolist(), strict=True)]
        return engine.Planner(
            s.items, s.lines, demand, supply, days=HORIZON.days, lead=lead, shop=s.shop, load=self._load()
        )  # fmt: skip

    def _own(self, found: rows.Rows) -> NDArray:
        """Rows of the document that asks: they do not stand in its way."""
        if self.apart is None:
            return np.zeros(len(found.node), np.bool_)
        return found.document == np.frombuffer(self.apart.bytes, "V16")[0]

    def _parts(self, node: NDArray, start: NDArray, quantity: NDArray) -> tuple[NDArray, NDArray, NDArray]:
        """(node, day, quantity) of what orders that are not released yet take, by the lines of their bills."""
        lines = self.structure.lines
        by_parent = np.argsort(lines.parent, kind="stable")
        first = np.searchsorted(lines.parent[by_parent], node)
        last = np.searchsorted(lines.parent[by_parent], node, side="right")
        counts = last - first
        order = np.repeat(np.arange(len(node)), counts)
        line = by_parent[np.arange(counts.sum()) - np.repeat(np.cumsum(counts) - counts, counts) + first[order]]
        holds = (lines.valid_from[line] <= start[order]) & (start[order] < lines.valid_to[line])
        order, line = order[holds & (lines.kind[line] == COMPONENT)], line[holds & (lines.kind[line] == COMPONENT)]
        need = -(-quantity[order] * lines.num[line] // lines.den[line]) + lines.fixed[line]
        return lines.component[line].astype(np.int64), start[order], need

    def _load(self) -> NDArray:
        """[work center, day] ticks that confirmed and proposed orders take."""
        shop, centers = self.structure.shop, self.structure.centers
        load = np.zeros_like(shop.capacity)
        if not len(centers):
            return load
        given = {"centers": centers.tolist(), "today": self.today, "last": HORIZON.days}
        place = {int(center): n for n, center in enumerate(centers)}
        for row in database.rows(BOOKED, **given):
            load[place[row["center"]], row["day"]] += int(row["hours"] * TICKS)
        monday = -self.today.weekday()
        for row in database.rows(PROPOSED, monday=self.today + timedelta(days=monday), **given):
            days = slice(max(row["day"], 0), min(row["day"] + 7, HORIZON.days))
            row_place = place[row["center"]]
            free = np.maximum(shop.capacity[row_place, days] - load[row_place, days], 0)
            whole = int(free.sum())
            if whole:  # spread over what the week has free
                load[row_place, days] += free * min(int(row["hours"] * TICKS), whole) // whole
        return load

    def _meet_what_is_not_planned_yet(self) -> None:
        """Take what demands need that no supply covers: the plan will, a moment later."""
        planner, s = self.planner, self.structure
        rows_of: dict[int, list[tuple[int, int]]] = defaultdict(list)
        d = self.demand
        counted = (d.start != rows.FORECAST) & ~self._own(d) & (d.day < HORIZON.days) & ~s.own[d.node]
        columns = (d.node[counted].tolist(), d.day[counted].tolist(), d.quantity[counted].tolist())
        for node, on, quantity in zip(*columns, strict=True):
            rows_of[node].append((max(on, 0), quantity))
        for node, wanted in rows_of.items():
            short = -int(planner.projected(node)[-1]) - int(s.items.safety[node])
            for on, quantity in sorted(wanted, reverse=True):
                if short <= 0:
                    break
                self._take(node, min(short, quantity), on)
                short -= quantity

    def _meet_what_is_to_order(self) -> None:
        """Take what other documents have no supply of their own for; then put in what the one that asks has (P22)."""
        own = self.structure.own
        left: dict[tuple[int, bytes], int] = defaultdict(int)
        supplies = []
        for found, day_of in ((self.receipts, self.receipts.day), (self.proposed, self.proposed.due)):
            for n in np.flatnonzero(own[found.node]).tolist():
                node, owner = int(found.node[n]), found.owner[n].tobytes()
                left[node, owner] += int(found.quantity[n])
                if self.apart is not None and owner == self.apart.bytes:
                    supplies.append((node, int(found.quantity[n]), int(max(day_of[n], 0))))
        d = self.demand
        for n in np.flatnonzero(own[d.node] & ~self._own(d) & (d.day < HORIZON.days)).tolist():
            node, owner, quantity = int(d.node[n]), d.owner[n].tobytes(), int(d.quantity[n])
            covered = min(left[node, owner], quantity)
            left[node, owner] -= covered
            if quantity > covered:
                self.planner.promise(node, quantity - covered, wanted=int(max(d.day[n], 0)))
        for node, quantity, on in supplies:
            if on < HORIZON.days:
                self.planner.add(node, quantity, on)

    def _take(self, node: int, quantity: int, on: int) -> None:
        planner = self.planner
        planner.add(node, quantity, on)  # the demand is in it already
        if planner.promise(node, quantity, wanted=on).day == engine.NEVER:
            planner.add(node, -quantity, on)


class Words:
    """What promises rest on, for people."""

    def __init__(self, question: Question, promises: Iterable[engine.Promise]):
        self.structure, self.today = question.structure, question.today
        promises = list(promises)
        nodes = {source.item for promise in promises for source in promise.sources}
        self.items = dict(
            Item.objects.filter(pk__in={int(self.structure.item[n]) for n in nodes}).values_list("pk", "code")
        )
        last = {self._last_center(promise) for promise in promises} - {None}
        self.centers = {center.pk: str(center) for center in WorkCenter.objects.filter(pk__in=last)} if last else {}

    def _last_center(self, promise: engine.Promise) -> int | None:
        last = max(promise.hours, key=lambda hour: hour[1], default=None)
        return int(self.structure.centers[last[0]]) if last else None

    def told(self, promise: engine.Promise, line: Wanted) -> Promise:
        """What a promise rests on, for people."""
        if promise.day == engine.NEVER:
            never = gettext_noop("%(quantity)s: no day within a year on which material and capacity are there.")
            text = say(never, quantity=self._amount(line, line.quantity))
            return Promise(None, (Reason("none", line.quantity, None, text),))
        own = [n for n, source in enumerate(promise.sources) if not source.level]
        reasons = [self._reason(n, promise, line) for n in own]
        return Promise(day(self.today, promise.day), tuple(reasons))

    def _reason(self, place: int, promise: engine.Promise, line: Wanted) -> Reason:
        source = promise.sources[place]
        quantity = Decimal(source.quantity).scaleb(-int(self.structure.digits[source.item]))
        amount, on = self._amount(line, quantity), day(self.today, max(source.day, 0))
        if source.kind == "stock":
            return Reason("stock", quantity, on, say(gettext_noop("%(quantity)s from free stock."), quantity=amount))
        if source.kind == "incoming":
            text = gettext_noop("%(quantity)s on %(date)s from what is on order or planned.")
            return Reason("incoming", quantity, on, say(text, quantity=amount, date=on))
        text = gettext_noop("%(quantity)s on %(date)s, to be made: %(why)s.")
        if source.kind == "buy":
            text = gettext_noop("%(quantity)s on %(date)s, to be bought: %(why)s.")
        if self.structure.origin[source.item] >= 0:
            text = gettext_noop("%(quantity)s on %(date)s, to be brought here: %(why)s.")
        why = self._why(place, promise)
        return Reason("make", quantity, on, say(text, quantity=amount, date=on, why=why))

    def _why(self, place: int, promise: engine.Promise) -> Sentence:
        """What the day waits for longest: the last material, the work center, or the time it takes."""
        source = promise.sources[place]
        below = [s for s in promise.sources[place + 1 :] if s.level == source.level + 1 and s.day > 0]
        last = max(below, key=lambda s: s.day, default=None)
        if last is not None and last.day >= source.day - last.day:
            item = self.items[int(self.structure.item[last.item])]
            text = {
                "buy": gettext_noop("%(item)s can be bought by %(date)s"),
                "make": gettext_noop("%(item)s can be made by %(date)s"),
            }.get(last.kind, gettext_noop("%(item)s comes on %(date)s"))
            return say(text, item=item, date=day(self.today, last.day))
        center = self._last_center(promise)
        if source.waits == "capacity" and center in self.centers:
            return say(gettext_noop("%(center)s has the hours by then"), center=self.centers[center])
        return say(gettext_noop("the time it takes"))

    @staticmethod
    def _amount(line: Wanted, quantity: Decimal) -> str:
        return f"{quantity.normalize():f} {line.item.unit.code}"


BOOKED = """
SELECT work_center_id AS center, GREATEST(on_date - %(today)s::date, 0) AS day, SUM(hours) AS hours
FROM production_capacitybooking
WHERE state = 'planned' AND work_center_id = ANY(%(centers)s::bigint[]) AND on_date < %(today)s::date + %(last)s
GROUP BY 1, 2"""
PROPOSED = """
SELECT work_center_id AS center, week - %(today)s::date AS day, hours FROM planning_centerload
WHERE work_center_id = ANY(%(centers)s::bigint[]) AND week >= %(monday)s AND week < %(today)s::date + %(last)s"""
