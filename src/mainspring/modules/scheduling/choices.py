"""What relieves an overloaded work center in a week, with its effect before it is done (CAP-06).

    found = choices.choices(ctx, center, week)          # -> list[Choice], the most effective first; reads only
    done = choices.apply(ctx, found[0])                 # -> Done: through ordinary verbs, so the person must be allowed
    choices.take_back(ctx, done)

A `Choice` is plain data: `kind`, `center`, `week` and `values` (JSON) say everything `apply` needs, so that others may
keep it (`Choice.as_data`, `Choice.of`) and apply it elsewhere, say inside a what-if:

    shift        {"days": ["2026-03-07"], "starts": "06:00", "ends": "14:00"}   opens the center on these days
    alternate    {"order": id, "operation": 20, "work_center": key}             does it at an alternate center
    subcontract  {"order": id, "operation": 20, "supplier": key, "service": key, "days": 5}
    split        {"order": id, "quantity": "40", "starts_on": "2026-03-16"}     a part into an order of its own, later
    move         {"order": id, "starts_on": "2026-03-16"}                       begins in a week with room
"""

from collections.abc import Callable
from dataclasses import asdict, dataclass, field, replace
from datetime import date, timedelta
from decimal import ROUND_CEILING, Decimal
from typing import Any

import numpy as np
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from mainspring.engines import problem
from mainspring.engines.scheduling import plant
from mainspring.kernel import access, commands, database, formats, preferences
from mainspring.modules.engineering.models import OperationAlternate, WorkCenter
from mainspring.modules.items import queries as items
from mainspring.modules.items.models import Item
from mainspring.modules.organization import queries as organization
from mainspring.modules.parties.models import Party
from mainspring.modules.production import queries as production
from mainspring.modules.production.models import ProductionOrder
from mainspring.modules.purchasing import queries as purchasing

from . import situation as situations
from . import solving
from .clock import calendar
from .models import Schedule

ZERO = Decimal(0)
EACH_MAX = 4
"""So many choices of a kind are offered."""
WEEKS = 8
"""So far ahead a week with room is looked for."""
EFFECT_MAX = 5000
"""Of more operations the effect on late orders is not worked out while somebody waits."""


@dataclass(frozen=True)
class Choice:
    """One way to relieve a work center in a week.

    hours    standard hours it takes off the week, or opens in it
    cost     what it costs more than as it is, base currency; below 0 when it is cheaper
    late_before, late_after  late orders of the site as a finite schedule has it; None when that is not known
    warning  what it does that somebody may mind: past a due date, for one
    """

    kind: str
    center: int
    week: date
    values: dict[str, Any]
    title: str
    hours: Decimal
    cost: Decimal
    late_before: int | None = None
    late_after: int | None = None
    warning: str = ""

    def as_data(self) -> dict:
        """As JSON."""
        return asdict(self) | {"week": self.week.isoformat(), "hours": str(self.hours), "cost": str(self.cost)}

    @staticmethod
    def of(data: dict) -> "Choice":
        """From JSON."""
        return Choice(
            **{
                **data,
                "week": date.fromisoformat(data["week"]),
                "hours": Decimal(data["hours"]),
                "cost": Decimal(data["cost"]),
            }
        )


@dataclass(frozen=True)
class Done:
    """What was applied, and the verbs that take it back: (model label, key, verb, inputs)."""

    choice: Choice
    back: list[tuple[str, str, str, dict]] = field(default_factory=list)


@dataclass
class _Week:
    """What the choices of a week are made from."""

    ctx: Any
    center: WorkCenter
    week: date
    overload: Decimal
    room: dict[tuple[int, date], Decimal]
    operations: list[dict]


def choices(ctx, center: WorkCenter, week: date) -> list[Choice]:
    """Feasible ways to relieve the center in the week of that Monday; empty when it is not overloaded or past."""
    asked = _asked(ctx, center, week)
    if asked is None:
        return []
    found: list[Choice] = []
    for kind in (_shifts, _alternates, _outside, _splits, _moves):
        found += kind(asked)[:EACH_MAX]
    return sorted(_with_effect(ctx, center, found), key=lambda c: (c.late_after is None, c.late_after or 0, c.cost))


OPERATIONS = """
SELECT op.id, op.sequence, op.name, op.order_id, o.number, o.quantity, o.completed_quantity, o.due_on, o.starts_on,
       o.expected_on, o.state, o.routing_id, o.item_id, i.code, op.progress, op.done_hours, op.setup_hours,
       op.run_hours_per_unit, op.supplier_id, GREATEST(COALESCE(op.quantity, o.quantity) - op.good_quantity, 0) AS left,
       SUM(b.hours) AS hours, u.digits
FROM production_capacitybooking b JOIN production_productionoperation op ON op.id = b.operation_id
JOIN production_productionorder o ON o.id = op.order_id JOIN items_item i ON i.id = o.item_id
JOIN organization_unit u ON u.id = i.unit_id
WHERE b.work_center_id = %(center)s AND b.state = 'planned' AND b.on_date < %(last)s
  AND (b.on_date >= %(first)s OR %(is_now)s) AND o.state = ANY(%(open)s)
GROUP BY op.id, o.id, i.id, u.id ORDER BY o.priority DESC, o.due_on DESC, op.id LIMIT 60"""


def _asked(ctx, center: WorkCenter, week: date) -> _Week | None:
    week -= timedelta(days=week.weekday())
    this_week = ctx.business_date - timedelta(days=ctx.business_date.weekday())
    if week < this_week:
        return None
    weeks = (week - this_week).days // 7 + WEEKS
    room = {
        (row["work_center_id"], row["week"]): row["available"] - row["planned"] - row["done"]
        for row in production.load(ctx, starts_on=this_week, weeks=weeks, site=center.site)
    }
    left = room.get((center.pk, week), ZERO)
    if left >= 0:
        return None
    rows = database.rows(
        OPERATIONS, center=center.pk, first=week, last=week + timedelta(days=7), is_now=week == this_week,
        open=["confirmed", "released", "in_progress"],
    )  # fmt: skip
    seen = access.rows(ctx, ProductionOrder).filter(pk__in=[row["order_id"] for row in rows])
    visible = set(seen.values_list("pk", flat=True))
    return _Week(ctx, center, week, -left, room, [row for row in rows if row["order_id"] in visible])


def _free(row: dict) -> bool:
    """Nobody has begun the operation, and it is ours."""
    return row["progress"] == "open" and not row["done_hours"] and not row["supplier_id"]


# -- the kinds ----------------------------------------------------------------------------------------------------


def _shifts(asked: _Week) -> list[Choice]:
    """Closed days of the week opened, as many as it takes; else its working days made longer."""
    ctx, center = asked.ctx, asked.center
    if not access.can(ctx, WorkCenter, "extra_shift"):
        return []
    days = organization.calendars([center.calendar_id])[center.calendar_id]
    own = [asked.week + timedelta(days=n) for n in range(7)]
    ahead = [day for day in own if day >= ctx.business_date]
    rate = center.size * center.efficiency_pct / 100
    usual = next((days.intervals(day) for day in own if days.intervals(day)), ((480, 960),))
    first, last = usual[0][0], usual[0][1]
    closed = [day for day in ahead if not days.intervals(day) and day not in days.exceptions]
    found = []
    if closed and rate:
        each = Decimal(last - first) / 60 * rate
        count = min(len(closed), int((asked.overload / each).to_integral_value(ROUND_CEILING)))
        found.append(_shift(asked, closed[:count], first, last, each * count))
    single = [day for day in ahead if len(days.intervals(day)) == 1 and day not in days.exceptions]
    if single and rate:
        begins, ends = days.intervals(single[0])[0]
        more = int((asked.overload / rate / len(single) * 60 / 30).to_integral_value(ROUND_CEILING)) * 30
        longer = min(more, begins + 1440 - ends)
        same = [day for day in single if days.intervals(day)[0] == (begins, ends)]
        if longer > 0:
            found.append(_shift(asked, same, begins, ends + longer, Decimal(longer) / 60 * rate * len(same)))
    return found


def _shift(asked: _Week, days: list[date], first: int, last: int, hours: Decimal) -> Choice:
    share = preferences.get(asked.ctx.company_id, "scheduling.overtime_pct")
    center = asked.center
    labour = center.hourly_cost - center.machine_hourly_cost - center.overhead_hourly_cost
    starts, ends = (f"{minute // 60 % 24:02}:{minute % 60:02}" for minute in (first, last))
    named = ", ".join(formats.day(day) for day in days)
    cost = (hours / (center.efficiency_pct / 100) * labour * share / 100).quantize(Decimal("0.01"))
    return Choice(
        "shift", center.pk, asked.week, {"days": [day.isoformat() for day in days], "starts": starts, "ends": ends},
        _("Open %(days)s from %(starts)s to %(ends)s") % {"days": named, "starts": starts, "ends": ends},
        hours.quantize(Decimal("0.01")), cost,
    )  # fmt: skip


def _alternates(asked: _Week) -> list[Choice]:
    """Operations done at another work center of the routing that has room in the week (C08)."""
    if not access.can(asked.ctx, ProductionOrder, "move_operation"):
        return []
    rows = {(row["routing_id"], row["sequence"]): row for row in asked.operations if _free(row)}
    others = OperationAlternate.objects.filter(routing__in={key[0] for key in rows if key[0]}).select_related(
        "work_center"
    )
    found = []
    for other in others:
        for row in asked.operations:
            if (row["routing_id"], row["sequence"]) != (other.routing_id, other.sequence) or not _free(row):
                continue
            there, hours = other.work_center, other.setup_hours + row["left"] * other.run_hours_per_unit
            if there.pk == asked.center.pk or asked.room.get((there.pk, asked.week), ZERO) < hours:
                continue
            cost = hours * there.hourly_cost * 100 / there.efficiency_pct
            cost -= row["hours"] * asked.center.hourly_cost * 100 / asked.center.efficiency_pct
            values = {"order": str(row["order_id"]), "operation": row["sequence"], "work_center": there.pk}
            title = _("%(order)s, %(operation)s: at %(center)s") % {
                "order": row["number"], "operation": row["name"], "center": there
            }  # fmt: skip
            found.append(_choice(asked, "alternate", values, title, row, cost))
    return found


SERVICES = """
SELECT DISTINCT ro.supplier_id, ro.service_id FROM engineering_routingoperation ro
JOIN engineering_routing r ON r.id = ro.document_id AND r.active
WHERE ro.work_center_id = %(center)s AND ro.supplier_id IS NOT NULL AND ro.service_id IS NOT NULL
ORDER BY 1, 2 LIMIT 3"""


def _outside(asked: _Week) -> list[Choice]:
    """Operations given to a supplier who does such work for this center by some routing already."""
    ctx = asked.ctx
    if not access.can(ctx, ProductionOrder, "do_outside"):
        return []
    found = []
    for service in database.rows(SERVICES, center=asked.center.pk):
        supplier = access.rows(ctx, Party).filter(pk=service["supplier_id"]).first()
        item = Item.objects.filter(pk=service["service_id"]).first()
        if supplier is None or item is None:
            continue
        price, days = _offer(ctx, item, supplier)
        for row in asked.operations:
            if not _free(row):
                continue
            cost = row["left"] * price - row["hours"] * asked.center.hourly_cost * 100 / asked.center.efficiency_pct
            values = {
                "order": str(row["order_id"]), "operation": row["sequence"], "supplier": supplier.pk,
                "service": item.pk, "days": days,
            }  # fmt: skip
            title = _("%(order)s, %(operation)s: done by %(supplier)s") % {
                "order": row["number"], "operation": row["name"], "supplier": supplier
            }  # fmt: skip
            found.append(_choice(asked, "subcontract", values, title, row, cost))
    return found


def _offer(ctx, item: Item, supplier: Party) -> tuple[Decimal, int]:
    """What a unit of the service costs there, and the working days it takes."""
    sources = purchasing.valid_sources(ctx.company_id, [item.pk], ctx.business_date).get(item.pk, ())
    own = next((source for source in sources if source.supplier_id == supplier.pk), None)
    days = max(1, getattr(own, "lead_time_days", None) or preferences.get(ctx.company_id, "scheduling.outside_days"))
    return items.standard_cost(item, ctx.company_id) or ZERO, days


def _next_room(asked: _Week, hours: Decimal, *, earlier: bool = False) -> date | None:
    """The Monday of the nearest week with room for so many hours."""
    weeks = sorted(week for center, week in asked.room if center == asked.center.pk)
    wanted = [w for w in weeks if (w < asked.week if earlier else w > asked.week)]
    for week in reversed(wanted) if earlier else wanted:
        if asked.room[asked.center.pk, week] >= hours:
            return week
    return None


def _splits(asked: _Week) -> list[Choice]:
    """A part of an order big enough to bring the week back to what is open, made in a later week."""
    if not access.can(asked.ctx, ProductionOrder, "split"):
        return []
    found = []
    for row in asked.operations:
        run = row["run_hours_per_unit"]
        if not _free(row) or row["completed_quantity"] or not run or row["quantity"] < 2:
            continue
        unit = Decimal(1).scaleb(-(row["digits"] or 0))
        part = min((asked.overload / run).quantize(unit, ROUND_CEILING), (row["quantity"] / 2).quantize(unit))
        week = _next_room(asked, part * run + row["setup_hours"])
        if not 0 < part < row["quantity"] or week is None:
            continue
        starts_on = max(week, asked.ctx.business_date)
        values = {"order": str(row["order_id"]), "quantity": str(part), "starts_on": starts_on.isoformat()}
        title = _("%(order)s: %(quantity)s of %(all)s made from %(day)s on") % {
            "order": row["number"], "quantity": formats.number(part, 0, 6),
            "all": formats.number(row["quantity"], 0, 6), "day": formats.day(starts_on),
        }  # fmt: skip
        cost = row["setup_hours"] * asked.center.hourly_cost * 100 / asked.center.efficiency_pct
        found.append(replace(_choice(asked, "split", values, title, row, cost, starts_on), hours=part * run))
    return found


def _moves(asked: _Week) -> list[Choice]:
    """Orders that begin in a week with room: later within their slack or past it, earlier only with their material."""
    ctx = asked.ctx
    if not access.can(ctx, ProductionOrder, "begin_on"):
        return []
    found = []
    orders = ProductionOrder.objects.in_bulk([row["order_id"] for row in asked.operations])
    for row in asked.operations:
        if not _free(row) or row["state"] not in ("confirmed", "released") or not row["starts_on"]:
            continue
        title = _("%(order)s begins on %(day)s")
        week = _next_room(asked, row["hours"], earlier=True)
        if week is not None and not production.shortages(orders[row["order_id"]]):
            starts_on = max(ctx.business_date, row["starts_on"] - (asked.week - week))
            if starts_on < row["starts_on"]:
                said = title % {"order": row["number"], "day": formats.day(starts_on)}
                values = {"order": str(row["order_id"]), "starts_on": starts_on.isoformat()}
                found.append(_choice(asked, "move", values, said, row, ZERO))
        week = _next_room(asked, row["hours"])
        if week is not None:
            starts_on = max(row["starts_on"], ctx.business_date) + (week - asked.week)
            if row["due_on"] and starts_on > row["due_on"]:
                continue
            said = title % {"order": row["number"], "day": formats.day(starts_on)}
            values = {"order": str(row["order_id"]), "starts_on": starts_on.isoformat()}
            found.append(_choice(asked, "move", values, said, row, ZERO, starts_on))
    return sorted(found, key=lambda one: bool(one.warning))


def _choice(
    asked: _Week, kind: str, values: dict, title: str, row: dict, cost: Decimal, starts_on: date | None = None
) -> Choice:
    """A choice about one operation; says when its order would be ready only after it is due."""
    warning = ""
    if starts_on is not None and row["expected_on"] and row["starts_on"] and row["due_on"]:
        ready = starts_on + (row["expected_on"] - max(row["starts_on"], asked.ctx.business_date))
        if ready > row["due_on"]:
            warning = _("Ready on %(day)s, due on %(due)s.") % {
                "day": formats.day(ready), "due": formats.day(row["due_on"])
            }  # fmt: skip
    hours = row["hours"].quantize(Decimal("0.01"))
    return Choice(
        kind, asked.center.pk, asked.week, values, title, hours, cost.quantize(Decimal("0.01")), warning=warning
    )


# -- the effect ---------------------------------------------------------------------------------------------------


def _with_effect(ctx, center: WorkCenter, found: list[Choice]) -> list[Choice]:
    """Each choice with the late orders of the site before and after it, as a finite schedule has it."""
    schedule = Schedule.objects.filter(site=center.site).select_related("site__company").first()
    if not found:
        return []
    schedule = schedule or Schedule(site=center.site)
    before = late_orders(schedule, ctx)
    if before is None:
        return found
    return [replace(one, late_before=before, late_after=late_orders(schedule, ctx, one)) for one in found]


def late_orders(schedule: Schedule, ctx, choice: Choice | None = None) -> int | None:
    """Orders of a site that are late when dispatched by latest start on finite capacity, with a choice or without.

    None when there are too many operations to say while somebody waits, or they find no place. Writes nothing.
    """
    read = situations.read(schedule, ctx, until_days=200)
    if not read.steps or len(read.steps) > EFFECT_MAX:
        return 0 if not read.steps else None
    if choice is not None:
        CHANGES[choice.kind](read, choice)
    try:
        solving.hold(read)
        rows = [step.row for step in read.steps]
        from mainspring.engines.scheduling import plant_keys  # loads the compiler

        model, _plan = solving.modelled(read, rows)
        placed, plan = solving.built(read, rows, key=plant_keys.Rules(model).operation_due())
    except (problem.InvalidProblem, ValidationError):
        return None
    ends = np.zeros(len(read.orders), np.int64)
    np.maximum.at(ends, plan.operation_order, placed[1])
    late = ends > plan.order_due
    return len({read.orders[n]["id"] for n in np.flatnonzero(late)})


def _open_more(read: situations.Situation, choice: Choice) -> None:
    shop = read.shop
    starts, ends = (int(choice.values[name][:2]) * 60 + int(choice.values[name][3:5]) for name in ("starts", "ends"))
    ends += 0 if ends > starts else 1440
    more = []
    for text in choice.values["days"]:
        morning = read.clock.morning(date.fromisoformat(text))
        more.append((morning + starts, morning + ends))
    for row in shop.machines_of.get(choice.center, ()):
        one = shop.calendars.all[shop.machine_calendar[row]]
        pairs = [*zip(one.opens.tolist(), one.closes.tolist(), strict=True), *more]
        shop.calendars.all.append(calendar(f"{one.name} +", pairs))
        shop.machine_calendar[row] = len(shop.calendars.all) - 1


def _elsewhere(read: situations.Situation, choice: Choice) -> None:
    for step in _steps(read, choice):
        own = [mode for mode in step.modes if mode.center == choice.values["work_center"]]
        step.modes = own or step.modes


def _to_supplier(read: situations.Situation, choice: Choice) -> None:
    for step in _steps(read, choice):
        machine = read.shop.outside(read.shop.calendars.always(), choice.center)
        minutes = choice.values["days"] * 1440
        step.modes = [situations.Mode(machine, minutes, 0, choice.center, plant.NONE)]
        step.tool, step.is_outside = plant.NONE, True


def _divide(read: situations.Situation, choice: Choice) -> None:
    """The same steps twice, each with its share of the work; the second part begins later."""
    own = [step for step in read.steps if str(step.facts["order_id"]) == choice.values["order"]]
    if not own:
        return
    order = read.orders[own[0].order]
    share = float(Decimal(choice.values["quantity"]) / order["quantity"])
    place, begins = len(read.orders), read.clock.morning(date.fromisoformat(choice.values["starts_on"]))
    read.orders.append(dict(order))
    read.values.append(ZERO)
    read.costs.append(ZERO)
    twin = {}
    for step in own:
        other = replace(step, row=len(read.steps), order=place, earliest=max(step.earliest, begins))
        other.modes = [replace(m, minutes=max(1, round(m.minutes * share))) for m in step.modes]
        step.modes = [replace(m, minutes=max(1, round(m.minutes * (1 - share)))) for m in step.modes]
        twin[step.row] = other.row
        read.steps.append(other)
    read.links += [(twin[a], twin[b], lag, part) for a, b, lag, part in read.links if a in twin and b in twin]


def _begin(read: situations.Situation, choice: Choice) -> None:
    begins = read.clock.morning(date.fromisoformat(choice.values["starts_on"]))
    for step in read.steps:
        if str(step.facts["order_id"]) == choice.values["order"]:
            step.earliest = max(0, begins)


def _steps(read: situations.Situation, choice: Choice) -> list:
    key = choice.values["order"], choice.values["operation"]
    return [step for step in read.steps if (str(step.facts["order_id"]), step.facts["sequence"]) == key]


CHANGES: dict[str, Callable] = {
    "shift": _open_more,
    "alternate": _elsewhere,
    "subcontract": _to_supplier,
    "split": _divide,
    "move": _begin,
}


# -- doing it -----------------------------------------------------------------------------------------------------


def apply(ctx, choice: Choice) -> Done:
    """Do it through the verbs anybody would use; the answer knows how to take it back."""
    return APPLIED[choice.kind](ctx, choice)


def take_back(ctx, done: Done) -> None:
    """Undo what `apply` did, the last step first. Raises what the verbs raise when it can no longer be."""
    models = {"order": ProductionOrder, "center": WorkCenter}
    for label, key, verb, inputs in done.back:
        record = access.get(ctx, models[label], key)
        given = dict(inputs)
        for name in ("starts_on", "due_on", "on"):
            if isinstance(given.get(name), str):
                given[name] = date.fromisoformat(given[name])
        commands.perform(record, verb, ctx, **given)


def _order(ctx, choice: Choice) -> ProductionOrder:
    return access.get(ctx, ProductionOrder, choice.values["order"])


def _apply_shift(ctx, choice: Choice) -> Done:
    back = []
    for text in choice.values["days"]:
        center = access.get(ctx, WorkCenter, choice.center)
        times = {name: choice.values[name] for name in ("starts", "ends")}
        commands.perform(center, "extra_shift", ctx, on=date.fromisoformat(text), **times)
        back.append(("center", str(choice.center), "drop_shift", {"on": text}))
    return Done(choice, back)


def _apply_alternate(ctx, choice: Choice) -> Done:
    order, values = _order(ctx, choice), choice.values
    commands.perform(order, "move_operation", ctx, operation=values["operation"], work_center=values["work_center"])
    return Done(choice, [("order", values["order"], "do_here", {"operation": values["operation"]})])


def _apply_outside(ctx, choice: Choice) -> Done:
    inputs = {name: choice.values[name] for name in ("operation", "supplier", "service", "days")}
    commands.perform(_order(ctx, choice), "do_outside", ctx, **inputs)
    return Done(choice, [("order", choice.values["order"], "do_here", {"operation": inputs["operation"]})])


def _apply_split(ctx, choice: Choice) -> Done:
    order = _order(ctx, choice)
    made = commands.perform(order, "split", ctx, quantity=Decimal(choice.values["quantity"])).outcome
    begins = date.fromisoformat(choice.values["starts_on"])
    if made.due_on and begins > made.due_on:
        commands.perform(made, "reschedule", ctx, due_on=begins)
    elif made.state in ("confirmed", "released"):
        commands.perform(made, "begin_on", ctx, starts_on=begins)
    return Done(choice, [("order", str(order.pk), "merge", {"other": str(made.pk)})])


def _apply_move(ctx, choice: Choice) -> Done:
    order = _order(ctx, choice)
    before = max(order.starts_on, ctx.business_date)
    commands.perform(order, "begin_on", ctx, starts_on=date.fromisoformat(choice.values["starts_on"]))
    return Done(choice, [("order", choice.values["order"], "begin_on", {"starts_on": before.isoformat()})])


APPLIED: dict[str, Callable[[Any, Choice], Done]] = {
    "shift": _apply_shift,
    "alternate": _apply_alternate,
    "subcontract": _apply_outside,
    "split": _apply_split,
    "move": _apply_move,
}
