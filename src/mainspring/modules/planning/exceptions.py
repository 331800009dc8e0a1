"""Exceptions of the plan as rows: what the engine finds, named by document, and only differences written."""

from collections import Counter
from decimal import Decimal
from uuid import UUID

import numpy as np
from numpy.typing import NDArray

from mainspring.engines.mrp import messages as engine
from mainspring.kernel import database, preferences
from mainspring.kernel.models import DocumentIdentity

from .dedicating import KEPT
from .holding import Held
from .network import HORIZON, REORDER, TO_ORDER
from .proposals import ready_days
from .reading import day
from .reasons import _document

Row = tuple  # (item, site, code, document, comes on, needed on, quantity, note)
COLUMNS = ("item_id", "site_id", "code", "document_id", "comes_on", "needed_on", "quantity", "note")
KINDS = ("bigint", "bigint", "varchar", "uuid", "date", "date", "numeric", "varchar")


def found(held: Held, nodes: NDArray | None) -> Counter:
    """The exceptions of these nodes, or of all (P10, P17, P20)."""
    told = engine.messages(held.plan, held.receipt_days, nodes)
    early = preferences.get(held.company_id, "planning.early_days")
    kept = (told.code != engine.EXCESS) & ~((told.code == engine.DEFER) & (told.wanted - told.day <= early))
    rows: Counter = Counter()
    by_node: dict[int, list[int]] = {}
    for n in np.flatnonzero(kept).tolist():
        by_node.setdefault(int(told.item[n]), []).append(n)
    for node, places in by_node.items():
        rows.update(_of_node(held, node, told, places))
    own = np.flatnonzero(held.structure.own)
    for node in (own if nodes is None else np.intersect1d(own, nodes)).tolist():
        rows.update(_to_order(held, node, early))
    rows.update(_overdue_demand(held, nodes))
    for defect in held.structure.defects:
        if nodes is None or defect["node"] in nodes:
            rows[_row(held, defect["node"], "data", note=f"{defect['field']} {defect['rule']}")] += 1
    known = {key for row in rows for key in (row[3], row[7]) if isinstance(key, UUID)}
    real = dict(DocumentIdentity.objects.filter(pk__in=known).values_list("pk", "number")) if known else {}
    told_of: Counter = Counter()
    for row, count in rows.items():
        note = real.get(row[7], "") if isinstance(row[7], UUID) else row[7]
        told_of[*row[:3], row[3] if row[3] in real else None, *row[4:7], note] += count
    return told_of


def _to_order(held: Held, node: int, early: int) -> list[Row]:
    """What is made or bought for a document alone and comes on another day than that document needs it (P20, P22)."""
    demand, receipts = held.demand(node), held.receipts(node)
    found_here, seen = [], set()
    for asks, comes, _quantity in held.pairs(node):
        if comes in seen or receipts.start[comes] == KEPT:
            continue
        seen.add(comes)
        on, needed = int(receipts.day[comes]), max(int(demand.day[asks]), 0)
        code = "overdue_receipt" if on < 0 else "expedite" if on > needed else "defer" if needed - on > early else ""
        if code:
            document, quantity = _document(receipts.document[comes]), int(receipts.quantity[comes])
            found_here.append(_row(held, node, code, document, on, needed, quantity))
    return found_here


def _of_node(held: Held, node: int, told, places: list[int]) -> list[Row]:
    found_here = []
    is_late = any(told.code[n] == engine.EXPEDITE for n in places)
    orders = [n for n in places if told.subject[n] == engine.ORDER]
    short = [n for n in places if told.code[n] == engine.BELOW_SAFETY]
    safe = int(held.structure.items.safety[node])
    only_safety = bool(short) and int(told.quantity[short[0]]) <= safe
    for n in places:
        code, when, wanted, quantity = (int(getattr(told, name)[n]) for name in ("code", "day", "wanted", "quantity"))
        if told.subject[n] == engine.RECEIPT:
            if held.structure.policy[node] in (REORDER, TO_ORDER):
                continue
            rows, at = held.receipt_row(node, int(told.row[n]))
            name = "overdue_receipt" if code == engine.PAST_DUE else engine.NAMES[code]
            was_for = (_document(rows.tag[at]) or "") if name == "cancel" else ""
            found_here.append(_row(held, node, name, _document(rows.document[at]), when, wanted, quantity, was_for))
        elif told.subject[n] == engine.ORDER and not only_safety:
            row = int(told.row[n])
            due = int(HORIZON.first_days[held.plan.pool.due[row]])
            ready = int(ready_days(held)[held.structure.items.start_row[node]])
            found_here.append(_row(held, node, "late", None, ready, due, quantity))
        elif code == engine.BELOW_SAFETY and (only_safety or not (orders or is_late)):
            found_here.append(_row(held, node, "below_safety", None, wanted, when, quantity))
    return found_here


def _overdue_demand(held: Held, nodes: NDArray | None) -> list[Row]:
    late = held.overdue()
    rows = []
    for node in (late if nodes is None else np.intersect1d(late, nodes)).tolist():
        demand = held.demand(node)
        rows += [_overdue(held, node, demand, n) for n in np.flatnonzero(demand.day < 0).tolist()]
    return rows


def _overdue(held: Held, node: int, demand, n: int) -> Row:
    document = _document(demand.document[n])
    return _row(held, node, "overdue_demand", document, 0, int(demand.day[n]), int(demand.quantity[n]))


def _row(
    held: Held,
    node: int,
    code: str,
    document: UUID | None = None,
    comes=None,
    needed=None,
    quantity=0,
    note: str | UUID = "",
) -> Row:
    s = held.structure
    comes_on = None if comes is None else day(held.today, comes)
    needed_on = None if needed is None or (code == "cancel") else day(held.today, needed)
    amount = Decimal(int(quantity)).scaleb(-int(s.digits[node]))
    return int(s.item[node]), int(s.site[node]), code, document, comes_on, needed_on, amount.normalize() + 0, note


def write(held: Held, nodes: NDArray | None) -> tuple[int, int]:
    """Make the stored exceptions of these nodes (None: all) those the plan has; (added, taken away)."""
    nodes = None if nodes is None else held.structure.with_twins(nodes)
    wanted = found(held, nodes)
    have, s = _stored(held, nodes), held.structure
    place = s.node(np.array([row["item_id"] for row in have], np.int64), np.array([row["site_id"] for row in have]))
    inside = np.ones(len(have), np.bool_) if nodes is None else np.isin(place, nodes)
    gone = []
    for n in np.flatnonzero(inside).tolist():
        row = have[n]
        told = (*(row[name] for name in COLUMNS[:6]), row["quantity"].normalize() + 0, row["note"])
        if wanted[told] > 0:
            wanted[told] -= 1
        else:
            gone.append(row["id"])
    new = list(wanted.elements())
    if gone:
        database.execute(
            "DELETE FROM planning_planmessage WHERE id = ANY(%(keys)s::bigint[])", keys=database.array(gone)
        )
    if new:
        _insert(held.company_id, new)
    return len(new), len(gone)


def _stored(held: Held, nodes: NDArray | None) -> list[dict]:
    items = None if nodes is None else np.unique(held.structure.item[nodes]).tolist()
    return database.rows(
        f"""SELECT id, {", ".join(COLUMNS)} FROM planning_planmessage WHERE company_id = %(company)s
        {"" if items is None else "AND item_id = ANY(%(items)s::bigint[])"}""",
        company=held.company_id,
        items=items,
    )


def _insert(company_id: int, rows: list[Row]) -> None:
    columns = dict(zip(COLUMNS, map(list, zip(*rows, strict=True)), strict=True))
    columns |= {name: database.array(columns[name]) for name in COLUMNS if name != "note"}
    names = ", ".join(COLUMNS)
    values = ", ".join(f"%({name})s::{kind}[]" for name, kind in zip(COLUMNS, KINDS, strict=True))
    database.execute(
        f"INSERT INTO planning_planmessage (company_id, found_at, {names}) "
        f"SELECT %(company)s, now(), n.* FROM unnest({values}) n",
        company=company_id,
        **columns,
    )
