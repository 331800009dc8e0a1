"""What a plan comes to: sales, purchases, production, stock and cash on one axis of weeks, as columns.

Money is whole hundredths of the company's currency, hours are whole seconds, quantities millionths of a unit.
"""

import io
from collections import defaultdict
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from types import SimpleNamespace

import numpy as np
from django.core.exceptions import ValidationError
from numpy.typing import NDArray

from mainspring.kernel import database, remembered
from mainspring.kernel.models import Company
from mainspring.modules.accounting import queries as accounting
from mainspring.modules.crm import commands as deals
from mainspring.modules.engineering.models import WorkCenter
from mainspring.modules.items.models import Item, ItemSite
from mainspring.modules.organization import queries as organization
from mainspring.modules.parties import queries as parties
from mainspring.modules.parties.models import PaymentTerm
from mainspring.modules.planning import queries as planning
from mainspring.modules.planning.queries import HORIZON, REORDER, TO_ORDER, Held
from mainspring.modules.production import queries as production

from . import lateness

WEEKS = 26
CENTS = 100
ROWS_MAX = 5000
"""Orders kept with a result to look at one by one; the figures count all of them."""


@dataclass
class Prices:
    """What a unit costs, by node: `cost` of what lies in stock, `price` of what is bought, both in base currency and a
    smallest unit; `term` the payment term of who is asked first, 0 where there is none."""

    cost: NDArray[np.float64]
    price: NDArray[np.float64]
    term: NDArray[np.int64]


def weeks(today: date) -> list[date]:
    """The Mondays the figures are told for."""
    first = monday(today)
    return [first + timedelta(weeks=n) for n in range(WEEKS)]


def _ways(held: Held) -> NDArray[np.float64]:
    """What it costs to bring a unit to each node from its origin, 0 where nothing was said."""
    found, brought = np.zeros(len(held.structure.keys)), held.structure.origin >= 0
    if not brought.any():
        return found
    rows = ItemSite.objects.filter(site__company=held.company_id, supplied_from__isnull=False, transfer_cost__gt=0)
    costs = {(item, site): float(cost) for item, site, cost in rows.values_list("item", "site", "transfer_cost")}
    for node in np.flatnonzero(brought).tolist():
        found[node] = costs.get((int(held.structure.item[node]), int(held.structure.site[node])), 0)
    return found


def monday(day: date) -> date:
    return day - timedelta(days=day.weekday())


def week_of(today: date, days: NDArray) -> NDArray[np.int64]:
    """The week each day of the plan is in; those past count in the first, -1 beyond the last."""
    found = (np.maximum(days, 0) + today.weekday()) // 7
    return np.where(found < WEEKS, found, -1)


def by_week(week: NDArray, amount: NDArray) -> NDArray[np.float64]:
    """Sums by week."""
    inside = week >= 0
    return np.bincount(week[inside], amount[inside], WEEKS)


def cents(amount: NDArray) -> NDArray[np.int64]:
    return np.rint(amount * CENTS).astype(np.int64)


# -- prices -----------------------------------------------------------------------------------------------------------


def prices(held: Held) -> Prices:
    """Costs and prices of all nodes; without a source at cost, and the way for what another site gives (MFG-11)."""
    s = held.structure
    unit = 10.0 ** -s.digits.astype(np.float64)
    known = production.unit_costs(held.company_id, np.unique(s.item).tolist())
    cost = np.array([float(known.get(int(item), 0)) for item in s.item.tolist()]) * unit
    base = remembered.row(Company, held.company_id).base_currency_id
    price, term = np.where(s.origin >= 0, _ways(held) * unit, cost), np.zeros(len(s.item), np.int64)
    rows = database.rows(
        """SELECT DISTINCT ON (c.item_id) c.item_id, c.price, c.currency_id, c.unit_id,
               COALESCE(p.payment_term_id, 0) AS term
        FROM purchasing_supplieritem c JOIN parties_party p ON p.id = c.supplier_id AND p.active
        WHERE c.company_id = %(company)s AND c.active AND (c.valid_from IS NULL OR c.valid_from <= %(today)s)
          AND (c.valid_to IS NULL OR c.valid_to > %(today)s)
        ORDER BY c.item_id, c.priority, c.price, c.id""",
        company=held.company_id,
        today=held.today,
    )
    if not rows:
        return Prices(cost, price, term)
    sourced = np.array([r["item_id"] for r in rows], np.int64)
    units = np.array([r["unit_id"] for r in rows], np.int64)
    stocked = Item.objects.filter(pk__in=sourced.tolist()).values_list("pk", "unit_id")
    factors = planning.factors(stocked, sourced, units)
    rates = {code: _rate(code, base, held.today) for code in {r["currency_id"] for r in rows}}
    each = np.array(
        [float(r["price"]) * rates[r["currency_id"]] / float(factors.get(n, 1)) for n, r in enumerate(rows)]
    )
    terms = np.array([r["term"] for r in rows], np.int64)
    at = planning.place(sourced, s.item)
    has = (at >= 0) & (each[np.maximum(at, 0)] > 0) & (s.origin < 0)
    price[has], term[has] = (each[at] * unit)[has], terms[at][has]
    return Prices(cost, price, term)


def _rate(code: str, base: str, on: date) -> float:
    """Today's rate; one that is not known counts nothing rather than wrongly."""
    try:
        return float(organization.rate(code, base, on)[0])
    except ValidationError:
        return 0.0


# -- all of it --------------------------------------------------------------------------------------------------------


@remembered.steady()
def figures(held: Held, ctx, priced: Prices) -> dict[str, NDArray]:
    """The columns of a plan; the database answers what is confirmed, the plan what is proposed."""
    want = planning.wanted(held)
    facts = _facts(held, ctx)
    found = {"weeks": np.array([day.toordinal() for day in weeks(held.today)], np.int64)}
    found["today"] = np.array([held.today.toordinal()], np.int64)
    found |= _sales(held, ctx)
    found |= _purchases(held, want, priced, facts)
    found |= _production(held, want, priced, facts)
    found["stock_value"] = cents(_stock_value(held, want, priced))
    found |= _cash(held, ctx, want, priced, facts)
    told = lateness.late(held, facts.booked)
    s = held.structure
    found |= {
        "late_document": told.document,
        "late_item": s.item[told.node],
        "late_site": s.site[told.node],
        "late_quantity": told.quantity * s.scale[told.node],
        "late_wanted": told.wanted,
        "late_expected": told.expected,
    }
    return found


def _facts(held: Held, ctx) -> SimpleNamespace:
    """What is confirmed: hours by center and day, purchases and production still to come, requests to be ordered."""
    given = {"company": held.company_id, "today": held.today}
    centers = held.structure.centers
    booked = np.zeros((len(centers), held.plan.load.shape[1]), np.int64)
    hours = database.rows(
        """SELECT work_center_id, GREATEST(on_date - %(today)s::date, 0) AS day, (SUM(hours) * 3600)::int8 AS seconds
        FROM production_capacitybooking WHERE company_id = %(company)s AND state = 'planned' GROUP BY 1, 2""",
        **given,
    )
    if hours and len(centers):
        at = planning.place(centers, np.array([r["work_center_id"] for r in hours], np.int64))
        day = np.array([r["day"] for r in hours], np.int64)
        kept = (at >= 0) & (day < booked.shape[1])
        np.add.at(booked, (at[kept], day[kept]), np.array([r["seconds"] for r in hours], np.int64)[kept])
    purchases = database.rows(
        """SELECT COALESCE(l.expected_on, o.expected_on, %(today)s) - %(today)s::date AS day,
               SUM(l.net * GREATEST(l.quantity - l.received_quantity + l.returned_quantity, 0) / l.quantity
                   * COALESCE(o.total_base / NULLIF(o.total, 0), 1))::float8 AS amount
        FROM purchasing_purchaseorder o JOIN purchasing_purchaseorderline l ON l.document_id = o.id
        WHERE o.company_id = %(company)s AND o.state = 'confirmed' AND NOT l.is_complete GROUP BY 1 ORDER BY 1""",
        **given,
    )
    making = database.rows(
        """SELECT COALESCE(o.due_on, o.starts_on, %(today)s) - %(today)s::date AS day, o.item_id, o.site_id,
               (SUM(GREATEST(o.quantity - o.completed_quantity, 0)) * 1000000)::int8 AS quantity
        FROM production_productionorder o WHERE o.company_id = %(company)s
          AND (o.state IN ('confirmed', 'released', 'in_progress') OR o.state = 'proposed'
               AND EXISTS (SELECT FROM planning_firmproposal p WHERE p.identity_id = o.id))
        GROUP BY 1, 2, 3 ORDER BY 1, 2, 3""",
        **given,
    )
    requests = planning.Reader(held.company_id, held.today).requests()
    return SimpleNamespace(booked=booked, purchases=purchases, making=making, requests=requests)


def _columns(rows: list[dict], *names: str) -> list[NDArray]:
    return [np.array([row[name] for row in rows]) for name in names]


# -- sales ------------------------------------------------------------------------------------------------------------


def _sales(held: Held, ctx) -> dict[str, NDArray]:
    """What is ordered and not invoiced by its promised day, and what deals may bring by the day they close."""
    given = {"company": held.company_id, "today": held.today}
    ordered = database.rows(
        """SELECT COALESCE(l.promised_on, l.wanted_on, o.promised_on, o.wanted_on, %(today)s) - %(today)s::date AS day,
               SUM(l.net * GREATEST(l.quantity - l.invoiced, 0) / l.quantity
                   * COALESCE(o.net_base / NULLIF(o.net, 0), 1))::float8 AS amount
        FROM sales_salesorder o JOIN sales_salesorderline l ON l.document_id = o.id
        WHERE o.company_id = %(company)s AND o.state = 'confirmed' AND l.quantity > 0 GROUP BY 1 ORDER BY 1""",
        **given,
    )
    hoped = [(row["day"], float(row["amount"])) for row in hopes(held)]
    return {
        "sales_ordered": cents(_weekly(held, [(r["day"], r["amount"]) for r in ordered])),
        "sales_hoped": cents(_weekly(held, hoped)),
    }


def _weekly(held: Held, rows: list[tuple]) -> NDArray[np.float64]:
    days = np.array([day for day, _amount in rows], np.int64)
    return by_week(week_of(held.today, days), np.array([amount for _day, amount in rows], np.float64))


def hopes(held: Held) -> list[dict]:
    """Deals that still may bring something: day of the plan, amount in base currency, payment term.

    Open ones count times their chance, those won today or still planned in full; what orders and contracts of a deal
    bring already is taken off in proportion.
    """
    worth: dict = defaultdict(Decimal)
    for answer in deals.agreed(held.company_id):
        for deal, amount in answer.items():
            worth[deal] = max(worth[deal], amount)
    rows = database.rows(
        """SELECT d.id, GREATEST(COALESCE(d.expected_close_on, d.closed_on), %(today)s) - %(today)s::date AS day,
               CASE d.state WHEN 'won' THEN d.amount_base ELSE d.weighted_base END AS amount, d.amount_base AS whole,
               COALESCE(p.payment_term_id, 0) AS term, d.state,
               COALESCE((SELECT SUM(o.net_base) FROM sales_salesorder o WHERE o.opportunity_id = d.id
                         AND o.state NOT IN ('draft', 'cancelled')), 0) AS ordered
        FROM crm_opportunity d JOIN parties_party p ON p.id = d.party_id
        WHERE d.company_id = %(company)s
          AND (d.state = 'open' AND d.forecast <> 'left_out' AND d.expected_close_on IS NOT NULL
               OR d.state = 'won' AND (d.closed_on = %(today)s OR EXISTS (
                   SELECT FROM stock_stockmove m WHERE m.origin_id = d.id AND m.state = 'planned' AND m.is_forecast)))
        ORDER BY d.id""",
        company=held.company_id,
        today=held.today,
    )
    found = []
    for row in rows:
        taken = max(worth.get(row["id"], Decimal(0)), row["ordered"])
        left = 1 - min(taken / row["whole"], Decimal(1)) if row["whole"] else Decimal(1)
        if row["amount"] * left > 0:
            found.append({**row, "amount": row["amount"] * left})
    return found


# -- purchases, production, stock -------------------------------------------------------------------------------------


def _purchases(held: Held, want, priced: Prices, facts) -> dict[str, NDArray]:
    """Orders by the day they are expected, proposals and approved requests by the day they are needed."""
    day, value, _term = bought(held, want, priced, facts)
    ordered = [(row["day"], row["amount"]) for row in facts.purchases]
    return {
        "purchases_ordered": cents(_weekly(held, ordered)),
        "purchases_planned": cents(by_week(week_of(held.today, day), value)),
    }


def bought(held: Held, want, priced: Prices, facts) -> tuple[NDArray, NDArray, NDArray]:
    """(day, value, payment term) of everything to buy that is not ordered yet."""
    mine = want.table == planning.BUY
    scale = held.structure.scale
    node, quantity, day = want.node[mine], want.quantity[mine], want.promised[mine]
    asked = facts.requests
    place = held.structure.node(asked.item, asked.site)
    kept = place >= 0
    node = np.concatenate([node, place[kept]])
    quantity = np.concatenate([quantity, asked.quantity[kept]])
    day = np.concatenate([day, asked.day[kept].astype(np.int64)])
    return day, quantity / scale[node] * priced.price[node], priced.term[node]


def _production(held: Held, want, priced: Prices, facts) -> dict[str, NDArray]:
    """Value of what is made by the day it is due, and hours by work center: confirmed, planned, open; their cost."""
    s, plan = held.structure, held.plan
    mine = want.table == planning.MAKE
    value = want.quantity[mine] / s.scale[want.node[mine]] * priced.cost[want.node[mine]]
    planned = by_week(week_of(held.today, want.promised[mine]), value)
    confirmed = np.zeros(WEEKS)
    if facts.making:
        day, item, site, quantity = (c.astype(np.int64) for c in
                                     _columns(facts.making, "day", "item_id", "site_id", "quantity"))  # fmt: skip
        node = s.node(item, site)
        kept = node >= 0
        worth = quantity[kept] / s.scale[node[kept]] * priced.cost[node[kept]]
        confirmed = by_week(week_of(held.today, day[kept]), worth)
    days = week_of(held.today, np.arange(plan.load.shape[1]))
    inside = days >= 0

    def weekly(table: NDArray) -> NDArray[np.int64]:
        found = np.zeros((len(s.centers), WEEKS), np.int64)
        if len(s.centers):
            np.add.at(found.T, days[inside], table.T[inside])
        return found

    load = weekly(plan.load[: len(s.centers)] + facts.booked)
    rate = dict(WorkCenter.objects.filter(pk__in=s.centers.tolist()).values_list("pk", "hourly_cost"))
    rates = np.array([float(rate.get(int(c), 0)) for c in s.centers.tolist()])
    return {
        "made_planned": cents(planned),
        "made_confirmed": cents(confirmed),
        "centers": s.centers,
        "load": load,
        "open": weekly(plan.shop.capacity[: len(s.centers)]),
        "work_cost": cents(rates @ (load / 3600)) if len(rates) else np.zeros(WEEKS, np.int64),
    }


def balances(held: Held, want, chosen: NDArray | None = None) -> NDArray[np.int64]:
    """Projected stock of nodes (None: all) at the end of each week, smallest units: [node, week].

    Proposals count on the day they are needed, as the plan reckons.
    """
    plan, s = held.plan, held.structure
    chosen = np.arange(len(s.keys)) if chosen is None else chosen
    place = np.full(len(s.keys), -1, np.int64)
    place[chosen] = np.arange(len(chosen))
    week = week_of(held.today, HORIZON.first_days[: HORIZON.buckets].astype(np.int64))
    found = np.zeros((len(chosen), WEEKS), np.int64)
    reorder = np.isin(s.policy[chosen], (REORDER, TO_ORDER))
    for n in range(WEEKS):
        found[:, n] = plan.kept[chosen][:, week == n].sum(axis=1)
    found[:, 0] += plan.net.on_hand[chosen]
    found[reorder] = 0
    for n in np.flatnonzero(reorder).tolist():  # not planned by date: its rows say what is to happen
        node = int(chosen[n])
        demand, receipts = held.demand(node), held.receipts(node)
        found[n, 0] = held.on_hand(node)
        for rows, sign in ((demand, -1), (receipts, 1)):
            at = week_of(held.today, rows.day)
            np.add.at(found[n], at[at >= 0], sign * rows.quantity[at >= 0])
    orders = week_of(held.today, want.due)
    mine = (place[want.node] >= 0) & (orders >= 0)
    np.add.at(found, (place[want.node[mine]], orders[mine]), (want.quantity // s.scale[want.node])[mine])
    return np.cumsum(found, axis=1)


def _stock_value(held: Held, want, priced: Prices) -> NDArray[np.float64]:
    """What the projected stock is worth at the end of each week; what is missing counts nothing."""
    return priced.cost @ np.maximum(balances(held, want), 0)


# -- cash -------------------------------------------------------------------------------------------------------------


def _cash(held: Held, ctx, want, priced: Prices, facts) -> dict[str, NDArray]:
    """Receipts and payments by the week they fall due, what deals may bring in and what is still to be bought apart."""
    until = weeks(held.today)[-1] + timedelta(days=6)
    inward, outward, first = np.zeros(WEEKS), np.zeros(WEEKS), monday(held.today)
    for row in accounting.cash_in_sight(ctx, until, held.today):
        week = (row["planned_on"] - first).days // 7
        amount = float(row["amount_base"])
        if 0 <= week < WEEKS:
            (inward if amount > 0 else outward)[week] += amount
    company = remembered.row(Company, held.company_id)
    terms = PaymentTerm.objects.in_bulk()
    hoped, planned = np.zeros(WEEKS), np.zeros(WEEKS)
    for row in hopes(held):
        day = held.today + timedelta(days=max(int(row["day"]), 0))
        for part in parties.instalments(
            terms.get(row["term"]), row["amount"], dated_on=day, digits=company.base_currency.digits
        ):
            _add(hoped, held.today, part.due_on, float(part.amount))
    day, value, term = bought(held, want, priced, facts)
    groups, where = np.unique(np.stack([term, np.maximum(day, 0)]), axis=1, return_inverse=True)
    sums = np.bincount(where.reshape(-1), value, groups.shape[1])
    for (key, number), amount in zip(groups.T.tolist(), sums.tolist(), strict=True):
        due = parties.due_on(terms.get(key), held.today + timedelta(days=number))
        _add(planned, held.today, due, -amount)
    opening = sum((accounting.balance_of(held.company_id, role) for role in ("bank", "cash")), Decimal(0))
    return {
        "cash_open": np.array([round(opening * CENTS)], np.int64),
        "cash_in": cents(inward),
        "cash_out": cents(outward),
        "cash_hoped": cents(hoped),
        "cash_planned": cents(planned),
    }


def _add(table: NDArray, today: date, day: date, amount: float) -> None:
    week = (max(day, today) - monday(today)).days // 7
    if week < WEEKS:
        table[week] += amount


# -- as bytes ---------------------------------------------------------------------------------------------------------


def packed(columns: dict[str, NDArray]) -> bytes:
    """The columns as bytes."""
    out = io.BytesIO()
    np.savez(out, **columns)  # type: ignore[arg-type]
    return out.getvalue()


def unpacked(data: bytes) -> dict[str, NDArray]:
    """The columns again."""
    with np.load(io.BytesIO(bytes(data)), allow_pickle=False) as found:
        return {name: found[name] for name in found.files}
