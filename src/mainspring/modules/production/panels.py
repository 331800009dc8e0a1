"""What the page of an order shows beside its facts: its steps, its cost, what it lacks."""

from decimal import Decimal

from django.utils.translation import gettext_lazy as _

from mainspring.kernel import access, formats
from mainspring.modules.items.models import ItemCost

from . import costing, progress, releasing

KINDS = {
    "price": _("Price of materials"),
    "usage": _("Usage of materials"),
    "labour": _("Labour"),
    "machine": _("Machine hours"),
    "overhead": _("Overhead"),
    "scrap": _("Lost in scrap"),
}
ZERO = Decimal(0)


def steps(order, ctx) -> dict:
    return progress.picture(order, ctx)


def cost(order, ctx) -> dict:
    """Planned and actual of every component and operation, the variances, and what is in process."""
    if not access.can(ctx, ItemCost, "view"):
        return {"allowed": False}
    rows = costing.cost_sheet(order)
    return {
        "allowed": True,
        "currency": formats.base_currency(order.company_id),
        "rows": rows,
        "total_planned": sum((row["planned"] for row in rows), ZERO),
        "total_actual": sum((row["actual"] for row in rows), ZERO),
        "variances": [row | {"label": KINDS[row["kind"]]} for row in costing.variances(order)],
        "in_process": costing.in_process(order),
    }


def material(order, ctx) -> dict:
    """What is missing, while anything can still be taken."""
    is_open = order.state in ("confirmed", "released", "in_progress")
    return {"order": order, "rows": releasing.shortages(order) if is_open else []}
