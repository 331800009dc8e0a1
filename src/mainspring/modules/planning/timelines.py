"""Everything that comes and goes of an item at a site, day by day, and what serves what."""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal
from fractions import Fraction
from functools import cached_property
from types import SimpleNamespace
from typing import Any
from uuid import UUID

import numpy as np
from django.db.models import Q

from mainspring import rounding
from mainspring.kernel import database, formats, sentences
from mainspring.kernel.models import DocumentIdentity, Site
from mainspring.modules.engineering import queries as engineering
from mainspring.modules.engineering.models import BomLine
from mainspring.modules.items.models import Item, ItemSite
from mainspring.modules.production.models import ProductionComponent

from . import forecasting, rows
from .dedicating import KEPT, NOBODY
from .reading import Reader

ZERO = Decimal(0)


@dataclass
class Event:
    """A demand (below zero) or supply of an item at a site.

    kind      stock, move, forecast (what is left of it), make, buy (a proposal, firm or not), request, part (asked
              for by a proposal of `parent`), brought (to `elsewhere`, another site)
    origin    the site a supply is brought from
    owner     the document a supply serves alone, or a demand that only such supply serves (P22)
    document  the document's key, of a part the proposal that asks; `label` what to call it
    """

    kind: str
    on: date
    quantity: Decimal
    document: Any = None
    document_kind: str = ""
    label: str = ""
    firm: bool = False
    is_forecast: bool = False
    parent: Item | None = None
    elsewhere: Any = None
    origin: Any = None
    original_on: date | None = None
    reason: str = ""
    owner: Any = None
    owner_number: str = ""
    balance: Decimal = ZERO
    serves: list = field(default_factory=list)  # (event, quantity): what a supply serves, or a demand is served by


class Timeline:
    """Everything that comes and goes of an item at a site, in order, with the projected stock and the pegs."""

    def __init__(self, ctx, item: Item, site):
        self.ctx, self.item, self.site = ctx, item, site
        row = ItemSite.objects.filter(item=item, site=site).first()
        self.planning = row
        self.safety_stock = row.safety_stock if row else ZERO
        self.on_hand = self._on_hand()
        events = [
            *self._moves(),
            *self._forecasts(),
            *self._proposals(),
            *self._requests(),
            *self._parts(),
            *self._brought(),
            *self._by_products(),
        ]
        events = self._told_apart(events)
        events.sort(key=lambda e: (e.on, e.quantity > 0, e.label))
        balance = self.on_hand
        for event in events:
            balance += event.quantity
            event.balance = balance
        self.events = events
        self._peg()

    def _on_hand(self) -> Decimal:
        return database.scalar(
            """
            SELECT COALESCE(SUM(b.quantity), 0) FROM stock_stockbalance b JOIN stock_location l ON l.id = b.location_id
            WHERE b.item_id = %(item)s AND l.site_id = %(site)s AND l.kind = 'internal'""",
            item=self.item.pk,
            site=self.site.pk,
        )

    def _moves(self) -> list[Event]:
        rows = database.rows(
            """
            SELECT m.planned_on, m.quantity, m.origin_id, m.is_forecast, d.kind, d.title,
                   CASE WHEN m.is_forecast THEN m.reference ELSE d.number END AS number,
                   (t.site_id = %(site)s AND t.kind = 'internal') AS comes
            FROM stock_stockmove m JOIN stock_location f ON f.id = m.from_location_id
            JOIN stock_location t ON t.id = m.to_location_id
            LEFT JOIN kernel_documentidentity d ON d.id = m.origin_id
            LEFT JOIN items_itemsite p ON p.item_id = m.item_id AND p.site_id = %(site)s
            WHERE m.state = 'planned' AND m.company_id = %(company)s AND m.item_id = %(item)s
              AND (f.site_id = %(site)s AND f.kind = 'internal') <> (t.site_id = %(site)s AND t.kind = 'internal')
              AND NOT (m.is_forecast AND m.planned_on < %(today)s + COALESCE(p.demand_fence_days, 0))
            ORDER BY m.planned_on, m.id""",
            site=self.site.pk,
            company=self.ctx.company_id,
            item=self.item.pk,
            today=self.ctx.business_date,
        )
        return [
            Event(
                "move",
                max(r["planned_on"], self.ctx.business_date),
                r["quantity"] if r["comes"] else -r["quantity"],
                r["origin_id"],
                r["kind"] or "",
                r["number"] or r["title"] or "",
                original_on=r["planned_on"],
                is_forecast=r["is_forecast"],
            )
            for r in rows
        ]

    def _forecasts(self) -> list[Event]:
        """What is left of the forecasts, on the days they count (P21, P23)."""
        self.forecasts = forecasting.left(self.ctx.company_id, self.ctx.business_date, [self.item.pk], self.site.pk)
        return [
            Event("forecast", f.day, -Decimal(f.left).scaleb(-6), label=formats.day(f.starts_on))
            for f in self.forecasts
            if f.day
        ]

    def _proposals(self) -> list[Event]:
        rows = database.rows(
            """
            SELECT o.*, p.identity_id IS NOT NULL AS firm FROM (
                SELECT id, 'make' AS kind, quantity, due_on AS due, reason_text, NULL::bigint AS origin
                FROM production_productionorder
                WHERE state = 'proposed' AND company_id = %(company)s AND item_id = %(item)s AND site_id = %(site)s
                UNION ALL
                SELECT id, 'buy', quantity, needed_on, reason_text, from_site_id FROM purchasing_purchaserequest
                WHERE state = 'proposed' AND company_id = %(company)s AND item_id = %(item)s AND site_id = %(site)s
            ) o LEFT JOIN planning_firmproposal p ON p.identity_id = o.id""",
            company=self.ctx.company_id,
            item=self.item.pk,
            site=self.site.pk,
        )
        kinds = {"make": "production.productionorder", "buy": "purchasing.purchaserequest"}
        sites = Site.objects.in_bulk({r["origin"] for r in rows if r["origin"]})
        return [
            Event(
                r["kind"],
                max(r["due"] or self.ctx.business_date, self.ctx.business_date),
                r["quantity"],
                r["id"],
                kinds[r["kind"]],
                firm=r["firm"],
                original_on=r["due"],
                reason=str(sentences.read(r["reason_text"])),
                origin=sites.get(r["origin"]),
            )
            for r in rows
        ]

    def _requests(self) -> list[Event]:
        rows = database.rows(
            """
            SELECT id, number, quantity - ordered_quantity AS quantity, needed_on, from_site_id
            FROM purchasing_purchaserequest
            WHERE company_id = %(company)s AND site_id = %(site)s AND item_id = %(item)s AND state = 'approved'
              AND quantity > ordered_quantity""",
            company=self.ctx.company_id,
            site=self.site.pk,
            item=self.item.pk,
        )
        sites = Site.objects.in_bulk({r["from_site_id"] for r in rows if r["from_site_id"]})
        return [
            Event(
                "request",
                max(r["needed_on"], self.ctx.business_date),
                r["quantity"],
                r["id"],
                "purchasing.purchaserequest",
                r["number"],
                original_on=r["needed_on"],
                origin=sites.get(r["from_site_id"]),
            )
            for r in rows
        ]

    def _parts(self) -> list[Event]:
        """What proposals to make other items need of this one, through phantoms too."""
        users: dict[int, list] = {}
        for bom, factor in self._users(self.item, set()):
            users.setdefault(bom.item_id, []).append((bom, factor))
        found = []
        for r in database.rows(
            """
            SELECT id, item_id, quantity, starts_on FROM production_productionorder
            WHERE state = 'proposed' AND company_id = %(company)s AND site_id = %(site)s AND item_id = ANY(%(items)s)
              AND starts_on IS NOT NULL""",
            company=self.ctx.company_id,
            site=self.site.pk,
            items=list(users),
        ):
            for bom, factor in users[r["item_id"]]:
                if (bom.valid_from and r["starts_on"] < bom.valid_from) or (
                    bom.valid_to and r["starts_on"] >= bom.valid_to
                ):
                    continue
                need = factor(r["quantity"])
                on = max(r["starts_on"], self.ctx.business_date)
                event = Event("part", on, -need, r["id"], "production.productionorder", bom.item.code)
                event.parent = bom.item
                found.append(event)
        return found

    def _brought(self) -> list[Event]:
        """What other sites want to be brought from here: proposals and approved requests, on the day it leaves."""
        rows = database.rows(
            """
            SELECT r.id, r.number, r.site_id, r.quantity - r.ordered_quantity AS quantity,
                   COALESCE(r.order_by, r.needed_on) AS day
            FROM purchasing_purchaserequest r
            WHERE r.company_id = %(company)s AND r.from_site_id = %(site)s AND r.item_id = %(item)s
              AND r.state IN ('proposed', 'approved') AND r.quantity > r.ordered_quantity""",
            company=self.ctx.company_id,
            site=self.site.pk,
            item=self.item.pk,
        )
        today = self.ctx.business_date
        sites = Site.objects.in_bulk({r["site_id"] for r in rows})
        found = []
        for r in rows:
            event = Event("brought", max(r["day"], today), -r["quantity"], r["id"], "purchasing.purchaserequest")
            event.original_on, event.elsewhere = r["day"], sites[r["site_id"]]
            event.label = " ".join(filter(None, (event.elsewhere.code, r["number"])))
            found.append(event)
        return found

    def _by_products(self) -> list[Event]:
        """What proposals to make other items bring of this one (P07)."""
        rows = database.rows(
            """
            SELECT p.id, p.item_id, p.due_on, o.quantity * p.quantity / b.batch_quantity AS quantity
            FROM engineering_bomoutput o JOIN engineering_bom b ON b.id = o.bom_id AND b.active
            JOIN production_productionorder p ON p.item_id = b.item_id AND p.state = 'proposed'
                 AND p.company_id = %(company)s AND p.site_id = %(site)s AND p.due_on IS NOT NULL
                 AND (b.valid_from IS NULL OR b.valid_from <= p.starts_on)
                 AND (b.valid_to IS NULL OR b.valid_to > p.starts_on)
            WHERE o.item_id = %(item)s AND (b.site_id = p.site_id OR b.site_id IS NULL AND NOT EXISTS (
                SELECT FROM engineering_bom s WHERE s.item_id = b.item_id AND s.site_id = p.site_id AND s.active))""",
            company=self.ctx.company_id,
            site=self.site.pk,
            item=self.item.pk,
        )
        parents = Item.objects.select_related("unit").in_bulk({r["item_id"] for r in rows})
        found = []
        for r in rows:
            parent = parents[r["item_id"]]
            quantity = rounding.from_fraction(Fraction(r["quantity"]), self.item.unit.digits)
            on = max(r["due_on"], self.ctx.business_date)
            found.append(Event("part", on, quantity, r["id"], "production.productionorder", parent.code, parent=parent))
        return [event for event in found if event.quantity > 0]

    def _users(self, item, seen: set) -> list[tuple]:
        lines = BomLine.objects.filter(
            Q(document__site=None) | Q(document__site=self.site), component=item, document__active=True
        ).select_related("document__item__unit", "component__unit", "unit")
        own = {line.document.item_id for line in lines if line.document.site_id}
        found, known = [], {}
        for line in lines:
            bom = line.document
            if bom.pk in seen or (bom.site_id is None and bom.item_id in own):
                continue

            def need(quantity, line=line, bom=bom):
                routing = None
                if bom.item.kind != "phantom":
                    routing = engineering.routing_for(bom.item, self.ctx.business_date, self.site, known)
                return engineering.line_need(line, bom, quantity, routing)

            if bom.item.kind == "phantom":
                for upper, above in self._users(bom.item, seen | {bom.pk}):
                    found.append((upper, lambda quantity, above=above, need=need: need(above(quantity))))
            else:
                found.append((bom, need))
        return found

    def _told_apart(self, events: list[Event]) -> list[Event]:
        """The events with their owners; a supply of which its owner needs only a part is told in two (P22)."""
        self.kept: dict[Any, Decimal] = {}
        if self.planning is None or self.planning.policy != ItemSite.Policy.MAKE_TO_ORDER:
            return events
        reader = Reader(self.ctx.company_id, self.ctx.business_date, [self.item.pk])
        demand, supply, _on_hand = rows.quantities(reader)
        wanted = {key for key, _owner, _quantity in self._owned(demand, demand.document)}
        shares: dict[Any, list] = defaultdict(list)
        lies = supply.start == KEPT
        for key, owner, quantity in self._owned(supply, supply.document):
            shares[key].append((owner, quantity))
        self.kept = {owner: quantity for _key, owner, quantity in self._owned(supply, supply.document, lies)}
        proposals = reader.proposals()
        for key, owner, quantity in self._owned(proposals, proposals.key):
            shares[key].append((owner, quantity))
        found = list(events)
        for event in found:  # what is told in two is looked at again, at the end
            if event.quantity < 0:
                event.owner = event.document if event.kind == "move" and event.document in wanted else None
            elif shares[event.document]:
                event.owner, part = shares[event.document].pop(0)
                if part < event.quantity and event.kind not in ("make", "buy"):
                    found.append(replace(event, quantity=event.quantity - part, owner=None, serves=[]))
                    event.quantity = part
        owners = {event.owner for event in found if event.owner is not None and event.quantity > 0}
        numbers = dict(DocumentIdentity.objects.filter(pk__in=owners).values_list("pk", "number")) if owners else {}
        for event in found:
            if event.quantity > 0:
                event.owner_number = numbers.get(event.owner, "")
        return found

    def _owned(self, read: SimpleNamespace, keys, chosen=True) -> Iterator[tuple[UUID, UUID, Decimal]]:
        """(key, owner, quantity) of rows at this site that belong to a document alone."""
        for n in np.flatnonzero((read.site == self.site.pk) & (read.owner != NOBODY) & chosen).tolist():
            key, owner = (UUID(bytes=column[n].tobytes()) for column in (keys, read.owner))
            yield key, owner, Decimal(int(read.quantity[n])).scaleb(-6)

    def _peg(self) -> None:
        """Serve demands by date from stock, then from supplies by date (P09); what is to order from its own alone."""
        kept = sum(self.kept.values(), ZERO)
        self.stock = Event("stock", self.ctx.business_date, self.on_hand - kept)
        own: dict[Any, list[Event]] = defaultdict(list)
        for event in self.events:
            own[event.owner].append(event)
        _serve(own.pop(None, []), self.stock)
        for owner, events in own.items():
            stock = Event("stock", self.ctx.business_date, self.kept.get(owner, ZERO), owner=owner)
            _serve(events, stock)
            self.stock.serves += stock.serves
        self.stock.quantity = self.on_hand

    @cached_property
    def lowest(self) -> Decimal:
        """The lowest projected stock."""
        return min([self.on_hand, *(e.balance for e in self.events)])


def _serve(events: list[Event], stock: Event) -> None:
    """Serve demands by date from stock, then from supplies by date."""
    supplies = [stock, *(e for e in events if e.quantity > 0)]
    place, left = 0, supplies[0].quantity
    for demand in (e for e in events if e.quantity < 0):
        rest = -demand.quantity
        while rest > 0 and place < len(supplies):
            taken = min(rest, left)
            if taken > 0:
                demand.serves.append((supplies[place], taken))
                supplies[place].serves.append((demand, taken))
                rest, left = rest - taken, left - taken
            if rest > 0:
                place += 1
                left = supplies[place].quantity if place < len(supplies) else ZERO


NODES_MAX = 120
DEPTH_MAX = 8


class Tree:
    """What a supply or demand of an item leads to, level by level, over the timelines of the items on the way."""

    def __init__(self, ctx, site):
        self.ctx, self.site, self.count = ctx, site, 0
        self._timelines: dict[tuple[int, int], Timeline] = {}

    def timeline(self, item: Item, site=None) -> Timeline:
        """The timeline of an item at a site, read once."""
        site = site or self.site
        if (item.pk, site.pk) not in self._timelines:
            self._timelines[item.pk, site.pk] = Timeline(self.ctx, item, site)
        return self._timelines[item.pk, site.pk]

    def up(self, item: Item, supply: Event, depth: int = 0, site=None) -> list[tuple[Item, Event, Decimal, list]]:
        """(item, demand, quantity, demands above it) of what a supply serves, to the independent ones."""
        found = []
        for demand, quantity in supply.serves[:20]:
            above: list = []
            self.count += 1
            parent = item if demand.elsewhere else self._parent(demand)
            if parent is not None and depth < DEPTH_MAX and self.count < NODES_MAX:
                upper = demand.elsewhere or site
                events = self.timeline(parent, upper).events
                order = next((e for e in events if e.quantity > 0 and e.document == demand.document), None)
                above = self.up(parent, order, depth + 1, upper) if order else []
            found.append((item, demand, quantity, above))
        return found

    def down(self, item: Item, supply: Event, depth: int = 0, site=None) -> list[tuple[Item, Event, Decimal, list]]:
        """(component, supply, quantity, supplies below it) of what an order is made of or brought from."""
        found = []
        made = supply.document_kind == "production.productionorder"
        if not (made or supply.origin) or depth >= DEPTH_MAX:
            return found
        below_at = supply.origin or site
        for component in self._components(item, supply, site) if made else [item]:
            for demand in self.timeline(component, below_at).events:
                if demand.quantity >= 0 or demand.document != supply.document:
                    continue
                for below, quantity in demand.serves[:10]:
                    self.count += 1
                    if self.count < NODES_MAX:
                        deeper = self.down(component, below, depth + 1, below_at)
                        found.append((component, below, quantity, deeper))
        return found

    def _parent(self, demand: Event) -> Item | None:
        if demand.parent is not None:
            return demand.parent
        if demand.document_kind != "production.productionorder":
            return None
        return Item.objects.filter(production_orders=demand.document).select_related("unit").first()

    def _components(self, item: Item, supply: Event, site) -> list[Item]:
        if supply.kind == "move":
            taken = ProductionComponent.objects.filter(document=supply.document).values("item")
            return list(Item.objects.filter(pk__in=taken).select_related("unit").order_by("code"))
        needs = engineering.components(item, supply.quantity, supply.original_on or supply.on, site or self.site)
        return list({need.item.pk: need.item for need in needs}.values())
