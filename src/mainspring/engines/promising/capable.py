"""Capable to promise: from stock, then incoming supply, then through bills of material and free capacity (SAL-04, I18).

A promise reserves what it is made of, units and hours, so that a second one cannot have them; releasing gives them
back.
"""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from mainspring.engines.mrp.network import BY_PRODUCT, ECONOMIC, FIXED, Entries, Items, Lines, Shop
from mainspring.engines.mrp.tables import WorkingDays
from mainspring.engines.problem import Defect, InvalidProblem, require

NEVER = -1


@dataclass(frozen=True)
class Source:
    """One step of a promise: `quantity` of an item from `stock`, `incoming`, `make` or `buy`, there on `day`.

    order  what is made or bought in all, when a lot rule asks for more than the promise needs
    level  0 for the item promised, 1 for its components, and so on
    waits  what the day of a `make` waits for: `material`, `capacity` or `lead_time`
    """

    item: int
    kind: str
    quantity: int
    day: int
    level: int = 0
    order: int = 0
    waits: str = ""


@dataclass(frozen=True)
class Promise:
    """`day` the whole quantity is there (NEVER: not within the horizon), why, and what is reserved for it."""

    day: int
    sources: tuple[Source, ...] = ()
    units: tuple[tuple[int, int, int], ...] = ()  # item, day, quantity taken (negative: surplus of a lot given)
    hours: tuple[tuple[int, int, int], ...] = ()  # center, day, ticks


class Planner:
    """What is free, and promises on it. Days count from today; the horizon is that of the shop's tables."""

    def __init__(
        self,
        items: Items,
        lines: Lines,
        demand: Entries,
        receipts: Entries,
        *,
        days: int,
        lead: Sequence[tuple[WorkingDays, int]],
        shop: Shop | None = None,
        load: NDArray[np.int64] | None = None,
        names: Sequence[str] | None = None,
    ):
        """Days are the buckets of the entries; `load` is what the shop's capacity is already taken by.

        Safety stock is not promised. Raises InvalidProblem for a loop of the lines (P08).
        """
        self.items, self.lines, self.days, self.lead = items, lines, days, lead
        self.names = names
        self.shop = shop or Shop.none(days)
        self.free_hours = self.shop.capacity - (0 if load is None else load)
        self._changes: dict[int, NDArray] = {}
        self._available: dict[int, NDArray] = {}
        self._longest: dict[int, int] = {}
        self._entries = _by_item(demand, -1, days) + _by_item(receipts, 1, days)
        self._rows: dict[int, list[tuple[int, int]]] = defaultdict(list)
        for item, day, quantity in self._entries:
            self._rows[item].append((day, quantity))
        self.below: dict[int, list[int]] = defaultdict(list)
        for row in np.flatnonzero(lines.kind != BY_PRODUCT).tolist():
            self.below[int(lines.parent[row])].append(row)
        self.operations: dict[int, list[int]] = defaultdict(list)
        for row, item in enumerate(self.shop.item.tolist()):
            self.operations[item].append(row)
        self._refuse_loops()

    # -- answers --

    def available(self, item: int) -> NDArray[np.int64]:
        """ATP by day: the least of cumulative supply less demand on that and every later day, not below 0 (I18)."""
        if item not in self._available:
            later = np.minimum.accumulate(self.projected(item)[::-1])[::-1]
            self._available[item] = np.maximum(later, 0)
        return self._available[item]

    def add(self, item: int, quantity: int, day: int, until: int | None = None) -> None:
        """So much more (or less) is there from a day on, until another one."""
        self.projected(item)[day:until] += quantity
        self._available.pop(item, None)

    def projected(self, item: int) -> NDArray[np.int64]:
        """Cumulative supply less demand by day; `add` changes it."""
        if item not in self._changes:
            change = np.zeros(self.days, np.int64)
            change[0] = int(self.items.on_hand[item]) - int(self.items.safety[item])
            for day, quantity in self._rows[item]:
                change[day] += quantity
            self._changes[item] = np.cumsum(change)
        return self._changes[item]

    def promise(self, item: int, quantity: int, *, wanted: int = 0) -> Promise:
        """The earliest day on or after `wanted`, reserved. Nothing is reserved when there is no such day."""
        require(0 <= item < len(self.items), "promise", 0, "item", item, f"must be a row below {len(self.items)}")
        require(quantity > 0, "promise", 0, "quantity", quantity, "must be above 0")
        require(0 <= wanted < self.days, "promise", 0, "wanted", wanted, f"must be within the {self.days} days")
        log = _Log()
        day, _ = self._get(item, quantity, wanted, 0, log)
        if day == NEVER:
            self._back_to(log, 0, 0)
            return Promise(NEVER, tuple(log.sources))
        return Promise(day, tuple(log.sources), tuple(log.units), tuple(log.hours))

    def release(self, promise: Promise) -> None:
        """Give back what a promise has reserved, units and hours."""
        log = _Log()
        log.units, log.hours = list(promise.units), list(promise.hours)
        self._back_to(log, 0, 0)

    # -- how --

    def _get(self, item: int, quantity: int, wanted: int, level: int, log: "_Log") -> tuple[int, int]:
        """(earliest day from `wanted` on for the whole quantity, row of the log's units reserved for it or -1).

        For each day on which more comes, that much is taken and the rest made: the sooner of all these ways counts.
        """
        atp = self.available(item)
        waiting = int(np.searchsorted(atp, quantity))  # ATP never falls from one day to the next
        if waiting <= wanted:
            return wanted, self._take(item, quantity, wanted, level, log)
        steps = [wanted, *(wanted + 1 + np.flatnonzero(np.diff(atp[wanted : min(waiting, self.days)]))).tolist()]
        best, chosen = (waiting, waiting) if waiting < self.days else (self.days, NEVER)
        mark, kept = log.mark(), None
        ready, row = self._mixed(item, quantity, wanted, int(atp[wanted]), level, log)
        if len(steps) == 1 or (ready != NEVER and ready <= steps[1]):  # nothing that comes later could be sooner
            if ready < best if ready != NEVER else chosen == NEVER:
                return ready, row  # also when there is no day: its steps say why
            steps = steps[:1]
        elif ready != NEVER and ready < best:
            best, chosen, kept = ready, wanted, (row, log.since(mark))
        self._undo(log, mark)
        first, last = 1, len(steps) - 1
        while first <= last:  # the more is free the sooner the rest is made: the best day is where one meets the other
            middle = (first + last) // 2
            day = steps[middle]
            ready, row = self._mixed(item, quantity, day, int(atp[day]), level, log)
            if ready != NEVER and ready < best:
                best, chosen, kept = ready, day, (row, log.since(mark))
            self._undo(log, mark)
            if ready == day:
                last = middle - 1
            else:
                first = middle + 1
            while last >= first and steps[last] >= best:
                last -= 1
        if kept is not None:
            self._redo(log, kept[1])
            return best, kept[0]
        if chosen == waiting:
            return waiting, self._take(item, quantity, waiting, level, log)
        return self._mixed(item, quantity, steps[-1], int(atp[steps[-1]]), level, log)  # no day: its steps say why

    def _undo(self, log: "_Log", mark: tuple[int, int, int]) -> None:
        self._back_to(log, *mark[1:])
        del log.sources[mark[0] :]

    def _redo(self, log: "_Log", steps: tuple[list, list, list]) -> None:
        """Take again what was given back."""
        sources, units, hours = steps
        for item, day, quantity in units:
            self.add(item, -quantity, day)
        for center, day, ticks in hours:
            self.free_hours[center, day] -= ticks
        log.sources += sources
        log.units += units
        log.hours += hours

    def _mixed(self, item: int, quantity: int, day: int, free: int, level: int, log: "_Log") -> tuple[int, int]:
        """Take what is free on the day and make the rest; both are needed only when all of it is there."""
        part = min(free, quantity)
        row = self._take(item, part, day, level, log) if part else -1
        made = self._make(item, quantity - part, level, log)
        if made == NEVER:
            return NEVER, row
        self._postpone(log, row, max(made, day))
        return max(made, day), row

    def _take(self, item: int, quantity: int, day: int, level: int, log: "_Log") -> int:
        kind = "stock" if self._at_once(item) >= quantity else "incoming"
        self._reserve(item, day, quantity, log)
        log.sources.append(Source(item, kind, quantity, day, level))
        return len(log.units) - 1

    def _at_once(self, item: int) -> int:
        """What is free of the stock on hand today."""
        return int(self.available(item)[0])

    def _make(self, item: int, quantity: int, level: int, log: "_Log") -> int:
        order = self._lot(item, quantity)
        lines, row = self.lines, len(log.sources)
        log.sources.append(Source(item, "make", quantity, NEVER, level, order))
        start, waits, taken = 0, "", []
        started = -(-order * int(self.items.yield_den[item]) // int(self.items.yield_num[item]))
        for line in sorted(self.below[item], key=lambda each: -self._cumulative(int(lines.component[each]))):
            if not lines.valid_from[line] <= 0 < lines.valid_to[line]:
                continue
            need = -(-started * int(lines.num[line]) // int(lines.den[line])) + int(lines.fixed[line])
            if multiple := int(lines.multiple[line]):
                need = -(-need // multiple) * multiple
            if not need:
                continue
            day, unit = self._get(int(lines.component[line]), need, 0, level + 1, log)
            if day == NEVER:
                return NEVER
            taken.append(unit)
            if day > start:
                start, waits = day, "material"
        for unit in taken:
            self._postpone(log, unit, start)
        kind = "make" if self.below[item] or self.operations[item] else "buy"
        if self.operations[item]:
            first = start
            ready = self._run(item, started, start, log)
            waits = "capacity" if ready - first > 1 or not waits else waits
        else:
            calendar, days = self.lead[item]
            ready = calendar.day_after(start, days)
            waits = waits or "lead_time"
        if ready == NEVER or ready >= self.days:
            return NEVER
        log.sources[row] = Source(item, kind, quantity, ready, level, order, waits)
        if order > quantity:
            self._reserve(item, ready, quantity - order, log)  # the rest of the lot is free from that day on
        return ready

    def _cumulative(self, item: int) -> int:
        """Lead days down the longest branch: who takes longest is served first from what branches share."""
        if item not in self._longest:
            own = max(1, self.lead[item][1])
            below = (self._cumulative(int(self.lines.component[line])) for line in self.below[item])
            self._longest[item] = own + max(below, default=0)
        return self._longest[item]

    def _postpone(self, log: "_Log", row: int, day: int) -> None:
        """Reserve what was taken for the day it is needed: until then others may have it, if more comes in time."""
        if row < 0 or log.units[row][1] >= day:
            return
        item, before, quantity = log.units[row]
        self.add(item, quantity, before, day)
        log.units[row] = (item, day, quantity)

    def _run(self, item: int, started: int, day: int, log: "_Log") -> int:
        """Put the operations, one after the other, into free hours from `day` on; the morning after the last one."""
        shop = self.shop
        for op in self.operations[item]:
            center, left = int(shop.center[op]), round(shop.setup[op] + started * shop.run[op])
            while left > 0:
                if day >= self.days:
                    return NEVER
                taken = min(left, max(0, int(self.free_hours[center, day])))
                if taken:
                    self.free_hours[center, day] -= taken
                    log.hours.append((center, day, taken))
                    left -= taken
                if left:
                    day += 1
        return day + 1

    def _lot(self, item: int, quantity: int) -> int:
        items = self.items
        if items.kind[item] == FIXED:
            quantity = -(-quantity // int(items.size[item])) * int(items.size[item])
        elif items.kind[item] == ECONOMIC:
            quantity = max(quantity, int(items.size[item]))
        quantity = max(quantity, int(items.minimum[item]))
        if multiple := int(items.multiple[item]):
            quantity = -(-quantity // multiple) * multiple
        return quantity

    def _reserve(self, item: int, day: int, quantity: int, log: "_Log") -> None:
        self.add(item, -quantity, day)
        log.units.append((item, day, quantity))

    def _back_to(self, log: "_Log", units: int, hours: int) -> None:
        """Give back what was reserved since the log was so long."""
        for item, day, quantity in log.units[units:]:
            self.add(item, quantity, day)
        for center, day, ticks in log.hours[hours:]:
            self.free_hours[center, day] += ticks
        del log.units[units:], log.hours[hours:]

    def _refuse_loops(self) -> None:
        done: set[int] = set()
        for top in list(self.below):
            path: list[int] = []
            stack: list[tuple[int, bool]] = [(top, False)]
            while stack:
                item, left = stack.pop()
                if left:
                    done.add(path.pop())
                elif item in path:
                    loop = [*path[path.index(item) :], item]
                    shown = tuple(str(each) if self.names is None else self.names[each] for each in loop)
                    raise InvalidProblem(
                        Defect("lines", shown[0], "component", " > ".join(shown), "must not form a loop", shown)
                    )
                elif item not in done:
                    path.append(item)
                    stack.append((item, True))
                    stack += [(int(self.lines.component[row]), False) for row in self.below.get(item, ())]


class _Log:
    """What a promise has reserved so far, so that a part of it can be undone."""

    def __init__(self):
        self.sources: list[Source] = []
        self.units: list[tuple[int, int, int]] = []
        self.hours: list[tuple[int, int, int]] = []

    def mark(self) -> tuple[int, int, int]:
        """How long it is: sources, units, hours."""
        return len(self.sources), len(self.units), len(self.hours)

    def since(self, mark: tuple[int, int, int]) -> tuple[list, list, list]:
        """What was added to it since."""
        return self.sources[mark[0] :], self.units[mark[1] :], self.hours[mark[2] :]


def _by_item(entries: Entries, sign: int, days: int) -> list[tuple[int, int, int]]:
    rows = zip(entries.item.tolist(), entries.bucket.tolist(), entries.quantity.tolist(), strict=True)
    return [(item, max(day, 0), sign * quantity) for item, day, quantity in rows if day < days]
