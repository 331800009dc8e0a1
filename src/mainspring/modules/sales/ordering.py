"""Orders: confirm with credit check, promise, reserve and plan; cancel and close."""

from decimal import Decimal

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from mainspring.kernel import commands, database, events, sentences
from mainspring.kernel.workflow import effect, guard, open_lines
from mainspring.modules.accounting import commands as accounting
from mainspring.modules.items import queries as items
from mainspring.modules.organization import queries as organization
from mainspring.modules.parties import queries as parties
from mainspring.modules.promising import commands as promising
from mainspring.modules.stock import commands as stock
from mainspring.modules.stock import queries as shelves

from . import preparing, queries
from .events import OrderClosed, OrderConfirmed
from .models import SalesOrder

ZERO = Decimal(0)


@guard(SalesOrder, "confirm")
def has_lines(order, ctx):
    if not commands.once(order, queries.lines_of):
        raise ValidationError({"lines": _("It has no lines yet.")}, code="lines")


@effect(SalesOrder, "confirm")
def confirm(order, ctx):
    """Promise every line, reserve what lies there and plan the rest; over the credit limit it is held (SAL-03)."""
    reason = over_credit_limit(order, ctx)
    if reason:
        order.hold_reason, order.state = reason, "held"
        return
    _confirm(order, ctx)


@effect(SalesOrder, "release_credit")
def release_credit(order, ctx, reason):
    order.hold_reason = sentences.join((order.hold_reason, reason))
    _confirm(order, ctx)


def _confirm(order, ctx) -> None:
    lines = commands.once(order, queries.lines_of)
    _promise(order, ctx, lines)
    replan(order, ctx, lines, kept={})
    events.publish(OrderConfirmed(order.pk), ctx)


@effect(SalesOrder, "promise")
def promise(order, ctx):
    """Look up the dates again; what was kept or planned for the order does not stand in its own way."""
    lines = queries.lines_of(order)
    _promise(order, ctx, lines)
    if order.state == "confirmed":
        replan(order, ctx, lines)


@effect(SalesOrder, "reschedule")
def reschedule(order, ctx, wanted_on, position):
    """The customer wants the open lines, or one of them, on another day."""
    if wanted_on < ctx.business_date:
        raise ValidationError({"wanted_on": _("The day has passed.")})
    lines = queries.lines_of(order)
    moved = open_lines(lines, position, lambda line: line.remaining > 0)
    for line in moved:
        line.wanted_on = wanted_on
    database.update(moved, ["wanted_on"])
    if position is None:
        order.wanted_on = wanted_on
    _promise(order, ctx, lines)
    if order.state == "confirmed":
        replan(order, ctx, lines)


@guard(SalesOrder, "take_stock")
def something_is_missing(order, ctx):
    kept = queries.reserved(order)
    if not any(kept.get(line.pk, ZERO) < line.remaining_stock for line in commands.once(order, queries.lines_of)):
        raise ValidationError(_("Everything still to be delivered is kept in stock already."))


@effect(SalesOrder, "take_stock")
def take_stock(order, ctx):
    """Keep free stock for all that is missing, also of what is made or bought to order (P22)."""
    lines = queries.lines_of(order)
    _keep(order, ctx, [line for line in lines if line.remaining > 0], queries.reserved(order), freely=True)
    _promise(order, ctx, lines)
    replan(order, ctx, lines)


def _promise(order, ctx, lines) -> None:
    if order.site_id and (items := [line.item_id for line in lines if line.item_id]):
        promising.take_turns(order.site_id, items)
    before = {line.pk: (line.promised_on, line.promise_reason) for line in lines}
    preparing.promise(order, ctx, lines, apart_from=order)
    changed = [line for line in lines if before[line.pk] != (line.promised_on, line.promise_reason)]
    database.update(changed, ["promised_on", "promise_reason"])


def replan(order, ctx, lines=None, kept: dict | None = None) -> None:
    """Write the order's remaining demand as planned moves, keep stock for it, and plan the money it will bring.

    kept  what is in stock for each line, when that is known
    """
    lines = queries.lines_of(order) if lines is None else lines
    open_lines = [line for line in lines if line.remaining > 0]
    kept = kept if kept is not None else queries.reserved(order) if open_lines else {}
    _keep(order, ctx, open_lines, kept)
    specs = []
    if open_lines:
        here, there = shelves.location(order.site_id), shelves.location(order.site_id, "customer")
        specs = [
            stock.MoveSpec(
                line.item,
                line.remaining_stock,
                here,
                there,
                order.identity_id,
                line.pk,
                planned_on=line.promised_on or line.wanted_on or ctx.business_date,
                reference=order.number,
            )
            for line in open_lines
        ]
    stock.replan(ctx, order.identity_id, specs)
    _plan_cash(order, ctx, lines)


def _keep(order, ctx, open_lines, kept: dict, *, freely: bool = False) -> None:
    """Keep free stock for what is missing, and free what is kept too much.

    freely  for what is made or bought to order too; by itself that waits for its own (P22)
    """
    missing = {line.pk: line.remaining_stock - kept.get(line.pk, ZERO) for line in open_lines}
    stock.release_lines(ctx, order.identity_id, {key: -quantity for key, quantity in missing.items() if quantity < 0})
    own = set() if freely or not open_lines else items.to_order([line.item_id for line in open_lines], order.site_id)
    wanted = {
        line.pk: (line.item_id, missing[line.pk])
        for line in open_lines
        if missing[line.pk] > 0 and line.item_id not in own
    }
    stock.reserve_lines(ctx, order.site_id, order.identity_id, wanted)


def _plan_cash(order, ctx, lines) -> None:
    """What is not invoiced yet comes in when due after the promised delivery."""
    share = sum(
        ((line.net + line.tax) * max(line.quantity - line.invoiced, ZERO) / line.quantity for line in lines), ZERO
    )
    rows = []
    if share > 0 and order.total:
        amount = round(share, order.currency.digits)
        delivered_on = order.promised_on or order.wanted_on or ctx.business_date
        rows.append(
            {
                "planned_on": parties.due_on(order.payment_term, max(delivered_on, ctx.business_date)),
                "currency_id": order.currency_id,
                "amount": amount,
                "party_id": order.party_id,
                "amount_base": round(order.total_base * amount / order.total, 2),
            }
        )
    accounting.plan_cash(ctx, order.identity_id, rows)


# -- credit -----------------------------------------------------------------------------------------------------------


def over_credit_limit(order, ctx) -> str:
    """Why the order exceeds the customer's credit limit, "" when it does not.

    Counted: receivables, deliveries not invoiced and open orders, with this one. The customer's row is locked, so that
    two orders at once cannot both use the last of the limit.
    """
    limit = order.party.credit_limit
    if limit is None:
        return ""
    database.rows("SELECT id FROM parties_party WHERE id = %(id)s FOR NO KEY UPDATE", id=order.party_id)
    base = queries.base_currency(order.company_id)
    if order.party.currency_id != base:
        limit = organization.convert(limit, order.party.currency_id, base, ctx.business_date)
    now = queries.exposure(order.company_id, order.party_id, besides=order)
    whole = now["receivable"] + now["orders"] + order.total_base
    if whole <= limit:
        return ""
    return sentences.say(
        gettext_noop(
            "Credit limit %(limit)s %(currency)s: receivables %(receivable)s, open orders %(orders)s, "
            "this order %(order)s."
        ),
        limit=f"{limit:.2f}",
        currency=base,
        receivable=f"{now['receivable']:.2f}",
        orders=f"{now['orders']:.2f}",
        order=f"{order.total_base:.2f}",
    )


# -- the end ----------------------------------------------------------------------------------------------------------


@effect(SalesOrder, "cancel")
def cancel(order, ctx, reason):
    """Cancel what is left; an order of which a part was delivered is closed instead (D06)."""
    _let_go(order, ctx, reason)
    if any(line.shipped or line.invoiced for line in queries.lines_of(order)):
        order.state = "closed"


@effect(SalesOrder, "close")
def close(order, ctx, reason):
    _let_go(order, ctx, reason)


@effect(SalesOrder, "complete")
def complete(order, ctx):
    """All is delivered and invoiced; what a short delivery left over is free again."""
    if any(line.remaining for line in queries.lines_of(order)):
        _let_go(order, ctx, "")


def _let_go(order, ctx, reason: str) -> None:
    """Free what is kept and planned for the order; shipments not posted yet are cancelled."""
    order.close_reason = reason
    for draft in order.shipments.filter(state="draft"):
        commands.perform(draft, "cancel", ctx)
    stock.release(ctx, order.identity_id)
    stock.replan(ctx, order.identity_id, [])
    if reason:  # closed for good: no more money is expected than what is invoiced
        accounting.plan_cash(ctx, order.identity_id, [])
    events.publish(OrderClosed(order.pk), ctx)


@guard(SalesOrder, "reopen")
def has_something_left(order, ctx):
    if not any(line.remaining for line in queries.lines_of(order)):
        raise ValidationError(_("Everything was delivered; there is nothing to reopen it for."))


@effect(SalesOrder, "reopen")
def reopen(order, ctx):
    order.close_reason = ""
    replan(order, ctx)
