"""Proposals in the database made what the plan says: only what differs is written, under the locks of verbs."""

from collections import Counter, defaultdict
from dataclasses import dataclass, field
from decimal import Decimal
from types import SimpleNamespace
from typing import Any
from uuid import UUID

import numpy as np
from numpy.typing import NDArray

from mainspring.kernel import database
from mainspring.kernel.ids import uuid7
from mainspring.kernel.models import DocumentIdentity
from mainspring.modules.items.models import Item
from mainspring.modules.production.models import ProductionOrder
from mainspring.modules.purchasing.models import PurchaseRequest

from .holding import Held
from .network import HORIZON, site_calendars
from .reading import Reader, day
from .reasons import Why

MAKE, BUY = range(2)
MODELS: tuple[Any, Any] = (ProductionOrder, PurchaseRequest)
NAMES = (
    ("quantity", "starts_on", "due_on", "reason", "reason_text", "demand_id"),
    ("quantity", "order_by", "needed_on", "reason", "reason_text", "demand_id"),
)


@dataclass
class Changes:
    """What differs: orders (places among the wanted) to add, (place, key of a proposal) to change, keys to withdraw."""

    new: list[int] = field(default_factory=list)
    changed: list[tuple[int, int, UUID]] = field(default_factory=list)  # place, table, key
    withdrawn: list[tuple[int, UUID]] = field(default_factory=list)  # table, key
    nodes: set[int] = field(default_factory=set)


def wanted(held: Held, nodes: NDArray | None = None) -> SimpleNamespace:
    """The orders the plan wants, one row each: node, table, quantity, days; `row` is their place in the pool.

    due        the day it is needed, for a made item not before it can be there
    available  the day it can be there
    """
    s = held.structure
    orders = held.plan.orders(nodes)
    each = np.repeat(np.arange(len(orders)), orders.count)
    node = orders.item[each].astype(np.int64)
    needed = HORIZON.first_days[orders.due[each]].astype(np.int64)
    available = np.maximum(needed, _ready_days(held)[s.items.start_row[node]])
    table = np.where(s.made[node], MAKE, BUY)
    return SimpleNamespace(
        node=node,
        table=table,
        quantity=orders.quantity[each] * s.scale[node],
        start=orders.start[each].astype(np.int64),
        due=needed,
        available=available,
        promised=np.where(table == MAKE, available, needed),
        short=orders.short[each],
        net=orders.net[each],
        row=orders.row[each],
    )


def _ready_days(held: Held) -> NDArray:
    """By row of the start tables: the working day on which an order started today can be there."""
    if held.ready_days is None:
        s = held.structure
        calendars = site_calendars(s.sites, held.today)
        first = np.array([int(np.searchsorted(row >= 0, True)) for row in s.starts], np.int64)
        found = HORIZON.first_days[np.minimum(first, HORIZON.buckets)].astype(np.int64)
        row_site = np.zeros(len(s.starts), np.int64)
        row_site[s.items.start_row] = s.site
        for n, site in enumerate(row_site.tolist()):
            if site in calendars and first[n] > 0:
                found[n] = calendars[site].next_open(found[n : n + 1])[0]
        held.ready_days = found
    return held.ready_days


def stored(held: Held, nodes: NDArray | None, read: SimpleNamespace | None = None) -> SimpleNamespace:
    """The proposals there are, of these nodes or all; `node` is -1 where nothing is planned any more."""
    s = held.structure
    if read is None:
        items = None if nodes is None else np.unique(s.item[nodes]).tolist()
        read = Reader(held.company_id, held.today, items).proposals()
    node = s.node(read.item, read.site)
    kept = np.isin(node, nodes) if nodes is not None else np.ones(len(node), np.bool_)
    return SimpleNamespace(
        node=node[kept],
        table=read.table[kept].astype(np.int64),
        quantity=read.quantity[kept],
        start=read.start[kept].astype(np.int64),
        promised=read.due[kept].astype(np.int64),
        key=read.key[kept],
        item=read.item[kept],
    )


def differences(want: SimpleNamespace, have: SimpleNamespace) -> Changes:
    """What has to be written: equal rows stay, the others of an item are paired in order of their days."""
    found = Changes()
    for n in np.flatnonzero(have.node < 0).tolist():
        found.withdrawn.append((int(have.table[n]), UUID(bytes=have.key[n].tobytes())))
    for node in _differing(want, have).tolist():
        found.nodes.add(node)
        for table in (MAKE, BUY):
            mine = np.flatnonzero((want.node == node) & (want.table == table)) if want.few else want.rows(node, table)
            theirs = np.flatnonzero((have.node == node) & (have.table == table)) if have.few else have.rows(node, table)
            _pair(found, table, want, mine.tolist(), have, theirs.tolist())
    return found


def _pair(found: Changes, table: int, want, mine: list[int], have, theirs: list[int]) -> None:
    def told(rows, n):
        return int(rows.promised[n]), int(rows.start[n]), int(rows.quantity[n])

    same = Counter(told(want, n) for n in mine) & Counter(told(have, n) for n in theirs)
    left_mine, left_theirs = [], []
    for rows, chosen, left in ((want, mine, left_mine), (have, theirs, left_theirs)):
        rest = same.copy()
        for n in sorted(chosen, key=lambda n: (*told(rows, n), n)):
            if rest[told(rows, n)] > 0:
                rest[told(rows, n)] -= 1
            else:
                left.append(n)
    keys = [UUID(bytes=have.key[n].tobytes()) for n in left_theirs]
    found.changed += [(n, table, key) for n, key in zip(left_mine, keys, strict=False)]
    found.new += left_mine[len(keys) :]
    found.withdrawn += [(table, key) for key in keys[len(left_mine) :]]


FEW = 20_000


def indexed(rows: SimpleNamespace) -> SimpleNamespace:
    """Rows with a way to those of a node and table."""
    rows.few = len(rows.node) < FEW
    if not rows.few:
        packed = rows.node * 2 + rows.table
        order = np.argsort(packed, kind="stable")
        ranked = packed[order]
        rows.rows = lambda node, table: order[slice(*np.searchsorted(ranked, [node * 2 + table, node * 2 + table + 1]))]
    return rows


def _differing(want, have) -> NDArray:
    """Nodes whose wanted and stored rows are not the same."""
    kept = have.node >= 0
    mine = np.lexsort((want.quantity, want.start, want.promised, want.table, want.node))
    theirs = np.flatnonzero(kept)[
        np.lexsort([getattr(have, n)[kept] for n in ("quantity", "start", "promised", "table", "node")])
    ]
    count = int(max(want.node.max(initial=-1), have.node.max(initial=-1))) + 1
    left, right = np.bincount(want.node, minlength=count), np.bincount(have.node[kept], minlength=count)
    uneven = left != right
    mine, theirs = mine[~uneven[want.node[mine]]], theirs[~uneven[have.node[theirs]]]
    unlike = np.zeros(len(mine), np.bool_)
    for name in ("quantity", "start", "promised", "table"):
        unlike |= getattr(want, name)[mine] != getattr(have, name)[theirs]
    uneven[want.node[mine][unlike]] = True
    return np.flatnonzero(uneven)


# -- writing ----------------------------------------------------------------------------------------------------------


def write(held: Held, want: SimpleNamespace, changes: Changes, ctx) -> tuple[int, int, int]:
    """Write the changes whose proposals are still there and untouched; (new, changed, withdrawn).

    Items that changed again since they were read are left: their marks wait, and the next batch looks at them.
    """
    keys: dict[int, list[UUID]] = defaultdict(list)
    for table, key in [(t, k) for _n, t, k in changes.changed] + changes.withdrawn:
        keys[table].append(key)
    there: dict[UUID, Any] = {}
    for table, wanted_keys in sorted(keys.items()):
        found = MODELS[table].objects.filter(pk__in=wanted_keys, state="proposed").order_by("pk")
        there |= {record.pk: record for record in found.select_for_update(of=("self",))}
    left = _marked_again(held, changes, want)
    new = [n for n in changes.new if int(want.node[n]) not in left]
    changed = [(n, t, k) for n, t, k in changes.changed if k in there and int(want.node[n]) not in left]
    withdrawn = [(t, k) for t, k in changes.withdrawn if k in there and _node(held, there[k]) not in left]
    rows = np.array(new + [n for n, _t, _k in changed], np.int64)
    reasons = _reasons(held, want, rows)
    _add(held, want, new, reasons, ctx)
    _change(held, want, changed, reasons, there)
    withdraw(withdrawn)
    return len(new), len(changed), len(withdrawn)


def _node(held: Held, record) -> int:
    return int(held.structure.node(np.array([record.item_id]), np.array([record.site_id]))[0])


def _marked_again(held: Held, changes: Changes, want) -> set[int]:
    """Nodes whose facts changed after they were read: locked now, their proposals are looked at by the next batch."""
    if not changes.nodes:
        return set()
    marks = database.rows(
        "SELECT DISTINCT item, site FROM planning_planmark WHERE company = %(company)s AND item IS NOT NULL",
        company=held.company_id,
    )
    if not marks:
        return set()
    s = held.structure
    found: set[int] = set()
    for mark in marks:
        first, last = np.searchsorted(s.item, [mark["item"], mark["item"] + 1])
        found |= {n for n in range(first, last) if mark["site"] in (None, int(s.site[n]))}
    return found


def _reasons(held: Held, want, rows: NDArray) -> dict:
    if not len(rows):
        return {}
    names = ("node", "row", "net", "short", "due", "available")
    chosen = SimpleNamespace(**{name: getattr(want, name)[rows] for name in names})
    return dict(zip(rows.tolist(), Why(held, chosen.node).reasons(chosen), strict=True))


def values(held: Held, want, n: int, reason) -> dict:
    """Field values of the proposal for an order."""
    quantity = Decimal(int(want.quantity[n])).scaleb(-6)
    start, due = day(held.today, want.start[n]), day(held.today, want.promised[n])
    digits = int(held.structure.digits[want.node[n]])
    quantity = quantity.quantize(Decimal(1).scaleb(-digits))
    given = (quantity, start, due, reason.data, reason.text, reason.document)
    return dict(zip(NAMES[int(want.table[n])], given, strict=True))


def _add(held: Held, want, new: list[int], reasons: dict, ctx) -> None:
    s = held.structure
    items = Item.objects.in_bulk({int(s.item[want.node[n]]) for n in new}) if new else {}
    records: tuple[list, list] = ([], [])
    for n in new:
        node, table = int(want.node[n]), int(want.table[n])
        item = items[int(s.item[node])]
        given = {"is_planned": True} if table == MAKE else {"source": "plan", "unit_id": item.unit_id}
        records[table].append(
            MODELS[table](
                identity_id=uuid7(),
                company_id=held.company_id,
                state="proposed",
                item=item,
                site_id=int(s.site[node]),
                **given,
                **values(held, want, n, reasons[n]),
            )
        )
    for table, made in enumerate(records):
        if made:
            label = MODELS[table]._meta.label_lower
            DocumentIdentity.objects.bulk_create(
                [DocumentIdentity(id=r.pk, kind=label, company_id=r.company_id, title=r.item.code) for r in made],
                batch_size=2000,
            )
            MODELS[table].objects.bulk_create(made, batch_size=1000)


def _change(held: Held, want, changed: list, reasons: dict, there: dict) -> None:
    for table in (MAKE, BUY):
        records = []
        for n, of_table, key in changed:
            if of_table == table:
                for name, value in values(held, want, n, reasons[n]).items():
                    setattr(there[key], name, value)
                records.append(there[key])
        if records:
            database.update(records, [n.removesuffix("_id") for n in NAMES[table]])


def withdraw(withdrawn: list[tuple[int, UUID]]) -> None:
    """Proposals the plan no longer needs; they were never numbered and nothing came of them."""
    for table in (MAKE, BUY):
        keys = [key for of_table, key in withdrawn if of_table == table]
        for at in range(0, len(keys), 1000):
            MODELS[table].objects.filter(pk__in=keys[at : at + 1000], state="proposed").delete()
            DocumentIdentity.objects.filter(pk__in=keys[at : at + 1000]).delete()


def refreshed(held: Held, want, looked: NDArray, changes: Changes) -> int:
    """Give proposals that stay as they are the reason they have now; how many said something else."""
    keep = np.flatnonzero(np.isin(want.node, looked) & ~np.isin(want.node, list(changes.nodes)))
    if not len(keep) or len(keep) > FEW:
        return 0
    reasons = _reasons(held, want, keep)
    count = 0
    s = held.structure
    for table in (MAKE, BUY):
        rows = [n for n in keep.tolist() if want.table[n] == table]
        items = {int(s.item[want.node[n]]) for n in rows}
        if not rows:
            continue
        quantity, start, due = NAMES[table][:3]
        planned = {"is_planned": True} if table == MAKE else {"source": "plan"}
        have = defaultdict(list)
        query = MODELS[table].objects.filter(company=held.company_id, state="proposed", item__in=items, **planned)
        for record in query.order_by("pk").select_for_update(of=("self",), skip_locked=True):
            have[record.item_id, record.site_id, getattr(record, due), getattr(record, start)].append(record)
        stale = []
        for n in rows:
            given = values(held, want, n, reasons[n])
            node = int(want.node[n])
            same = have[int(s.item[node]), int(s.site[node]), given[due], given[start]]
            record = next((r for r in same if getattr(r, quantity) == given[quantity]), None)
            if record is None:
                continue
            same.remove(record)
            if record.reason != given["reason"]:
                record.reason, record.reason_text = given["reason"], given["reason_text"]
                record.demand_id = given["demand_id"]
                stale.append(record)
        if stale:
            count += database.update(stale, ["reason", "reason_text", "demand"])
    return count
