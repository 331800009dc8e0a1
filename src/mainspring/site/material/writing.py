"""The answer as CSV: planned orders, pegging, exceptions and load."""

import csv
import io
import json
import re
from collections import deque
from collections.abc import Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from itertools import islice
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from mainspring.engines.mrp import messages, pegging
from mainspring.engines.mrp.network import ECONOMIC, FIXED, PASS_THROUGH, PERIOD
from mainspring.engines.mrp.plan import Orders, Plan
from mainspring.site.material import rows
from mainspring.site.material.building import TICKS, Built, on, plain
from mainspring.site.material.files import Inputs

HEADERS = {
    "planned": ("item", "start", "due", "quantity", "reason"),
    "pegging": ("item", "quantity", "demand", "demand_item", "demand_ref", "demand_date", "supply", "supply_ref",
                "supply_date"),
    "exceptions": ("item", "message", "subject", "ref", "date", "wanted_date", "quantity", "reason"),
    "load": ("work_center", "date", "hours", "available", "percent"),
}  # fmt: skip
SHARE = 200_000  # rows put together at once
PEGGED = 512  # items whose pegs are put together at once
Part = tuple[int, bytes | memoryview]  # so many rows, and what they say
_SPECIAL = re.compile('[,"\n\r]').search

_NEW = ',"{""short"": ""|"", ""start"": ""|"", ""orders"": |}"\n'
_STEPS = ("FOQ", "EOQ", "minimum", "multiple", "maximum")
_WORDS = {
    word: word
    for word in (
        "", ",", '"', "\n", ": net ", "demand", "safety_stock", "order", "phantom", "supply", "on_hand", "planned",
        ",new,order,", *_NEW.split("|"), *(f", {step} " for step in _STEPS),
    )
}  # fmt: skip


class Answer:
    """A plan in the words of its files. `write` returns the number of rows in each file."""

    def __init__(self, inputs: Inputs, built: Built, plan: Plan):
        self.inputs, self.built, self.plan = inputs, built, plan
        self.quoted = [_quoted(name) for name in built.names]
        self.dates = [on(built, day) for day in range(plan.network.horizon.days + 1)]
        self.first_days = plan.network.horizon.first_days.astype(np.int64)
        self.due_dates = [self.dates[day] for day in self.first_days.tolist()]
        self.orders: Orders = plan.orders()
        self._name_orders()
        texts = rows.Texts()
        self.at = {name: texts.add([text]) for name, text in _WORDS.items()}
        self.names_at, self.dates_at = texts.add(self.quoted), texts.add(self.dates)
        called = rows.Texts()  # behind the others: names as they stand inside quotes
        called.parts = [_inside(name).encode() for name in built.names]
        names_inside = len(texts.parts)
        texts.parts += called.parts
        self.demand_at = texts.add([self.demand_ref(row) for row in range(len(built.demand_rows))])
        self.supply_at = texts.add([self.supply_ref(row) for row in range(len(built.supply_rows))])
        self.comes_at = texts.add([on(built, day) for day in built.supply_days.tolist()])
        spans = sorted({int(size) for size in plan.network.items.size[plan.network.items.kind == PERIOD].tolist()})
        self.span_at = {size: texts.add([f" over {size} days"]) for size in spans}
        self.texts = texts.packed()
        self.called = rows.Orders(
            plan.pool.item, self.first, self.last, names_inside + np.arange(len(built.names)),
            np.array([_SPECIAL(name) is not None for name in built.names], np.bool_),
        )  # fmt: skip

    def write(self, folder: Path) -> dict[str, int]:
        """Write the four files into the folder, made when missing."""
        folder.mkdir(parents=True, exist_ok=True)
        writers = {
            "planned": self.planned, "pegging": self.pegged, "exceptions": self.exceptions, "load": self.load,
        }  # fmt: skip
        return {name: _write(folder / f"{name}.csv", HEADERS[name], parts()) for name, parts in writers.items()}

    def quantity(self, units: int) -> str:
        """A quantity as text."""
        return plain(units, self.built.digits)

    def rendered(self, template: str, kinds: Sequence[int], *columns: NDArray) -> Part:
        """Rows by a template of words, `|` standing for a cell."""
        words = [self.at[word] for word in template.split("|")]
        return len(columns[0]), rows.rendered(words, kinds, columns, self.texts, self.called, self.built.digits).data

    # -- the files --

    def planned(self) -> Iterable[Part]:
        """One line an order, lots split by a maximum are orders of their own; and why it is there, step by step (P11).

        `demand: net 22, minimum 25, multiple 30`
        """
        for part in self._shares():
            orders = self.orders
            each = np.repeat(part, orders.count[part])
            item, quantity = orders.item[each], orders.quantity[each]
            short, net, count = orders.short[each], orders.net[each], orders.count[each]
            given = self.plan.network.items
            kind, size, slack = given.kind[item], given.size[item], given.slack[item]
            code = np.where((short > given.safety[item]) | (net > short), self.at["demand"], self.at["safety_stock"])
            spans = np.full(len(each), rows.NOTHING)
            for days, text in self.span_at.items():
                spans[(kind == PERIOD) & (size == days)] = text
            now, shown = net.copy(), []
            for name, after in (
                ("FOQ", np.where(kind == FIXED, _up_to(now, size, slack), 0)),
                ("EOQ", np.where(kind == ECONOMIC, size, 0)),
                ("minimum", given.minimum[item]),
            ):
                shown.append((name, np.where(after - now > slack, after, rows.NOTHING)))
                now = np.maximum(now, after)
            after = _up_to(now, given.multiple[item], slack)
            shown.append(("multiple", np.where(after - now > slack, after, rows.NOTHING)))
            now = np.maximum(now, after)
            split = (quantity * count < now - slack) | (count > 1)
            shown.append(("maximum", np.where(split, given.maximum[item], rows.NOTHING)))
            comma = np.any([step >= 0 for _, step in shown], axis=0)
            quote = np.where(comma, self.at['"'], rows.NOTHING)
            steps: list[NDArray] = []
            for name, step in shown:
                steps += [np.where(step >= 0, self.at[f", {name} "], rows.NOTHING), step]
            yield self.rendered(
                "|,|,|,|,||: net |" + "|" * len(steps) + "||\n",
                [rows.TEXT] * 3 + [rows.QUANTITY, rows.TEXT, rows.TEXT, rows.QUANTITY, rows.TEXT]
                + [rows.TEXT, rows.STEP] * len(shown) + [rows.TEXT],
                self.names_at + item, self.dates_at + orders.start[each],
                self.dates_at + self.first_days[orders.due[each]], quantity, quote, code, net, spans, *steps, quote,
            )  # fmt: skip

    def _shares(self) -> Iterable[NDArray]:
        """Orders in parts of moderate size."""
        wide = max(1, len(self.orders) // SHARE)
        return (part for part in np.array_split(np.arange(len(self.orders)), wide) if len(part))

    def pegged(self) -> Iterable[Part]:
        """One line a pair of demand and supply of an item, earliest demand first; the next are made meanwhile."""
        at = self.at
        words = rows.PegWords(
            tuple(at[word] for word in ("order", "phantom", "demand", "supply", "planned", "on_hand")),
            self.names_at, self.demand_at, self.supply_at, self.comes_at, self.dates_at + self.first_days,
            self.plan.network.items.kind == PASS_THROUGH,
        )  # fmt: skip

        def lines(share: NDArray) -> Part:
            book = pegging.Book(self.plan, share, workers=1)
            count, body = rows.pegs(book, words, self.texts, self.called, self.built.digits)
            return count, body.data

        nodes = len(self.plan.network.items)
        shares = iter(np.array_split(np.arange(nodes), nodes // PEGGED + 1))
        with ThreadPoolExecutor(self.plan.workers) as threads:
            coming = deque(threads.submit(lines, share) for share in islice(shares, 2 * self.plan.workers))
            while coming:
                yield coming.popleft().result()
                coming.extend(threads.submit(lines, share) for share in islice(shares, 1))

    def exceptions(self) -> Iterable[Part]:
        """One line a message; the reason is a JSON object."""
        yield from self._new()
        yield from self._overdue_demand()
        found = messages.messages(self.plan, self.built.supply_days if len(self.built.supply_days) else None)
        columns = (found.item, found.code, found.subject, found.row, found.day, found.wanted, found.quantity)
        for item, code, subject, row, day, wanted, quantity in zip(*(c.tolist() for c in columns), strict=True):
            yield 1, self._message(item, messages.NAMES[code], subject, row, day, wanted, quantity).encode()

    def _message(self, item: int, name: str, subject: int, row: int, day: int, wanted: int, quantity: int) -> str:
        reason: dict = {"days": wanted - day} if wanted != messages.NEVER else {}
        ref, what = "", "item"
        if subject == messages.RECEIPT:
            what, ref = "supply", self.supply_ref(row)
            reason["firm"] = self.inputs.column("supply", "firm")[self.built.supply_rows[row]]
            reason["why"] = {
                "expedite": "needed earlier than it comes", "defer": "comes earlier than it is needed",
                "cancel": "nothing in the horizon needs it", "past_due": "counted on the first day",
            }[name]  # fmt: skip
        elif subject == messages.ORDER:
            what, ref = "order", self.order_ref(row)
            reason["why"] = "should have started before the first day"
            reason["due"] = self.due_dates[self.plan.pool.due[row]]
        elif name == "below_safety":
            reason["safety_stock"] = self.quantity(self.plan.network.items.safety[item])
            reason["why"] = "projected stock falls below safety stock by the quantity"
        else:
            reason["on_hand"] = self.quantity(self.plan.net.on_hand[item])
            reason["why"] = "stock that no demand in the horizon uses"
        wanted_date = "" if wanted == messages.NEVER else on(self.built, wanted)
        shown = _quoted(json.dumps(reason))
        date = on(self.built, day)
        return f"{self.quoted[item]},{name},{what},{ref},{date},{wanted_date},{self.quantity(quantity)},{shown}\n"

    def _new(self) -> Iterable[Part]:
        for part in self._shares():
            orders = self.orders
            wanted = self.dates_at + self.first_days[orders.due[part]]
            yield self.rendered(
                "|,new,order,|,|,|,|" + _NEW,
                [rows.TEXT, rows.ORDER, rows.TEXT, rows.TEXT, rows.QUANTITY, rows.QUANTITY, rows.TEXT, rows.WHOLE],
                self.names_at + orders.item[part], orders.row[part], wanted, wanted,
                orders.quantity[part] * orders.count[part], orders.short[part], self.dates_at + orders.start[part],
                orders.count[part],
            )  # fmt: skip

    def _overdue_demand(self) -> Iterable[Part]:
        dates, rows = self.inputs.column("demand", "date"), self.built.demand_rows
        quantities, items = self.inputs.column("demand", "quantity"), self.inputs.column("demand", "item")
        for row, line in enumerate(rows):
            if dates[line] < self.built.start:
                units = self.quantity(round(quantities[line] * 10**self.built.digits))
                reason = {"days": (self.built.start - dates[line]).days, "why": "counted on the first day"}
                name, ref = self.quoted[self.inputs.item_row[items[line]]], self.demand_ref(row)
                shown = _quoted(json.dumps(reason))
                yield 1, f"{name},past_due,demand,{ref},{dates[line]},{self.dates[0]},{units},{shown}\n".encode()

    def load(self) -> Iterable[Part]:
        """One line a work center and day with hours; hours are clock hours, as is what is open (C01 to C04)."""
        load, capacity = self.plan.load, self.plan.shop.capacity
        for center, name in enumerate(map(_quoted, self.built.centers)):
            days = np.flatnonzero(load[center])
            lines = []
            for day, taken, given in zip(
                days.tolist(), load[center, days].tolist(), capacity[center, days].tolist(), strict=True
            ):
                hours, available = taken / TICKS, given / TICKS
                percent = f"{100 * hours / available:.1f}" if available else ""
                lines.append(f"{name},{self.dates[day]},{_hours(hours)},{_hours(available)},{percent}\n")
            yield len(lines), "".join(lines).encode()

    # -- names --

    def demand_ref(self, row: int) -> str:
        """The reference of a demand row, or where it stands in its file."""
        line = self.built.demand_rows[row]
        return _quoted(
            self.inputs.column("demand", "ref")[line] or f"demand.csv:{self.inputs.tables['demand'].rows[line]}"
        )

    def supply_ref(self, row: int) -> str:
        """The reference of a supply row, or where it stands in its file."""
        line = self.built.supply_rows[row]
        return _quoted(
            self.inputs.column("supply", "ref")[line] or f"supply.csv:{self.inputs.tables['supply'].rows[line]}"
        )

    def order_ref(self, row: int) -> str:
        """What an order is called."""
        first, last = int(self.first[row]), int(self.last[row])
        span = f"{first}" if first == last else f"{first}-{last}"
        return _quoted(f"{self.built.names[self.plan.pool.item[row]]}#{span}")

    def _name_orders(self) -> None:
        """`ITEM#3` is the third line of the item in planned.csv, `ITEM#3-5` equal lots: numbers by row of the pool."""
        pool = self.plan.pool
        self.first, self.last = np.zeros(len(pool.due), np.int64), np.zeros(len(pool.due), np.int64)
        planned = pool.planned.astype(np.int64)
        ends = np.cumsum(planned)
        places = np.repeat(pool.ptr - (ends - planned), planned) + np.arange(ends[-1] if len(ends) else 0)
        total = np.concatenate([[0], np.cumsum(pool.count[places])])
        before = np.repeat(total[ends - planned], planned)  # orders of the items written earlier
        self.first[places], self.last[places] = total[:-1] - before + 1, total[1:] - before


def _hours(hours: float) -> str:
    """Hours at six decimals at most."""
    return f"{hours:.6f}".rstrip("0").rstrip(".")


def _up_to(quantity: NDArray, multiple: NDArray, slack: NDArray) -> NDArray:
    """Raised to whole multiples; 0 where there is no multiple or no quantity."""
    whole = np.maximum(multiple, 1)
    return np.where((quantity > slack) & (multiple > 0), -(-(quantity - slack) // whole) * whole, 0)


def _quoted(text: str) -> str:
    """A cell as CSV writes it."""
    if not _SPECIAL(text):
        return text
    out = io.StringIO()
    csv.writer(out, lineterminator="").writerow([text])
    return out.getvalue()


def _inside(text: str) -> str:
    """A name as it stands inside quotes, if it needs them."""
    return text.replace('"', '""') if _SPECIAL(text) else text


def _write(path: Path, header: tuple[str, ...], parts: Iterable[Part]) -> int:
    count = 0
    with path.open("wb", buffering=1 << 20) as file:
        file.write((",".join(header) + "\n").encode())
        for rows_in, body in parts:
            file.write(body)
            count += rows_in
    return count
