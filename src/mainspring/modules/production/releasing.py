"""Release orders to the workshop: what is missing and when it comes, and alternates for it (MFG-06, P06)."""

from decimal import Decimal

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from mainspring.kernel import database, formats, money
from mainspring.kernel.workflow import effect
from mainspring.modules.engineering import queries as engineering
from mainspring.modules.stock import commands as stock

from . import ordering
from .models import ProductionComponent, ProductionOrder

ZERO = Decimal(0)


def shortages(order) -> list[dict]:
    """One row per component of which less is free at the site than the order still needs.

    item_id, code, name, unit, needed, free; comes_on: the day planned receipts cover it, None when none does.
    """
    return database.planned_rows(
        """
        WITH need AS (
            SELECT c.item_id, SUM(c.required_quantity - c.issued_quantity + c.returned_quantity) AS needed
            FROM production_productioncomponent c WHERE c.document_id = %(order)s GROUP BY c.item_id),
        free AS (
            SELECT b.item_id, SUM(b.quantity - b.reserved) AS free FROM stock_stockbalance b
            JOIN stock_location l ON l.id = b.location_id
            WHERE l.site_id = %(site)s AND l.kind = 'internal' AND l.active GROUP BY b.item_id),
        own AS (
            SELECT r.item_id, SUM(r.quantity) AS own FROM stock_reservation r
            WHERE r.origin_id = %(order)s GROUP BY r.item_id),
        short AS (
            SELECT i.id AS item_id, i.code, i.name, u.code AS unit, need.needed,
                   COALESCE(free.free, 0) + COALESCE(own.own, 0) AS free
            FROM need JOIN items_item i ON i.id = need.item_id JOIN organization_unit u ON u.id = i.unit_id
            LEFT JOIN free ON free.item_id = need.item_id LEFT JOIN own ON own.item_id = need.item_id
            WHERE need.needed > COALESCE(free.free, 0) + COALESCE(own.own, 0))
        SELECT short.*, (
            SELECT MIN(m.planned_on) FROM (
                SELECT m.planned_on, SUM(m.quantity) OVER (ORDER BY m.planned_on, m.id) AS so_far
                FROM stock_stockmove m JOIN stock_location t ON t.id = m.to_location_id
                JOIN stock_location f ON f.id = m.from_location_id
                WHERE m.state = 'planned' AND m.item_id = short.item_id AND t.site_id = %(site)s
                  AND t.kind = 'internal' AND f.kind <> 'internal') m
            WHERE m.so_far >= short.needed - short.free) AS comes_on
        FROM short ORDER BY short.code""",
        order=order.pk,
        site=order.site_id,
    )


@effect(ProductionOrder, "release")
def release(order, ctx, use_alternates, despite_shortages):
    """Hand the order to the workshop and keep its material; shortages are named with the day they end (MFG-06)."""
    missing = shortages(order)
    if missing and use_alternates:
        for row in missing:
            _take_first_alternate(order, ctx, row["item_id"])
        ordering.replan(order, ctx)
        missing = shortages(order)
    if missing and not despite_shortages:
        raise ValidationError(
            [
                *(_told(row) for row in missing),
                _("Release despite the shortages, or wait for the material."),
            ],
            code="shortage",
        )
    keep(order, ctx)


def keep(order, ctx) -> None:
    """Reserve what is free of the components, as far as it is not kept for the order already."""
    components = list(order.lines.all())
    stock.release(ctx, order)
    stock.reserve_lines(
        ctx, order.site_id, order.pk, {c.pk: (c.item_id, c.open_quantity) for c in components if c.open_quantity > 0}
    )


def _told(row: dict) -> str:
    said = _("%(item)s: %(needed)s %(unit)s needed, %(free)s free.") % {
        "item": row["code"],
        "needed": ordering.plain(row["needed"]),
        "unit": row["unit"],
        "free": ordering.plain(row["free"]),
    }
    if row["comes_on"]:
        return f"{said} {_('The rest comes on %(day)s.') % {'day': formats.day(row['comes_on'])}}"
    return f"{said} {_('Nothing is on its way.')}"


# -- alternates -------------------------------------------------------------------------------------------------------


@effect(ProductionOrder, "substitute")
def substitute(order, ctx, component, alternate):
    """Take another item for what is still needed of a component; the choice stays with the order (P06)."""
    lines = [line for line in order.lines.filter(item=component).select_related("item__unit") if line.open_quantity > 0]
    if not lines:
        raise ValidationError({"component": _("Nothing is needed of %(item)s any more.") % {"item": component.code}})
    allowed = engineering.alternates_of(order.bom).get(component.pk, []) if order.bom_id else []
    chosen = [row for row in allowed if alternate is None or row.alternate_id == alternate.pk]
    if not chosen:
        raise ValidationError(
            {"alternate": _("The bill names no such alternate for %(item)s.") % {"item": component.code}}
        )
    free = _free(order, [row.alternate_id for row in chosen])
    row = chosen[0] if alternate else max(chosen, key=lambda r: (free.get(r.alternate_id, ZERO) > 0, -r.priority))
    for line in lines:
        _swap(order, ctx, line, row)
    ordering.replan(order, ctx)
    if order.state != "confirmed":
        keep(order, ctx)


def _take_first_alternate(order, ctx, item_id: int) -> None:
    """The first alternate in stock that covers what is missing; the component stays when none does."""
    allowed = engineering.alternates_of(order.bom).get(item_id, []) if order.bom_id else []
    free = _free(order, [row.alternate_id for row in allowed])
    for line in order.lines.filter(item=item_id).select_related("item__unit"):
        for row in allowed:
            if free.get(row.alternate_id, ZERO) >= line.open_quantity * row.ratio > 0:
                free[row.alternate_id] -= line.open_quantity * row.ratio
                _swap(order, ctx, line, row)
                break


def _swap(order, ctx, line: ProductionComponent, row) -> None:
    """A line of the alternate for the open quantity; what was issued of the component stays where it is."""
    stock.release_lines(ctx, order.pk, {line.pk: line.open_quantity})
    quantity = money.rounded(line.open_quantity * row.ratio, row.alternate.unit.digits) or line.open_quantity
    if quantity >= Decimal(10) ** 13:
        raise ValidationError({"alternate": _("The quantity becomes too large.")})
    taken = line.issued_quantity - line.returned_quantity
    if taken > 0:
        line.required_quantity = taken
        line.save(update_fields=["required_quantity"])
        ProductionComponent.objects.create(
            document=order, position=line.position, item=row.alternate, required_quantity=quantity,
            operation_sequence=line.operation_sequence, bom_line=None, role=line.role, taking=line.taking,
            instead_of_id=line.item_id, needed_on=line.needed_on,
        )  # fmt: skip
        return
    line.instead_of_id, line.item, line.required_quantity, line.bom_line = line.item_id, row.alternate, quantity, None
    line.save(update_fields=["instead_of", "item", "required_quantity", "bom_line"])


def _free(order, item_ids) -> dict[int, Decimal]:
    """What is free of items in the storage places of the order's site."""
    return {
        row["item_id"]: row["free"]
        for row in database.rows(
            """
        SELECT b.item_id, SUM(b.quantity - b.reserved) AS free FROM stock_stockbalance b
        JOIN stock_location l ON l.id = b.location_id
        WHERE l.site_id = %(site)s AND l.kind = 'internal' AND l.active AND b.item_id = ANY(%(items)s)
        GROUP BY b.item_id""",
            site=order.site_id,
            items=list(item_ids),
        )
    }
