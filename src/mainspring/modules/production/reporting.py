"""Shop reports: post components, work and output into the ledgers of material, time and money; take mistakes back."""

from collections import defaultdict
from decimal import Decimal

from django.core.exceptions import ValidationError
from django.db.models import Sum
from django.utils import timezone
from django.utils.translation import gettext as _

from mainspring.kernel import database, events, money, preferences
from mainspring.kernel.prepared import Prepared
from mainspring.kernel.workflow import effect, guard
from mainspring.modules.accounting import commands as books
from mainspring.modules.accounting import queries as accounting
from mainspring.modules.stock import commands as stock
from mainspring.modules.stock.models import StockMove, StockValue

from . import costing, floor, ordering
from .events import ReportPosted
from .models import (
    CapacityBooking,
    ProductionOperation,
    ProductionOrder,
    ProductionReport,
    ProductionReportLine,
    WorkSession,
)

ZERO = Decimal(0)
WORKED_ON = ("released", "in_progress")


@guard(ProductionReport, "post")
def order_is_in_the_workshop(report, ctx):
    if report.order.state not in WORKED_ON:
        raise ValidationError(
            _("%(order)s is %(state)s; nothing can be reported on it.")
            % {"order": report.order, "state": report.order.state_label}
        )


@effect(ProductionReport, "post")
def post(report, ctx):
    """Book the report and bring the order's progress and plan up to date."""
    report.order = order = _locked_order.one(report.order_id)
    order_is_in_the_workshop(report, ctx)
    {"issue": _issue, "return": _return, "work": _work, "output": _output}[report.kind](report, order, ctx)
    report.state = "posted"
    database.write(report, ["state"])  # progress counts posted reports
    refresh(order)
    if order.state == "released":
        order.state = "in_progress"
    ordering.replan(order, ctx)
    database.write(order, ["state", "completed_quantity", "scrapped_quantity", "expected_on"])
    events.publish(ReportPosted(report.pk), ctx)


_locked_order = Prepared(
    lambda key: (
        ProductionOrder.objects.select_for_update(of=("self",))
        .select_related("item__unit", "site")
        .filter(pk=key)
        .order_by()
    )
)


def refresh(order: ProductionOrder) -> None:
    """Derive issued, returned, worked and completed quantities from posted reports; rows that differ are written."""
    found = database.planned_rows(
        """
        WITH posted AS (
            SELECT id, kind, good, scrap FROM production_productionreport
            WHERE order_id = %(order)s AND state = 'posted'),
        moved AS (
            SELECT c.id, COALESCE(SUM(l.quantity) FILTER (WHERE p.kind <> 'return'), 0) AS issued,
                   COALESCE(SUM(l.quantity) FILTER (WHERE p.kind = 'return'), 0) AS returned
            FROM production_productioncomponent c
            LEFT JOIN (production_productionreportline l JOIN posted p ON p.id = l.document_id) ON l.component_id = c.id
            WHERE c.document_id = %(order)s GROUP BY c.id),
        components AS (
            UPDATE production_productioncomponent c SET issued_quantity = m.issued, returned_quantity = m.returned
            FROM moved m WHERE m.id = c.id
              AND (c.issued_quantity, c.returned_quantity) IS DISTINCT FROM (m.issued, m.returned)),
        worked AS (
            SELECT o.id, COALESCE(SUM(b.good), 0) AS good, COALESCE(SUM(b.scrap), 0) AS scrap,
                   COALESCE(SUM(b.hours), 0) AS hours
            FROM production_productionoperation o
            LEFT JOIN production_capacitybooking b ON b.operation_id = o.id AND b.state = 'done'
            WHERE o.order_id = %(order)s GROUP BY o.id),
        operations AS (
            UPDATE production_productionoperation o
            SET good_quantity = w.good, scrap_quantity = w.scrap, done_hours = w.hours,
                progress = CASE WHEN o.is_closed OR w.good >= COALESCE(o.quantity, ord.quantity) THEN 'done'
                                WHEN o.progress = 'done' OR (o.progress = 'outside' AND w.good + w.scrap > 0)
                                THEN CASE WHEN w.hours + w.good + w.scrap > 0 THEN 'paused' ELSE 'open' END
                                WHEN o.progress = 'open' AND w.hours + w.good + w.scrap > 0 THEN 'paused'
                                ELSE o.progress END,
                started_at = COALESCE(o.started_at, CASE WHEN w.hours + w.good + w.scrap > 0 THEN now() END),
                finished_at = CASE WHEN o.is_closed OR w.good >= COALESCE(o.quantity, ord.quantity)
                                   THEN COALESCE(o.finished_at, now()) END
            FROM worked w, production_productionorder ord
            WHERE w.id = o.id AND ord.id = o.order_id AND (
                (o.good_quantity, o.scrap_quantity, o.done_hours) IS DISTINCT FROM (w.good, w.scrap, w.hours)
                OR (o.is_closed OR w.good >= COALESCE(o.quantity, ord.quantity)) <> (o.progress = 'done'))),
        beside AS (
            UPDATE production_productionoutput out SET received_quantity = got.quantity
            FROM (SELECT p.id, COALESCE(SUM(m.quantity), 0) AS quantity FROM production_productionoutput p
                  LEFT JOIN (stock_stockmove m JOIN posted ON posted.id = m.origin_id
                             JOIN stock_location f ON f.id = m.from_location_id AND f.kind = 'production')
                       ON m.item_id = p.item_id AND m.state = 'done'
                  WHERE p.order_id = %(order)s GROUP BY p.id) got
            WHERE got.id = out.id AND out.received_quantity IS DISTINCT FROM got.quantity)
        SELECT COALESCE(SUM(good) FILTER (WHERE kind = 'output'), 0) AS completed, COALESCE(SUM(scrap), 0) AS scrapped
        FROM posted""",
        order=order.pk,
    )[0]
    order.completed_quantity, order.scrapped_quantity = found["completed"], found["scrapped"]


# -- what each kind does ----------------------------------------------------------------------------------------------


def _issue(report, order, ctx) -> None:
    lines = list(report.lines.select_related("component", "item"))
    if not lines:
        raise ValidationError(_("A report of components needs at least one line."))
    report.cost = _take(report, order, [(line.component, line.quantity) for line in lines], ctx)


def _take(report, order, parts, ctx) -> Decimal:
    """Move components into the order; what was kept for it is used first. Returns their cost."""
    stock.release_lines(ctx, order.pk, {component.pk: quantity for component, quantity in parts})
    places = stock.ensure_locations(order.site, ctx)
    moves = stock.post_moves(
        ctx,
        [
            stock.MoveSpec(
                c.item_id, quantity, places["internal"], places["production"], report, c.pk, reference=order.number
            )
            for c, quantity in parts
        ],
        effective_on=report.done_on,
    )
    return -_value_of(moves)


def _value_of(moves) -> Decimal:
    """What moves did to the value of stock."""
    return StockValue.objects.filter(move__in=moves, adjusts=False).aggregate(s=Sum("stock"))["s"] or ZERO


def _return(report, order, ctx) -> None:
    """Components come back at the cost they were issued with, the last issue first."""
    specs = []
    issues = StockMove.objects.filter(
        origin__in=ProductionReport.objects.filter(order=order.pk).values("pk"),
        state="done",
        to_location__kind="production",
    ).order_by("-pk")
    by_component = defaultdict(list)
    back = dict(
        StockMove.objects.filter(of_move__in=issues).order_by().values_list("of_move").annotate(Sum("quantity"))
    )
    for move in issues:
        by_component[move.origin_line].append([move, move.quantity - back.get(move.pk, ZERO)])
    for n, line in enumerate(report.lines.select_related("item")):
        rest = line.quantity
        for found in by_component[line.component_id]:
            part = min(rest, found[1])
            if part > 0:
                specs.append(stock.reversed_spec(found[0], quantity=part, origin=report.pk, reference=order.number))
                found[1] -= part
                rest -= part
        if rest:
            raise ValidationError(
                {
                    f"lines.{n}.quantity": _("Only %(issued)s of %(item)s were issued.")
                    % {"issued": ordering.plain(line.quantity - rest), "item": line.item.code}
                }
            )
    if not specs:
        raise ValidationError(_("A report of components needs at least one line."))
    report.cost = -_value_of(stock.post_moves(ctx, specs, effective_on=report.done_on))


def _work(report, order, ctx) -> None:
    """Time at the work center's rate goes into the order's cost."""
    # Read again under the order's lock: another report may have been posted since this one was begun.
    operation = ProductionOperation.objects.select_related("work_center").get(pk=report.operation_id)
    operation.order = order
    report.operation = operation
    if (report.scrap or report.rework) and not (report.scrap_reason or report.reason_id):
        raise ValidationError({"scrap_reason": _("Say why there is scrap.")})
    if not (report.good or report.scrap or report.rework or report.hours or report.measurements.exists()):
        raise ValidationError(_("Report a quantity or hours."))
    _refuse_more_than_ordered(order, operation, operation.good_quantity + report.good)
    digits = order.company.base_currency.digits
    if operation.outside_price is not None:
        report.cost = money.rounded((report.good + report.scrap) * operation.outside_price, digits)
    else:
        report.cost = money.rounded((report.hours or ZERO) * operation.work_center.hourly_cost, digits)
    _book_time(report, 1)
    _absorb(report, order, report.cost, report.done_on, ctx)
    if report.rework:
        floor.add_rework(report, operation)
    _close_times(report, operation)


def _close_times(report, operation) -> None:
    """What was worked until now belongs to this report; who works on goes on from here."""
    now = timezone.now()
    running = list(WorkSession.objects.filter(operation=operation, stopped_at=None))
    WorkSession.objects.filter(operation=operation, stopped_at=None).update(stopped_at=now)
    WorkSession.objects.filter(operation=operation, report=None).update(report=report)
    if operation.good_quantity + report.good < operation.target and operation.progress == "running":
        WorkSession.objects.bulk_create(
            [
                WorkSession(operation=operation, person_id=s.person_id, machine_id=s.machine_id, started_at=now)
                for s in running
            ]
        )


def _book_time(report, sign: int) -> None:
    if report.operation.rework_of_id and report.good:  # what is right again counts where it went wrong
        CapacityBooking.objects.create(
            company_id=report.company_id,
            work_center_id=report.operation.work_center_id,
            operation_id=report.operation.rework_of_id,
            state="done",
            on_date=report.done_on,
            hours=ZERO,
            good=sign * report.good,
            person=report.person,
            origin_id=report.pk,
        )
    CapacityBooking.objects.create(
        company_id=report.company_id,
        work_center_id=report.operation.work_center_id,
        operation=report.operation,
        state="done",
        on_date=report.done_on,
        hours=sign * (report.hours or ZERO),
        good=sign * report.good,
        scrap=sign * report.scrap,
        cost=sign * report.cost,
        person=report.person,
        machine=report.machine,
        origin_id=report.pk,
    )


def _absorb(report, order, amount: Decimal, on, ctx) -> None:
    chart = accounting.Chart(order.company_id)
    where = {"item": order.item_id, "site": order.site_id}
    books.post_entry(
        ctx,
        company=order.company_id,
        posted_on=on,
        origin=report,
        area="stock",
        memo=str(order),
        lines=[
            books.EntryLine(chart.account("wip", order.item), amount, **where),
            books.EntryLine(chart.account("conversion_absorbed", order.item), -amount, **where),
        ],
    )


def _refuse_more_than_ordered(order, operation, total: Decimal) -> None:
    over = preferences.get(order.company_id, "production.over_completion_pct")
    ordered = operation.target if operation is not None else order.quantity
    if total > ordered * (100 + over) / 100:
        text = _("%(total)s would be made of %(ordered)s ordered.")
        raise ValidationError({"good": text % {"total": ordering.plain(total), "ordered": ordering.plain(ordered)}})


def _output(report, order, ctx) -> None:
    """Finished goods come in at standard or planned cost; the order's close settles the difference."""
    if report.good <= 0:
        raise ValidationError({"good": _("The quantity must be above zero.")})
    _refuse_more_than_ordered(order, None, order.completed_quantity + report.good)
    kept_for = {order.demand_id: report.good} if order.is_dedicated and order.demand_id else {}
    stock.expect(kept_for, ctx)
    _backflush(report, order, ctx)
    places = stock.ensure_locations(order.site, ctx)
    digits = order.company.base_currency.digits
    unit_cost = costing.output_unit_cost(order)
    main = money.rounded(unit_cost * report.good, digits)
    specs = [
        stock.MoveSpec(
            order.item,
            report.good,
            places["production"],
            places["internal"],
            report,
            unit_cost=unit_cost,
            value=main,
            reference=order.number,
            kept_for=kept_for,
        ),
        *_beside(report, order, places),
    ]
    report.cost = -sum((spec.value for spec in specs if spec.value), ZERO)
    stock.post_moves(ctx, specs, effective_on=report.done_on)


def _beside(report, order, places) -> list:
    """Co- and by-products that come out with so much of the item, at their share of the cost (P07)."""
    share = min((order.completed_quantity + report.good) / order.quantity, Decimal(1))
    digits = order.company.base_currency.digits
    specs = []
    for output in order.outputs.select_related("item__unit"):
        due = money.rounded(output.quantity * share, output.item.unit.digits) - output.received_quantity
        if due > 0:
            cost = costing.beside_unit_cost(order, output)
            specs.append(
                stock.MoveSpec(
                    output.item, due, places["production"], places["internal"], report, unit_cost=cost,
                    value=money.rounded(cost * due, digits), reference=order.number,
                )
            )  # fmt: skip
    return specs


def _backflush(report, order, ctx) -> None:
    """Issue what the output made so far needs and was not issued, in proportion, of components taken that way."""
    wish = order.backflush if order.backflush is not None else preferences.get(order.company_id, "production.backflush")
    share = (order.completed_quantity + report.good) / order.quantity
    parts = []
    for component in order.lines.select_related("item__unit"):
        if not (component.taking == "backflush" or (not component.taking and wish)):
            continue
        due = (
            min(
                money.rounded(component.required_quantity * share, component.item.unit.digits),
                component.required_quantity,
            )
            - component.issued_quantity
            + component.returned_quantity
        )
        if due > 0:
            parts.append((component, due))
    if parts:
        ProductionReportLine.objects.bulk_create(
            [
                ProductionReportLine(document=report, position=n, component=c, item_id=c.item_id, quantity=q)
                for n, (c, q) in enumerate(parts, 1)
            ]
        )
        _take(report, order, parts, ctx)


# -- taking back ------------------------------------------------------------------------------------------------------


@guard(ProductionReport, "reverse")
def order_is_not_closed(report, ctx):
    if report.order.state not in (*WORKED_ON, "completed"):
        raise ValidationError(
            _("%(order)s is %(state)s; its reports stay as they are.")
            % {"order": report.order, "state": report.order.state_label}
        )


@effect(ProductionReport, "reverse")
def reverse(report, ctx, why):
    """Move back, book back, and recompute; the reversed report stays as the record of the mistake."""
    order = (
        ProductionOrder.objects.select_for_update(of=("self",))
        .select_related("item__unit", "site")
        .get(pk=report.order_id)
    )
    moves = list(StockMove.objects.filter(origin=report.pk, state="done").order_by("-pk"))
    if moves:
        stock.post_moves(ctx, [stock.reversed_spec(move) for move in moves], effective_on=ctx.business_date)
    if report.kind == "work":
        _book_time(report, -1)
        _absorb(report, order, -report.cost, ctx.business_date, ctx)
    report.state = "reversed"
    ProductionReport.objects.filter(pk=report.pk).update(state="reversed")
    refresh(order)
    ordering.replan(order, ctx)
    ProductionOrder.objects.filter(pk=order.pk).update(
        completed_quantity=order.completed_quantity,
        scrapped_quantity=order.scrapped_quantity,
        expected_on=order.expected_on,
    )
