"""Value an item's stock by replaying its events in their true order (rules I01 to I14).

The replay is a pure function of the events: a late document is simply one more event, and what it changes in rows
already booked comes out of `adjustments.between`.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from fractions import Fraction

from mainspring import rounding
from mainspring.engines import problem
from mainspring.engines.costing import pools
from mainspring.engines.costing.data import Event, Method, Row, check
from mainspring.engines.costing.pools import ZERO, Pool, Slice


def replay(events: Sequence[Event], *, method: Method, digits: int, may_go_negative: bool = False) -> list[Row]:
    """One row per event and location touched, in order of time; amounts at `digits`, summing exactly.

    method           average and fifo per location; standard needs a standard_change before the first receipt
    may_go_negative  issue at provisional cost, settled by the next receipt; otherwise an event after which
                     any balance, also a later one, is short raises InvalidProblem naming the event (I05, I06)
    Average cost cannot tell where a moved receipt went: its charges stay where it was received.
    """
    return proceed(Book(method, digits, may_go_negative), events)


def proceed(book: "Book", events: Sequence[Event]) -> list[Row]:
    """Go on from what the book knows with events that all come after it; the rows of these events.

    The book must hold the pools, and for linked events what is open of the document they belong to.
    """
    check(events)
    done = len(book.rows)
    for event in sorted(events, key=lambda each: each.order):
        _HANDLERS[event.kind](book, event)
    return book.rows[done:]


@dataclass
class Book:
    """Everything the replay knows at one moment."""

    method: Method
    digits: int
    may_go_negative: bool
    by_location: dict[str, Pool] = field(default_factory=dict)
    standard: Decimal | None = None
    open_issues: dict[str, Slice] = field(default_factory=dict)  # by issue: not yet returned
    open_receipts: dict[str, Slice] = field(default_factory=dict)  # by receipt: not yet sent back
    received: dict[str, Slice] = field(default_factory=dict)  # by receipt: as it came in
    rows: list[Row] = field(default_factory=list)

    def pool(self, event: Event, location: str) -> Pool:
        if location not in self.by_location:
            self.by_location[location] = self._new_pool(event)
        return self.by_location[location]

    def _new_pool(self, event: Event) -> Pool:
        if self.method == "average":
            return pools.AveragePool(self.digits)
        if self.method == "fifo":
            return pools.LayerPool(self.digits)
        rule = "comes before any standard cost"
        standard = problem.present(self.standard, "events", event.id, "effective_at", event.effective_at, rule)
        return pools.StandardPool(self.digits, standard)

    def take(self, event: Event, receipt: str = "") -> pools.Issued:
        """Issue from a pool, refusing shortage where it is not allowed."""
        issued = self.pool(event, event.location).issue(event.quantity, event.lot, event.unit_cost, receipt)
        if issued.shortage:
            fits = self.may_go_negative
            problem.require(
                fits, "events", event.id, "quantity", event.quantity, f"is {issued.shortage} more than in stock"
            )
            known = issued.unit_cost is not None
            problem.require(known, "events", event.id, "unit_cost", None, "is required: no cost is known yet")
        return issued

    def add(self, event: Event, location: str, quantity: Decimal, **amounts: Decimal) -> None:
        """Write a row; amounts not named are zero."""
        pool = self.pool(event, location)
        zero = rounding.rounded(ZERO, self.digits)
        money = dict.fromkeys(("stock", "cost_of_sales", "variance", "revaluation"), zero)
        money |= {name: zero + amount for name, amount in amounts.items()}
        after = {"quantity_after": pool.quantity, "value_after": zero + pool.value}
        self.rows.append(Row(event.id, event.effective_at, location, quantity, **money, **after))

    def linked(self, event: Event, open_slices: dict[str, Slice]) -> Decimal:
        """The value that belongs to a quantity of the linked document; refuses more than is open."""
        rule = "must be an earlier event of the right kind"
        found = problem.present(open_slices.get(event.origin), "events", event.id, "origin", event.origin, rule)
        fits = event.quantity <= found.quantity
        problem.require(
            fits, "events", event.id, "quantity", event.quantity, f"exceeds the {found.quantity} still open"
        )
        value = pools.share(found.value, event.quantity, found.quantity, self.digits)
        open_slices[event.origin] = Slice(found.quantity - event.quantity, found.value - value)
        return value


def _receipt(book: Book, event: Event) -> None:
    goods = Slice(event.quantity, event.amount, event.id, event.lot)
    book.received[event.id] = goods
    book.open_receipts[event.id] = Slice(event.quantity, event.amount)
    _put(book, event, event.location, goods)


def _put(book: Book, event: Event, location: str, goods: Slice) -> None:
    """Receive goods from outside: whatever does not become stock goes to cost of sales or variance."""
    quantity, value = goods.quantity, goods.value
    rest = book.pool(event, location).receive(goods)
    stock = value - rest.cost_of_sales - rest.variance
    book.add(event, location, quantity, stock=stock, cost_of_sales=rest.cost_of_sales, variance=rest.variance)


def _issue(book: Book, event: Event) -> None:
    cost = book.take(event).cost
    book.open_issues[event.id] = Slice(event.quantity, cost)
    book.add(event, event.location, -event.quantity, stock=-cost, cost_of_sales=cost)


def _customer_return(book: Book, event: Event) -> None:
    """Goods come back at the cost they left with (I07)."""
    value = book.linked(event, book.open_issues) if event.origin else event.amount
    rest = book.pool(event, event.location).receive(Slice(event.quantity, value, event.id, event.lot))
    stock = value - rest.cost_of_sales - rest.variance
    book.add(
        event,
        event.location,
        event.quantity,
        stock=stock,
        cost_of_sales=rest.cost_of_sales - value,
        variance=rest.variance,
    )


def _supplier_return(book: Book, event: Event) -> None:
    """The supplier credits the receipt price; stock gives up its own cost, the difference is variance (I08)."""
    credit = book.linked(event, book.open_receipts)
    cost = book.take(event, receipt=event.origin).cost
    book.add(event, event.location, -event.quantity, stock=-cost, variance=cost - credit)


def _charge(book: Book, event: Event) -> None:
    """A bill difference or landed cost: the on-hand share to stock, all the rest to cost of sales (I09, I10)."""
    goods = book.received.get(event.origin)
    goods = problem.present(goods, "events", event.id, "origin", event.origin, "must be an earlier receipt")
    home, rest = event.location, event.amount
    parts: dict[str, Decimal] = {home: ZERO}
    for location, pool in sorted(book.by_location.items()):
        left = pool.on_hand_of(event.origin, goods.quantity) if book.method == "fifo" or location == home else ZERO
        if left:
            exact = Fraction(event.amount) * Fraction(left) / Fraction(goods.quantity)
            parts[location] = rounding.truncated(exact, book.digits)
            pool.charge(event.origin, parts[location])
            rest -= parts[location]
    other = "variance" if book.method == "standard" else "cost_of_sales"
    for location, part in parts.items():
        book.add(event, location, ZERO, stock=part, **{other: rest if location == home else ZERO})


def _transfer(book: Book, event: Event) -> None:
    """The value travels with the goods: no profit, no loss (I12)."""
    issued = book.take(event)
    book.add(event, event.location, -event.quantity, stock=-issued.cost)
    pool = book.pool(event, event.to_location)
    to_sales = variance = ZERO
    for goods in issued.slices:
        rest = pool.receive(Slice(goods.quantity, goods.value, goods.receipt, goods.lot))
        to_sales, variance = to_sales + rest.cost_of_sales, variance + rest.variance
    stock = issued.cost - to_sales - variance
    book.add(event, event.to_location, event.quantity, stock=stock, cost_of_sales=to_sales, variance=variance)


def _standard_change(book: Book, event: Event) -> None:
    """Revalue what is on hand once, at this moment (I14)."""
    problem.require(
        book.method == "standard", "events", event.id, "kind", event.kind, f"does not fit {book.method} cost"
    )
    book.standard = event.unit_cost
    for location, pool in sorted(book.by_location.items()):
        before = pool.value
        if isinstance(pool, pools.StandardPool) and event.unit_cost is not None:
            pool.standard = event.unit_cost
        change = pool.value - before
        book.add(event, location, ZERO, stock=change, revaluation=-change)


_HANDLERS = {
    "receipt": _receipt,
    "issue": _issue,
    "customer_return": _customer_return,
    "supplier_return": _supplier_return,
    "charge": _charge,
    "transfer": _transfer,
    "standard_change": _standard_change,
}
