"""What production orders and shop reports fill in by themselves before they are saved."""

from decimal import Decimal

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from mainspring.engines.calendar import working
from mainspring.kernel.models import Site
from mainspring.modules.engineering import queries as engineering
from mainspring.modules.engineering.models import OperationAlternate, WorkCenter
from mainspring.modules.items.models import ItemSite
from mainspring.modules.organization import queries as organization

from . import scheduling
from .models import ProductionComponent, ProductionOrder, ProductionReport, ProductionReportLine

ZERO = Decimal(0)


def order(record: ProductionOrder, ctx, lines) -> None:
    """Dates, bill and routing of the start day, and the components of the quantity (P01 to P05, P26)."""
    if not (record.item_id and record.site_id and record.quantity and record.quantity > 0):
        return
    if record.item.make_or_buy != "make" or record.item.kind != "stock":
        raise ValidationError({"item": _("%(item)s is not an item we make and keep.") % {"item": record.item}})
    record.company_id = record.site.company_id
    if lines is None and record.starts_on and record.due_on:
        return
    asked_on = record.starts_on or record.due_on or ctx.business_date
    choose_versions(record, ctx, {}, asked_on)
    refuse_without_means([record])
    _dates(record, ctx)
    if lines is not None:
        explode(record, lines)


def refuse_without_means(orders: list[ProductionOrder]) -> None:
    """An order is made where the means are: the work centers of its routing or alternates of them, else any at all."""
    centers: dict[int, set[int]] = {}
    found = WorkCenter.objects.filter(site__in={o.site_id for o in orders}, active=True).values_list("site_id", "pk")
    for site, center in found:
        centers.setdefault(site, set()).add(center)
    for record in orders:
        here = centers.get(record.site_id, set())
        if record.routing_id is None:
            missing = None if here or record.site.kind == Site.Kind.PLANT else ""
        else:
            engineering.know_lines(record.routing)
            steps = [s for s in record.routing.lines.all() if not s.supplier_id and s.work_center_id not in here]
            if steps:
                instead = _alternates_here(record.routing_id, here)
                steps = [step for step in steps if step.sequence not in instead]
            missing = str(steps[0].work_center) if steps else None
        if missing is not None:
            raise ValidationError({"site": _no_means(record, missing)}, code="no_means")


def _alternates_here(routing_id, centers: set[int]) -> set[int]:
    """Operations of a routing that have an alternate among work centers."""
    found = OperationAlternate.objects.filter(routing=routing_id, work_center__in=centers)
    return set(found.values_list("sequence", flat=True))


def _no_means(record: ProductionOrder, missing: str) -> str:
    if not missing:
        return _("%(site)s has no work center; nothing is made there.") % {"site": record.site}
    return _("%(site)s cannot make %(item)s: its routing needs %(center)s, which stands elsewhere.") % {
        "site": record.site,
        "item": record.item.code,
        "center": missing,
    }


def choose_versions(record: ProductionOrder, ctx, known: dict, on=None) -> None:
    """The bill and routing valid on the day the order starts, where it names none (P26).

    known  versions looked up already, see `engineering.queries.bom_for`
    """
    on = on or record.starts_on or record.due_on or ctx.business_date
    if record.bom_id is None:
        record.bom = engineering.bom_for(record.item, on, record.site, known)
    if record.routing_id is None:
        record.routing = engineering.routing_for(record.item, on, record.site, known)


def explode(record: ProductionOrder, lines: list[ProductionComponent], known: dict | None = None) -> None:
    """Fill or scale the components; lines a person added by hand stay as they are."""
    if record.bom is None or record.exploded_quantity == record.quantity:
        return
    if not lines:
        lines += _components(record, known)
    else:
        wanted = {line.bom_line_id: line.required_quantity for line in _components(record, known) if line.bom_line_id}
        for line in lines:
            line.required_quantity = wanted.get(line.bom_line_id, line.required_quantity)
    record.exploded_quantity = record.quantity
    for position, line in enumerate(lines, 1):
        line.position = position


def _components(record: ProductionOrder, known: dict | None = None) -> list[ProductionComponent]:
    engineering.know_lines(record.bom)
    if record.routing_id:
        engineering.know_lines(record.routing)
    found = []
    for line in record.bom.lines.all():
        need = engineering.line_need(line, record.bom, record.quantity, record.routing)
        if line.component.kind != "phantom":
            parts = [(line.component, need, line.operation_sequence, line)]
        else:
            parts = [
                (
                    n.item,
                    n.quantity,
                    n.operation_sequence if n.operation_sequence is not None else line.operation_sequence,
                    n.line,
                )
                for n in engineering.components(line.component, need, record.starts_on, record.site, known)
            ]
        found += [
            ProductionComponent(
                item=item,
                required_quantity=quantity,
                operation_sequence=sequence,
                bom_line=source,
                role=source.role,
                taking=source.taking,
            )
            for item, quantity, sequence, source in parts
            if quantity > 0 and item.is_stocked
        ]
    return found


def _dates(record: ProductionOrder, ctx) -> None:
    """One date from the other by the item's lead time, else by the hours of the routing."""
    if record.starts_on and record.due_on:
        return
    calendar = organization.site_days(record.site)
    days = lead_days(record)
    if record.due_on:
        record.starts_on = max(
            working.subtract_working_days(calendar, record.due_on, days), min(ctx.business_date, record.due_on)
        )
    else:
        record.starts_on = record.starts_on or ctx.business_date
        record.due_on = working.add_working_days(calendar, record.starts_on, days)


def lead_days(record: ProductionOrder) -> int:
    """Working days an order takes: the item's lead time at the site, else its hours as its work centers are open."""
    known = ItemSite.objects.filter(item=record.item, site=record.site).values_list("lead_time_days", flat=True).first()
    if known:
        return known
    operations = list(record.routing.lines.select_related("work_center")) if record.routing_id else []
    return scheduling.working_days(operations, record.quantity)


def report(record: ProductionReport, ctx, lines) -> None:
    """Day, person, hours; without lines, every component that is still open (or can be returned)."""
    record.done_on = record.done_on or ctx.business_date
    if not record.order_id:
        return
    record.company_id = record.order.company_id
    if record.kind == "work":
        if not record.person_id and getattr(ctx.user, "pk", None):
            record.person = ctx.user
        if record.hours is None and record.operation_id:
            record.hours = scheduling.clock_hours(
                record.operation, record.good + record.scrap + record.rework, with_setup=not record.operation.done_hours
            )
    if lines is None or record.kind not in ("issue", "return"):
        return
    known = {line.pk: line for line in record.order.lines.select_related("item__unit")}
    if not lines and record._state.adding:
        lines += [
            ProductionReportLine(component=c, quantity=q)
            for c in known.values()
            if (q := c.open_quantity if record.kind == "issue" else c.issued_quantity - c.returned_quantity) > 0
        ]
    for position, line in enumerate(lines, 1):
        line.position = position
        if line.component_id not in known:
            raise ValidationError({f"lines.{position - 1}.component": _("This component belongs to another order.")})
        line.component = known[line.component_id]
        line.item = line.component.item
