"""What pages of orders are completed with: when the schedule has them ready, and why they are late."""

from django.utils.translation import gettext as _

from mainspring.kernel import access, database, formats
from mainspring.modules.production.models import ProductionOrder

from . import pages
from .models import Schedule, ScheduledOrder


def why_late(order, ctx) -> dict | None:
    """The panel on a production order."""
    if not access.can(ctx, Schedule, "view"):
        return None
    found = ScheduledOrder.objects.filter(order=order.pk).select_related("schedule__site", "order__item").first()
    return pages.why_context(found) if found else {"scheduled": None}


def is_scheduled(order, ctx) -> bool:
    return order.state in ("proposed", "confirmed", "released", "in_progress") and access.can(ctx, Schedule, "view")


MAKING = """
SELECT k.id FROM scheduling_scheduledorder k JOIN production_productionorder o ON o.id = k.order_id
WHERE k.late_minutes > 0 AND (o.demand_id = %(order)s OR o.id IN (
    SELECT l.target_id FROM kernel_documentlink l WHERE l.source_id = %(order)s))
ORDER BY k.late_minutes DESC LIMIT 10"""


def late_for_sales(order, ctx) -> dict | None:
    """The late production orders a sales order waits for, with their heaviest cause."""
    if not access.can(ctx, Schedule, "view"):
        return None
    keys = [row["id"] for row in database.rows(MAKING, order=order.pk)]
    visible = access.rows(ctx, ProductionOrder)
    rows = ScheduledOrder.objects.filter(pk__in=keys, order__in=visible).select_related("schedule__site", "order__item")
    shown = []
    for one in rows:
        found = pages.why_context(one)
        shown.append({"order": one.order, "late": found["late"], "ready": found["ready"], "why": found["causes"][:1]})
    return {"rows": shown, "none": _("Nothing made for this order is late."), "day": formats.day(ctx.business_date)}
