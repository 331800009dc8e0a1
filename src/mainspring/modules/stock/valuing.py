"""Value what moves, and book it: one locked cost row an item and company; only late documents need a replay."""

import json
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from mainspring import rounding
from mainspring.engines import problem
from mainspring.engines.costing import adjustments, pools, replay
from mainspring.engines.costing.data import Event, Row
from mainspring.kernel import commands, database, events, remembered
from mainspring.kernel.models import Company
from mainspring.modules.accounting import queries as accounting
from mainspring.modules.accounting.commands import EntryLine, EntrySpec, key, post_entries
from mainspring.modules.items.models import Item, ItemCost

from .events import CostAdjusted
from .models import CostBalance, StockMove, StockValue
from .models.locations import LocationKind

ZERO = Decimal(0)
FRESH = 10**15  # sequence of events that have no row yet: after all that have one

OTHER_SIDE = {
    LocationKind.SUPPLIER: "grni",
    LocationKind.CUSTOMER: "cogs",
    LocationKind.PRODUCTION: "wip",
    LocationKind.ADJUSTMENT: "stock_adjustment",
    LocationKind.SCRAP: "stock_adjustment",
}
"""The account role on the other side of a move, by the kind of place outside."""


@dataclass
class Fresh:
    """One new event of an item, and what is needed to book it."""

    event: Event
    move: StockMove | None = None
    kind: str = ""
    role: str = "cogs"
    site_id: int | None = None
    origin_id: object = None
    account: object = None
    rows: list[Row] = field(default_factory=list)


def kind_of(move: StockMove) -> str:
    """What a move means for the value of our stock; "" when goods only change their place."""
    start, end = move.from_location, move.to_location
    if start.is_owned == end.is_owned:
        return ""
    if end.is_owned:
        returned = start.kind == LocationKind.CUSTOMER or (move.of_move_id and start.kind != LocationKind.SUPPLIER)
        return "customer_return" if returned else "receipt"
    return "supplier_return" if end.kind == LocationKind.SUPPLIER and move.of_move_id else "issue"


COSTS = """
    SELECT id, item_id, method, quantity, value, last_unit_cost, standard, layers, last_at FROM stock_costbalance
    WHERE company_id = %(company)s AND item_id = ANY(%(cost_items)s::bigint[]) ORDER BY item_id FOR UPDATE"""
"""The cost rows of some items of a company, locked."""


class Valuation:
    """The cost rows of some items of a company: read and lock first, then value and book."""

    def __init__(self, ctx, item_ids):
        self.ctx = ctx
        self.company = remembered.row(Company, ctx.company_id)
        self.digits = self.company.base_currency.digits
        self.zone = ZoneInfo(self.company.time_zone)
        self.item_ids = sorted(item_ids)
        self.chart = accounting.Chart(self.company.pk)
        self.costs: dict[int, CostBalance] = {}
        self.values: dict[int, Decimal | None] = {}
        self.news: list[CostAdjusted] = []

    @property
    def keys(self) -> dict:
        """The values of COSTS."""
        return {"company": self.company.pk, "cost_items": self.item_ids}

    def take(self, rows: list[dict]) -> None:
        """Take over cost rows that were locked with COSTS."""
        for row in rows:
            layers = row.pop("layers")
            self.costs[row["item_id"]] = cost = CostBalance(
                company=self.company, layers=json.loads(layers) if isinstance(layers, str) else layers, **row
            )
            cost._state.adding = False

    def lock(self) -> None:
        """Lock the cost rows that are not locked yet, in order of item, making missing ones."""
        if any(i not in self.costs for i in self.item_ids):
            self.take(database.rows(COSTS, **self.keys))
        missing = [i for i in self.item_ids if i not in self.costs]
        if missing:
            CostBalance.objects.bulk_create(
                [
                    CostBalance(company=self.company, item=i, method=i.cost_method)
                    for i in Item.objects.filter(pk__in=missing).order_by("pk")
                ],
                ignore_conflicts=True,
            )
            self.take(database.rows(COSTS, **self.keys))

    @property
    def last_at(self) -> datetime | None:
        return max((c.last_at for c in self.costs.values() if c.last_at), default=None)

    def post(self, moves: Sequence[StockMove]) -> None:
        """Value moves that have their keys and times, and write cost rows, cost ledger and journal."""
        self.book([self._fresh(n, move) for n, move in enumerate(moves) if kind_of(move)])

    def book(self, fresh: Sequence[Fresh]) -> None:
        """Value new events of the locked items and write everything that follows."""
        by_item: dict[int, list[Fresh]] = defaultdict(list)
        for f in fresh:
            by_item[f.move.item_id if f.move else int(f.event.lot)].append(f)
        adjusted: list = []
        for item_id, new in by_item.items():
            cost = self.costs[item_id]
            try:
                if cost.last_at and any(f.event.effective_at < _instant(cost.last_at) for f in new):
                    adjusted += self._replay(cost, new)
                else:
                    self._go_on(cost, new)
            except problem.InvalidProblem as error:
                raise _refusal(item_id, error) from error
            cost.last_at = max([_moment(f.event) for f in new] + [cost.last_at or _long_ago()])
        self._write(list(fresh), adjusted)
        self._save([self.costs[i] for i in by_item])

    def _save(self, costs: list[CostBalance]) -> None:
        if not costs:
            return
        database.later(
            """
            UPDATE stock_costbalance c SET quantity = n.quantity, value = n.value, last_unit_cost = n.last_unit_cost,
                   standard = n.standard, layers = n.layers::jsonb, last_at = n.last_at
            FROM unnest(%s::bigint[], %s::numeric[], %s::numeric[], %s::numeric[], %s::numeric[], %s::text[],
                        %s::timestamptz[]) AS n (id, quantity, value, last_unit_cost, standard, layers, last_at)
            WHERE c.id = n.id""",
            [
                [c.pk for c in costs],
                [c.quantity for c in costs],
                [c.value for c in costs],
                [c.last_unit_cost for c in costs],
                [c.standard for c in costs],
                [json.dumps(c.layers) for c in costs],
                [c.last_at for c in costs],
            ],
        )

    # -- events ---------------------------------------------------------------------------------------------------

    def _local(self, at: datetime) -> datetime:
        """The company's own time, which tells the day."""
        return at.astimezone(self.zone).replace(tzinfo=None)

    def _fresh(self, n: int, move: StockMove) -> Fresh:
        kind = kind_of(move)
        outside, inside = (
            (move.to_location, move.from_location)
            if move.from_location.is_owned
            else (move.from_location, move.to_location)
        )
        value = None
        if kind == "receipt" or (kind == "customer_return" and not move.of_move_id):
            value = self.values.get(n)
            if value is None:
                unit_cost = move.unit_cost if move.unit_cost is not None else self._current_cost(move)
                value = rounding.rounded(unit_cost * move.quantity, self.digits)
        origin = f"m{move.of_move_id}" if move.of_move_id and kind.endswith("_return") else ""
        event = Event(
            id=f"m{move.pk}",
            effective_at=_instant(move.effective_at),
            sequence=FRESH + n,
            kind=kind,
            quantity=move.quantity,
            value=value,
            origin=origin,
        )
        return Fresh(event, move, kind, OTHER_SIDE[outside.kind], inside.site_id, move.origin_id)

    def _current_cost(self, move: StockMove) -> Decimal:
        """The cost of goods that come in without one of their own."""
        cost = self.costs[move.item_id]
        if cost.method == "standard" or (not cost.quantity and cost.last_unit_cost is None):
            standard = ItemCost.objects.filter(item=move.item_id, company=self.company).first()
            if standard is None:
                raise ValidationError(
                    {"unit_cost": _("%(item)s has no cost yet; say what one unit costs.") % {"item": move.item}},
                    code="unit_cost",
                )
            return standard.standard_cost
        return cost.value / cost.quantity if cost.quantity else cost.last_unit_cost

    # -- the usual case: nothing later is booked --------------------------------------------------------------------

    def _go_on(self, cost: CostBalance, new: list[Fresh]) -> None:
        book = replay.Book(cost.method, self.digits, False)
        book.standard = self._standard(cost)
        book.by_location[""] = self._pool(cost, book.standard)
        self._fill_linked(book, new)
        rows = replay.proceed(book, [_plain(f.event) for f in new])
        self._keep(cost, book)
        names = {f.event.id: f for f in new}
        for row in rows:
            names[row.event_id].rows.append(row)

    def _standard(self, cost: CostBalance) -> Decimal | None:
        if cost.method == "standard" and cost.standard is None:
            found = ItemCost.objects.filter(item=cost.item_id, company=self.company).first()
            if found is None:
                raise ValidationError(_("%(item)s has no standard cost.") % {"item": cost.item}, code="standard_cost")
            cost.standard = found.standard_cost
        return cost.standard

    def _pool(self, cost: CostBalance, standard: Decimal | None):
        if cost.method == "average":
            return pools.AveragePool(self.digits, cost.quantity, cost.value)
        if cost.method == "fifo":
            return pools.LayerPool(
                self.digits, [pools.Slice(Decimal(q), Decimal(v), receipt) for receipt, q, v in cost.layers]
            )
        return pools.StandardPool(self.digits, standard, cost.quantity)

    def _keep(self, cost: CostBalance, book: replay.Book) -> None:
        pool = book.by_location[""]
        cost.quantity, cost.value = pool.quantity, pool.value
        if cost.method == "fifo":
            cost.layers = [[x.receipt, str(x.quantity), str(x.value)] for x in pool.layers]
        last = getattr(pool, "last_unit_cost", None)
        if last is not None:
            cost.last_unit_cost = rounding.from_fraction(last, 12)
        if book.standard is not None:
            cost.standard = book.standard

    def _fill_linked(self, book: replay.Book, new: list[Fresh]) -> None:
        """What is open of the documents that returns and charges belong to."""
        wanted = {f.event.origin for f in new if f.event.origin}
        if not wanted:
            return
        for row in database.rows(
            """
                WITH own AS (SELECT event, kind, SUM(CASE WHEN NOT adjusts THEN quantity END) AS quantity,
                                    SUM(stock + cost_of_sales + variance + revaluation) AS source,
                                    SUM(cost_of_sales) AS cost
                             FROM stock_stockvalue WHERE company_id = %(company)s AND item_id = ANY(%(items)s)
                                                     AND event = ANY(%(events)s) GROUP BY event, kind),
                     back AS (SELECT 'm' || of_move_id AS event, SUM(quantity) AS quantity,
                                     SUM(stock + variance) AS taken, SUM(stock + cost_of_sales + variance) AS source
                              FROM stock_stockvalue WHERE kind IN ('customer_return', 'supplier_return')
                                AND company_id = %(company)s AND item_id = ANY(%(items)s)
                                AND of_move_id = ANY(%(moves)s) GROUP BY of_move_id)
                SELECT own.*, COALESCE(back.quantity, 0) AS back_quantity, COALESCE(back.taken, 0) AS back_taken,
                       COALESCE(back.source, 0) AS back_source
                FROM own LEFT JOIN back ON back.event = own.event""",
            company=self.company.pk,
            items=self.item_ids,
            events=list(wanted),
            moves=[int(name[1:]) for name in wanted],
        ):
            name, quantity = row["event"], abs(row["quantity"])
            if row["kind"] == "issue":
                book.open_issues[name] = pools.Slice(quantity - row["back_quantity"], row["cost"] - row["back_taken"])
            elif row["kind"] == "receipt":
                book.received[name] = pools.Slice(quantity, row["source"], name)
                book.open_receipts[name] = pools.Slice(
                    quantity + row["back_quantity"], row["source"] + row["back_source"]
                )

    # -- a late document: value everything again ------------------------------------------------------------------

    def _replay(self, cost: CostBalance, new: list[Fresh]) -> list:
        """Value the item's whole history with the new events in their place; returns what changes in booked rows."""
        booked, history = self._history(cost)
        if cost.method == "standard" and not any(e.kind == "standard_change" for e in history):
            first = min(e.effective_at for e in [*history, *(f.event for f in new)])
            history.insert(0, Event("s0", first, -1, "standard_change", unit_cost=self._standard(cost)))
        book = replay.Book(cost.method, self.digits, False)
        valued = replay.proceed(book, [*history, *(_plain(f.event) for f in new)])
        valued = [row for row in valued if row.event_id != "s0"]
        names = {f.event.id: f for f in new}
        for row in valued:
            if row.event_id in names:
                names[row.event_id].rows.append(row)
        self._keep(cost, book)
        first_open = accounting.first_open_on(self.company.pk, "stock", date.min)
        return [(cost.item_id, found) for found in adjustments.between(booked, valued, first_open_on=first_open)]

    def _history(self, cost: CostBalance) -> tuple[list[Row], list[Event]]:
        booked: dict[str, Row] = {}
        history = []
        for v in StockValue.objects.filter(company=self.company, item=cost.item_id).order_by("id"):
            amounts = {name: getattr(v, name) for name in ("stock", "cost_of_sales", "variance", "revaluation")}
            before = booked.get(v.event)
            if before:
                amounts = {name: amount + getattr(before, name) for name, amount in amounts.items()}
            at = _instant(v.effective_at)
            after = {"quantity_after": ZERO, "value_after": ZERO}
            booked[v.event] = Row(v.event, self._local(v.effective_at), "", v.quantity, **amounts, **after)
            if not v.adjusts and not before:
                linked = v.of_move_id and v.kind != "receipt"
                has_value = v.kind in ("receipt", "charge") or (v.kind == "customer_return" and not linked)
                value = (
                    (
                        -v.cost_of_sales + (v.cost_of_sales + v.stock + v.variance)
                        if v.kind == "customer_return"
                        else v.source
                    )
                    if has_value
                    else None
                )
                history.append(
                    Event(
                        v.event,
                        at,
                        v.pk,
                        v.kind,
                        abs(v.quantity),
                        value,
                        v.unit_cost,
                        f"m{v.of_move_id}" if linked else "",
                    )
                )
        return list(booked.values()), history

    # -- writing --------------------------------------------------------------------------------------------------

    def _write(self, fresh: list[Fresh], adjusted: list) -> None:
        events_by_name = self._booked_moves([found.event_id for _item, found in adjusted])
        specs: dict[tuple, list[EntryLine]] = defaultdict(list)
        rows: list[tuple[tuple, StockValue]] = []
        for f in fresh:
            day = f.move.effective_on if f.move else self._local(_moment(f.event)).date()
            item = f.move.item if f.move else Item.objects.get(pk=int(f.event.lot))
            for row in f.rows:
                where = (f.origin_id, day)
                specs[where] += self._lines(row, f.kind, f.role, item, f.site_id, f.origin_id, f.account)
                rows.append((where, self._value(row, item.pk, f.kind, f.event, f.move, day, f.origin_id)))
        for item_id, found in adjusted:
            old = events_by_name[found.event_id]
            move, where = old.move, (old.origin_id, found.post_on)
            role, site = self._sides(move)
            item = move.item if move else Item.objects.get(pk=item_id)
            specs[where] += self._lines(found, old.kind, role, item, site, old.origin_id, None)
            rows.append((where, self._value(found, item_id, old.kind, None, move, found.post_on, old.origin_id, old)))
        wanted = list(specs)
        posted = post_entries(
            self.ctx,
            [
                EntrySpec(day, specs[origin, day], self.company, _("Stock"), origin, "stock")
                for origin, day in wanted
                if any(line.amount for line in specs[origin, day])
            ],
        )
        entries = {(e.origin_id, e.posted_on): e.pk for e in posted}
        for where, value in rows:
            value.entry_id = entries.get(where)
        database.insert([value for _where, value in rows])
        for _item, found in adjusted:
            move = events_by_name[found.event_id].move
            if move and found.cost_of_sales:
                self.news.append(CostAdjusted(move.pk, found.cost_of_sales))

    def tell(self) -> None:
        """Publish what changed in earlier bookings, once all is written."""
        news, self.news = self.news, []
        events.publish_all(news, self.ctx)

    def _booked_moves(self, names: list[str]) -> dict[str, StockValue]:
        if not names:
            return {}
        found = StockValue.objects.filter(company=self.company, item__in=self.item_ids, event__in=names, adjusts=False)
        return {
            v.event: v
            for v in found.select_related("move__item", "move__from_location", "move__to_location").order_by("-id")
        }

    def _sides(self, move: StockMove | None) -> tuple[str, int | None]:
        if move is None:
            return "grni", None
        outside, inside = (
            (move.to_location, move.from_location)
            if move.from_location.is_owned
            else (move.from_location, move.to_location)
        )
        return OTHER_SIDE[outside.kind], inside.site_id

    def _lines(self, row, kind: str, role: str, item, site_id, origin_id, account) -> list[EntryLine]:
        """Stock against the other side; what cannot stay in stock goes to cost of sales or variance."""
        cost_role = role if kind in ("issue", "customer_return") else "cogs"
        sides = (
            (None, -row.source),
            (cost_role, row.cost_of_sales),
            ("price_variance", row.variance),
            ("stock_adjustment", row.revaluation),
        )
        lines = [EntryLine(self.chart.account("stock", item), row.stock, item=item.pk, site=site_id, origin=origin_id)]
        lines += [
            EntryLine(
                account or self.chart.account(role, item) if name is None else self.chart.account(name, item),
                amount,
                item=item.pk,
                site=site_id,
                origin=origin_id,
            )
            for name, amount in sides
            if amount
        ]
        return lines

    def _value(self, row, item_id, kind, event, move, day, origin_id, old=None) -> StockValue:
        return StockValue(
            company=self.company,
            item_id=item_id,
            move=move,
            event=row.event_id,
            kind=kind,
            adjusts=old is not None,
            effective_at=old.effective_at if old else _moment(event),
            posted_on=day,
            quantity=ZERO if old else row.quantity,
            stock=row.stock,
            cost_of_sales=row.cost_of_sales,
            variance=row.variance,
            revaluation=row.revaluation,
            origin_id=origin_id,
            of_move_id=old.of_move_id if old else int(event.origin[1:]) if event.origin else None,
            unit_cost=None if old else event.unit_cost,
        )


def prepare(ctx, moves: Sequence[StockMove], values: dict[int, Decimal | None]) -> Valuation:
    """The valuation of moves not yet written; values: {position in moves: cost of the whole move}."""
    valuation = Valuation(ctx, {move.item_id for move in moves if kind_of(move)})
    valuation.values = values
    return valuation


def charge_receipt(ctx, move: StockMove, value: Decimal, *, effective_on: date, origin=None, account=None) -> None:
    """Book a bill difference or landed cost of a receipt: the share still on hand to stock, the rest to cost of sales.

    value    base currency, either sign; the other side is `account`, by default goods received not invoiced (I09, I10)
    """
    _run(
        ctx,
        move.item_id,
        "charge",
        effective_on,
        f"c{move.pk}",
        value=value,
        origin=f"m{move.pk}",
        doc=origin,
        account=account,
    )


def change_standard_cost(ctx, item: Item, standard_cost: Decimal, *, effective_on: date, origin=None) -> None:
    """Revalue what is on hand at a new standard cost, once, from a day on (I14)."""
    ItemCost.objects.update_or_create(item=item, company_id=ctx.company_id, defaults={"standard_cost": standard_cost})
    if CostBalance.objects.filter(
        item=item, company_id=ctx.company_id, method="standard", standard__isnull=False
    ).exists():
        _run(ctx, item.pk, "standard_change", effective_on, "s", unit_cost=standard_cost, doc=origin)


def _run(
    ctx,
    item_id: int,
    kind: str,
    effective_on: date,
    name: str,
    *,
    value=None,
    unit_cost=None,
    origin="",
    doc=None,
    account=None,
) -> None:
    if ctx.command_id is None:
        with commands.batch(StockValue, ctx, kind) as inner:
            _run(
                inner,
                item_id,
                kind,
                effective_on,
                name,
                value=value,
                unit_cost=unit_cost,
                origin=origin,
                doc=doc,
                account=account,
            )
        return
    from .moving import _edge_of_day
    from .moving import _moment as moment_of

    valuation = Valuation(ctx, {item_id})
    valuation.lock()
    zone = valuation.zone
    at = moment_of(ctx, effective_on, valuation.last_at, zone) or _edge_of_day(effective_on, False, zone)
    number = StockValue.objects.filter(company_id=ctx.company_id, item=item_id, kind=kind, adjusts=False).count() + 1
    event = Event(
        f"{name}-{number}" if kind == "charge" else f"{name}{number}",
        _instant(at),
        FRESH,
        kind,
        value=value,
        unit_cost=unit_cost,
        origin=origin,
        lot=str(item_id),
    )
    valuation.book([Fresh(event, None, kind, "grni", None, key(doc), account)])
    valuation.tell()


def _instant(at: datetime) -> datetime:
    """A moment on the clock of events, which has no summer time: there no hour is missing and none comes twice."""
    return at.astimezone(UTC).replace(tzinfo=None)


def _moment(event: Event) -> datetime:
    """When an event happened, as it is kept."""
    return event.effective_at.replace(tzinfo=UTC)


def _plain(event: Event) -> Event:
    """The event for the replay; `lot` carries the item of a charge and is not a lot of goods."""
    return event if not event.lot else Event(**{**event.__dict__, "lot": ""})


def _long_ago() -> datetime:
    return datetime(1, 1, 2, tzinfo=ZoneInfo("UTC"))


def _refusal(item_id: int, error: problem.InvalidProblem) -> ValidationError:
    item = Item.objects.get(pk=item_id)
    return ValidationError(
        [
            ValidationError(
                _("%(item)s: %(rule)s."),
                params={"item": item.code, "rule": f"{defect.field} {defect.value} {defect.rule}"},
                code="costing",
            )
            for defect in error.defects
        ]
    )
