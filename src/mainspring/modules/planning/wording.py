"""Saying what is exceptional and why proposals are there, after their quantities and days are written."""

import json
from types import SimpleNamespace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mainspring.kernel import database, sentences

from . import exceptions, proposals
from .holding import Held
from .reading import Reader
from .reasons import Reason, Why

NODES_MOST = 30
"""Items in one transaction, so that a change of the plan does not wait long for it."""
FRESH_MOST = 1000


def note(held: Held, nodes: NDArray, *, fresh: bool) -> None:
    """Note that the proposals of these nodes have yet to be told why they are there; `fresh`: their exceptions too."""
    s = held.structure
    database.execute(
        """INSERT INTO planning_planwording (company, item, site, is_fresh)
        SELECT DISTINCT %(company)s::bigint, n.*, %(fresh)s FROM unnest(%(items)s::bigint[], %(sites)s::bigint[]) n
        ON CONFLICT (company, item, site) DO UPDATE SET is_fresh = true
        WHERE EXCLUDED.is_fresh AND NOT planning_planwording.is_fresh""",
        company=held.company_id,
        items=database.array(s.item[nodes].tolist()),
        sites=database.array(s.site[nodes].tolist()),
        fresh=fresh,
    )


def waits(company_id: int) -> bool:
    """Whether anything is still to be said."""
    return database.scalar(
        "SELECT EXISTS (SELECT FROM planning_planwording WHERE company = %(company)s)", company=company_id
    )


def some(held: Held, most: int) -> int:
    """Exceptions first, of many items at once; then reasons of so many, those that waited longest; how many items."""
    return _exceptions(held) or _reasons(held, most)


def _exceptions(held: Held) -> int:
    rows = database.rows(
        """UPDATE planning_planwording SET is_fresh = false WHERE id IN (
            SELECT id FROM planning_planwording WHERE company = %(company)s AND is_fresh ORDER BY id LIMIT %(most)s)
        RETURNING item, site""",
        company=held.company_id,
        most=FRESH_MOST,
    )
    nodes = _nodes(held, rows)
    if len(nodes):
        exceptions.write(held, nodes)
    return len(rows)


def _nodes(held: Held, rows: list[dict]) -> NDArray:
    columns = [np.array([row[name] for row in rows], np.int64) for name in ("item", "site")]
    nodes = held.structure.node(*columns)
    return held.structure.with_twins(nodes[nodes >= 0])


def _reasons(held: Held, most: int) -> int:
    rows = database.rows(
        """DELETE FROM planning_planwording WHERE id IN (
            SELECT id FROM planning_planwording WHERE company = %(company)s ORDER BY id LIMIT %(most)s)
        RETURNING item, site""",
        company=held.company_id,
        most=most,
    )
    nodes = _nodes(held, rows)
    if len(nodes):
        _say(held, nodes)
    return len(rows)


def _say(held: Held, nodes: NDArray) -> None:
    want = proposals.wanted(held, nodes)
    items = np.unique(held.structure.item[nodes]).tolist()
    have = proposals.stored(held, nodes, Reader(held.company_id, held.today, items).proposals())
    mine, theirs = _same(want, have)
    names = ("node", "row", "net", "short", "due", "available", "owner")
    chosen = SimpleNamespace(**{name: getattr(want, name)[mine] for name in names})
    if held.why is None or held.why.plan_age != held.plan.age:
        held.why = Why(held)
    reasons = held.why.reasons(chosen)
    for table, model in enumerate(proposals.MODELS):
        rows = np.flatnonzero(have.table[theirs] == table).tolist()
        if rows:
            _write(model._meta.db_table, [(have.key[theirs[n]], reasons[n]) for n in rows])


def _same(want, have) -> tuple[NDArray, NDArray]:
    """Places of the orders wanted and of the proposals that are them; those not written yet are left out."""
    orders = [np.lexsort([getattr(rows, n) for n in _SAME]) for rows in (want, have)]
    keys = [np.stack([getattr(rows, n)[o] for n in _SAME]) for rows, o in zip((want, have), orders, strict=True)]
    if keys[0].shape == keys[1].shape and (keys[0] == keys[1]).all():
        return orders[0], orders[1]
    there: dict[tuple, list[int]] = {}
    for place, key in zip(orders[1].tolist(), keys[1].T.tolist(), strict=True):
        there.setdefault(tuple(key), []).append(place)
    pairs = [
        (place, there[tuple(key)].pop())
        for place, key in zip(orders[0].tolist(), keys[0].T.tolist(), strict=True)
        if there.get(tuple(key))
    ]
    found = np.array(pairs, np.int64).reshape(-1, 2)
    return found[:, 0], found[:, 1]


_SAME = ("quantity", "start", "promised", "owner", "table", "node")


def _write(table: str, told: list[tuple[Any, Reason]]) -> None:
    """Keep what is said where it differs from what stands there, under row locks taken in the order of verbs."""
    rows = [
        {
            "key": str(proposals.key_of(key)),
            "reason": reason.data,
            "words": sentences.kept(reason.text),
            "demand": reason.document and str(reason.document),
        }
        for key, reason in told
    ]
    database.execute(
        f"""WITH n AS MATERIALIZED (
            SELECT * FROM jsonb_to_recordset(%(rows)s::jsonb) AS r (key uuid, reason jsonb, words text, demand uuid)),
        held AS MATERIALIZED (
            SELECT id FROM "{table}" WHERE id IN (SELECT key FROM n) AND state = 'proposed' ORDER BY id FOR UPDATE)
        UPDATE "{table}" t SET reason = n.reason, reason_text = n.words,
            demand_id = CASE WHEN t.is_dedicated THEN t.demand_id ELSE n.demand END
        FROM n JOIN held ON held.id = n.key
        WHERE t.id = n.key AND (t.reason, t.reason_text) IS DISTINCT FROM (n.reason, n.words)""",
        rows=json.dumps(rows, ensure_ascii=False),
    )
