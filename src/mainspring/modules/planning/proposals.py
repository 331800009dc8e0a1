"""Proposals in the database made what the plan says: only what differs is written, under the locks of verbs.

Quantities and days are written here, set by set; why an order is proposed is worded afterwards (`wording`).
"""

from dataclasses import dataclass, field
from decimal import Decimal
from types import SimpleNamespace
from typing import Any
from uuid import UUID

import numpy as np
from django.db import DEFAULT_DB_ALIAS, DatabaseError, transaction
from numpy.typing import NDArray

from mainspring.engines.mrp import pegging
from mainspring.kernel import database
from mainspring.kernel.ids import uuid7
from mainspring.kernel.models import DocumentIdentity
from mainspring.modules.items.models import Item
from mainspring.modules.production.models import ProductionOrder
from mainspring.modules.purchasing.models import PurchaseRequest

from .dedicating import NOBODY
from .holding import Held
from .network import HORIZON, site_calendars
from .reading import Reader, day

MAKE, BUY = range(2)
MODELS: tuple[Any, Any] = (ProductionOrder, PurchaseRequest)
DAYS = (("starts_on", "due_on"), ("order_by", "needed_on"))
"""When an order of each kind starts, and the day it is promised for."""


@dataclass
class Changes:
    """What differs: orders (places among the wanted) to add, proposals to change and to withdraw, items concerned."""

    new: list[int] = field(default_factory=list)
    changed: list[tuple[int, int, UUID]] = field(default_factory=list)  # place, table, key
    withdrawn: list[tuple[int, int, UUID]] = field(default_factory=list)  # node or -1, table, key
    nodes: set[int] = field(default_factory=set)


def wanted(held: Held, nodes: NDArray | None = None) -> SimpleNamespace:
    """The orders the plan wants, one row each: node, table, quantity, days; `row` is their place in the pool.

    due        the day it is needed, for a made item not before it can be there
    available  the day it can be there
    owner      the number of the document it is for alone (P22): a row each, where an order serves several
    """
    s = held.structure
    orders = held.plan.orders(nodes)
    each = np.repeat(np.arange(len(orders)), orders.count)
    node = orders.item[each].astype(np.int64)
    needed = HORIZON.first_days[orders.due[each]].astype(np.int64)
    available = np.maximum(needed, ready_days(held)[s.items.start_row[node]])
    table = np.where(s.made[node], MAKE, BUY)
    found = SimpleNamespace(
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
        owner=np.zeros(len(node), np.int64),
    )
    return _shared_out(held, found) if s.own[node].any() else found


def _shared_out(held: Held, want: SimpleNamespace) -> SimpleNamespace:
    """Orders to order as a row for each document they serve, after those of free netting in their place."""
    s = held.structure
    own = s.own[want.node]
    book = pegging.Book(held.plan, np.unique(want.node[own]))
    served: dict[int, dict[int, int]] = {}
    for node in np.unique(want.node[own]).tolist():
        part = slice(int(book.first[node]), int(book.last[node]))
        columns = (book.columns.demand, book.columns.supply, book.columns.quantity)
        for demand, supply, quantity in zip(*(c[part].tolist() for c in columns), strict=True):
            if supply < 0:
                continue
            rows, at = held.demand_row(node, -1 - demand)
            number = held.owner_number(rows.document[at].tobytes())
            shares = served.setdefault(supply, {})
            shares[number] = shares.get(number, 0) + quantity
    places, owners, quantities = [], [], []
    for n, (row, node) in enumerate(zip(want.row.tolist(), want.node.tolist(), strict=True)):
        shares = served.get(row) if own[n] else None
        for number, quantity in (shares or {0: int(want.quantity[n]) // int(s.scale[node])}).items():
            places.append(n)
            owners.append(number)
            quantities.append(quantity * int(s.scale[node]))
    rows = np.array(places, np.int64)
    found = SimpleNamespace(**{name: column[rows] for name, column in vars(want).items()})
    found.owner, found.quantity = np.array(owners, np.int64), np.array(quantities, np.int64)
    return found


def ready_days(held: Held) -> NDArray:
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
    node = s.node(read.item, read.site, read.owner != NOBODY)
    owner = np.zeros(len(node), np.int64)
    for n in np.flatnonzero((node >= 0) & (read.owner != NOBODY)).tolist():
        owner[n] = held.owner_number(read.owner[n].tobytes())
    kept = np.isin(node, nodes) if nodes is not None else np.ones(len(node), np.bool_)
    return SimpleNamespace(
        node=node[kept],
        table=read.table[kept].astype(np.int64),
        quantity=read.quantity[kept],
        start=read.start[kept].astype(np.int64),
        promised=read.due[kept].astype(np.int64),
        key=read.key[kept],
        item=read.item[kept],
        owner=owner[kept],
    )


def differences(want: SimpleNamespace, have: SimpleNamespace) -> Changes:
    """What has to be written: equal rows stay, the others of an item are paired in order of their days."""
    found = Changes()
    gone = np.flatnonzero(have.node < 0)
    found.withdrawn += [(-1, int(have.table[n]), key_of(have.key[n])) for n in gone.tolist()]
    mine, theirs = _unlike(want, have)
    owners = 1 + max(int(want.owner.max(initial=0)), int(have.owner.max(initial=0)))
    group, other = (
        (rows.node[at] * 2 + rows.table[at]) * owners + rows.owner[at] for rows, at in ((want, mine), (have, theirs))
    )
    rank, other_rank = _rank(group), _rank(other)
    counts = {}
    for name, groups in (("mine", group), ("theirs", other)):
        keys, number = np.unique(groups, return_counts=True)
        counts[name] = dict(zip(keys.tolist(), number.tolist(), strict=True))
    paired = rank < np.array([counts["theirs"].get(g, 0) for g in group.tolist()], np.int64)
    taken = other_rank < np.array([counts["mine"].get(g, 0) for g in other.tolist()], np.int64)
    found.new = mine[~paired].tolist()
    keys = [key_of(have.key[n]) for n in theirs[taken].tolist()]
    rows = mine[paired]
    found.changed = list(zip(rows.tolist(), want.table[rows].tolist(), keys, strict=True))
    left = theirs[~taken]
    columns = (have.node[left].tolist(), have.table[left].tolist(), [key_of(have.key[n]) for n in left.tolist()])
    found.withdrawn += list(zip(*columns, strict=True))
    found.nodes = {*want.node[mine].tolist(), *have.node[theirs].tolist()}
    return found


def _unlike(want: SimpleNamespace, have: SimpleNamespace) -> tuple[NDArray, NDArray]:
    """Places of the rows on both sides that have no equal on the other, by node, table and day."""
    known = np.flatnonzero(have.node >= 0)
    both = np.stack([np.concatenate([getattr(want, n), getattr(have, n)[known]]) for n in ORDER])
    order = np.lexsort(both[::-1])
    ranked = both[:, order]
    fresh = np.ones(len(order), np.bool_)
    fresh[1:] = (ranked[:, 1:] != ranked[:, :-1]).any(axis=0)
    key = np.cumsum(fresh) - 1
    side = (order >= len(want.node)).astype(np.int64)  # those wanted come first among equals: the sort is stable
    wanted = np.bincount(key[side == 0], minlength=int(key.max(initial=-1)) + 1)
    stored = np.bincount(key[side == 1], minlength=len(wanted))
    place = np.arange(len(order)) - np.flatnonzero(fresh)[key] - np.where(side == 1, wanted[key], 0)
    alone = place >= np.minimum(wanted, stored)[key]
    rows = order[alone]
    return rows[side[alone] == 0], known[rows[side[alone] == 1] - len(want.node)]


ORDER = ("node", "table", "owner", "promised", "start", "quantity")


def _rank(groups: NDArray) -> NDArray:
    """The place of each row in its group; groups come one after another."""
    fresh = np.ones(len(groups), np.bool_)
    fresh[1:] = groups[1:] != groups[:-1]
    return np.arange(len(groups)) - np.flatnonzero(fresh)[np.cumsum(fresh) - 1] if len(groups) else groups


# -- writing ----------------------------------------------------------------------------------------------------------


def write(held: Held, want: SimpleNamespace, changes: Changes) -> tuple[int, int, int]:
    """Write the changes whose proposals are still there and untouched; (new, changed, withdrawn).

    Items that changed again since they were read are left: their marks wait, and the next batch looks at them.
    """
    there = _locked([(t, k) for _n, t, k in changes.changed + changes.withdrawn])
    left = _marked_again(held, changes)
    new = [n for n in changes.new if int(want.node[n]) not in left]
    changed = [(n, t, k) for n, t, k in changes.changed if k in there and int(want.node[n]) not in left]
    withdrawn = [(t, k) for node, t, k in changes.withdrawn if k in there and node not in left]
    _add(held, want, new)
    _change(held, want, changed)
    withdraw(withdrawn)
    return len(new), len(changed), len(withdrawn)


def _locked(keys: list[tuple[int, UUID]]) -> set[UUID]:
    """Which of these are still proposals, under their row locks."""
    found: set[UUID] = set()
    for table, model in enumerate(MODELS):
        chosen = [key for of_table, key in keys if of_table == table]
        if chosen:
            rows = database.rows(
                f"""SELECT id FROM "{model._meta.db_table}" WHERE id = ANY(%(keys)s::uuid[]) AND state = 'proposed'
                ORDER BY id FOR UPDATE""",
                keys=database.array(chosen),
            )
            found |= {row["id"] for row in rows}
    return found


def _marked_again(held: Held, changes: Changes) -> set[int]:
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


def _add(held: Held, want, new: list[int]) -> None:
    s = held.structure
    items = Item.objects.in_bulk({int(s.item[want.node[n]]) for n in new}) if new else {}
    records: tuple[list, list] = ([], [])
    for n in new:
        node, table = int(want.node[n]), int(want.table[n])
        item = items[int(s.item[node])]
        given: dict = {"is_planned": True}
        if table == BUY:
            given = {"source": "plan", "unit_id": item.unit_id, "from_site_id": origin_of(held, node)}
        if want.owner[n]:
            given |= {"demand_id": held.owner(int(want.owner[n])), "is_dedicated": True}
        starts, due = DAYS[table]
        records[table].append(
            MODELS[table](
                identity_id=uuid7(),
                company_id=held.company_id,
                state="proposed",
                item=item,
                site_id=int(s.site[node]),
                quantity=quantity_of(want.quantity[n]),
                **{starts: day(held.today, want.start[n]), due: day(held.today, want.promised[n])},
                **given,
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


def origin_of(held: Held, node: int) -> int | None:
    """The site an item is brought from, when it is neither made nor bought where it is needed."""
    origin = int(held.structure.origin[node])
    return int(held.structure.site[origin]) if origin >= 0 else None


def key_of(raw) -> UUID:
    """A key as the reader has it."""
    return UUID(bytes=raw.tobytes())


def quantity_of(millionths) -> Decimal:
    """Millionths of a unit as a quantity."""
    return Decimal(int(millionths)).scaleb(-6)


def _change(held: Held, want, changed: list[tuple[int, int, UUID]]) -> None:
    for table, model in enumerate(MODELS):
        chosen = [(n, key) for n, of_table, key in changed if of_table == table]
        if not chosen:
            continue
        rows = np.array([n for n, _key in chosen], np.int64)
        starts, due = DAYS[table]
        database.execute(
            f"""UPDATE "{model._meta.db_table}" t SET quantity = n.quantity::numeric / 1000000,
                {starts} = %(today)s::date + n.starts, {due} = %(today)s::date + n.due
            FROM unnest(%(keys)s::uuid[], %(quantities)s::bigint[], %(starts)s::int[], %(due)s::int[])
                AS n (key, quantity, starts, due) WHERE t.id = n.key""",
            today=held.today,
            keys=database.array(key for _n, key in chosen),
            quantities=database.array(want.quantity[rows].tolist()),
            starts=database.array(want.start[rows].tolist()),
            due=database.array(want.promised[rows].tolist()),
        )


def withdraw(withdrawn: list[tuple[int, UUID]]) -> None:
    """Proposals the plan no longer needs; they were never numbered and nothing came of them."""
    for table, model in enumerate(MODELS):
        keys = [key for of_table, key in withdrawn if of_table == table]
        for at in range(0, len(keys), 1000):
            some = keys[at : at + 1000]
            if not _gone(model, some):
                model.objects.filter(pk__in=some, state="proposed").delete()
                DocumentIdentity.objects.filter(pk__in=some).delete()


def _gone(model, keys: list[UUID]) -> bool:
    """Delete proposals nothing refers to, which is nearly always so; False when something does, and has to go first."""
    try:
        with transaction.atomic():
            database.execute("SET CONSTRAINTS ALL IMMEDIATE")
            for of in (model, DocumentIdentity):
                of.objects.filter(pk__in=keys)._raw_delete(DEFAULT_DB_ALIAS)
    except DatabaseError:
        return False
    finally:
        database.execute("SET CONSTRAINTS ALL DEFERRED")
    return True
