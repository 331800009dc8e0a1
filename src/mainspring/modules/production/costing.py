"""What an order should cost, what it has cost so far, and what is left in process (MFG-10)."""

from decimal import Decimal

from mainspring.kernel import database
from mainspring.modules.accounting import queries as accounting
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
    work = sum((scheduling.clock_hours(o, order.quantity) * o.work_center.hourly_cost for o in operations), ZERO)
    return material + work


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
    issued = {
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
    worked = {
        row["operation_id"]: row["cost"]
        for row in database.rows(
            """
        SELECT b.operation_id, SUM(b.cost) AS cost FROM production_capacitybooking b
        JOIN production_productionoperation o ON o.id = b.operation_id
        WHERE o.order_id = %(order)s AND b.state = 'done' GROUP BY b.operation_id""",
            order=order.pk,
        )
    }
    for operation in order.operations.select_related("work_center"):
        hours = scheduling.clock_hours(operation, order.quantity)
        rows.append(
            {
                "kind": "operation",
                "name": f"{operation.sequence} {operation.name}",
                "planned_quantity": hours,
                "actual_quantity": operation.done_hours,
                "planned": hours * operation.work_center.hourly_cost,
                "actual": worked.get(operation.pk, ZERO),
            }
        )
    return rows
