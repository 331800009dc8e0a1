"""What the warehouse's own documents do."""

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from mainspring.kernel.workflow import effect, guard

from . import preparing, queries
from .models import StockAdjustment, StockCount, StockValue, Transfer
from .moving import MoveSpec, post_moves
from .planning import replan


@guard(StockAdjustment, "post")
@guard(StockCount, "post")
def places_are_of_the_site(document, ctx):
    """The site may have been changed after the lines were written."""
    preparing.refuse_strange_places(document, list(document.lines.select_related("location")))


@effect(StockAdjustment, "post")
def post_adjustment(adjustment, ctx):
    """Take the goods in or out; the value goes to the stock adjustment account."""
    outside = queries.location(adjustment.site_id, "scrap" if adjustment.kind == "scrap" else "adjustment")
    specs = [
        _difference(
            line,
            line.quantity if adjustment.kind == "adjust" else -abs(line.quantity),
            outside,
            adjustment,
            line.unit_cost,
        )
        for line in adjustment.lines.select_related("location")
    ]
    post_moves(ctx, specs, effective_on=adjustment.adjusted_on)
    adjustment.total = adjustment.total_base = _booked(adjustment)


@effect(StockCount, "post")
def post_count(count, ctx):
    """Book each line's difference to what the books said when it was counted; later moves are not touched (I17)."""
    outside = queries.location(count.site_id, "adjustment")
    specs = [
        _difference(line, line.difference, outside, count)
        for line in count.lines.select_related("location")
        if line.difference
    ]
    post_moves(ctx, specs, effective_on=ctx.business_date)


@guard(Transfer, "confirm")
def something_is_transferred(transfer, ctx):
    if not transfer.lines.exists():
        raise ValidationError(_("A transfer needs at least one line."))


@effect(Transfer, "confirm")
def confirm_transfer(transfer, ctx):
    """One site is to give the goods, the other to get them."""
    start, road = queries.location(transfer.from_site_id), queries.location(transfer.from_site_id, "transit")
    end = queries.location(transfer.to_site_id)
    specs = []
    for line in transfer.lines.all():
        ways = ((start, road, transfer.ship_on), (road, end, transfer.receive_on))
        specs += [MoveSpec(line.item_id, line.quantity, a, b, transfer.pk, line.pk, planned_on=on) for a, b, on in ways]
    replan(ctx, transfer.pk, specs)


@effect(Transfer, "cancel")
def cancel_transfer(transfer, ctx):
    replan(ctx, transfer.pk, [])


@effect(Transfer, "ship")
def ship_transfer(transfer, ctx):
    """Goods leave the shelf and are in transit: still ours, at the same value (I12)."""
    start, road = queries.location(transfer.from_site_id), queries.location(transfer.from_site_id, "transit")
    end = queries.location(transfer.to_site_id)
    lines = list(transfer.lines.all())
    post_moves(
        ctx,
        [MoveSpec(line.item_id, line.quantity, start, road, transfer.pk, line.pk) for line in lines],
        effective_on=transfer.ship_on,
    )
    replan(
        ctx,
        transfer.pk,
        [
            MoveSpec(line.item_id, line.quantity, road, end, transfer.pk, line.pk, planned_on=transfer.receive_on)
            for line in lines
        ],
    )


@effect(Transfer, "receive")
def receive_transfer(transfer, ctx):
    """Goods arrive at the other site."""
    road, end = queries.location(transfer.from_site_id, "transit"), queries.location(transfer.to_site_id)
    replan(ctx, transfer.pk, [])
    post_moves(
        ctx,
        [
            MoveSpec(
                line.item_id,
                line.quantity,
                road,
                end,
                transfer.pk,
                line.pk,
                kept_for={line.kept_for_id: line.quantity} if line.kept_for_id else {},
            )
            for line in transfer.lines.all()
        ],
        effective_on=ctx.business_date,
    )


def _difference(line, quantity, outside, document, unit_cost=None) -> MoveSpec:
    places = (outside, line.location) if quantity > 0 else (line.location, outside)
    return MoveSpec(line.item_id, abs(quantity), *places, document.pk, line.pk, unit_cost if quantity > 0 else None)


def _booked(document):
    return sum((v.stock for v in StockValue.objects.filter(origin_id=document.pk)), document.total * 0)
