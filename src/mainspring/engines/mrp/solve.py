"""The plan, level by level: gross, net, lots, dates, components (rules P05, P08 to P10, P13 to P17)."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from decimal import Decimal

from mainspring.engines.calendar import working
from mainspring.engines.mrp import bills, data, lots
from mainspring.engines.mrp.data import ZERO, Item, Problem, Receipt
from mainspring.engines.mrp.result import Message, Peg, Plan, PlannedOrder, Reason, Requirement
from mainspring.engines.problem import InvalidProblem


def solve(problem: Problem) -> Plan:
    """Plan every item after all its parents. Raises InvalidProblem listing all bad rows, or a loop with its path."""
    if found := data.defects(problem):
        raise InvalidProblem(*found)
    codes = bills.levels(problem.items, problem.bom)
    run = _Run(problem)
    for item in sorted(problem.items, key=lambda each: (codes[each.id], each.id)):
        if item.is_phantom:
            _pass_through(run, item)
        else:
            _plan(run, item)
    return Plan(tuple(run.orders), tuple(run.requirements), tuple(run.pegs), tuple(run.messages))


@dataclass
class _Run:
    """What is known so far: demands by item not yet planned, and the answer being written."""

    problem: Problem
    orders: list[PlannedOrder] = field(default_factory=list)
    requirements: list[Requirement] = field(default_factory=list)
    pegs: list[Peg] = field(default_factory=list)
    messages: list[Message] = field(default_factory=list)

    def __post_init__(self):
        self.items = {item.id: item for item in self.problem.items}
        self.gross: dict[str, list[Requirement]] = defaultdict(list)
        self.supply: dict[str, list[Receipt]] = defaultdict(list)
        self.bom = defaultdict(list)
        for line in self.problem.bom:
            self.bom[line.parent].append(line)
        for demand in self.problem.demands:
            due_on = self.no_past("overdue_demand", demand.item, demand.id, demand.due_on)
            self.gross[demand.item].append(Requirement(demand.id, demand.item, due_on, demand.quantity))
        for receipt in self.problem.receipts:
            due_on = self.no_past("overdue_receipt", receipt.item, receipt.id, receipt.due_on)
            self.supply[receipt.item].append(replace(receipt, due_on=due_on))

    def no_past(self, code: str, item: str, subject: str, on: date) -> date:
        """Overdue rows count today and are flagged (P10)."""
        if on >= self.problem.today:
            return on
        self.messages.append(Message(code, item, subject, on, self.problem.today))
        return self.problem.today

    def rows(self, item: Item) -> tuple[list[Requirement], list[Receipt]]:
        """Demands and receipts of an item by date."""
        demands = sorted(self.gross[item.id], key=lambda row: (row.due_on, row.id))
        self.requirements += demands
        return demands, sorted(self.supply[item.id], key=lambda row: (row.due_on, row.id))

    def explode(self, item: Item, quantity: Decimal, starts_on: date, *, source: str, parent: str) -> None:
        """Component demands of an order, or of demand passing through a phantom, due when they are used (P16)."""
        calendar = self.problem.calendars[item.calendar]
        for row, line in enumerate(self.bom[item.id]):
            digits = self.items[line.component].digits
            need = bills.component_need(quantity, line, bom_output=item.bom_output, digits=digits)
            used_on = working.add_working_days(calendar, starts_on, line.offset_days) if line.offset_days else starts_on
            name = f"{source}>{line.component}.{row}"
            self.gross[line.component].append(Requirement(name, line.component, used_on, need, parent))


def _plan(run: _Run, item: Item) -> None:
    """Net, propose, peg and explode one item."""
    demands, receipts = run.rows(item)
    orders = [_dated(run, item, order) for order in _net(run.problem.today, item, demands, receipts)]
    pegs = _pegged(run.problem.today, item, demands, receipts, orders)
    run.pegs += pegs
    served = {peg.supply for peg in pegs}
    for order in orders:
        code = "demand" if order.id in served else "safety_stock"
        run.orders.append(replace(order, reason=replace(order.reason, code=code)))
        run.explode(item, order.quantity, order.release_on, source=order.id, parent=order.id)


def _net(today: date, item: Item, demands: Sequence[Requirement], receipts: Sequence[Receipt]) -> list[PlannedOrder]:
    """Walk the days; whenever stock falls below safety stock, order. Safety stock is protected once (P09)."""
    change: dict[date, Decimal] = {today: item.on_hand - item.safety_stock}
    for sign, rows in ((1, receipts), (-1, demands)):
        for row in rows:
            change[row.due_on] = change.get(row.due_on, ZERO) + sign * row.quantity
    days, balance = sorted(change), ZERO
    orders: list[PlannedOrder] = []
    for position, day in enumerate(days):
        balance += change[day]
        if balance >= 0:
            continue
        short = _shortage(item, change, days[position:], balance)
        quantities, steps = lots.sized(short, item.lot, item.digits)
        for quantity in quantities:
            name = f"{item.id}#{len(orders) + 1}"
            orders.append(PlannedOrder(name, item.id, quantity, day, day, day, Reason("", balance, steps)))
        balance += sum(quantities)
    return orders


def _shortage(item: Item, change: dict[date, Decimal], days: Sequence[date], balance: Decimal) -> Decimal:
    """The shortage of the first day or, with a period lot, the deepest in the period."""
    least = balance
    if item.lot.kind == "period":
        ends_on = days[0] + timedelta(days=item.lot.period_days)
        for day in days[1:]:
            if day >= ends_on:
                break
            balance += change[day]
            least = min(least, balance)
    return -least


def _dated(run: _Run, item: Item, order: PlannedOrder) -> PlannedOrder:
    """Release by lead times and calendars; never in the past, and never moved without a message (P13, P14, P17)."""
    calendars, latest = run.problem.calendars, order.due_on
    if item.safety_lead_days:
        latest = working.subtract_working_days(calendars[item.calendar], latest, item.safety_lead_days)
    for lead in reversed(item.leads):
        latest = working.subtract_working_days(calendars[lead.calendar], latest, lead.days)
    release_on = available_on = max(latest, run.problem.today)
    for lead in item.leads:
        available_on = working.add_working_days(calendars[lead.calendar], available_on, lead.days)
    if latest < run.problem.today:
        code = "late" if available_on > order.due_on else "safety_lead_used"
        run.messages.append(Message(code, item.id, order.id, order.due_on, available_on))
    return replace(order, release_on=release_on, available_on=available_on)


def _pegged(
    today: date,
    item: Item,
    demands: Sequence[Requirement],
    receipts: Sequence[Receipt],
    orders: Sequence[PlannedOrder],
) -> list[Peg]:
    """Serve demands by date from stock, then from receipts and orders by date: one level, earliest first."""
    supply: list[Receipt | PlannedOrder] = [*receipts, *orders]
    coming = sorted(supply, key=lambda row: (row.due_on, isinstance(row, PlannedOrder)))
    supplies = [("on_hand", item.on_hand), *((row.id, row.quantity) for row in coming)]
    pegs, position, left = [], 0, item.on_hand
    for demand in demands:
        rest = demand.quantity
        while rest and position < len(supplies):
            if taken := min(rest, left):
                pegs.append(Peg(demand.id, supplies[position][0], taken))
                rest, left = rest - taken, left - taken
            if rest:
                position += 1
                left = supplies[position][1] if position < len(supplies) else ZERO
    return pegs


def _pass_through(run: _Run, item: Item) -> None:
    """A phantom's stock and receipts serve first; the rest of each demand goes straight to its components (P05)."""
    demands, receipts = run.rows(item)
    supplies = [("on_hand", run.problem.today, item.on_hand), *((row.id, row.due_on, row.quantity) for row in receipts)]
    left = [quantity for _, _, quantity in supplies]
    for demand in demands:
        rest = demand.quantity
        for row, (supply, on, _) in enumerate(supplies):
            taken = min(rest, left[row]) if on <= demand.due_on else ZERO
            if taken:
                run.pegs.append(Peg(demand.id, supply, taken))
                left[row], rest = left[row] - taken, rest - taken
        if rest:
            run.pegs.append(Peg(demand.id, f"through {item.id}", rest))
            run.explode(item, rest, demand.due_on, source=demand.id, parent=demand.parent)
