"""What an order should cost, what it has cost so far, and what is left in process (MFG-10)."""

from decimal import Decimal

from mainspring.kernel import database
from mainspring.modules.accounting import queries as accounting
from mainspring.modules.engineering.queries import rates
from mainspring.modules.items import queries as items
from mainspring.modules.items.models import ItemCost
from mainspring.modules.stock.models import CostBalance

from . import scheduling

ZERO = Decimal(0)


def unit_costs(company_id: int, item_ids) -> dict[int, Decimal]:
    """{item: cost of one unit today}: the running cost, else the standard cost; items without either are left out."""
    found = dict(ItemCost.objects.filter(company=company_id, item__in=item_ids).values_list("item_id", "standard_cost"))
    for row in CostBalance.objects.filter(company=company_id, item__in=item_ids):
        if row.unit_value:
            found[row.item_id] = row.unit_value
    return found


def planned_cost(order, components, operations, costs: dict[int, Decimal]) -> Decimal:
    """Materials at today's cost and work at the work centers' rates, for the whole order, base currency."""
    material = sum((c.required_quantity * costs.get(c.item_id, ZERO) for c in components), ZERO)
    work = sum((_planned_work(operation) for operation in operations), ZERO)
    return material + work


def _planned_work(operation) -> Decimal:
    """What an operation should cost: its hours, or what its supplier is usually paid."""
    if operation.supplier_id:
        return operation.target * (operation.outside_price or standard_cost(operation.service, operation.order))
    return scheduling.clock_hours(operation, operation.target) * operation.work_center.hourly_cost


def standard_cost(item, order) -> Decimal:
    return items.standard_cost(item, order.company_id) if item is not None else ZERO


def output_unit_cost(order) -> Decimal:
    """What a finished unit is received at: its standard cost, else what the order was planned to cost."""
    if order.item.cost_method == "standard" or order.planned_unit_cost is None:
        standard = ItemCost.objects.filter(company=order.company_id, item=order.item_id).first()
        if standard:
            return standard.standard_cost
    return order.planned_unit_cost or ZERO


def beside_unit_cost(order, output) -> Decimal:
    """What a unit of a co- or by-product is received at: its standard cost, else its share of the planned cost."""
    if output.item.cost_method == "standard":
        standard = ItemCost.objects.filter(company=order.company_id, item=output.item_id).first()
        if standard:
            return standard.standard_cost
    return output.unit_cost


def in_process(order) -> Decimal:
    """What is on the work-in-progress account for the order: issued and worked less received (base currency)."""
    return database.scalar(
        """
        SELECT COALESCE(SUM(l.amount), 0) FROM accounting_journalline l
        WHERE l.account_id = ANY(%(accounts)s) AND (l.origin_id = %(order)s OR l.origin_id IN (
            SELECT r.id FROM production_productionreport r WHERE r.order_id = %(order)s))""",
        accounts=wip_accounts(order.company_id),
        order=order.pk,
    )


def wip_accounts(company_id: int) -> list[int]:
    """Every account of the company that serves as work in progress."""
    chart = accounting.Chart(company_id)
    found = {chart.by_role["wip"].pk} if "wip" in chart.by_role else set()
    return list(found | {account.pk for (role, _category, _party), account in chart.rules.items() if role == "wip"})


def cost_sheet(order) -> list[dict]:
    """One row per component, operation and the output: kind, name, planned and actual quantity and amount."""
    costs = unit_costs(order.company_id, order.lines.values_list("item_id", flat=True))
    rows = []
    issued = _issued_values(order)
    for line in order.lines.select_related("item"):
        rows.append(
            {
                "kind": "component",
                "name": str(line.item),
                "planned_quantity": line.required_quantity,
                "actual_quantity": line.issued_quantity - line.returned_quantity,
                "planned": line.required_quantity * costs.get(line.item_id, ZERO),
                "actual": issued.get(line.pk, ZERO),
            }
        )
    worked = {key: cost for key, (_hours, cost) in _worked(order).items()}
    for operation in order.operations.select_related("work_center"):
        operation.order = order
        hours = scheduling.clock_hours(operation, operation.target)
        rows.append(
            {
                "kind": "operation",
                "name": f"{operation.sequence} {operation.name}",
                "planned_quantity": hours,
                "actual_quantity": operation.done_hours,
                "planned": operation.target * operation.outside_price
                if operation.outside_price is not None
                else hours * operation.work_center.hourly_cost,
                "actual": worked.get(operation.pk, ZERO),
            }
        )
    return rows


def variances(order) -> list[dict]:
    """What the order cost beyond its plan: one row per kind, unfavourable above zero (base currency, MFG-10).

    price, usage  materials: dearer than planned today; more taken than planned, at the planned price
    labour, machine, overhead  hours beyond the plan at the parts of the work centers' rates; suppliers' work as labour
    scrap         what the units lost had taken up by then, at planned cost (part of the rows above, shown beside them)
    causes        [{name, amount, actual, planned}] of each, the largest first; quantities are pieces or hours
    Quantities planned are those of what was made so far: after half the order, half of its material is planned.
    """
    made = order.completed_quantity or max((o.good_quantity for o in order.operations.all()), default=ZERO)
    share = min(made / order.quantity, Decimal(1)) if order.quantity else ZERO
    found: dict[str, list[dict]] = {kind: [] for kind in VARIANCES}

    def note(kind: str, name: str, amount: Decimal, actual: Decimal, planned: Decimal) -> None:
        if amount:
            found[kind].append({"name": name, "amount": amount, "actual": actual, "planned": planned})

    costs = unit_costs(order.company_id, order.lines.values_list("item_id", flat=True))
    issued = _issued_values(order)
    for line in order.lines.select_related("item"):
        taken, unit = line.issued_quantity - line.returned_quantity, costs.get(line.item_id, ZERO)
        wanted = line.required_quantity * share
        value = issued.get(line.pk, ZERO)
        note("price", line.item.code, value - taken * unit, value / taken if taken else ZERO, unit)
        note("usage", line.item.code, (taken - wanted) * unit, taken, wanted)
    worked = _worked(order)
    for operation in order.operations.select_related("work_center"):
        operation.order = order
        hours, cost = worked.get(operation.pk, (ZERO, ZERO))
        if operation.outside_price is not None:
            wanted = operation.outside_price * operation.good_quantity
            note("labour", str(operation), cost - wanted, cost, wanted)
            continue
        planned = scheduling.clock_hours(operation, operation.good_quantity) if operation.good_quantity else ZERO
        planned = ZERO if operation.rework_of_id else planned
        for part, rate in rates(operation.work_center).items():
            note(part, str(operation), (hours - planned) * rate, hours, planned)
        lost = operation.scrap_quantity
        note("scrap", str(operation), lost * _planned_until(order, operation, costs) if lost else ZERO, lost, ZERO)
    return [
        {
            "kind": kind,
            "amount": sum((cause["amount"] for cause in causes), ZERO),
            "causes": sorted(causes, key=lambda cause: -abs(cause["amount"])),
        }
        for kind, causes in found.items()
    ]


VARIANCES = ("price", "usage", "labour", "machine", "overhead", "scrap")


def _planned_until(order, operation, costs: dict) -> Decimal:
    """Planned cost of one unit after an operation: its materials and the work up to it."""
    material = sum(
        (
            line.required_quantity * costs.get(line.item_id, ZERO)
            for line in order.lines.all()
            if line.operation_sequence is None or line.operation_sequence <= operation.sequence
        ),
        ZERO,
    )
    work = sum(
        (
            scheduling.clock_hours(one, order.quantity) * one.work_center.hourly_cost
            for one in order.operations.select_related("work_center")
            if one.sequence <= operation.sequence and one.rework_of_id is None
        ),
        ZERO,
    )
    return (material + work) / order.quantity


def _issued_values(order) -> dict:
    """{component: what was issued of it less returned, at the cost it had}."""
    return {
        row["component_id"]: row["amount"]
        for row in database.rows(
            """
        SELECT m.origin_line AS component_id, -SUM(v.stock) AS amount
        FROM stock_stockvalue v JOIN stock_stockmove m ON m.id = v.move_id
        JOIN production_productionreport r ON r.id = m.origin_id
        WHERE r.order_id = %(order)s AND r.kind IN ('issue', 'return', 'output') AND m.origin_line IS NOT NULL
        GROUP BY m.origin_line""",
            order=order.pk,
        )
    }


def _worked(order) -> dict:
    """{operation: (hours, cost) reported}."""
    return {
        row["operation_id"]: (row["hours"], row["cost"])
        for row in database.rows(
            """
        SELECT b.operation_id, SUM(b.hours) AS hours, SUM(b.cost) AS cost FROM production_capacitybooking b
        JOIN production_productionoperation o ON o.id = b.operation_id
        WHERE o.order_id = %(order)s AND b.state = 'done' GROUP BY b.operation_id""",
            order=order.pk,
        )
    }
