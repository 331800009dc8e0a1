"""The answer as CSV: planned orders, pegging, exceptions and load."""

import csv
import io
import json
import re
from collections.abc import Iterable
from pathlib import Path

import numpy as np

from mainspring.engines.mrp import messages, pegging
from mainspring.engines.mrp.network import ECONOMIC, FIXED, PERIOD
from mainspring.engines.mrp.plan import Orders, Plan
from mainspring.site.material.building import TICKS, Built, on, plain
from mainspring.site.material.files import Inputs

HEADERS = {
    "planned": ("item", "start", "due", "quantity", "reason"),
    "pegging": ("item", "quantity", "demand", "demand_item", "demand_ref", "demand_date", "supply", "supply_ref",
                "supply_date"),
    "exceptions": ("item", "message", "subject", "ref", "date", "wanted_date", "quantity", "reason"),
    "load": ("work_center", "date", "hours", "available", "percent"),
}  # fmt: skip
_SPECIAL = re.compile('[,"\n\r]').search


class Answer:
    """A plan in the words of its files. `write` returns the number of rows in each file."""

    def __init__(self, inputs: Inputs, built: Built, plan: Plan):
        self.inputs, self.built, self.plan = inputs, built, plan
        self.quoted = [_quoted(name) for name in built.names]
        self.dates = [on(built, day) for day in range(plan.network.horizon.days + 1)]
        self.first_days = plan.network.horizon.first_days.tolist()
        self.due_dates = [self.dates[day] for day in self.first_days]
        self.orders: Orders = plan.orders()
        columns = ("kind", "size", "minimum", "multiple", "maximum", "safety", "slack")
        self.rules = list(zip(*(getattr(plan.network.items, name).tolist() for name in columns), strict=True))
        self.ref_of: dict[int, str] = {}
        self._name_orders()

    def write(self, folder: Path) -> dict[str, int]:
        """Write the four files into the folder, made when missing."""
        folder.mkdir(parents=True, exist_ok=True)
        writers = {
            "planned": self.planned, "pegging": self.pegging, "exceptions": self.exceptions, "load": self.load,
        }  # fmt: skip
        return {name: _write(folder / f"{name}.csv", HEADERS[name], rows()) for name, rows in writers.items()}

    def quantity(self, units: int) -> str:
        """A quantity as text."""
        return plain(units, self.built.digits)

    # -- the files --

    def planned(self) -> Iterable[str]:
        """One line an order; lots split by a maximum are orders of their own."""
        orders = self.orders
        columns = (orders.item, orders.start, orders.due, orders.quantity, orders.count, orders.short, orders.net)
        for item, start, due, quantity, count, short, net in zip(*(c.tolist() for c in columns), strict=True):
            reason = _quoted(self.reason(item, quantity, count, short, net))
            line = f"{self.quoted[item]},{self.dates[start]},{self.due_dates[due]},{self.quantity(quantity)},{reason}\n"
            for _ in range(count):
                yield line

    def reason(self, item: int, quantity: int, count: int, short: int, net: int) -> str:
        """Why an order is there, step by step (P11): `demand: net 22, minimum 25, multiple 30`."""
        kind, size, minimum, multiple, maximum, safety, slack = self.rules[item]
        code = "demand" if short > safety or net > short else "safety_stock"
        if kind == 0 and not minimum and not multiple and not maximum:
            return f"{code}: net {self.quantity(net)}"
        steps, now = [f"net {self.quantity(net)}"], net
        if kind == PERIOD:
            steps[0] += f" over {size} days"
        changes = (
            ("FOQ", _up_to(now, size, slack) if kind == FIXED else 0),
            ("EOQ", size if kind == ECONOMIC else 0),
            ("minimum", minimum),
        )
        for name, after in changes:
            if after - now > slack:
                steps.append(f"{name} {self.quantity(after)}")
            now = max(now, after)
        if multiple and (after := _up_to(now, multiple, slack)) - now > slack:
            steps.append(f"multiple {self.quantity(after)}")
            now = after
        if quantity * count < now - slack or count > 1:
            steps.append(f"maximum {self.quantity(maximum)}")
        return f"{code}: {', '.join(steps)}"

    def pegging(self) -> Iterable[str]:
        """One line a pair of demand and supply of an item, earliest demand first."""
        for share in np.array_split(np.arange(len(self.plan.network.items)), len(self.plan.network.items) // 2048 + 1):
            yield from self._pegs(share)

    def _pegs(self, items) -> Iterable[str]:
        pegs = pegging.Book(self.plan, items).rows()
        names, pool = self.quoted, self.plan.pool
        columns = (
            pegs.item, pegs.quantity, pegs.demand_kind, pegs.demand_row, pegs.demand_bucket, pegs.supply_kind,
            pegs.supply_row, pegs.supply_bucket,
        )  # fmt: skip
        parents = pool.item[np.where(pegs.demand_kind == pegging.DEPENDENT, pegs.demand_row, 0)].tolist()
        for parent, row in zip(parents, zip(*(column.tolist() for column in columns), strict=True), strict=True):
            item, units, kind, demand, wanted, supply_kind, supply, comes = row
            if kind == pegging.DEPENDENT:
                ref = self.ref_of[demand]
                left = f"{'phantom' if ref[0] == '~' else 'order'},{names[parent]},{ref.lstrip('~')}"
            else:
                left = f"demand,{names[item]},{self.demand_ref(demand)}"
            if supply_kind == pegging.ON_HAND:
                right = "on_hand,,"
            elif supply_kind == pegging.RECEIPT:
                right = f"supply,{self.supply_ref(supply)},{on(self.built, self.built.supply_days[supply])}"
            else:
                ref = self.ref_of[supply]
                label = "phantom" if ref[0] == "~" else "planned"
                right = f"{label},{ref.lstrip('~')},{self.due_dates[comes]}"
            yield f"{names[item]},{self.quantity(units)},{left},{self.due_dates[wanted]},{right}\n"

    def exceptions(self) -> Iterable[str]:
        """One line a message; the reason is a JSON object."""
        yield from self._new()
        yield from self._overdue_demand()
        found = messages.messages(self.plan, self.built.supply_days if len(self.built.supply_days) else None)
        columns = (found.item, found.code, found.subject, found.row, found.day, found.wanted, found.quantity)
        for item, code, subject, row, day, wanted, quantity in zip(*(c.tolist() for c in columns), strict=True):
            yield self._message(item, messages.NAMES[code], subject, row, day, wanted, quantity)

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
            what, ref = "order", self.ref_of[row]
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

    def _new(self) -> Iterable[str]:
        orders = self.orders
        columns = (orders.item, orders.start, orders.due, orders.quantity, orders.count, orders.short, orders.row)
        for item, start, due, quantity, count, short, row in zip(*(c.tolist() for c in columns), strict=True):
            reason = (
                f'"{{""short"": ""{self.quantity(short)}"", ""start"": ""{self.dates[start]}"", ""orders"": {count}}}"'
            )
            wanted = self.due_dates[due]
            amount = self.quantity(quantity * count)
            yield f"{self.quoted[item]},new,order,{self.ref_of[row]},{wanted},{wanted},{amount},{reason}\n"

    def _overdue_demand(self) -> Iterable[str]:
        dates, rows = self.inputs.column("demand", "date"), self.built.demand_rows
        quantities, items = self.inputs.column("demand", "quantity"), self.inputs.column("demand", "item")
        for row, line in enumerate(rows):
            if dates[line] < self.built.start:
                units = self.quantity(round(quantities[line] * 10**self.built.digits))
                reason = {"days": (self.built.start - dates[line]).days, "why": "counted on the first day"}
                name, ref = self.quoted[self.inputs.item_row[items[line]]], self.demand_ref(row)
                yield (
                    f"{name},past_due,demand,{ref},{dates[line]},{self.dates[0]},{units},{_quoted(json.dumps(reason))}\n"
                )

    def load(self) -> Iterable[str]:
        """One line a work center and day with hours; hours are clock hours, as is what is open (C01 to C04)."""
        load, capacity = self.plan.load, self.plan.shop.capacity
        for center, day in zip(*np.nonzero(load), strict=True):
            hours, available = load[center, day] / TICKS, capacity[center, day] / TICKS
            percent = f"{100 * hours / available:.1f}" if available else ""
            name = _quoted(self.built.centers[center])
            yield f"{name},{self.dates[day]},{_hours(hours)},{_hours(available)},{percent}\n"

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

    def _name_orders(self) -> None:
        """`ITEM#3` is the third line of the item in planned.csv, `ITEM#3-5` equal lots; `~` marks a phantom's pass."""
        pool, passes = self.plan.pool, set(np.flatnonzero(self.plan.network.items.kind == 4).tolist())
        item_of, counts = self.orders.item.tolist(), self.orders.count.tolist()
        last, number = -1, 0
        for item, count, row in zip(item_of, counts, self.orders.row.tolist(), strict=True):
            number = number if item == last else 0
            last = item
            span = f"{number + 1}" if count == 1 else f"{number + 1}-{number + count}"
            self.ref_of[row] = _quoted(f"{self.built.names[item]}#{span}")
            number += count
        for item in passes:
            for n, row in enumerate(range(pool.ptr[item], pool.ptr[item] + pool.planned[item]), start=1):
                self.ref_of[row] = "~" + _quoted(f"{self.built.names[item]}#{n}")


def _hours(hours: float) -> str:
    """Hours at six decimals at most."""
    return f"{hours:.6f}".rstrip("0").rstrip(".")


def _up_to(quantity: int, multiple: int, slack: int) -> int:
    return -(-(quantity - slack) // multiple) * multiple if quantity > slack else 0


def _quoted(text: str) -> str:
    """A cell as CSV writes it."""
    if not _SPECIAL(text):
        return text
    out = io.StringIO()
    csv.writer(out, lineterminator="").writerow([text])
    return out.getvalue()


def _write(path: Path, header: tuple[str, ...], rows: Iterable[str]) -> int:
    count = 0
    with path.open("w", encoding="utf-8", newline="") as file:
        file.write(",".join(header) + "\n")
        for row in rows:
            file.write(row)
            count += 1
    return count
