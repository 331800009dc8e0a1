"""The scheduling problem of a site: what is still to be done of every open order, as the engine's arrays and back."""

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import timedelta
from decimal import Decimal
from typing import Any

import numpy as np

from mainspring.engines.scheduling import plant
from mainspring.modules.production import queries as production

from . import material, shop
from .clock import HORIZON_DAYS, Clock
from .facts import Facts
from .models import Schedule, ScheduledOperation

STARTED = ("running", "paused", "outside")
PRIORITY_STEP = 1.5
DAY = 1440


@dataclass(frozen=True)
class Mode:
    """A way to do an operation: on a machine, in so many minutes; number 0 is the routing's own."""

    machine: int
    minutes: int
    number: int
    center: int
    group: int


@dataclass
class Step:
    """One operation still to be done, whole or in part (C07).

    order, row  places of order and operation in the problem
    earliest    minute from which it may run: its order's, its queue before the first operation, its material
    pin         (minute, machine row) where it is held
    all_modes   every way there is, while `modes` holds the one it stands with
    """

    row: int
    order: int
    facts: dict
    modes: list[Mode]
    earliest: int = 0
    ready: int = 0
    material: Any = None
    family: int = plant.NONE
    tool: int = plant.NONE
    pin: tuple[int, int] | None = None
    is_started: bool = False
    is_outside: bool = False
    is_pinned: bool = False
    all_modes: list[Mode] = field(default_factory=list)

    @property
    def group(self) -> int:
        return self.modes[0].group

    @property
    def offered(self) -> list[Mode]:
        """The ways the solver may choose from: those that need the same people as the first."""
        return [mode for mode in self.modes if mode.group == self.group]

    @property
    def key(self) -> tuple:
        return self.facts["order_id"], self.facts["sequence"]


@dataclass
class Situation:
    """Everything one computation of a schedule knows."""

    schedule: Schedule
    clock: Clock
    shop: shop.Shop
    orders: list[dict]
    steps: list[Step]
    links: list[tuple[int, int, int, int]] = field(default_factory=list)
    problems: list[dict] = field(default_factory=list)
    values: list[Decimal] = field(default_factory=list)
    costs: list[Decimal] = field(default_factory=list)
    revision: int = 0
    _resources: plant.Resources | None = None

    @property
    def resources(self) -> plant.Resources:
        if self._resources is None:
            self._resources = self.shop.resources()
        return self._resources

    def due(self, order: int) -> int:
        """The minute from which an order is late: the midnight after its due day."""
        return self.clock.morning(self.orders[order]["due_on"] + timedelta(days=1))

    def weights(self) -> plant.Weights:
        """Change-over minutes cost what an hour of the work centers costs on average; the rest is in money already."""
        rates = [float(c.hourly_cost) for c in self.shop.centers.values()]
        return plant.Weights(changeover=(sum(rates) / len(rates) / 60) if rates else 0.0)

    def plan(self, *, rows: list[int] | None = None) -> plant.Plan:
        """The orders and operations as arrays; only some `rows`, numbered anew in this order, when they are given."""
        chosen = range(len(self.steps)) if rows is None else rows
        steps = [self.steps[row] for row in chosen]
        place = {row: n for n, row in enumerate(chosen)}
        ways = [s.offered for s in steps]
        flat = [mode for own in ways for mode in own]
        skill = [own[0].group for own in ways]
        links = [(place[a], place[b], lag, part) for a, b, lag, part in self.links if a in place and b in place]
        before, after, lag, part = np.array(links, np.int64).reshape(-1, 4).T
        day_cost = float(self.schedule.late_cost_a_day) / DAY
        holding = float(self.schedule.holding_pct) / 100 / 365 / DAY
        orders = self.orders
        return plant.Plan(
            order_release=np.zeros(len(orders), np.int64),
            order_due=np.array([self.due(n) for n in range(len(orders))], np.int64),
            order_weight=np.array([day_cost * PRIORITY_STEP ** (5 - o["priority"]) for o in orders]),
            order_value=np.array([max(0.0, float(v)) for v in self.values]),
            order_holding=np.array([holding * float(c) for c in self.costs]),
            operation_order=np.array([s.order for s in steps], np.int64),
            mode_start=np.concatenate([[0], np.cumsum([len(own) for own in ways])]).astype(np.int64),
            mode_machine=np.array([m.machine for m in flat], np.int64),
            mode_minutes=np.array([m.minutes for m in flat], np.int64),
            material_ready=np.array([max(0, s.earliest, s.ready) for s in steps], np.int64),
            skill=np.array(skill, np.int64),
            tool=np.array([s.tool for s in steps], np.int64),
            family=np.array([s.family for s in steps], np.int64),
            pin_start=np.array([s.pin[0] if s.pin else plant.NONE for s in steps], np.int64),
            pin_machine=np.array([s.pin[1] if s.pin else plant.NONE for s in steps], np.int64),
            before=before.copy(), after=after.copy(), lag_min=lag.copy(), transfer=part.copy(),
            horizon=self.schedule.horizon_days * DAY,
        )  # fmt: skip


def read(schedule: Schedule, ctx, *, until_days: int = HORIZON_DAYS, since=None) -> Situation:
    """The problem as the database has it now.

    until_days  so far do calendars reach; since  minute 0, now when empty
    """
    site = schedule.site
    clock = Clock.since(since, site) if since else Clock.of(ctx, site)
    until = clock.today + timedelta(weeks=schedule.proposal_weeks)
    facts = Facts(site.company_id, site.pk, until=until)
    found = shop.read(site, clock, schedule.pk, until_days=until_days)
    orders = [o for o in facts.orders.values() if facts.operations.get(o["id"])]
    place = {o["id"]: n for n, o in enumerate(orders)}
    situation = Situation(schedule, clock, found, orders, [], revision=schedule.revision)
    last: dict[Any, list[int]] = {}
    for order in orders:
        last[order["id"]] = _steps(situation, facts, order, place[order["id"]])
    _keep_orders(situation, last)
    material.peg(situation, facts, last)
    _money(situation, facts, site.company_id)
    _pins(situation)
    return situation


def _keep_orders(situation: Situation, last: dict) -> None:
    """Orders of which nothing is left to do leave the problem."""
    there = {step.order for step in situation.steps}
    kept = [n for n in range(len(situation.orders)) if n in there]
    renumbered = {old: new for new, old in enumerate(kept)}
    situation.orders = [situation.orders[n] for n in kept]
    for step in situation.steps:
        step.order = renumbered[step.order]
    ids = {order["id"] for order in situation.orders}
    for key in [key for key in last if key not in ids]:
        del last[key]


def _steps(situation: Situation, facts: Facts, order: dict, place: int) -> list[int]:
    """Add what is left of an order's operations, one after another, side by side or overlapping; its last rows."""
    schedule, clock = situation.schedule, situation.clock
    begins = 0
    if order["state"] == "proposed":
        begins = clock.morning(order["starts_on"] or order["due_on"])
    elif order["state"] == "confirmed" and order["starts_on"]:
        begins = clock.morning(order["starts_on"] - timedelta(days=schedule.earlier_days))
    before: list[int] = []
    group: list[int] = []
    for row in facts.operations[order["id"]]:
        if row["left"] <= 0 or row["progress"] == "done":
            continue
        modes = _modes(situation, facts, order, row)
        if not modes:
            situation.problems.append(
                {"kind": "no_place", "order": order["number"], "order_id": str(order["id"]), "subject": row["name"]}
            )
            continue
        step = Step(len(situation.steps), place, row, modes, max(0, begins))
        step.is_outside = bool(row["supplier_id"])
        step.is_started = row["progress"] in STARTED or row["done_hours"] > 0
        step.family = situation.shop.family(row["work_center_id"], order["item_id"])
        step.tool = _tool(situation, order, row)
        beside = bool(row["is_parallel"] and group)
        if not beside:
            before, group = group, []
        if not before and not step.is_started:
            step.earliest += _minutes(row["queue_hours"])
        for earlier in before if not step.is_started else ():
            situation.links.append(_link(situation.steps[earlier], step))
        situation.steps.append(step)
        group.append(step.row)
    return group or before


def _link(one: Step, other: Step) -> tuple[int, int, int, int]:
    """(operation, the next, minutes between them, thousandths after which it is passed on)."""
    lag = _minutes(one.facts["move_hours"]) + (0 if other.is_started else _minutes(other.facts["queue_hours"]))
    some, left = one.facts["overlap_quantity"], one.facts["left"]
    part = plant.WHOLE
    if some and some < left:
        part = max(1, int(some * plant.WHOLE / left))
    return one.row, other.row, lag, part


def _minutes(hours) -> int:
    return int(hours * 60)


def _modes(situation: Situation, facts: Facts, order: dict, row: dict) -> list[Mode]:
    """Where an operation may be done, each with its own time (C08); a started one stays where it is."""
    found = situation.shop
    center = found.centers.get(row["work_center_id"])
    if center is None:
        return []
    if row["supplier_id"]:
        minutes = _work(found, row, row, center.pk, order)
        machine = found.outside(found.calendars.of(center.calendar_id), center.pk)
        return [Mode(machine, minutes, 0, center.pk, plant.NONE)]
    started = row["progress"] in STARTED or row["done_hours"] > 0
    ways = [(0, row["work_center_id"], row, row["skill_id"])]
    if not started:
        for n, other in enumerate(facts.alternates.get((order["routing_id"], row["sequence"]), ()), 1):
            if other["work_center_id"] != row["work_center_id"]:
                ways.append((n, other["work_center_id"], other, other["skill_id"] or row["skill_id"]))
    modes = []
    for number, where, times, skill in ways:
        group = found.group(where, skill)
        if group != plant.NONE and not found.able(where if where in found.operators else 0, skill or 0):
            situation.problems.append(
                {"kind": "nobody", "order": order["number"], "order_id": str(order["id"]), "subject": row["name"],
                 "center": where}
            )  # fmt: skip
            group = plant.NONE
        machines = found.machines_of.get(where, [])
        if started and row["machine_id"]:
            machines = [m for m in machines if found.machine_ids[m] == row["machine_id"]] or machines
        minutes = _work(found, row, times, where, order)
        modes += [Mode(machine, minutes, number, where, group) for machine in machines]
    return modes


def _work(found: shop.Shop, row: dict, times: dict, center: int, order: dict) -> int:
    """Minutes of machine time still needed (C01); where families are kept the change-over is the set-up."""
    turned = found.family(center, order["item_id"]) != plant.NONE
    setup = 0 if row["done_hours"] > 0 or turned else float(times["setup_hours"]) * 60
    efficiency = float(found.centers[center].efficiency_pct) / 100
    return plant.work_minutes(setup, float(row["left"]), float(times["run_hours_per_unit"]) * 60, efficiency=efficiency)


def _tool(situation: Situation, order: dict, row: dict) -> int:
    if not row["tool_id"]:
        return plant.NONE
    for n, tool in enumerate(situation.shop.tools):
        if tool.pk == row["tool_id"] and tool.pieces:
            return n
    situation.problems.append(
        {"kind": "no_tool", "order": order["number"], "order_id": str(order["id"]), "subject": row["name"]}
    )
    return plant.NONE


def _money(situation: Situation, facts: Facts, company_id: int) -> None:
    """What each order brings and ties up: price of the order it is made for less its materials (C12, MFG-12)."""
    prices = facts.prices()
    costs = production.unit_costs(company_id, {c["item_id"] for c in facts.components}) if prices else {}
    materials: dict = defaultdict(Decimal)
    for c in facts.components:
        materials[c["order_id"]] += c["required_quantity"] * costs.get(c["item_id"], Decimal(0))
    for order in situation.orders:
        left = order["quantity"] - order["completed_quantity"]
        price = prices.get((order["demand_id"], order["item_id"]))
        value = Decimal(0)
        if price is not None and order["quantity"]:
            value = (price - materials[order["id"]] / order["quantity"]) * left
        situation.values.append(max(value, Decimal(0)))
        situation.costs.append((order["planned_unit_cost"] or Decimal(0)) * left)


def _pins(situation: Situation) -> None:
    """Operations that people pinned keep machine and minute, unless the minute is past."""
    rows = ScheduledOperation.objects.filter(schedule=situation.schedule, is_pinned=True)
    pinned = {(row.order_id, row.sequence): row for row in rows}
    for step in situation.steps:
        row = pinned.get(step.key)
        if row is None or step.is_outside:
            continue
        machine = machine_row(situation, row.work_center_id, row.machine_id)
        chosen = [n for n, mode in enumerate(step.modes) if mode.machine == machine]
        if not chosen or step.is_started:
            continue
        step.modes = [step.modes[chosen[0]]]
        step.is_pinned = True
        step.pin = max(0, situation.clock.minute(row.starts_at)), machine


def machine_row(situation: Situation, center: int, machine: int | None) -> int:
    """Row of a machine, or of a work center without named ones; -1 when there is none."""
    for row in situation.shop.machines_of.get(center, ()):
        if situation.shop.machine_ids[row] == machine:
            return row
    return plant.NONE
