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
SAID_MAX = 4
HOURS = _("%(name)s: %(actual)s h worked, %(planned)s h planned (%(amount)s)")
SAID = {
    "price": _("%(name)s: %(actual)s paid for one, %(planned)s planned (%(amount)s)"),
    "usage": _("%(name)s: %(actual)s taken, %(planned)s planned (%(amount)s)"),
    "labour": HOURS,
    "machine": HOURS,
    "overhead": HOURS,
    "scrap": _("%(name)s: %(actual)s lost (%(amount)s)"),
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
        "variances": [
            row
            | {"label": KINDS[row["kind"]], "why": [_told(row["kind"], cause) for cause in row["causes"][:SAID_MAX]]}
            for row in costing.variances(order)
        ],
        "in_process": costing.in_process(order),
    }


def _told(kind: str, cause: dict) -> str:
    """Why a part of a variance came about, in words (U3)."""
    values = {
        "name": cause["name"],
        "actual": formats.number(cause["actual"], 0, 4 if kind == "price" else 2),
        "planned": formats.number(cause["planned"], 0, 4 if kind == "price" else 2),
        "amount": formats.number(cause["amount"], 2),
    }
    return SAID[kind] % values


def material(order, ctx) -> dict:
    """What is missing, while anything can still be taken."""
    is_open = order.state in ("confirmed", "released", "in_progress")
    return {"order": order, "rows": releasing.shortages(order) if is_open else []}
