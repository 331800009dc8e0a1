"""Why an order is proposed, in data and in words: demand documents, stock, incoming supply, lot rule (PUR-04, P17)."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

import numpy as np
from django.utils.translation import gettext_noop

from mainspring.engines.mrp import data, lots, network, pegging
from mainspring.kernel import database, sentences
from mainspring.kernel.models import DocumentIdentity, Site
from mainspring.kernel.sentences import node as say
from mainspring.modules.items.models import Item

from .dedicating import KEPT, NOBODY
from .holding import Held
from .network import HORIZON, REORDER
from .reading import day

DEMANDS_MAX = 50
KINDS = {network.FIXED: "fixed", network.PERIOD: "period", network.ECONOMIC: "economic"}


@dataclass(frozen=True)
class Served:
    """A demand at the top of what an order serves; `through` is the item whose order asks for the part."""

    document: UUID | None
    on: date
    quantity: Decimal
    through: int | None


Top = tuple[UUID | None, int]
"""The document above a demand, and the item whose order asks directly below it."""


@dataclass(frozen=True)
class Reason:
    """Data for programs, a sentence for people (not worded yet), and the first document served."""

    data: dict
    text: list | dict
    document: UUID | None


class Why:
    """Reasons of orders at one age of the plan; what was found out for some serves the next."""

    def __init__(self, held: Held):
        self.held, self.plan, self.plan_age = held, held.plan, held.plan.age
        self._served: dict[int, dict[int, list]] = {}  # node: row of the pool: [(demand, bucket, quantity)]
        self._tops: dict[int, Top] = {}
        self.items: dict[int, Item] = {}
        self.documents: dict[UUID, DocumentIdentity] = {}
        self.numbers: dict[UUID, str] = {}
        self.sites: dict[int, str] = {}

    def reasons(self, orders) -> list[Reason]:
        """The reasons of orders (columns node, row, net, short, due and available days)."""
        self._peg(np.unique(orders.node).tolist())
        rows = list(zip(orders.node.tolist(), orders.row.tolist(), strict=True))
        self._climb({d for node, row in rows for d, _b, _q in self._served[node].get(row, ())[:DEMANDS_MAX] if d >= 0})
        owners = [self.held.owner(number) if number else None for number in orders.owner.tolist()]
        served = [self._serves(node, row, owner) for (node, row), owner in zip(rows, owners, strict=True)]
        items = {int(i) for i in self.held.structure.item[np.unique(orders.node)]}
        items |= {s.through for found in served for s in found if s.through}
        self.items = Item.objects.select_related("unit").in_bulk(items - self.items.keys()) | self.items
        keys = {s.document for found in served for s in found if s.document} - self.documents.keys()
        if keys:
            self.documents |= DocumentIdentity.objects.in_bulk(keys)
            self.numbers |= _forecasts(keys)
        return [self._reason(orders, n, found) for n, found in enumerate(served)]

    # -- what an order serves --

    def _serves(self, node: int, row: int, owner: UUID | None) -> list[Served]:
        found: dict[Any, Served] = {}
        pegs = self._served[node].get(row, [])
        if owner is not None:  # an order to order serves several documents, each by a proposal of its own
            pegs = [peg for peg in pegs if self._independent(node, peg[0]) == owner]
        for demand, bucket, quantity in pegs[:DEMANDS_MAX]:
            document, through = self._tops[demand] if demand >= 0 else (self._independent(node, demand), None)
            on = day(self.held.today, HORIZON.first_days[bucket])
            amount = self.amount(node, quantity)
            key = document or (node, demand)
            before = found.get(key)
            found[key] = Served(
                document,
                before.on if before else on,
                amount + (before.quantity if before else 0),
                before.through if before else through,
            )
        return list(found.values())

    def _peg(self, nodes: list[int]) -> None:
        """Find what the orders of these nodes serve directly."""
        wanted = [node for node in nodes if node not in self._served]
        if not wanted:
            return
        book = pegging.Book(self.plan, np.array(wanted, np.int64))
        columns = (book.columns.demand, book.columns.bucket, book.columns.supply, book.columns.quantity)
        for node in wanted:
            part = slice(int(book.first[node]), int(book.last[node]))
            found: dict[int, list] = {}
            for demand, bucket, supply, quantity in zip(*(c[part].tolist() for c in columns), strict=True):
                if supply >= 0:
                    found.setdefault(supply, []).append((demand, bucket, quantity))
            self._served[node] = found

    def _climb(self, demands: set[int]) -> None:
        """Find what is at the top of the first chain above each of these, all a level at a time."""
        steps: list[dict[int, int]] = []
        demands = demands - self._tops.keys()
        while demands:
            rows = sorted(demands)
            parents = dict(zip(rows, self.plan.pool.item[rows].tolist(), strict=True))
            self._peg(sorted(set(parents.values())))
            above = {}
            for demand, parent in parents.items():
                asked = self._served[parent].get(demand)
                if asked and asked[0][0] >= 0:
                    above[demand] = asked[0][0]
                else:
                    document = self._independent(parent, asked[0][0]) if asked else self._firm(parent, demand)
                    self._tops[demand] = document, int(self.held.structure.item[parent])
            steps.append(above)
            demands = set(above.values()) - self._tops.keys()
        for above in reversed(steps):
            self._tops |= {demand: self._tops[upper] for demand, upper in above.items()}

    def _independent(self, node: int, demand: int) -> UUID | None:
        """The document of a demand of its own."""
        if self.held.structure.policy[node] == REORDER:
            return None
        rows, at = self.held.demand_row(node, -1 - demand)
        return _document(rows.document[at])

    def _firm(self, node: int, row: int) -> UUID | None:
        """The firm proposal a row of the pool repeats."""
        pool = self.plan.pool
        which = row - int(pool.ptr[node]) - int(pool.planned[node])
        rows = self.held.receipts(node)
        firm = np.flatnonzero((rows.start >= 0) & (rows.bucket < HORIZON.buckets))
        return _document(rows.document[firm[which]]) if 0 <= which < len(firm) else None

    # -- in data and words --

    def amount(self, node: int, quantity: int) -> Decimal:
        """Smallest units as a quantity."""
        return Decimal(int(quantity)).scaleb(-int(self.held.structure.digits[node]))

    def _reason(self, orders, n: int, served: list[Served]) -> Reason:
        node, structure = int(orders.node[n]), self.held.structure
        item = self.items[int(structure.item[node])]
        receipts = self.held.receipts(node)
        mine, lies = np.ones(len(receipts.node), np.bool_), receipts.start == KEPT
        to_order = bool(orders.owner[n])
        if to_order:
            mine = receipts.owner == np.frombuffer(self.held.owner(int(orders.owner[n])).bytes, "V16")[0]
        on_hand = self.amount(node, self.held.on_hand(node) + receipts.quantity[mine & lies].sum())
        incoming = self.amount(node, receipts.quantity[mine & ~lies].sum())
        net = self.amount(node, orders.net[n])
        if to_order:
            net = sum((s.quantity for s in served), Decimal(0))
        due, available = day(self.held.today, orders.due[n]), day(self.held.today, orders.available[n])
        if structure.policy[node] == REORDER:
            asked = on_hand + incoming - self.amount(node, self.held.promised(self.held.demand(node)))
            steps = (
                ("reorder_point", self.amount(node, structure.point[node])),
                ("order_up_to", self.amount(node, structure.upto[node])),
            )
            code, projected = "reorder_point", asked
            text = self._at_the_point(item, asked, steps[0][1])
        else:
            code = "demand" if served else "safety_stock"
            projected = -self.amount(node, orders.short[n])
            _sizes, steps = lots.sized(net, self._lot(node), int(structure.digits[node]))
            text = self._sentence(item, served, on_hand, incoming, steps, due, available)
            if structure.origin[node] >= 0:
                text = sentences.joined((text, self._way(node)))
            if to_order:
                text = sentences.joined((text, say(gettext_noop("To order: for it alone."))))
        kept = {
            "code": code,
            "on_hand": plain(on_hand),
            "incoming": plain(incoming),
            "projected": plain(projected),
            "steps": [[name, plain(value)] for name, value in steps],
            "demands": [self._told(s) for s in served],
            "due_on": due.isoformat(),
            "available_on": available.isoformat(),
        }
        return Reason(kept, text, next((s.document for s in served if s.document in self.documents), None))

    def _way(self, node: int) -> list | dict:
        """Where it is brought from, and how long that takes (MFG-11)."""
        s = self.held.structure
        if not self.sites:
            self.sites = dict(Site.objects.filter(company=self.held.company_id).values_list("pk", "code"))
        site, days = self.sites[int(s.site[s.origin[node]])], int(s.lead[node])
        return say(gettext_noop("Brought from %(site)s: %(days)s working days."), site=site, days=days)

    def _told(self, served: Served) -> dict:
        document = self.documents.get(served.document) if served.document else None
        return {
            "document": str(document.pk) if document else None,
            "number": self.numbers.get(document.pk, document.number) if document else "",
            "title": document.title if document else "",
            "quantity": plain(served.quantity),
            "on": served.on.isoformat(),
            "through": self.items[served.through].code if served.through else "",
        }

    def _lot(self, node: int) -> data.Lot:
        items = self.held.structure.items
        kind = KINDS.get(int(items.kind[node]), "lot_for_lot")
        size = items.size[node]
        return data.Lot(
            kind=kind,  # type: ignore[arg-type]
            quantity=self.amount(node, size) if kind in ("fixed", "economic") else data.ZERO,
            period_days=int(size) if kind == "period" else 1,
            minimum=self.amount(node, items.minimum[node]),
            multiple=self.amount(node, items.multiple[node]),
            maximum=self.amount(node, items.maximum[node]),
        )

    @staticmethod
    def _at_the_point(item, position: Decimal, point: Decimal) -> list:
        text = gettext_noop("Stock and orders of %(position)s %(unit)s are at or below the reorder point of %(point)s.")
        return say(text, position=position, unit=item.unit.code, point=point)

    def _sentence(self, item, served, on_hand, incoming, steps, due: date, available: date) -> dict:
        unit = item.unit.code
        wanted = [
            say(
                gettext_noop("%(quantity)s %(unit)s for %(document)s on %(date)s"),
                quantity=s.quantity,
                unit=unit,
                date=s.on,
                document=sentences.joined((self._called(s), s.through and f"({self.items[s.through].code})")),
            )
            for s in served[:4]
        ]
        said = [
            say(
                gettext_noop("%(demand)s; on hand %(on_hand)s, incoming %(incoming)s."),
                demand=sentences.joined(wanted, ", ") if wanted else say(gettext_noop("safety stock")),
                on_hand=on_hand,
                incoming=incoming,
            )
        ]
        if len(steps) > 1:
            worded = [say(_STEPS.get(name, "%(quantity)s"), quantity=value) for name, value in steps]
            said.append(say(gettext_noop("Lot: %(steps)s."), steps=sentences.joined(worded, " → ")))
        if available > due:
            late = gettext_noop("Needed on %(due)s, possible on %(date)s.")
            said.append(say(late, due=due, date=available))
        return sentences.joined(said)

    def _called(self, served: Served):
        document = self.documents.get(served.document) if served.document else None
        known = document and (self.numbers.get(document.pk) or document.number or document.title)
        return known or say(gettext_noop("a plan"))


_STEPS = {
    "net": gettext_noop("net %(quantity)s"),
    "minimum": gettext_noop("at least %(quantity)s"),
    "multiple": gettext_noop("multiple %(quantity)s"),
    "fixed": gettext_noop("fixed lot %(quantity)s"),
    "economic": gettext_noop("economic lot %(quantity)s"),
    "period": gettext_noop("period %(quantity)s"),
}


def _forecasts(keys) -> dict[UUID, str]:
    """{document: how it is planned for} of those that are only expected to bring demand."""
    rows = database.rows(
        "SELECT DISTINCT ON (origin_id) origin_id, reference FROM stock_stockmove "
        "WHERE is_forecast AND state = 'planned' AND origin_id = ANY(%(keys)s::uuid[]) ORDER BY origin_id, planned_on",
        keys=list(keys),
    )
    return {row["origin_id"]: row["reference"] for row in rows}


def _document(raw) -> UUID | None:
    return None if raw == NOBODY else UUID(bytes=raw.tobytes())


def plain(quantity: Decimal) -> str:
    """A quantity without trailing zeros."""
    return f"{quantity.normalize():f}"
