"""Production: proposals are firmed, orders released when their material is there, work and output reported."""

from datetime import timedelta
from decimal import Decimal

from mainspring.modules.planning.models import PlanRun
from mainspring.modules.production import commands as production
from mainspring.modules.production import queries
from mainspring.modules.production.models import ProductionOrder, Reason

from .life import Life

PASSES_IN_THE_PAST = 4
"""Days between two visits are lived at once: each level of the bill feeds the one above."""


def plan(life: Life) -> None:
    """Renew the plan of the company."""
    run = life.make("planning run", PlanRun, life.by("planner"))
    if run:
        life.do(run, "run", life.by("planner"))


def firm(life: Life) -> None:
    """The planner firms what starts before the next look at the plan."""
    ctx = life.by("planner")
    proposed = list(
        ProductionOrder.objects.filter(**life.mine, state="proposed", starts_on__lte=life.until).order_by(
            "starts_on", "item__code", "quantity"
        )[:40]
    )
    if proposed:
        life.attempt("firm production", lambda: production.confirm_orders(proposed, ctx))


def live(life: Life) -> None:
    """A day of the workshop."""
    for _pass in range(PASSES_IN_THE_PAST if life.is_past else 1):
        if not _once(life):
            break


def _once(life: Life) -> int:
    mine = ProductionOrder.objects.filter(**life.mine).select_related("item")
    worked = 0
    for order in mine.filter(state="confirmed", starts_on__lte=life.until).order_by("starts_on", "number")[:40]:
        if not queries.shortages(order):
            worked += bool(life.do(order, "release", life.by("planner")))
    ctx = life.by("workshop")
    for order in mine.filter(state="released").order_by("starts_on", "number")[:25]:
        if life.is_past or life.happens(0.8):
            worked += bool(life.do(order, "issue", ctx))
    late = life.until if life.is_past else life.day + timedelta(days=1)
    for order in mine.filter(state="in_progress", due_on__lte=late).order_by("due_on", "number")[:25]:
        if life.is_past or life.happens(0.85):
            finish(life, order)
            worked += 1
    return worked


def report(life: Life, order: ProductionOrder, operations) -> None:
    """Hours of operations, a little more or less than planned."""
    for operation in operations.select_related("work_center"):
        if operation.supplier_id:
            outside(life, order, operation)
            continue
        hours = operation.setup_hours + operation.run_hours_per_unit * order.quantity
        hours *= Decimal(str(round(life.rng.uniform(0.92, 1.15), 2)))
        life.do(
            order,
            "report",
            life.by("workshop"),
            operation=operation.sequence,
            good=operation.target,
            hours=hours.quantize(Decimal("0.01")),
            **scrapped(life, order),
        )


def scrapped(life: Life, order: ProductionOrder) -> dict:
    """Now and then something is lost, with the reason."""
    if order.quantity < 4 or not life.happens(0.05):
        return {}
    reasons = list(Reason.objects.filter(kind="scrap").order_by("code"))
    return {"scrap": Decimal(1), "reason": life.rng.choice(reasons)}


def outside(life: Life, order: ProductionOrder, operation) -> None:
    """The frames go to the plater and come back; the buyer confirms the service."""
    ctx = life.by("workshop")
    sent = life.do(order, "send_out", ctx, operation=operation.sequence)
    if sent:
        life.do(sent.outcome, "confirm", life.by("buyer"))
        life.do(order, "take_back", ctx, operation=operation.sequence)


def finish(life: Life, order: ProductionOrder) -> None:
    """Report every operation, put the goods into stock, and have the controller close the order."""
    report(life, order, order.operations.filter(done_hours=0).order_by("sequence"))
    ctx = life.by("workshop")
    done = life.do(order, "receive", ctx, quantity=order.open_quantity) and life.do(order, "complete", ctx)
    if done and (life.is_past or life.happens(0.8)):
        life.do(order, "close", life.by("controller"))
