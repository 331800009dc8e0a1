"""Running the plan: all of it, or only what a change reaches. Both give the same rows, bit for bit."""

from collections.abc import Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from mainspring.engines.mrp import kernels
from mainspring.engines.mrp.network import Entries, Network
from mainspring.engines.problem import Defect, InvalidProblem

WORKERS = 2
KEPT_MOST = 1 << 27  # cells (eight bytes each) held for net changes; larger plans ask the parents again
BLOCK = 2048  # items planned between two gatherings of their rows: bounds the memory of unfinished work


@dataclass
class Orders:
    """Planned orders by item and due bucket, as columns; `count` equal lots of `quantity` each.

    start   the day to start, never before the first (P17); `short` is how far stock falls below safety without the
            order, `net` the need the lot rule was given (the two differ for period lots)
    row     the order's row in the pool of the plan: what pegs refer to
    """

    item: NDArray[np.int32]
    due: NDArray[np.int32]
    start: NDArray[np.int32]
    quantity: NDArray[np.int64]
    count: NDArray[np.int64]
    short: NDArray[np.int64]
    net: NDArray[np.int64]
    row: NDArray[np.int64]

    def __len__(self) -> int:
        return len(self.item)


@dataclass(frozen=True)
class Replanned:
    """What a net change did: items looked at, those whose orders changed, those asked for, and the plan's age then."""

    planned: int
    changed: NDArray[np.int64]
    asked: NDArray[np.int64]
    age: int


class Plan:
    """A plan that follows its network. Every answer is a copy or a view of the arrays held here."""

    def __init__(self, network: Network, *, workers: int = WORKERS, follow: bool = True):
        """Plan everything. Raises InvalidProblem for a loop (with its path, P08) and for overflow (array, row).

        follow  keep supply less demand of every item and bucket, so that a net change costs only what it changes;
                False when there will be none
        """
        self.network, self.workers, self.age = network, max(1, workers), 0
        cells = len(network.items) * network.horizon.buckets
        rows = len(network.items) if follow and cells <= KEPT_MOST else 0
        self.kept = np.empty((rows, network.horizon.buckets), np.int64)
        self._by_child = np.lexsort((network.lines.parent, network.lines.component))
        self.net = _net(network, self._by_child)
        self.uses = _uses(self.net)
        self.child_ptr, self.child = _children(self.uses)
        self.level, self.order, self.level_start = _levels(network, self.child_ptr, self.child)
        self.book = _book(network)
        self.shop = _shop(network)
        self.run()

    def __getstate__(self) -> dict:
        """Everything but the room not used yet and what a net change makes for itself."""
        state = {name: value for name, value in vars(self).items() if name not in _OF_CHANGES}
        used = int(self.tail[0])
        columns = {name: np.ascontiguousarray(getattr(self.pool, name)[:used]) for name in _ROW}
        state["pool"] = len(self.pool.due), {name: getattr(self.pool, name) for name in _PLACES}, columns
        return state

    def __setstate__(self, state: dict) -> None:
        size, places, columns = state.pop("pool")
        vars(self).update(state)
        self.pool = _rows(size, 0)._replace(**places)
        for name, column in columns.items():
            getattr(self.pool, name)[: len(column)] = column

    # -- all of it --

    def run(self) -> None:
        """Plan every item anew, level by level, a level's items on several cores at once."""
        n, buckets = len(self.network.items), self.network.horizon.buckets
        self.pool = _rows(max(1024, 40 * n), n)  # memory is only taken when rows are written
        self.tail = np.zeros(1, np.int64)
        shape = self.network.shop.capacity.shape  # type: ignore[union-attr]
        loads = [np.zeros(shape, np.int64) for _ in range(self.workers)]
        beyonds = [np.zeros(shape[0], np.int64) for _ in range(self.workers)]
        self._scratch = [_rows(1 << 16, 0) for _ in range(self.workers)]
        with ThreadPoolExecutor(self.workers) as threads:
            for depth in range(len(self.level_start) - 1):
                first, last = self.level_start[depth], self.level_start[depth + 1]
                for start in range(first, last, BLOCK * self.workers):
                    items = self.order[start : min(last, start + BLOCK * self.workers)]
                    self._plan_block(items, buckets, loads, beyonds, threads)
        del self._scratch
        self.load = np.sum(loads, axis=0)
        self.beyond = np.sum(beyonds, axis=0)
        self.age += 1  # what is kept about the plan elsewhere tells by it whether it still holds

    def _plan_block(self, items, buckets: int, loads, beyonds, threads: ThreadPoolExecutor) -> None:
        """One share of the items a worker; shares differ by at most a row; each has its own scratch rows."""
        shares = [share for share in np.array_split(items, self.workers) if len(share)]

        def work(number: int):
            share, failed = shares[number], np.zeros(2, np.int64)
            most = np.empty(len(share), np.int64)
            kernels.bounds(share, self.net, self.book, self.pool, buckets, most)
            offset = np.concatenate([[0], np.cumsum(most)])
            if offset[-1] > len(self._scratch[number].due):
                self._scratch[number] = _rows(int(offset[-1]), 0)
            out = self._scratch[number]
            planned, ended = np.empty(len(share), np.int64), np.empty(len(share), np.int64)
            kernels.plan_items(
                share, offset, self.net, self.book, self.pool, out, planned, ended,
                self.shop, loads[number], beyonds[number], self.kept, failed,
            )  # fmt: skip
            return share, offset, planned, ended, out, failed

        for share, offset, planned, ended, out, failed in threads.map(work, range(len(shares))):
            self._refuse(failed)
            counts = ended - offset[:-1]
            self._reserve(int(counts.sum()))
            self.pool.ptr[share] = self.tail[0] + np.cumsum(counts) - counts
            self.pool.room[share] = counts
            self.tail[0] += counts.sum()
            kernels.move_rows(share, offset, planned, ended, out, self.pool)

    # -- only what changed --

    def change(
        self,
        *,
        demand: Mapping[int, Entries] | None = None,
        receipts: Mapping[int, Entries] | None = None,
        on_hand: Mapping[int, int] | None = None,
    ) -> Replanned:
        """Replace the demand rows, receipt rows or stock of some items and plan what that reaches.

        Each entry replaces all rows of its item. Raises InvalidProblem before anything is changed when a row is wrong.
        """
        demand, receipts, on_hand = demand or {}, receipts or {}, on_hand or {}
        self._check_change(demand, receipts, on_hand)
        for item, entries in demand.items():
            self._replace("demand", item, entries)
        for item, entries in receipts.items():
            self._replace("receipt", item, entries)
        for item, quantity in on_hand.items():
            self.net.on_hand[item] = quantity
        return self.replan({*demand, *receipts, *on_hand})

    def replan(self, items: Iterable[int]) -> Replanned:
        """Plan these items again, and below them whatever changes. The same result as `run`, and the same load."""
        n, buckets = len(self.network.items), self.network.horizon.buckets
        dirty = np.fromiter(items, np.int64)
        if not hasattr(self, "_queue"):
            self._queue, self._marked = np.empty(n, np.int64), np.zeros(n, np.bool_)
            self._stale, self._touched, self._out = np.zeros(n, np.bool_), np.empty(n, np.int64), _rows(0, 0)
        most = 2 * buckets + int(self.book.receipt_n.max(initial=0))
        if len(self._out.due) < most:
            self._out = _rows(most, 0)
        turned = kernels.Turned(*(np.empty(most + int(self.pool.n.max(initial=0)), kind) for kind in _TURNED))
        depth = len(self.level_start) - 1
        queued, at, failed = np.zeros(depth, np.int64), np.zeros(depth, np.int64), np.zeros(2, np.int64)
        self._stale[dirty] = True
        kernels.enqueue(dirty, self.level, self.level_start, self._queue, queued, self._marked)
        done, changed = 0, []
        while True:
            finished, some, number = kernels.replan(
                self.net, self.book, self.pool, self._out, self.level, self.level_start, self._queue, queued, at,
                self._marked, self._stale, self.child_ptr, self.child, self.uses, self.kept, turned, self.shop,
                self.load, self.beyond, self.tail, self._touched, failed,
            )  # fmt: skip
            done += some
            changed.append(self._touched[:number].copy())
            if finished:
                break
            self._reserve(max(len(self.pool.due) // 4, most))
        self._marked[:] = self._stale[:] = False
        self.age += 1
        self._refuse(failed)
        return Replanned(int(done), np.concatenate(changed), dirty, self.age)

    def _check_change(self, demand, receipts, on_hand) -> None:
        from mainspring.engines.mrp import network

        n = len(self.network.items)
        for array, keys in (("demand", demand), ("receipts", receipts), ("on_hand", on_hand)):
            for item in keys:
                if not 0 <= item < n:
                    raise InvalidProblem(Defect(array, item, "item", item, f"must be a row below {n}"))
        for item, quantity in on_hand.items():
            if not 0 <= quantity <= network.QUANTITY_MOST:
                raise InvalidProblem(Defect("on_hand", item, "quantity", quantity, "must be within 0 and 2^61"))
        for array, rows in (("demand", demand), ("receipts", receipts)):
            for item, entries in rows.items():
                wrong = (
                    (entries.item != item)
                    | (entries.bucket >= self.network.horizon.buckets)
                    | (entries.quantity < 0)
                    | (entries.quantity > network.QUANTITY_MOST)
                    | (entries.start >= self.network.horizon.days)
                )
                for row in np.flatnonzero(wrong):
                    rule = "must be of the item, within the horizon, not negative and at most 2^61"
                    raise InvalidProblem(Defect(array, int(row), "row", int(entries.quantity[row]), rule))

    def _replace(self, kind: str, item: int, entries: Entries) -> None:
        """Write an item's rows over its old ones, or behind all others when there are more."""
        book, count = self.book._asdict(), len(entries)
        names = [f"{kind}_bucket", f"{kind}_qty", *(["receipt_start"] if kind == "receipt" else [])]
        at = int(book[f"{kind}_ptr"][item])
        if count > book[f"{kind}_n"][item]:
            at = len(book[names[0]])
            for name in names:
                book[name] = np.concatenate([book[name], np.zeros(count, book[name].dtype)])
        values = (np.maximum(entries.bucket, 0), entries.quantity, entries.start)
        for name, column in zip(names, values, strict=False):
            book[name][at : at + count] = column
        book[f"{kind}_ptr"][item], book[f"{kind}_n"][item] = at, count
        self.book = kernels.Book(**book)

    # -- answers --

    def orders(self, items: NDArray | None = None) -> Orders:
        """Planned orders of these items (None: all), by item as given, then due bucket. A phantom has none."""
        chosen = np.arange(len(self.network.items)) if items is None else np.asarray(items, np.int64)
        chosen = chosen[self.network.items.kind[chosen] != kernels.PASS_THROUGH]
        counts = self.pool.planned[chosen].astype(np.int64)
        first = np.repeat(self.pool.ptr[chosen] - (np.cumsum(counts) - counts), counts)
        rows = first + np.arange(counts.sum())
        pool = self.pool
        return Orders(
            np.repeat(chosen, counts).astype(np.int32), pool.due[rows], pool.start[rows], pool.qty[rows],
            pool.count[rows], pool.short[rows], pool.net[rows], rows,
        )  # fmt: skip

    def same_as(self, other: "Plan") -> bool:
        """Whether both hold the same rows and the same load, wherever in their pools."""
        mine, theirs = _all_rows(self), _all_rows(other)
        equal = all(np.array_equal(a, b) for a, b in zip(mine, theirs, strict=True))
        return equal and np.array_equal(self.load, other.load) and np.array_equal(self.beyond, other.beyond)

    def _reserve(self, rows: int) -> None:
        wanted = int(self.tail[0]) + rows
        if wanted > len(self.pool.due):
            size = max(wanted, len(self.pool.due) * 3 // 2)
            grown = _rows(size, 0)
            for name in _ROW:
                getattr(grown, name)[: self.tail[0]] = getattr(self.pool, name)[: self.tail[0]]
            self.pool = grown._replace(**{name: getattr(self.pool, name) for name in ("ptr", "n", "planned", "room")})

    def _refuse(self, failed: NDArray) -> None:
        code, row = int(failed[0]), int(failed[1])
        if not code:
            return
        most = "must stay below 2^61 smallest units: use a coarser scale"
        if code == kernels.BAD_NEED:
            line = int(self._by_child[row])
            found = Defect("lines", line, "num", int(self.network.lines.num[line]), f"need of an order {most}")
        elif code == kernels.BAD_HOURS:
            found = Defect(
                "operations", row, "run", float(self.shop.run[row]), "hours of an order must stay below 4e15 ticks"
            )
        else:
            column = "on_hand" if code == kernels.BAD_BALANCE else "size"
            what = "projected stock" if code == kernels.BAD_BALANCE else "lot"
            found = Defect("items", self.network.name(row), column, what, most)
        raise InvalidProblem(found)


_OF_CHANGES = ("_queue", "_marked", "_stale", "_touched", "_out")
_PLACES = ("ptr", "n", "planned", "room")
_TURNED = (np.int32, np.int32, np.int64, np.int64)
_ROW = ("item", "due", "start", "qty", "base", "count", "short", "net")
_RECORD = np.dtype(
    [(name, np.int64) for name in ("base", "count", "qty", "short", "net")]
    + [(name, np.int32) for name in ("due", "start", "item")],
    align=True,
)


def _rows(size: int, items: int):
    """Columns for so many rows, and the places of so many items.

    The columns are views of one array of records: an item's rows lie together, and a net change, which goes to items
    all over the plan, waits for memory once an item instead of once a column.
    """
    places = (np.zeros(items, kind) for kind in (np.int64, np.int32, np.int32, np.int32))
    rows = np.empty(size, _RECORD)
    return kernels.Pool(*places, *(rows[name] for name in _ROW))


def _all_rows(plan: Plan) -> list[NDArray]:
    counts = plan.pool.n.astype(np.int64)
    rows = np.repeat(plan.pool.ptr - (np.cumsum(counts) - counts), counts) + np.arange(counts.sum())
    return [plan.pool.n, plan.pool.planned, *(getattr(plan.pool, name)[rows] for name in _ROW)]


def _net(network: Network, by_child: NDArray):
    items, lines = network.items, network.lines
    ptr = np.concatenate([[0], np.cumsum(np.bincount(lines.component, minlength=len(items)))]).astype(np.int64)
    shared = np.gcd(lines.num, lines.den)
    num, den = (lines.num // np.maximum(shared, 1))[by_child], (lines.den // np.maximum(shared, 1))[by_child]
    most = (kernels.LIMIT - num - lines.fixed[by_child] - lines.multiple[by_child]) // np.maximum(num, 1) - 1
    column = {name: getattr(lines, name)[by_child] for name in ("fixed", "valid_from", "valid_to", "need_row", "kind")}
    share = np.gcd(items.yield_num, items.yield_den)
    return kernels.Net(
        items.on_hand.copy(), items.safety, items.slack, items.kind, items.size, items.minimum, items.multiple,
        items.maximum, items.yield_num // share, items.yield_den // share, items.start_row, items.fence,
        network.starts, network.horizon.first_days, ptr, lines.parent[by_child], num, den, column["fixed"],
        lines.multiple[by_child], column["valid_from"], column["valid_to"], column["need_row"], column["kind"], most,
        network.needs, _in_order(network),
    )  # fmt: skip


def _in_order(network: Network) -> bool:
    """Whether later dates never lead to earlier ones, which lets pegging pass over what comes later."""
    needs = np.where(network.needs < 0, network.horizon.buckets, network.needs)  # beyond the horizon comes last
    return bool(np.all(np.diff(network.starts) >= 0) and np.all(np.diff(needs) >= 0))


def _uses(net):
    """The lines by parent."""
    child = np.repeat(np.arange(len(net.in_ptr) - 1), np.diff(net.in_ptr))
    by_parent = np.argsort(net.parent, kind="stable")
    ptr = np.concatenate([[0], np.cumsum(np.bincount(net.parent, minlength=len(net.in_ptr) - 1))]).astype(np.int64)
    names = ("line_kind", "num", "den", "fixed", "line_multiple", "valid_from", "valid_to", "need_row", "most")
    columns = (getattr(net, name)[by_parent] for name in names)
    return kernels.Uses(ptr, by_parent, child[by_parent], *columns)


def _children(uses) -> tuple[NDArray, NDArray]:
    """Each item's components and by-products, once each; the lines of an item stand in the order of what they use."""
    fresh = np.ones(len(uses.child), np.bool_)
    fresh[1:] = uses.child[1:] != uses.child[:-1]
    fresh[uses.ptr[:-1][uses.ptr[:-1] < len(fresh)]] = True
    return np.concatenate([[0], np.cumsum(fresh)])[uses.ptr].astype(np.int64), uses.child[fresh].astype(np.int64)


def warm(*, changes: bool = True) -> Plan:
    """Compile or load what a plan needs by planning one item; `changes` adds net change and walks along pegs."""
    from mainspring.engines.mrp import messages, pegging, tables
    from mainspring.engines.mrp.network import Horizon, Items, Lines

    horizon = Horizon.of(7)
    starts, needs = tables.start_row(horizon, [])[None], tables.need_row(horizon, 0)[None]
    network = Network(horizon, Items([0, 0]), starts, needs, Lines([0], [1], [1]), Entries([0], [3], [1]))
    plan = Plan(network, workers=1)
    pegging.Book(plan).rows()
    messages.messages(plan)
    if changes:
        plan.change(on_hand={1: 1})
        pegging.upwards(plan, int(plan.pool.ptr[0]), pegging.Book(plan))
    return plan


def _levels(network: Network, child_ptr: NDArray, child: NDArray) -> tuple[NDArray, NDArray, NDArray]:
    n = len(network.items)
    level, order = np.zeros(n, np.int32), np.empty(n, np.int64)
    waiting = np.bincount(child, minlength=n).astype(np.int64)
    if kernels.low_levels(waiting, child_ptr, child, level, order) < n:
        path = tuple(network.name(item) for item in _loop(np.flatnonzero(waiting > 0), child_ptr, child))
        raise InvalidProblem(Defect("lines", path[0], "component", " > ".join(path), "must not form a loop", path))
    order = np.argsort(level, kind="stable").astype(np.int64)
    counts = np.bincount(level, minlength=1)
    return level, order, np.concatenate([[0], np.cumsum(counts)]).astype(np.int64)


def _loop(left: NDArray, child_ptr: NDArray, child: NDArray) -> list[int]:
    """Walk upwards among the items that cannot be levelled until one comes again."""
    inside = {int(item) for item in left}
    parent_of: dict[int, int] = {}
    for item in sorted(inside):
        for below in child[child_ptr[item] : child_ptr[item + 1]]:
            if int(below) in inside:
                parent_of.setdefault(int(below), item)
    at, walked = min(parent_of), []
    while at not in walked:
        walked.append(at)
        at = parent_of[at]
    return [*walked[walked.index(at) :], at][::-1]


def _book(network: Network):
    demand, receipts = _sorted(network.demand, len(network.items)), _sorted(network.receipts, len(network.items))
    return kernels.Book(*demand[:4], *receipts)


def _sorted(entries: Entries, n: int) -> tuple:
    """Rows by item; within an item by bucket, then in the order given. Overdue rows count in the first bucket (P10)."""
    by_item = np.lexsort((entries.bucket, entries.item))
    counts = np.bincount(entries.item, minlength=n).astype(np.int64)
    return (
        np.cumsum(counts) - counts, counts, np.maximum(entries.bucket[by_item], 0), entries.quantity[by_item],
        entries.start[by_item],
    )  # fmt: skip


def _shop(network: Network):
    shop = network.shop
    assert shop is not None
    by_item = np.argsort(shop.item, kind="stable")
    ptr = np.concatenate([[0], np.cumsum(np.bincount(shop.item, minlength=len(network.items)))]).astype(np.int64)
    return kernels.Shop(
        ptr, shop.center[by_item].astype(np.int32), shop.setup[by_item].astype(np.int64),
        shop.run[by_item].astype(np.float64), shop.day_row[by_item].astype(np.int32),
        np.ascontiguousarray(shop.days, np.int32), np.ascontiguousarray(shop.capacity, np.int64),
    )  # fmt: skip
